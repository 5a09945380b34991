"""A training whose epochs are recorded, and which can be restored to any of them after a rewind or an interrupt."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence

from epochscope.history import History
from epochscope.recording.buffer import EpochBuffer
from epochscope.recording.recorded_spec import KEY
from epochscope.validation import check_int

from .batch import Batch
from .checkpoints import Checkpoints
from .errors import TrainingDiverged
from .module_state import other_state
from .optimizers import current_lr
from .plan import NO_PLAN, Plan
from .told_settings import ToldSettings
from .train_state import TrainState


class RecordedTraining:
    """A training state together with its recording and its checkpoints.

    Parameters
    ----------
    state
        The training state at the end of the recording.
    batch
        What every epoch trains on.
    history
        The recording so far.
    checkpoints
        The checkpoints of `state` so far.
    told
        What writes to the metadata of the recording how it is made.
    plan
        The changes of settings that the training makes by itself. Defaults to none.
    """

    def __init__(
        self,
        state: TrainState,
        batch: Batch,
        history: History,
        checkpoints: Checkpoints,
        told: ToldSettings,
        plan: Plan = NO_PLAN,
    ) -> None:
        self.state: TrainState = state
        self.batch: Batch = batch
        self.checkpoints: Checkpoints = checkpoints
        self.plan: Plan = plan
        self.told: ToldSettings = told
        #: How often the state was restored: what was known of later epochs is then no longer valid.
        self.restores: int = 0
        self._buffer = EpochBuffer(history, batch.stack_shown, history.positions * len(history.alphabet))
        self._interrupted = False  # an epoch was left unfinished: the state is not that of any epoch
        if not len(history):
            plan.apply(0, state.optimizer)
        self._told_changes = 0
        self._tell_changes()

    @property
    def history(self) -> History:
        """The recording of all epochs."""
        self._buffer.flush()
        if self._told_changes != self.checkpoints.n_changes:
            self._tell_changes()
        return self._buffer.recording

    def _tell_changes(self) -> None:
        """Write to the metadata which settings the optimizer had."""
        changes = self.checkpoints.changes
        self._buffer.recording.metadata[KEY] = self.told.told(changes)
        self._told_changes = len(changes)

    @property
    def recorded(self) -> History:
        """The recording without the epochs that are still in the buffer; other threads may read it during training."""
        return self._buffer.recording

    @property
    def last_loss(self) -> float:
        """The loss of the last epoch; 0 if there is none."""
        return self._buffer.last

    @property
    def diverged(self) -> bool:
        """Whether the last loss is not finite."""
        return not math.isfinite(self.last_loss)

    @property
    def epoch(self) -> int:
        """The number of updates. A loss that is not finite is recorded as an epoch, but makes no update."""
        return self._buffer.epochs - self.diverged

    def run(self, epochs: int, stop: Callable[[float], bool] | None) -> int:
        """Train `epochs` epochs, fewer if `stop` returns True or a loss is not finite; return how many."""
        if self.diverged:
            raise TrainingDiverged.at(self.epoch)
        self.prepare()
        start = self._buffer.epochs
        if not start:
            self.told.check(self.state)
            self._tell_changes()
        self._interrupted = True
        self._train(start + epochs, stop)
        self._interrupted = False
        self.plan.apply(self.epoch, self.state.optimizer)
        return self._buffer.epochs - start

    def _train(self, end: int, stop: Callable[[float], bool] | None) -> None:
        buffer, checkpoints, plan, optimizer = self._buffer, self.checkpoints, self.plan, self.state.optimizer
        start, lr = buffer.epochs, current_lr(optimizer)
        due = min(checkpoints.due, plan.due(start))

        def before_step() -> None:  # settings may be changed inside an epoch, e.g. by a hook that calls a scheduler
            nonlocal lr
            if checkpoints.note_settings(epoch):
                lr = current_lr(optimizer)

        with self.state.computing(self.batch, before_step):
            for epoch in range(start, end):
                if epoch >= due:
                    if epoch >= checkpoints.due:
                        checkpoints.take(epoch)
                    plan.apply(epoch, optimizer)
                    lr = current_lr(optimizer)
                    due = min(checkpoints.due, plan.due(epoch + 1))
                loss, logits = self.state.update(self.batch)
                buffer.append(loss, logits, lr)
                if not math.isfinite(loss) or (stop is not None and stop(loss)):
                    return

    def prepare(self) -> None:
        """Note settings of the optimizer that the user changed, and restore the state if an interrupt damaged it."""
        self.checkpoints.note_settings(self.epoch)
        if self._interrupted:
            self.restore()

    def rewind(self, epoch: int) -> None:
        """Restore the state after `epoch` updates, and discard the epochs from there on."""
        epoch = check_int("epoch", epoch, 0, self.epoch)
        history = self.history
        if epoch < len(history) or self._interrupted:
            self.checkpoints.note_settings(self.epoch)
            self._interrupted = True  # an interrupt from here on is repaired before the next epoch
            following = history.records(epoch, epoch + 1).losses.tolist()
            history.truncate(epoch)
            self._buffer.discard()
            self.restore(following)

    def branch(self, epoch: int) -> RecordedTraining:
        """Return a copy with the state after `epoch` updates and the recording up to there."""
        epoch = check_int("epoch", epoch, 0, self.epoch)
        self.checkpoints.note_settings(self.epoch)
        state = self.state.copy()
        checkpoints = self.checkpoints.fork(state)
        branch = RecordedTraining(state, self.batch, self.history.fork(epoch), checkpoints, self.told.copy(), self.plan)
        branch.restore(self.history.records(epoch, epoch + 1).losses.tolist())
        return branch

    def restore_initial(self) -> None:
        """Restore the state before any update; the recording does not change. The caller then starts a new one."""
        self._interrupted = True
        self.checkpoints.restore_initial()

    def restore(self, following: Sequence[float] = ()) -> None:
        """Restore the state at the end of the recording; warn if it is not what was recorded.

        Parameters
        ----------
        following
            The loss of the next epoch, if it was recorded before. Defaults to none.
        """
        self._interrupted = True
        self.restores += 1
        start, losses = self.checkpoints.restore(self.epoch, self.batch)
        self.told.restart()  # changes may have been discarded
        self._tell_changes()
        self._interrupted = False
        recorded = self.history.records(start, self.epoch).losses.tolist()
        if following:
            recorded += following
            losses.append(self.state.loss(self.batch))
        for epoch, (loss, expected) in enumerate(zip(losses, recorded, strict=True), start):
            if loss != expected and not math.isnan(expected):
                warnings.warn(_differs(epoch, loss, expected, other_state(self.state.modules)), stacklevel=4)
                return


def _differs(epoch: int, loss: float, expected: float, others: list[str]) -> str:
    where = f", e.g. in {', '.join(others)}" if others else ""
    return (
        f"epoch {epoch}: repeating it gave the loss {loss}, not {expected}, so later epochs will differ from the "
        f"recording; the model keeps state that cannot be restored{where}, or its weights were changed outside the "
        "training, or the device does not compute reproducibly; keep state in buffers, or in attributes of the module "
        "that are tensors, numbers or lists"
    )
