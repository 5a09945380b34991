"""When what a user's loop has logged becomes records, and is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from epochscope.history import History
from epochscope.recording.buffer import EpochBuffer

from .listeners import Listeners
from .loop_clock import TURN_S, LoopClock
from .notebook import running_loop

#: How often, in seconds, a running loop publishes: one of few epochs a second, which are seen one by one, and one of
#: many. Recording more epochs at a time costs less.
PUBLISH_S, PUBLISH_MANY_S = 1 / 16, 1 / 8
MANY = 16  # epochs in `PUBLISH_S`
#: The delay, in seconds, after which epochs that are logged outside a loop are published if the kernel is free.
PUBLISH_DELAY_S = 0.25


class LoopPublisher:
    """Records what is buffered, and notifies the listeners, a few times a second.

    Parameters
    ----------
    buffer
        What was logged.
    lock
        Held while the listeners are called.
    listeners
        Notified of new epochs.
    clock
        Knows when the loop stopped last.
    rest
        Publishes what was logged outside a loop, on the event loop.
    """

    def __init__(
        self,
        buffer: EpochBuffer[History],
        lock: AbstractContextManager[Any],
        listeners: Listeners,
        clock: LoopClock,
        rest: Callable[[], None],
    ) -> None:
        self._buffer, self._lock, self._listeners, self._clock, self._rest = buffer, lock, listeners, clock, rest
        self._published = 0  # epochs
        self._published_at = 0.0
        self._loop = running_loop()
        self._is_scheduled = False

    def publish(self, now: float) -> None:
        """Publish, if it is time. The loop stops for it."""
        self._clock.stopped_at = now
        since = now - self._published_at
        if since < PUBLISH_S or (since < PUBLISH_MANY_S and self._buffer.pending >= MANY):
            return
        self._published_at = now
        with self._lock:
            self._buffer.flush()
            if (epochs := len(self._buffer.recording)) != self._published:
                self._published = epochs
                self._listeners.on_epochs()

    def publish_outside_a_loop(self) -> None:
        """Publish at intervals, and the rest when the kernel is free: outside a loop nothing else asks for it."""
        now, loop = time.monotonic(), self._loop
        if now - self._clock.stopped_at >= TURN_S:
            self.publish(now)
        if not self._is_scheduled and loop is not None and not loop.is_closed():
            self._is_scheduled = True
            loop.call_soon_threadsafe(loop.call_later, PUBLISH_DELAY_S, self._publish_rest)

    def _publish_rest(self) -> None:
        self._is_scheduled = False
        self._rest()
