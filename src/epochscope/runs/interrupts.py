"""Interrupts of a kernel that runs no cell: ipykernel ignores them, but what trains in the background should end."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import Any

from .notebook import MainLoop, ipython_shell

#: Seconds between two looks whether a cell has ended, and interrupts are ignored again.
INTERVAL_S = 0.5


class IdleInterrupt:
    """Calls a function once if the kernel is interrupted while it runs no cell; a cell that runs gets its interrupts.

    ipykernel ignores interrupts between cells, and afterwards restores the handler that was there before a cell.
    Outside a kernel this does nothing.

    Parameters
    ----------
    main
        The event loop of the main thread.
    call
        Called on the main thread, between any two of its instructions.
    """

    def __init__(self, main: MainLoop, call: Callable[[], None]) -> None:
        self._main, self._call = main, call
        self._timer: asyncio.TimerHandle | None = None
        in_kernel = getattr(ipython_shell(), "kernel", None) is not None
        if in_kernel and threading.current_thread() is threading.main_thread():
            self._watch()

    def stop(self) -> None:
        """Watch no more. To be called on the main thread."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if signal.getsignal(signal.SIGINT) == self._interrupted:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._call = lambda: None  # a cell that runs now restores the handler when it ends

    def _watch(self) -> None:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._interrupted)
        self._timer = self._main.later(INTERVAL_S, self._watch)

    def _interrupted(self, *_signal: Any) -> None:
        self._call()
