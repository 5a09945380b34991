"""A loop that the user writes, as a source: its records, and the gate by which a browser holds and releases it."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Literal

from .commands import Command, Pause, Play, Speed, Step
from .history import History
from .source import Deaf, Listener
from .wire import Ghost

State = Literal["idle", "training", "paused", "finished", "failed"]

#: How often, in seconds, a running loop publishes and looks for commands.
TURN_S = 0.03
#: How long a held loop waits, in seconds, before it looks whether the kernel was interrupted.
_LOOK_S = 0.1


class Monitored:
    """What `Monitor` records. The loop asks `due` after every epoch, and waits while `held`."""

    revision = 0

    def __init__(self, history: History) -> None:
        self.history = history
        self.lock = threading.RLock()
        self.listener: Listener = Deaf()
        self.state: State = "idle"
        self.goal = 0
        self.speed: float | None = None
        self.error: BaseException | None = None
        self._mail: deque[Command] = deque()
        self._rung = threading.Event()
        self._left: int | None = None  # epochs until the loop is held again; None: no end
        self._told = 0  # how many epochs the listener knows of
        self._turned_at = 0.0
        self._next_at = 0.0

    def shared(self, revision: int) -> int:  # noqa: ARG002 - a source's
        """All: a loop only ever adds."""
        return len(self.history)

    def ghosts(self) -> list[Ghost]:
        """No lines but the one."""
        return []

    def status(self) -> dict[str, Any]:
        """What the browser is told about the loop."""
        return {
            "state": self.state,
            "head": len(self.history) - 1,
            "revision": 0,
            "goal": self.goal,
            "speed": self.speed,
            "reason": "error" if self.state == "failed" else None,
            "message": None if self.error is None else f"{type(self.error).__name__}: {self.error}",
            "source": "monitor",
            "lr": None,
        }

    def post(self, command: Command) -> None:
        """Hand over a command from any thread; the loop obeys it before its next epoch. Without a loop it is lost."""
        if self.state in ("training", "paused"):
            self._mail.append(command)
            self._rung.set()

    def do(self, command: Command) -> None:
        """The same as `post`, for those that a loop can obey.

        Raises:
            RuntimeError: a loop that the user writes cannot be rewound, branched or reset from outside.
        """
        if not isinstance(command, (Play, Pause, Step, Speed)):
            raise RuntimeError(f"{command!r}: the loop is yours, so only your code can do this; a Trainer can")
        self.post(command)

    def close(self) -> None:
        """Let go of a held loop, and tell nobody any more."""
        self.listener = Deaf()
        self._left = None
        self._settle("finished" if self.state in ("training", "paused") else self.state)
        self._rung.set()

    def begin(self, epochs: int) -> None:
        """A loop of `epochs` more epochs starts."""
        self._mail.clear()
        self.goal, self.error, self._left = len(self.history) + epochs, None, None
        self._settle("training")

    def end(self, error: BaseException | None = None) -> None:
        """The loop is over: through, left early (still fewer records than the goal), or ended by `error`."""
        self.error = error
        through = len(self.history) >= self.goal
        self._settle("failed" if error is not None else "finished" if through else "paused")
        self._mail.clear()

    def due(self) -> bool:
        """Whether the loop is to take a turn before its next epoch: something to publish, to obey or to wait for."""
        if self._left is not None:
            self._left -= 1
        now = time.monotonic()
        return bool(self._mail) or self._left == 0 or self.speed is not None or now - self._turned_at >= TURN_S

    def turn(self) -> float | None:
        """Publish and obey; returns how many seconds to wait before turning again, None when the loop may go on."""
        self._turned_at = now = time.monotonic()
        if len(self.history) != self._told:
            self._told = len(self.history)
            self.listener.on_epochs()
        self._rung.clear()
        while self._mail:
            self._obey(self._mail.popleft())
        if self._left == 0:
            self._left = -1
            self._settle("paused")
        if self.state == "paused":
            return _LOOK_S
        if not self.speed:
            return None
        if now < self._next_at:
            return min(_LOOK_S, self._next_at - now)
        self._next_at = max(self._next_at, now - TURN_S) + 1 / self.speed
        return None

    def wait(self, seconds: float) -> None:
        """Wait so long on this thread, or until a command arrives."""
        self._rung.wait(seconds)

    def _obey(self, command: Command) -> None:
        match command:
            case Play(speed):
                self.speed, self._left = speed, None
                self._settle("training")
            case Pause():
                self._settle("paused")
            case Step(n):
                self._left = n
                self._settle("training")
            case Speed(speed):
                self.speed = speed
                self.listener.on_state()
            case _:
                self.listener.on_state()

    def _settle(self, state: State) -> None:
        if state != self.state or state != "training":
            self.state = state
            self.listener.on_state()
