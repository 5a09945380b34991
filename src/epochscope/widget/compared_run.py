"""One run of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from epochscope.runs.run import Run

from .of_run import OfRun
from .uncopied import Uncopied

if TYPE_CHECKING:
    pass


class ComparedRun(Uncopied, OfRun):
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
    def epoch(self) -> int:
        """The epoch on show: that of the comparison, or the last one of a run that ended before it; -1 without any."""
        return min(self._shown(), len(self.history) - 1)

    def __repr__(self) -> str:
        return f"ComparedRun {self.label}, {self.status}: {self.history!r}"
