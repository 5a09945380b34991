"""A run whose epochs the user's own training loop makes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from os import PathLike
from typing import Any

from epochscope.history import History
from epochscope.recording.buffer import EpochBuffer
from epochscope.recording.extras import Axis

from .commands import Command, Until
from .listeners import Listeners
from .loop_axis import Places, Steps
from .loop_check import LossCheck
from .loop_clock import TURN_S, LoopClock
from .loop_probes import LoopProbes
from .loop_recording import LoopRecording
from .loop_weights import LoopWeights
from .notebook import running_loop
from .run import Progress, SingleBranchRun, State, Status, message_of

#: How often, in seconds, a running loop publishes: one of few epochs a second, which are seen one by one, and one of
#: many. Recording more epochs at a time costs less.
PUBLISH_S, PUBLISH_MANY_S = 1 / 16, 1 / 8
MANY = 16  # epochs in `PUBLISH_S`
#: The delay, in seconds, after which epochs that are logged outside a loop are published if the kernel is free.
PUBLISH_DELAY_S = 0.25


class LoopRun(SingleBranchRun):
    """The run of a `Monitor`.

    Its loop calls `turns` before an epoch when its `clock` says so.

    Logged epochs are buffered. They become records in a turn, at the end of the loop, and when the loop's own thread
    reads the history. The lock is held while records are made and while the listeners are called, which read them. In
    a loop, epochs are logged without it: only the thread of the loop logs and records.

    Parameters
    ----------
    probes
        The texts.
    check_loss
        Whether to compare the losses of a loop over epochs with those of its logits. Defaults to True.
    model
        The module that the loop trains. Defaults to None.
    path
        The file that the recording is written to as it grows. Defaults to none.
    """

    advice = "the training loop is yours, so only your code can do this; EpochScope(text) makes a scope that trains"
    no_weights = (
        "the training loop is yours: pass its network to monitor(..., model=net), so that it can be looked into"
    )

    def __init__(
        self,
        probes: LoopProbes,
        *,
        check_loss: bool = True,
        model: Any = None,
        path: str | PathLike[str] | None = None,
    ) -> None:
        self._weights = None if model is None else LoopWeights(probes.first, model)
        self._recording = LoopRecording(probes, None if self._weights is None else self._weights.window, path)
        #: Held while records are made and read.
        self.lock: threading.RLock = threading.RLock()
        self._buffer = EpochBuffer(self._recording.history, probes.stack_shown, probes.size, self.lock)
        self.listeners: Listeners = Listeners()
        self.state: State = "idle"
        self.revision: int = 0
        self.goal: int = 0
        #: When the loop stops between two epochs.
        self.clock: LoopClock = LoopClock()
        #: Whether the current step of the loop is recorded; True outside a loop.
        self.due: bool = True
        #: Whether the current epoch of the loop was logged, and whether any epoch of it was.
        self.has_logged: bool = False
        self.logged: bool = False
        #: Where the steps of the loop stand on the axis.
        self.places: Places = Places()
        self._steps: Steps | None = None  # of the current loop
        self._check = LossCheck(probes.first) if check_loss and probes.only is not None else None
        self._published = 0  # epochs
        self._published_at = 0.0
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
            self._buffer.flush()
        return self._buffer.recording

    def shared(self, revision: int) -> int:
        """Return the number of epochs; none of an earlier revision, which had another axis."""
        return len(self.history) if revision == self.revision else 0

    def log(
        self,
        loss: float,
        logits: Any,
        lr: float,
        scalars: Mapping[str, float] | None,
        keep_weights: bool,
        check: bool,
    ) -> str | None:
        """Log an epoch.

        Parameters
        ----------
        loss
            Nats per predicted token.
        logits
            Those of the only text, from `copy_logits`, or a list of those of each.
        lr
            The learning rate, or NaN.
        scalars
            Other values by name, or None.
        keep_weights
            Whether to record the weights also if no page shows them.
        check
            Whether the loss should be that of the logits.

        Returns
        -------
        str or None
            What is wrong with the epoch, if its loss is not that of its logits and no epoch before it had this fault.
        """
        if not self._looping:
            self._log_outside_a_loop(loss, logits, lr, scalars)
        elif self.has_logged:
            raise RuntimeError(self._logged_already())
        else:
            place = None if self._steps is None else self.places.of(self._epoch)
            self._buffer.append(loss, logits, lr, place, scalars)
        self.has_logged = self.logged = True
        if self._weights is not None:
            with self.lock:
                self._weights.log(self._buffer.epochs - 1, logits, self._buffer.recording, keep=keep_weights)
        loss_check = self._check
        if loss_check is None or not loss_check.wanted or not check or self._buffer.recording.axis is not None:
            return None
        return loss_check.report(self._buffer.epochs - 1, loss, logits)

    def _log_outside_a_loop(self, loss: float, logits: Any, lr: float, scalars: Mapping[str, float] | None) -> None:
        """Log an epoch, from any thread, and publish."""
        with self.lock:
            self._thread = threading.get_ident()
            axis = self._buffer.recording.axis
            self._prepare(axis)
            place = None if axis is None else self.places.of(self.places.next)
            self._buffer.append(loss, logits, lr, place, scalars)
        if self._check is not None:
            self._check.look()
        self._publish_outside_a_loop()

    def _logged_already(self) -> str:
        if self._steps is not None:
            return (
                f"step {self._epoch} is logged already: call monitor.log() once per step; several texts are given to "
                "monitor() as a dict, and are logged at once"
            )
        return (
            f"epoch {self._epoch} is logged already: call monitor.log() once per epoch; to record every mini-batch "
            "or several passes, let monitor.steps(n) count these"
        )

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
            revision=self.revision,
            goal=self.goal,
            speed=self.clock.speed,
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
        self.clock.open(speed)

    def pause(self) -> None:
        """Hold the loop before its next epoch."""
        self.clock.close()

    def step(self, n: int = 1) -> None:
        """Let the loop make `n` epochs, or steps that are recorded. Raises RuntimeError if there is no loop."""
        if not self._looping:
            raise RuntimeError(f"step(): no loop is running, and {self.advice}")
        self.clock.allow(n)

    def set_speed(self, speed: float | None) -> None:
        """Change the speed, in epochs per second; None is as fast as possible."""
        self.clock.set_speed(speed)

    def close(self) -> None:
        """Release a paused loop; the listeners receive nothing after this."""
        self.listeners.clear()
        self.play(None)
        self._settle("finished" if self.state in ("training", "paused") else self.state)
        if not self._looping:
            self._recording.complete()

    def begin(self, n: int, steps: Steps | None = None) -> int:
        """Start a loop of `n` epochs, or of steps, on this thread; return its number for `fail`.

        Raises
        ------
        RuntimeError
            If what has been logged is counted in another way.
        """
        with self.lock:
            self._prepare(None if steps is None else steps.axis)
            self._loops += 1
            self._thread, self._looping, self._steps = threading.get_ident(), True, steps
        records = n
        if steps is not None:
            records = steps.records(self.places.next)
            self.places.begin(steps)
        self.clock.begin()
        self.logged = False
        if self._check is not None:
            self._check.restart()
        self.goal, self.error = len(self.history) + records, None
        self._settle("training")
        return self._loops

    def begin_epoch(self, number: int, due: bool) -> None:
        """Begin an epoch or step of the loop, which has not been logged yet; `due` says whether it is recorded."""
        self._epoch, self.due, self.has_logged = number, due, False

    def end(self, error: BaseException | None = None) -> None:
        """End the loop: it is complete, was left early, or was ended by `error`."""
        if self._looping and self._steps is not None:
            self.places.next = self._epoch + 1
        self.error, self._looping, self.due = error, False, True
        self._settle("finished" if error is None else "failed")
        self._recording.complete()

    def fail(self, loop: int, error: Exception) -> None:
        """Note that `error` ended a loop, which is known only after `end`. Ignored if another loop has begun."""
        if loop == self._loops:
            self.end(error)

    def turns(self, due: bool) -> Iterator[float]:
        """Yield how many seconds to wait before an epoch, until it may begin, and 0 then; publish between them."""
        while (seconds := self.turn(due)) is not None:
            yield seconds
        yield 0.0

    def turn(self, due: bool = True) -> float | None:
        """Publish, and return how many seconds to wait before the next call; None if the next epoch may begin."""
        now = time.monotonic()
        self._publish(now)
        if self._check is not None:
            self._check.look()
        commanded = self.clock.heard()
        state: State = "paused" if self.clock.is_closed else "training"
        if commanded or state != self.state:
            self._settle(state)
        return self.clock.seconds(now, due=due)

    def _prepare(self, axis: Axis | None) -> None:
        """Be ready for records with this axis, if any."""
        known = self._buffer.recording.axis
        if self._recording.prepare(axis, logged=self._buffer.epochs > 0):
            self._buffer.recording = self._recording.history
            if axis != known:
                self.revision += 1  # pages have a recording without the axis

    def _settle(self, state: State) -> None:
        with self.lock:
            try:
                if not self._looping or threading.get_ident() == self._thread:  # no other thread may record in a loop
                    self._buffer.flush()
            finally:
                self.state = state
            self.listeners.on_state()

    def _publish(self, now: float) -> None:
        self.clock.stopped_at = now
        since = now - self._published_at
        if since < PUBLISH_S or (since < PUBLISH_MANY_S and self._buffer.pending >= MANY):
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
        if now - self.clock.stopped_at >= TURN_S:
            self._publish(now)
        if not self._publish_scheduled and loop is not None and not loop.is_closed():
            self._publish_scheduled = True
            loop.call_soon_threadsafe(loop.call_later, PUBLISH_DELAY_S, self._publish_rest)

    def _publish_rest(self) -> None:
        self._publish_scheduled = False
        with self.lock:
            if not self._looping:
                self._settle(self.state)
