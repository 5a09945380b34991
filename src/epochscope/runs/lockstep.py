"""Several runs in lock step, and the commands for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from epochscope.training.errors import TrainingDiverged

from .commands import Command, Pause, Play, SetSpeed, Step, Until
from .notebook import running_loop
from .pacer import SLICE_S
from .run import Run
from .training_run import TrainingRun
from .turns import Turns


class Lockstep(Turns):
    """Trains several runs on command. Only `post` may be called on any thread; see `Turns` for the parameters."""

    def __init__(
        self, runs: Sequence[Run], together: Callable[[], AbstractContextManager[object]] = nullcontext
    ) -> None:
        super().__init__(runs, together)
        self._loop = running_loop()
        self._closed = False

    def play(self, speed: float | None, until: Until | None = None) -> None:
        """Train all runs in the background, at `speed` epochs per second, or as fast as possible if None.

        Raises
        ------
        RuntimeError
            If there is no event loop, or no run can be trained.
        TrainingDiverged
            If the last loss of all runs that could be trained is not finite.
        """
        self._check_able()
        self._loop = loop = self._loop or running_loop()
        if loop is None:
            raise RuntimeError("play(): there is no running event loop as in Jupyter; call train() instead")
        self.set_speed(speed)
        if not self.training or until is not None:
            until = until or self._kept_condition
            self._begin(self._next(None if until is None else until.epochs), until)
        if self.training:
            self._pacer.start(loop)

    def pause_unseen(self) -> None:
        """Pause those for whose end nobody waits: no page shows them any more."""
        for run in self._training:
            run.pause_unseen()

    def step(self, n: int = 1) -> None:
        """Train `n` epochs now: of the runs that can go on, from the front on."""
        self._check_able()
        self.pause()
        self._begin_up_to(n)
        while self.training:
            self.train_slice(float("inf"))
        self._raise_error()

    def set_speed(self, speed: float | None) -> None:
        """Change the speed of all, in epochs per second; None is as fast as possible."""
        with self.together():
            for run in self._open:
                run.set_speed(speed)

    def reset(self, seed: int | None = None) -> None:
        """Discard all epochs and branches of all runs; restore their initial weights, or make those of another seed."""
        self._change([partial(run.reset, seed) for run in self._open])

    def rewind(self, epoch: int) -> None:
        """Restore the state just before `epoch` of all runs that have got as far."""
        self._change([partial(run.rewind, epoch) for run in self._that_have(epoch)])

    def branch(self, epoch: int, lr: float | None = None, **optimizer_options: Any) -> None:
        """Continue from `epoch` on new branches of all runs that have got as far, with new options of optimizers."""
        self._change([partial(run.branch, epoch, lr, **optimizer_options) for run in self._that_have(epoch)])

    def switch_to(self, branch: int) -> None:
        """Make the branch of this number the current one, of all runs that have it."""
        having = [run for run in self._open if any(each.id == branch for each in run.branches())]
        self._change([partial(run.switch_to, branch) for run in having])

    def train(self, n: int | None = None) -> None:
        """Train `n` epochs of all runs now, up to their goals if None. `pause` ends it early."""
        self._check_able()
        if n is None:
            self._begin(self._next(), None)
        else:
            self._begin_up_to(n)
        try:
            while self.training:
                self.train_slice(time.monotonic() + SLICE_S)
                self._drain()
        except BaseException:
            self.pause()
            raise
        for run in self._trainable:
            run.until = None
        self._raise_error()

    async def finished(self) -> None:
        """Wait until no run is training. Raises what a user's model raised, after the others have ended."""
        results = await asyncio.gather(*(run.finished() for run in self._trainable), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def post(self, command: Command, run: int | None) -> None:
        """Queue a command for one run, or for all if None, from any thread. It is carried out between two epochs."""
        self._queue.append((command, run))
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._drain)

    def close(self) -> None:
        """Train no more; the runs stay."""
        self.pause()
        self._closed = True
        self._queue.clear()
        self._pacer.cancel()
        for run in self._trainable:
            if run.pacer is self._pacer:
                run.train_alone()

    def _that_have(self, epoch: int) -> list[TrainingRun]:
        having = [run for run in self._open if 0 <= epoch <= run.trainer.epoch]
        if not having:
            most = max((run.trainer.epoch for run in self._trainable), default=0)
            raise ValueError(f"epoch={epoch!r}: no run of the comparison has this epoch; give one from 0 to {most}")
        return having

    def _change(self, changes: Sequence[Callable[[], None]]) -> None:
        """Make a change of each run. One that is not possible leaves the others; then its error is raised."""
        self._check_open()
        self.pause()
        with self.together():
            errors = [_error_of(change) for change in changes]
        for error in filter(None, errors):
            raise error

    @property
    def _kept_condition(self) -> Until | None:
        """The condition up to which the runs were trained when they were paused."""
        return next((run.until for run in self._alive if run.until is not None), None)

    def _begin_up_to(self, n: int) -> None:
        """Train `n` epochs from the front on."""
        target = min(run.count for run in self._next()) + n
        self._begin(self._next(target), Until(epochs=target))

    def _begin(self, runs: Sequence[TrainingRun], until: Until | None) -> None:
        with self.together():
            for run in self._training:
                if run not in runs:
                    run.settle()
            for run in runs:
                run.pacer = self._pacer
                run.begin(until)

    def _drain(self) -> None:
        """Carry out the queued commands of browsers."""
        while self._queue and not self._closed:
            command, index = self._queue.popleft()
            with self.together():
                if index is not None:
                    self._carry_out_by(self.runs[index], command)
                elif isinstance(command, (Play, Pause, Step, SetSpeed)):
                    self._carry_out(command)
                else:  # the status of each run says if it is not possible
                    for run in self._open:
                        self._carry_out_by(run, command)

    def _carry_out_by(self, run: Run, command: Command) -> None:
        if not isinstance(run, TrainingRun):
            run.post(command)
        elif not run.closed:
            self.pause()
            run.carry_out(command)

    def _carry_out(self, command: Command) -> None:
        try:
            command.apply(self)
        except (RuntimeError, ValueError):  # the page is out of date: it receives the status again
            for run in self._trainable:
                run.listeners.on_state()
        except KeyboardInterrupt:
            raise
        except Exception:  # noqa: BLE001 - the user's model raised it; the run has noted it, and the page shows it
            return

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("this comparison is closed; make a new one")

    def _check_able(self) -> None:
        self._check_open()
        if not self._trainable:
            raise RuntimeError("a comparison of recordings replays and cannot train; give compare() a text and options")
        if not self._alive:
            raise TrainingDiverged.at(min(run.trainer.epoch for run in self._trainable))

    def _raise_error(self) -> None:
        for error in self.errors:
            raise error


def _error_of(change: Callable[[], None]) -> Exception | None:
    try:
        change()
    except Exception as error:  # noqa: BLE001 - the caller raises it after the other changes
        return error
    return None
