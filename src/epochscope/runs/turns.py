"""The turns of several runs that are trained together, so that their heads differ by at most one epoch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from .commands import Command
from .pacer import SLICE_S, Pacer
from .run import Run
from .training_run import TrainingRun


class Turns:
    """Trains runs epoch by epoch. The one with the fewest epochs is next, so one that was rewound catches up first.

    A run that fails, diverges or is finished leaves the others as they are. Each run trains as it would alone.

    Parameters
    ----------
    runs
        The runs. Those that cannot be trained, as recordings, only belong to the comparison.
    together
        Makes a context in which runs are published, so that what is sent for all of them is one message.
    """

    def __init__(
        self, runs: Sequence[Run], together: Callable[[], AbstractContextManager[object]] = nullcontext
    ) -> None:
        self.runs: tuple[Run, ...] = tuple(runs)
        self.together = together
        self._trainable = [run for run in self.runs if isinstance(run, TrainingRun)]
        self._queue: deque[tuple[Command, int | None]] = deque()  # a command ends a slice
        #: Seconds that an epoch of each run takes.
        self._costs: dict[int, float] = {}
        self._pacer = Pacer(self)
        for run in self._trainable:
            if run.training:
                run.pause()
            run.pacer = self._pacer

    @property
    def _training(self) -> list[TrainingRun]:
        """The runs that train, unless another comparison trains them."""
        return [run for run in self._trainable if run.training and run.pacer is self._pacer]

    @property
    def _open(self) -> list[TrainingRun]:
        """The runs that can be changed: those that were not closed, e.g. with their scope."""
        return [run for run in self._trainable if not run.closed]

    @property
    def _alive(self) -> list[TrainingRun]:
        """The runs that can go on."""
        return [run for run in self._open if not run.trainer.diverged]

    def _next(self, until: int | None = None) -> list[TrainingRun]:
        """Return the runs that go on up to an epoch, by default up to their goals; all if they are there."""
        alive = self._alive
        return [run for run in alive if run.count < (run.goal if until is None else until)] or alive

    @property
    def training(self) -> bool:
        """Whether a run trains."""
        return bool(self._training)

    @property
    def speed(self) -> float | None:
        """The speed of the slowest run that trains, in epochs per second; None is as fast as possible."""
        return min((run.speed for run in self._training if run.speed is not None), default=None)

    @property
    def front(self) -> int:
        """Where training goes on: the lowest head of the runs that train; if none does, of those that are not finished.

        The highest head if all are finished. The same as in `js/player/stage.ts`.
        """
        statuses = [run.status() for run in self.runs]
        heads = [each.head for each in statuses if each.state == "training"]
        heads = heads or [each.head for each in statuses if each.state in ("idle", "paused")]
        return min(heads) if heads else max(each.head for each in statuses)

    @property
    def errors(self) -> Sequence[BaseException]:
        """What ended the training of runs, raised by the user's models."""
        return [error for run in self._trainable for error in run.errors]

    def ready(self, now: float) -> bool:
        """Return whether those who show the runs keep up, at time `now` in seconds."""
        return all(run.ready(now) for run in self._training)

    def train_slice(self, deadline: float, epochs: int | None = None) -> int:
        """Train until about `deadline`, at most `epochs` epochs of each run that is at the front; return how many."""
        with self.together():
            return self._train_slice(deadline, epochs)

    def _train_slice(self, deadline: float, epochs: int | None) -> int:
        counts = {id(run): run.count for run in self._training}
        trained = 0
        try:
            while rounds := self._round(deadline, None if epochs is None else epochs - trained):
                trained += rounds
                if trained == epochs or self._queue or time.monotonic() >= deadline:
                    break
        except BaseException:
            self.pause()
            raise
        finally:
            for run in self._trainable:
                if id(run) in counts:
                    run.publish(counts[id(run)])
        return trained

    def _round(self, deadline: float, most: int | None) -> int:
        """Train the runs at the front, each by the same number of epochs, and return this number.

        One epoch at a time would cost some per cent more. Nobody can see the runs in between.
        """
        training = self._training
        if not training:
            return 0
        front = min(run.count for run in training)
        turn = [run for run in training if run.count == front]
        ahead = [run.count for run in training if run.count > front]
        length = self._length(turn, deadline)
        length = min(length, *(count - front for count in ahead), *(run.left() for run in turn), most or length)
        for run in turn:
            begun = time.perf_counter()
            done = run.train_slice(float("inf"), length, publish=False)
            if done:
                self._costs[id(run)] = (time.perf_counter() - begun) / done
        if any(run.met for run in turn):
            self.pause()
        return length

    def _length(self, turn: Sequence[TrainingRun], deadline: float) -> int:
        """Return how many epochs of each run there is time for, at least 1."""
        if any(run.until is not None and (run.until.loss is not None or run.until.all_correct) for run in turn):
            return 1  # all stop at the epoch at which one of them meets the condition
        if any(id(run) not in self._costs for run in turn):
            return 1
        left = min(deadline - time.monotonic(), SLICE_S)
        return max(1, int(left / max(1e-6, sum(self._costs[id(run)] for run in turn))))

    def pause(self) -> None:
        """Stop all runs after the current epoch, also those that another comparison trains."""
        with self.together():
            for run in self._open:
                run.pause()
