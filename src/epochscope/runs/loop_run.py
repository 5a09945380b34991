"""A run whose epochs the user's own training loop makes."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

from epochscope.history import History
from epochscope.recording.buffer import EpochBuffer

from .commands import Command, Until
from .gate import Gate
from .listeners import Listeners
from .loop_check import LossCheck
from .loop_data import LoopData
from .loop_weights import LoopWeights
from .notebook import running_loop
from .run import Progress, SingleBranchRun, State, Status, message_of

#: How often, in seconds, a running loop stops to publish and to look for commands.
TURN_S = 0.03
#: How often, in seconds, it publishes. Recording more epochs at a time costs less.
PUBLISH_S = 1 / 16
#: The longest wait, in seconds, of a paused loop before it checks for a kernel interrupt.
MAX_WAIT_S = 0.1
#: The delay, in seconds, after which epochs that are logged outside a loop are published if the kernel is free.
PUBLISH_DELAY_S = 0.25


class LoopRun(SingleBranchRun):
    """The run of a `Monitor`. Its loop asks `due` before every epoch, and calls `turn` if so.

    Logged epochs are buffered. They become records in a turn, at the end of the loop, and when the loop's own thread
    reads the history. The lock is held while the listeners are called: they read records.
    """

    advice = "the training loop is yours, so only your code can do this; EpochScope(text) makes a scope that trains"
    no_weights = (
        "the training loop is yours: pass its network to monitor(..., model=net), so that it can be looked into"
    )

    def __init__(self, data: LoopData, *, check_loss: bool = True, model: Any = None) -> None:
        history = History(data.alphabet, data.shown_inputs, data.shown_targets, separator=data.separator)
        history.metadata["source"] = "monitor"
        self._weights = None if model is None else LoopWeights(data, model)
        if self._weights is not None and self._weights.window is not None:
            history.metadata["window"] = self._weights.window
        self._buffer = EpochBuffer(history, data.stack_shown, data.inputs.size * len(data.alphabet))
        #: Held while an epoch is buffered, and while records are made and read.
        self.lock: threading.RLock = threading.RLock()
        self.listeners: Listeners = Listeners()
        self.state: State = "idle"
        self.goal: int = 0
        self.speed: float | None = None
        self.has_logged: bool = False  # in the current epoch of the loop
        self._check = LossCheck(data) if check_loss else None
        self._gate = Gate()
        self._commanded = threading.Event()  # a command has changed the gate or the speed
        self._published = 0  # epochs
        self._turned_at = 0.0
        self._published_at = 0.0
        self._next_at = 0.0  # when the next epoch may begin at the requested speed
        self._loop = running_loop()
        self._thread = threading.get_ident()  # which logs
        self._looping = False
        self._loops = 0
        self._epoch = 0  # of the loop
        self._publish_scheduled = False

    @property
    def history(self) -> History:  # pyright: ignore[reportIncompatibleVariableOverride] - read-only, as in `Run`
        """The recording; on other threads than the one that logs, without the epochs that are still buffered."""
        if threading.get_ident() == self._thread:
            self.record()
        return self._buffer.recording

    def record(self) -> None:
        """Make records of all logged epochs."""
        if self._buffer:
            with self.lock:
                self._buffer.flush()

    def log(self, loss: float, logits: Any, lr: float, *, keep_weights: bool = False) -> str | None:
        """Log an epoch: its loss in nats, its logits from `copy_logits`, and its learning rate or NaN.

        Return what is wrong with it, if its loss is not that of its logits and no epoch before it had this fault.
        """
        if self._looping and self.has_logged:
            raise RuntimeError(
                f"epoch {self._epoch} is logged already: call monitor.log() once per epoch; to record every mini-batch "
                "or several passes, let monitor.epochs(n) count these"
            )
        with self.lock:
            self._thread = threading.get_ident()
            self._buffer.append(loss, logits, lr)
            epoch = self._buffer.epochs - 1
            if self._weights is not None:
                self._weights.log(epoch, logits, self._buffer.recording, keep=keep_weights)
        self.has_logged = True
        if not self._looping:
            self._publish_outside_a_loop()
        return self._check.report(epoch, loss, logits) if self._check is not None else None

    def want_weights(self) -> None:
        """Read the weights of the epochs of the next minute: a page shows them."""
        if self._weights is not None:
            self._weights.want()

    def read_weights(self, first: int, last: int, deadline: float) -> Progress:
        """Return "complete": only logged epochs have weights. Raises ValueError, with the reason, if none will."""
        if self._weights is None:
            return super().read_weights(first, last, deadline)
        if self._weights.reason is not None:
            raise ValueError(self._weights.reason)
        return "complete"

    def status(self) -> Status:
        """Return the current status."""
        return Status(
            self.state,
            head=len(self.history) - 1,
            revision=0,
            goal=self.goal,
            speed=self.speed,
            source="monitor",
            reason="error" if self.state == "failed" else None,
            message=message_of(self.error),
        )

    def post(self, command: Command) -> None:
        """Carry out a command, from any thread. Without a loop, or if a loop cannot do it, it is ignored."""
        if self._looping:
            with suppress(RuntimeError):
                command.apply(self)

    def play(self, speed: float | None, until: Until | None = None) -> None:  # noqa: ARG002 - the protocol's
        """Let the loop continue at `speed` epochs per second, or as fast as possible if None."""
        self.speed = speed
        self._gate.open()
        self._commanded.set()

    def pause(self) -> None:
        """Hold the loop before its next epoch."""
        self._gate.close()
        self._commanded.set()

    def step(self, n: int = 1) -> None:
        """Let the loop make `n` epochs. Raises RuntimeError if there is no loop."""
        if not self._looping:
            raise RuntimeError(f"step(): no loop is running, and {self.advice}")
        self._gate.allow(n)
        self._commanded.set()

    def set_speed(self, speed: float | None) -> None:
        """Change the speed, in epochs per second; None is as fast as possible."""
        self.speed = speed
        self._commanded.set()

    def close(self) -> None:
        """Release a paused loop; the listeners receive nothing after this."""
        self.listeners.clear()
        self.play(None)
        self._settle("finished" if self.state in ("training", "paused") else self.state)

    def begin(self, epochs: int) -> int:
        """Start a loop of `epochs` epochs on this thread; return its number for `fail`."""
        self._loops += 1
        self._gate.open()
        self._commanded.clear()
        self._thread, self._looping = threading.get_ident(), True
        if self._check is not None:
            self._check.restart()
        self.goal, self.error = len(self.history) + epochs, None
        self._settle("training")
        return self._loops

    def begin_epoch(self, epoch: int) -> None:
        """Begin an epoch of the loop, which has not been logged yet."""
        self._epoch, self.has_logged = epoch, False

    def end(self, error: BaseException | None = None) -> None:
        """End the loop: it is complete, was left early, or was ended by `error`."""
        self.error, self._looping = error, False
        self._settle("finished" if error is None else "failed")

    def fail(self, loop: int, error: Exception) -> None:
        """Note that `error` ended a loop, which is known only after `end`. Ignored if another loop has begun."""
        if loop == self._loops:
            self.end(error)

    def due(self) -> bool:
        """Return whether to call `turn` before the next epoch."""
        if self._commanded.is_set() or not self._gate.is_open or self.speed is not None:
            return True
        return time.monotonic() - self._turned_at >= TURN_S

    def turn(self) -> float | None:
        """Publish, and return how many seconds to wait before the next call; None if the next epoch may begin."""
        now = time.monotonic()
        self._publish(now)
        commanded = self._commanded.is_set()
        self._commanded.clear()
        state: State = "paused" if self._gate.is_closed else "training"
        if commanded or state != self.state:
            self._settle(state)
        if state == "paused":
            return MAX_WAIT_S
        if self.speed:
            if now < self._next_at:
                return min(MAX_WAIT_S, self._next_at - now)
            self._next_at = max(self._next_at, now - TURN_S) + 1 / self.speed
        self._gate.count()
        return None

    def wait(self, seconds: float) -> None:
        """Wait on this thread, until a command arrives or the time is over."""
        self._commanded.wait(seconds)

    def _settle(self, state: State) -> None:
        self.state = state
        with self.lock:
            self._buffer.flush()
            self.listeners.on_state()

    def _publish(self, now: float) -> None:
        self._turned_at = now
        if now - self._published_at < PUBLISH_S:
            return
        self._published_at = now
        with self.lock:
            self._buffer.flush()
            if (epochs := len(self._buffer.recording)) != self._published:
                self._published = epochs
                self.listeners.on_epochs()

    def _publish_outside_a_loop(self) -> None:
        """Publish at intervals, and the rest when the kernel is free: outside a loop there are no turns."""
        now, loop = time.monotonic(), self._loop
        if now - self._turned_at >= TURN_S:
            self._publish(now)
        if not self._publish_scheduled and loop is not None and not loop.is_closed():
            self._publish_scheduled = True
            loop.call_soon_threadsafe(loop.call_later, PUBLISH_DELAY_S, self._publish_rest)

    def _publish_rest(self) -> None:
        self._publish_scheduled = False
        if not self._looping:
            self._settle(self.state)
