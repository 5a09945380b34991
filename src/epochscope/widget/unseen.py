"""When no page shows a widget any more: its output was cleared, or its cell deleted or run again.

A page that is reloaded or closed, or whose connection is lost, sends nothing: it only falls silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from epochscope.runs.notebook import MainLoop, in_latest_cell

from .feed import Feed

#: Seconds after a page has removed the widget until it counts as unseen. A cell that is moved shows it again at once,
#: and of a page that was reloaded it is known after 3 s that it is silent.
DELAY_S = 4.0


class Unseen:
    """Makes calls when no page shows a widget any more.

    Parameters
    ----------
    main
        The event loop that calls.
    feed
        Knows the pages that show the widget.
    call
        Called each time that the last page has removed the widget.
    """

    def __init__(self, main: MainLoop, feed: Feed, call: Callable[[], None]) -> None:
        self._main, self._feed = main, feed
        #: What is called, in this order.
        self.calls: list[Callable[[], None]] = [call]
        self._timer: asyncio.TimerHandle | None = None

    def check_soon(self) -> None:
        """Check after `DELAY_S` whether a page shows the widget. Any thread may call this."""
        self._main.call(self._start)

    def cancel(self) -> None:
        """Check no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _start(self) -> None:
        self.cancel()
        self._timer = self._main.later(DELAY_S, self._check)

    @in_latest_cell
    def _check(self) -> None:
        if not self._feed.answered:
            for call in self.calls:
                call()
