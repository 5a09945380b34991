"""One run of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from epochscope.history import History
from epochscope.runs.branches import Branch
from epochscope.runs.run import Run, State

from .inspected import Inspected
from .uncopied import Uncopied

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer


class ComparedRun(Uncopied, Inspected):
    """A run of a comparison: its recording, its trainer, and what happens inside its network.

    Made by `Comparison`; its methods look at the epoch on show by default, as those of `EpochScope` do.
    """

    instead = "copy or pickle run.history or run.trainer"

    def __init__(self, run: Run, label: str, shown: Callable[[], int]) -> None:
        self._run = run
        self._shown = shown
        self._label = label

    @property
    def label(self) -> str:
        """Its name in the comparison."""
        return self._label

    @property
    def history(self) -> History:
        """The recording of the current branch."""
        return self._run.history

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current branch.

        Raises
        ------
        RuntimeError
            If the run is a recording, or a training loop of your own.
        """
        return self._run.trainer

    @property
    def branches(self) -> tuple[Branch, ...]:
        """All branches of the run, in the order in which they were made."""
        return self._run.branches()

    @property
    def epoch(self) -> int:
        """The epoch on show: that of the comparison, or the last one of a run that ended before it; -1 without any."""
        return min(self._shown(), len(self.history) - 1)

    @property
    def status(self) -> State:
        """The state of the run: "idle", "training", "paused", "finished" or "failed"."""
        return self._run.status().state

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the run; None if there was none."""
        return self._run.error

    def __repr__(self) -> str:
        return f"ComparedRun {self.label}, {self.status}: {self.history!r}"
