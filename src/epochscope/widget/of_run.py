"""What a scope and a run of a comparison tell about their run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from epochscope.history import History
from epochscope.runs.branches import Branch
from epochscope.runs.run import State

from .inspected import Inspected

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer


class OfRun(Inspected):
    """Base class: recording, trainer, branches and state of a run, and what looks inside its network."""

    @property
    def history(self) -> History:
        """The recording of the current branch."""
        return self._run.history

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current branch; `branch` and `switch_to` change it.

        Raises
        ------
        RuntimeError
            If the scope shows a recording, or a training loop of your own.
        """
        return self._run.trainer

    @property
    def branches(self) -> tuple[Branch, ...]:
        """All branches of the run, in the order in which they were made; `current` marks the one that is shown."""
        return self._run.branches()

    @property
    def status(self) -> State:
        """The state of the run: "idle", "training", "paused", "finished" or "failed"."""
        return self._run.status().state

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the run, raised by your model or your training loop; None if there was none."""
        return self._run.error
