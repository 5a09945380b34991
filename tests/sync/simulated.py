"""Simulated time: a clock that tests move, and an event loop that runs by it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from typing import Any


class Clock:
    """Seconds. A trainer moves the clock by the cost of an epoch."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class SimulatedLoop(asyncio.AbstractEventLoop):
    """The part of an event loop that a run and a display need, without sockets and without waiting."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._ready: deque[asyncio.Handle] = deque()
        self._later: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._serial = itertools.count()

    def run_until(self, end: float) -> None:
        """Let time pass until `end`, or longer if what runs takes longer."""
        asyncio._set_running_loop(self)
        try:
            while True:
                for _ in range(len(self._ready)):
                    handle = self._ready.popleft()
                    if not handle.cancelled():
                        handle._run()
                if self.clock.now >= end:
                    return
                if not self._ready:
                    due = self._later[0][0] if self._later else end
                    self.clock.now = max(self.clock.now, min(due, end))
                while self._later and self._later[0][0] <= self.clock.now:
                    self._ready.append(heapq.heappop(self._later)[2])
        finally:
            asyncio._set_running_loop(None)

    def running(self, act: Callable[[], None]) -> None:
        """Call `act` as a callback of this loop does: when a message arrives, when a cell runs."""
        asyncio._set_running_loop(self)
        try:
            act()
        finally:
            asyncio._set_running_loop(None)

    def time(self) -> float:
        return self.clock.now

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        return self.call_at(self.clock.now + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._later, (when, next(self._serial), handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, **kwargs: Any) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self, **kwargs)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        raise context.get("exception") or RuntimeError(context["message"])

    def is_closed(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def get_debug(self) -> bool:
        return False

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Do nothing: a cancelled timer is skipped when it is due."""
