"""A loop that the user writes, as a source: its records, and the gate by which a browser holds and releases it."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Literal

from epochscope.history import History
from epochscope.recording.buffer import EpochBuffer
from epochscope.widget.wire import OldBranch

from .commands import Command, Pause, Play, Speed, Step
from .loop_data import LoopData
from .loops import running_loop
from .run import NullListener, RunListener, message_of

State = Literal["idle", "training", "paused", "finished", "failed"]

#: How often, in seconds, a running loop looks around; a command that has come it obeys before its next epoch.
TURN_S = 0.03
#: How often, in seconds, it publishes. To record twice as many epochs at a time costs less.
PUBLISH_S = 1 / 16
#: How long a held loop waits, in seconds, before it looks whether the kernel was interrupted.
_LOOK_S = 0.1
#: How soon, in seconds, what is logged outside a loop is published at the latest, if the kernel is free.
_SOON_S = 0.25


class LoopRun:
    """What `Monitor` records. The loop asks `due` before every epoch, and takes a `turn` if so.

    Logged epochs are staged, and made records when the loop takes a turn, when its own thread reads them, and at its
    end. The listener is told with the lock held: it reads records, and other threads hold the lock when they listen.
    """

    revision = 0

    def __init__(self, task: LoopData) -> None:
        history = History(task.alphabet, task.shown_inputs, task.shown_targets, separator=task.separator)
        history.metadata["source"] = "monitor"
        self._staged = EpochBuffer(history, task.gather, task.inputs.size * len(task.alphabet))
        self.lock = threading.RLock()  # held while records are made and read; also while an epoch is staged
        self.listener: RunListener = NullListener()
        self.state: State = "idle"
        self.goal = 0
        self.speed: float | None = None
        self.error: BaseException | None = None
        self.logged = 0  # counts the calls of `log`
        self._mail: deque[Command] = deque()
        self._rung = threading.Event()
        self._left: int | None = None  # epochs until the loop is held again; None: no end
        self._told = 0  # how many epochs the listener knows of
        self._turned_at = 0.0
        self._published_at = 0.0
        self._next_at = 0.0
        self._loop = running_loop()
        self._thread = threading.get_ident()  # which logs
        self._looping = False
        self._promised = False  # what was logged outside a loop is going to be published

    @property
    def history(self) -> History:
        """The recording; for the thread that logs with all that it has logged, for others as far as it was made."""
        if threading.get_ident() == self._thread:
            self.record()
        return self._staged.recording

    def record(self) -> None:
        """Make records of all that was logged."""
        if self._staged:
            with self.lock:
                self._staged.flush()

    def log(self, loss: float, logits: Any, lr: float) -> None:
        """An epoch: its loss in nats, its logits as `LoopData.kept` has them, the learning rate or NaN."""
        with self.lock:
            self._thread = threading.get_ident()
            self._staged.append(loss, logits, lr)
        self.logged += 1
        if not self._looping:
            self._publish_soon()

    def shared(self, revision: int) -> int:  # noqa: ARG002 - a source's
        """All: a loop only ever adds."""
        return len(self.history)

    def old_branches(self) -> list[OldBranch]:
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
            "message": message_of(self.error),
            "source": "monitor",
            "lr": None,
        }

    def post(self, command: Command) -> None:
        """Hand over a command from any thread; the loop obeys it before its next epoch. Without a loop it is lost."""
        if self._looping:
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
        self.listener = NullListener()
        self._left = None
        self._settle("finished" if self.state in ("training", "paused") else self.state)
        self._rung.set()

    def begin(self, epochs: int) -> None:
        """A loop of `epochs` more epochs starts, on this thread."""
        self._mail.clear()
        self._thread, self._looping = threading.get_ident(), True
        self.goal, self.error, self._left = len(self.history) + epochs, None, None
        self._settle("training")

    def end(self, error: BaseException | None = None) -> None:
        """The loop is over: through, left early (nobody outside can make it go on), or ended by `error`."""
        self.error, self._looping = error, False
        self.goal = len(self.history)  # no more is to come
        self._settle("finished" if error is None else "failed")

    def due(self) -> bool:
        """Whether the loop is to take a turn before its next epoch: something to publish, to obey or to wait for."""
        if self._left is not None:
            self._left -= 1
        now = time.monotonic()
        return bool(self._mail) or self._left == 0 or self.speed is not None or now - self._turned_at >= TURN_S

    def turn(self) -> float | None:
        """Publish and obey; returns how many seconds to wait before turning again, None when the loop may go on."""
        now = time.monotonic()
        self._publish(now)
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
                self._tell_state()
            case _:
                self._tell_state()

    def _settle(self, state: State) -> None:
        if state != self.state or state != "training":
            self.state = state
            self._tell_state()

    def _tell_state(self) -> None:
        with self.lock:
            self._staged.flush()
            self.listener.on_state()

    def _publish(self, now: float) -> None:
        self._turned_at = now
        if now - self._published_at < PUBLISH_S:
            return
        self._published_at = now
        with self.lock:
            self._staged.flush()
            epochs = len(self._staged.recording)
            if epochs != self._told:
                self._told = epochs
                self.listener.on_epochs()

    def _publish_soon(self) -> None:
        """Outside a loop no turn comes: publish now and then, and the last of it when the kernel is free."""
        now, loop = time.monotonic(), self._loop
        if now - self._turned_at >= TURN_S:
            self._publish(now)
        if not self._promised and loop is not None and not loop.is_closed():
            self._promised = True
            loop.call_soon_threadsafe(loop.call_later, _SOON_S, self._keep_promise)

    def _keep_promise(self) -> None:
        self._promised = False
        if not self._looping:
            self._tell_state()
