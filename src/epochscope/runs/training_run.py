"""A run whose epochs a trainer makes, and the commands for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from epochscope.history import History
from epochscope.training.errors import TrainingDiverged
from epochscope.validation import check_int

from .branches import Branch, OldBranch
from .commands import Branch as BranchCommand
from .commands import Command, Until
from .notebook import running_loop
from .pacer import SLICE_S, Pacer
from .run import Status, message_of
from .sliced_run import SlicedRun

if TYPE_CHECKING:
    from epochscope.recording.run_spec import RunSpec
    from epochscope.training.trainer import Trainer


class TrainingRun(SlicedRun):
    """Trains on command. Only `post` may be called on any thread.

    Parameters
    ----------
    trainer
        The trainer to run.
    epochs
        The length of a run. Playing at the goal extends the goal by as much.
    speed
        Epochs per second; None is as fast as possible.
    """

    until: Until | None

    given_spec: RunSpec | None = None

    def __init__(self, trainer: Trainer, *, epochs: int = 300, speed: float | None = 12.0) -> None:
        super().__init__(trainer, epochs, speed)
        self._own_pacer = Pacer(self)
        #: What trains the run in the background: its own pacer, or that of a comparison.
        self.pacer: Pacer = self._own_pacer
        self.closed: bool = False
        self._refusal: str | None = None  # why the last command of a browser was not possible
        self._loop = running_loop()
        self._thread = threading.get_ident()

    @property
    def history(self) -> History:
        """The recording of the current branch; on other threads without the epochs that are still buffered."""
        return self.trainer.history if threading.get_ident() == self._thread else self.trainer.recorded

    @property
    def revision(self) -> int:
        """How often the recording was cut or replaced."""
        return self._branches.revision

    def status(self) -> Status:
        """Return the current status."""
        return Status(
            self.state,
            head=len(self.history) - 1,
            revision=self.revision,
            goal=self.goal,
            speed=self.speed,
            source="trainer",
            reason=self._reason(),
            message=message_of(self.error) or self._refusal,
        )

    def spec(self) -> RunSpec:
        """Return what reproduces the recording, or before it begins a run. Raises ValueError if no spec does."""
        from epochscope.training.spec_of import spec_of

        return spec_of(self.trainer, self.goal)

    def _reason(self) -> Literal["diverged", "error", "refused"] | None:
        if self.error is not None:
            return "error"
        if self._refusal is not None:
            return "refused"
        return "diverged" if self.trainer.diverged else None

    def shared(self, revision: int) -> int:
        """Return how many epochs, at most, the recording shares with what it was at `revision`."""
        return self._branches.shared(revision)

    def branches(self) -> tuple[Branch, ...]:
        """Return all branches in the order in which they were made."""
        return self._branches.branches()

    def old_branches(self) -> list[OldBranch]:
        """Return the branches that are not current, each from where it differs from the current one."""
        return self._branches.old_branches()

    def post(self, command: Command) -> None:
        """Queue a command, from any thread. It is carried out between two epochs."""
        self._queue.append(command)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._drain)

    def play(self, speed: float | None, until: Until | None = None) -> None:
        """Train in the background at `speed` epochs per second, or as fast as possible if None.

        Raises
        ------
        RuntimeError
            If there is no event loop, or the run is closed.
        TrainingDiverged
            If the last loss is not finite.
        """
        self._check_open()
        self._check_not_diverged()
        loop = self._loop or running_loop()
        if loop is None:
            raise RuntimeError("play(): there is no running event loop as in Jupyter; call train() instead")
        self._loop, self.speed = loop, speed
        if self.training and until is None:
            self.listeners.on_state()
        else:
            self.begin(until or self.until)  # a paused run keeps its condition
        if self.training:
            self.pacer.start(loop)

    def pause(self) -> None:
        """Stop after the current epoch."""
        self._check_open()
        if self.training:
            self.settle()

    def pause_unseen(self) -> None:
        """Pause, unless somebody awaits `finished`, or a page of another display shows the run."""
        if not self._waiters and not self.closed and not self.listeners.seen:
            self.pause()

    def train_alone(self) -> None:
        """Be trained in the background by its own pacer again."""
        self.pacer = self._own_pacer

    def step(self, n: int = 1) -> None:
        """Train `n` epochs now."""
        n = check_int("n", n, 1)
        self._check_open()
        self._check_not_diverged()
        if self.training:
            self.settle()
        self.begin(Until(epochs=self.count + n))
        while self.training:
            self.train_slice(float("inf"))
        self._raise_error()

    def set_speed(self, speed: float | None) -> None:
        """Change the speed, in epochs per second; None is as fast as possible."""
        self._check_open()
        self.speed = speed
        self.listeners.on_state()

    def train(self, n: int | None = None) -> History:
        """Train `n` epochs now, up to the goal if None, and return the recording. `pause` ends it early."""
        n = None if n is None else check_int("n", n, 1)
        self._check_open()
        self._check_not_diverged()
        self.begin(None if n is None else Until(epochs=self.count + n))
        try:
            while self.training:
                self.train_slice(time.monotonic() + SLICE_S)
                self._drain()
        except BaseException:
            if self.training:
                self.settle()
            raise
        self.until = None
        self._raise_error()
        return self.history

    def reset(self, seed: int | None = None) -> None:
        """Discard all epochs and branches; restore the initial weights, or make those of another `seed`."""
        self._change(lambda: self._branches.reset(seed))

    def rewind(self, epoch: int) -> None:
        """Restore the state just before `epoch` and discard the epochs from there on."""
        self._change(lambda: self._branches.rewind(epoch))

    def branch(self, epoch: int, lr: float | None = None, **optimizer_options: Any) -> None:
        """Continue from `epoch` on a new branch, with new options of the optimizer, and keep the current branch."""
        self._change(lambda: self._branches.branch(epoch, lr, **optimizer_options))

    def switch_to(self, branch: int) -> None:
        """Make another branch the current one."""
        self._change(lambda: self._branches.switch_to(branch))

    def close(self) -> None:
        """End the run for good; the listeners receive nothing after this."""
        self._stop()
        self.closed = True
        self._queue.clear()
        self._own_pacer.cancel()

    def _drain(self) -> None:
        """Carry out the queued commands of browsers."""
        while self._queue and not self.closed:
            self.carry_out(self._queue.popleft())

    def carry_out(self, command: Command) -> None:
        """Carry out a browser's command; the status says if it is not possible."""
        try:
            self._refusal = None
            command.apply(self)
        except (ValueError, TrainingDiverged) as error:
            # Other requests are those of a browser that is behind: it receives the status again.
            possible = isinstance(command, BranchCommand) and command.epoch <= self.trainer.epoch
            self._refusal = str(error) if possible else None
            self.listeners.on_state()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the user's model may raise anything; the browser shows it
            self._fail(error)

    def _change(self, change: Callable[[], None]) -> None:
        """Cut or replace the recording; the run pauses."""
        self._check_open()
        revision = self.revision
        try:
            with self.lock:
                change()
        except Exception as error:  # the user's model may raise while epochs are repeated
            if self.revision != revision or not isinstance(error, ValueError):  # which refuses the arguments
                self.until = None
                self._fail(error)
            raise
        self._clear()
        self.settle()

    def _check_open(self) -> None:
        if self.closed:
            raise RuntimeError("this scope is closed; make a new one")

    def _raise_error(self) -> None:
        if self.error is not None:
            raise self.error
