"""When a user's loop stops between two epochs: to publish, or because a browser pauses it or sets its speed."""

from __future__ import annotations

import threading
import time

from .gate import Gate

#: How often, in seconds, a running loop stops to publish and to look for commands.
TURN_S = 0.03
#: The most epochs of a loop between two looks at the clock.
MAX_STRIDE = 16
#: The longest wait, in seconds, of a paused loop before it checks for a kernel interrupt.
MAX_WAIT_S = 0.1


class LoopClock:
    """Tells a loop when to stop, and how long. Other threads give the commands."""

    def __init__(self) -> None:
        #: Whether to stop before the next epoch, whatever the time.
        self.attention: bool = False
        #: After how many epochs to call `look`: to look at the clock before each would cost more than the rest.
        self.stride: int = 1
        #: Epochs per second; None is as fast as possible.
        self.speed: float | None = None
        #: When the loop stopped last, in seconds.
        self.stopped_at: float = 0.0
        self._looked_at = 0.0
        self._next_at = 0.0  # when the next epoch may begin at the requested speed
        self._gate = Gate()
        self._commanded = threading.Event()  # a command has changed the gate or the speed

    # -- commands, from any thread -------------------------------------------------------------------------------

    def open(self, speed: float | None) -> None:
        """Let the loop continue at a speed."""
        self.speed = speed
        self._gate.open()
        self._call()

    def close(self) -> None:
        """Hold the loop before its next epoch."""
        self._gate.close()
        self._call()

    def allow(self, n: int) -> None:
        """Let `n` recorded epochs pass."""
        self._gate.allow(n)
        self._call()

    def set_speed(self, speed: float | None) -> None:
        """Change the speed."""
        self.speed = speed
        self._call()

    def _call(self) -> None:
        self.attention = True
        self._commanded.set()

    # -- from the loop -------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin a loop, which nothing holds."""
        self._gate.open()
        self._commanded.clear()
        self._looked_at, self.stride = 0.0, 1

    @property
    def is_closed(self) -> bool:
        """Whether the loop is held."""
        return self._gate.is_closed

    def look(self) -> bool:
        """Look at the clock after `stride` epochs; return whether to stop."""
        now = time.monotonic()
        passed, self._looked_at = now - self._looked_at, now
        fit = TURN_S / 4 * self.stride / passed if passed > 0 else MAX_STRIDE
        self.stride = max(1, min(MAX_STRIDE, int(fit)))
        return self.attention or now - self.stopped_at >= TURN_S

    def heard(self) -> bool:
        """Return whether there was a command since the last call."""
        commanded = self._commanded.is_set()
        self._commanded.clear()
        self.attention = False  # a command from here on is noticed by the next stop at the latest
        return commanded

    def seconds(self, now: float, *, due: bool) -> float | None:
        """Return how many seconds to wait before asking again; None if the epoch may begin. `due`: it is recorded."""
        seconds = MAX_WAIT_S if self._gate.is_closed else self._until_next(now) if due else None
        if seconds is None and due:
            self._gate.count()
        if not self._gate.is_open or self.speed is not None:
            self.attention = True
        return seconds

    def wait(self, seconds: float) -> None:
        """Wait on this thread, until a command arrives or the time is over."""
        self._commanded.wait(seconds)

    def _until_next(self, now: float) -> float | None:
        if self.speed:
            if now < self._next_at:
                return min(MAX_WAIT_S, self._next_at - now)
            self._next_at = max(self._next_at, now - TURN_S) + 1 / self.speed
        return None
