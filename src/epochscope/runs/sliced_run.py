"""The part of a training run that trains: in slices, up to where the run ends."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from epochscope.history import History
from epochscope.recording.size import warn_if_large
from epochscope.training.errors import TrainingDiverged
from epochscope.validation import check_int

from .branches import Branches
from .commands import Command, Until
from .listeners import Listeners
from .run import Progress, State

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer

#: How long, in seconds, weights are noted after a page has asked for some.
WANTED_S = 6.0


class SlicedRun:
    """Trains the current branch slice by slice, and keeps the state of the run."""

    def __init__(self, trainer: Trainer, epochs: int, speed: float | None) -> None:
        self._epochs = check_int("epochs", epochs, 1)
        warn_if_large(trainer.history, epochs)
        self.goal: int = self._epochs
        self._branches = Branches(trainer)
        self.listeners: Listeners = Listeners()
        #: Held while records are made; other threads take it to read records.
        self.lock: threading.RLock = threading.RLock()
        self.speed = speed
        self.until: Until | None = None
        #: Whether the last slice ended because the condition was met.
        self.met: bool = False
        self.error: BaseException | None = None
        self._note_until = 0.0
        self._queue: deque[Command] = deque()  # a command ends a slice
        self._waiters: set[asyncio.Future[None]] = set()
        self.state: State = self._stopped_state()

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current branch."""
        return self._branches.trainer

    @property
    def training(self) -> bool:
        """Whether the run is training."""
        return self.state == "training"

    @property
    def errors(self) -> Sequence[BaseException]:
        """The exception that ended the run, if there is one."""
        return [] if self.error is None else [self.error]

    def ready(self, now: float) -> bool:
        """Return whether those who show the run keep up, at time `now` in seconds."""
        return self.listeners.ready(now)

    def train_slice(self, deadline: float, epochs: int | None = None, *, publish: bool = True) -> int:
        """Train until `deadline`, a command, or the end of the run, at most `epochs` epochs; return how many.

        Without `publish` the caller notifies the listeners of the new epochs.
        """
        queue, clock, until = self._queue, time.monotonic, self.until
        self.met = False
        if self._note_until > clock():
            self._note_weights()

        def stop(loss: float) -> bool:
            self.met = until is not None and self._meets(until, loss)
            return self.met or bool(queue) or clock() >= deadline

        before = self.count
        try:
            with self.lock:
                self.trainer.run(self.left() if epochs is None else min(self.left(), epochs), stop)
        except BaseException as error:
            if publish:
                self.publish(before)
            if isinstance(error, KeyboardInterrupt):
                self.settle()
                raise
            self._fail(error)
            return self.count - before
        if publish:
            self.publish(before)
        if self.met or not self.left() or self.trainer.diverged:
            self.until = None
            self.settle()
        return self.count - before

    def want_weights(self) -> None:
        """Add weights to the recording at the beginning of each slice of the next seconds: a page shows them."""
        self._note_until = time.monotonic() + WANTED_S

    def read_weights(self, first: int, last: int, deadline: float) -> Progress:
        """Add the weights of epochs `first` to `last` to the recording, until a time.

        Returns "later" if the run trains as fast as possible. Raises ValueError, with the reason, if they cannot be
        known.
        """
        if self.training and self.speed is None:
            return "later"
        return "complete" if self.trainer.weights.read(first, last, deadline) else "unfinished"

    def _note_weights(self) -> None:
        try:
            with self.lock:
                self.trainer.weights.note()
        except ValueError:  # the page learns why when it asks
            self._note_until = 0.0

    async def finished(self) -> History:
        """Wait until the run is no longer training, and return the recording.

        Raises
        ------
        Exception
            What the user's model raised, if that ended the run.
        """
        if self.training:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await waiter
            finally:
                self._waiters.discard(waiter)
        if self.error is not None:
            raise self.error
        return self.trainer.history

    def begin(self, until: Until | None) -> None:
        """Train up to `until`, or to the goal; a goal that is reached already moves on by the length of a run."""
        self.until, self.error = until, None
        if until is not None and until.epochs is not None:
            self.goal = max(self.goal, until.epochs)
        elif self.count >= self.goal:
            self.goal = self.count + self._epochs
        left = self.left()
        if not left:
            self.until = None  # it is reached already
        self.settle("training" if left else None)

    def _clear(self) -> None:
        """Forget the condition and the error of the last training."""
        self.until, self.error = None, None

    def _stop(self) -> None:
        """Stop for good; the listeners receive nothing."""
        self.listeners.clear()
        if self.training:
            self.settle()

    def _fail(self, error: BaseException) -> None:
        if self.error is not error:
            self.error = error
            self.settle("failed")

    def settle(self, state: State | None = None) -> None:
        """Set the state; None is that of a stopped run."""
        self.state = self._stopped_state() if state is None else state
        if not self.training:
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(None)
        self.listeners.on_state()

    def _stopped_state(self) -> State:
        if self.trainer.diverged:
            return "failed"
        count = self.count
        return "idle" if not count else "paused" if count < self.goal else "finished"

    def _check_not_diverged(self) -> None:
        if self.trainer.diverged:
            raise TrainingDiverged.at(self.trainer.epoch)

    @property
    def count(self) -> int:
        """The number of epochs, without flushing the buffer."""
        return self.trainer.epoch + self.trainer.diverged

    def left(self) -> int:
        """Return how many epochs are left up to where the run stops."""
        until = self.until
        end = self.goal if until is None or until.epochs is None else until.epochs
        return max(0, end - self.count)

    def _meets(self, until: Until, loss: float) -> bool:
        if until.loss is not None and loss < until.loss:
            return True
        if not until.all_correct:
            return False
        history = self.trainer.history
        return history.count_correct(-1) == history.n_counted

    def publish(self, before: int) -> None:
        """Notify the listeners if there are more than `before` epochs."""
        if self.count > before:
            self.listeners.on_epochs()
