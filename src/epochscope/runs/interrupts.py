"""Interrupts of a kernel that runs no cell: ipykernel ignores them, but what trains in the background should end."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable

from .notebook import MainLoop, ipython_shell

#: Seconds between two looks whether a cell has ended, and interrupts are ignored again.
INTERVAL_S = 0.5


#: What is called if the kernel is interrupted between two cells.
_watchers: list[IdleInterrupt] = []


def _interrupted(*_signal: object) -> None:
    for watcher in tuple(_watchers):
        watcher.call()


class IdleInterrupt:
    """Calls a function if the kernel is interrupted while it runs no cell; a cell that runs gets its interrupts.

    ipykernel ignores interrupts between cells, and after a cell it restores the handler that was there before. Outside
    a kernel this does nothing.

    Parameters
    ----------
    main
        The event loop of the main thread.
    call
        Called on the main thread, between any two of its instructions.
    """

    def __init__(self, main: MainLoop, call: Callable[[], None]) -> None:
        self._main = main
        self.call: Callable[[], None] = call
        self._timer: asyncio.TimerHandle | None = None
        in_kernel = getattr(ipython_shell(), "kernel", None) is not None
        if in_kernel and threading.current_thread() is threading.main_thread():
            _watchers.append(self)
            self._watch()

    def stop(self) -> None:
        """Watch no more. To be called on the main thread."""
        if self not in _watchers:
            return
        _watchers.remove(self)
        if self._timer is not None:
            self._timer.cancel()
        if not _watchers and signal.getsignal(signal.SIGINT) is _interrupted:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _watch(self) -> None:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, _interrupted)
        self._timer = self._main.later(INTERVAL_S, self._watch)
