"""A run whose epochs the user's own training loop makes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

from epochscope.history import History
from epochscope.recording.buffer import EpochBuffer
from epochscope.recording.extras import Axis

from .listeners import Listeners
from .loop_axis import Places, Steps
from .loop_check import LossCheck
from .loop_controls import LoopControls
from .loop_mistakes import left_open, logged_twice
from .loop_probes import LoopProbes
from .loop_publisher import LoopPublisher
from .loop_recording import LoopRecording
from .loop_weights import LoopWeights
from .run import Progress, State, Status, message_of


class LoopRun(LoopControls):
    """The run of a `Monitor`. Its loop calls `turns` before an epoch when its `clock` says so.

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
        super().__init__()
        self._weights = None if model is None else LoopWeights(probes.first, model)
        self._recording = LoopRecording(probes, None if self._weights is None else self._weights.window, path)
        #: Held while records are made and read.
        self.lock: threading.RLock = threading.RLock()
        self._buffer = EpochBuffer(self._recording.history, probes.stack_shown, probes.size, self.lock)
        self.listeners: Listeners = Listeners()
        self.state: State = "idle"
        self.revision: int = 0
        self.goal: int = 0
        #: Whether the current step of the loop is recorded; True outside a loop.
        self.due: bool = True
        #: Whether the current epoch of the loop was logged, and whether any epoch of it was.
        self.has_logged: bool = False
        self.logged: bool = False
        #: How many loops have begun.
        self.loops: int = 0
        #: Where the steps of the loop stand on the axis.
        self.places: Places = Places()
        self._steps: Steps | None = None  # of the current loop
        self._check = LossCheck(probes.first) if check_loss and probes.only is not None else None
        self._publisher = LoopPublisher(
            self._buffer, self.lock, self.listeners, self.clock, self._settle_outside_a_loop
        )
        self._thread = threading.get_ident()  # which logs
        self._epoch = 0  # of the loop

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
        """Log an epoch: its loss in nats, logits from `copy_logits`, learning rate or NaN, and scalars by name.

        The logits of several texts are a list. `keep_weights`: record the weights also if no page shows them. Return
        what is wrong, if the loss is not that of the logits and no epoch before had this fault; None without `check`.
        """
        if not self.looping:
            self._append_outside_a_loop(loss, logits, lr, scalars)
        elif self.has_logged:
            raise RuntimeError(logged_twice(self._epoch, self._steps))
        else:
            place = None if self._steps is None else self.places.of(self._epoch)
            self._buffer.append(loss, logits, lr, place, scalars)
        self.has_logged = self.logged = True
        if self._weights is not None:
            with self.lock:
                self._weights.log(self._buffer.epochs - 1, logits, self._buffer.recording, keep=keep_weights)
        if not self.looping:
            self._publisher.publish_outside_a_loop()
        loss_check = self._check
        if loss_check is None or not loss_check.wanted or not check or self._buffer.recording.axis is not None:
            return None
        return loss_check.report(self._buffer.epochs - 1, loss, logits)

    def _append_outside_a_loop(self, loss: float, logits: Any, lr: float, scalars: Mapping[str, float] | None) -> None:
        """Buffer an epoch, on any thread."""
        with self.lock:
            self._thread, axis = threading.get_ident(), self._buffer.recording.axis
            self._prepare(axis)
            place = None if axis is None else self.places.of(self.places.next)
            self._buffer.append(loss, logits, lr, place, scalars)
        if self._check is not None:
            self._check.look()

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

    def close(self) -> None:
        """Release a paused loop; the listeners receive nothing after this."""
        self.listeners.clear()
        self.play(None)
        self._settle("finished" if self.state in ("training", "paused") else self.state)
        if not self.looping:
            self._recording.complete()

    def begin(self, n: int, steps: Steps | None = None) -> None:
        """Start a loop of `n` epochs, or of steps, on this thread. A loop that was left open ends.

        Raises
        ------
        RuntimeError
            If what has been logged is counted in another way.
        OSError
            If the file cannot be written.
        """
        if self.looping:
            self.end(self.loops)
        with self.lock:
            self._prepare(None if steps is None else steps.axis)
            records = n
            if steps is not None:
                records = steps.records(self.places.next)
                self.places.begin(steps)
                self._epoch = self.places.next - 1
            self.has_logged, self.logged = True, False  # no epoch has begun that would have to be logged
            self.loops += 1
            self._thread, self.looping, self._steps = threading.get_ident(), True, steps
        self.clock.begin()
        if self._check is not None:
            self._check.restart()
        self.goal, self.error = len(self.history) + records, None
        self._settle("training")

    def begin_epoch(self, loop: int, number: int, due: bool) -> None:
        """Begin an epoch or step of a loop, which has not been logged yet; `due` says whether it is recorded.

        Raises RuntimeError if another loop has begun.
        """
        if loop != self.loops:
            raise RuntimeError(left_open(number))
        self._epoch, self.due, self.has_logged = number, due, False

    def end(self, loop: int, error: BaseException | None = None, *, complete: bool = False) -> None:
        """End a loop: it is complete, was left early, or was ended by `error`. Ignored if another loop has begun.

        To be called again if the error is known only then. A step that was left before it was logged was not done.
        """
        if loop != self.loops:
            return
        if self.looping and self._steps is not None:
            left = self.due and not self.has_logged and not complete and error is None
            self.places.next = self._epoch if left else self._epoch + 1
        self.error, self.looping, self.due = error, False, True
        try:
            self._settle("finished" if error is None else "failed")
        finally:
            self._recording.complete()

    def turns(self, due: bool) -> Iterator[float]:
        """Yield how many seconds to wait before an epoch, until it may begin, and 0 then; publish between them."""
        while (seconds := self.turn(due)) is not None:
            yield seconds
        yield 0.0

    def turn(self, due: bool = True) -> float | None:
        """Publish, and return how many seconds to wait before the next call; None if the next epoch may begin."""
        now = time.monotonic()
        self._publisher.publish(now)
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
                if not self.looping or threading.get_ident() == self._thread:  # no other thread may record in a loop
                    self._buffer.flush()
            finally:
                self.state = state
                self.listeners.on_state()

    def _settle_outside_a_loop(self) -> None:
        with self.lock:
            if not self.looping:
                self._settle(self.state)
