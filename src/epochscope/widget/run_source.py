"""A run as questions read it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from epochscope.runs.commands import MAX_EPOCHS
from epochscope.runs.loop_run import LoopRun
from epochscope.runs.run import Run
from epochscope.runs.sliced_run import SlicedRun

from .inspected import Inspected

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from epochscope.history import History


class RunSource(Inspected):
    """Implements `questions.subject.Source` for a run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def epoch(self) -> int:
        """The last recorded epoch; -1 before the first."""
        return self.count - 1

    @property
    def history(self) -> History:
        """The recording."""
        return self._run.history

    @property
    def count(self) -> int:
        """The number of epochs, without making records of those that are buffered."""
        return self._run.count if isinstance(self._run, SlicedRun) else len(self._run.history)

    @property
    def last(self) -> int:
        """The last epoch that the run will have as far as is known; -1: none."""
        return self.count - 1 if self.ended else max(self._run.status().goal, self.count) - 1

    @property
    def limit(self) -> int:
        """The last epoch that may be asked about: of a loop that is the user's, any."""
        return MAX_EPOCHS if isinstance(self._run, LoopRun) else max(self._run.status().goal, self.count) - 1

    @property
    def revision(self) -> int:
        """How often the recording was cut or replaced."""
        return self._run.revision

    @property
    def ended(self) -> bool:
        """Whether the run has reached its end, or cannot go on."""
        return self.count > 0 and self._run.status().state in ("finished", "failed")

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held while the recording is read."""
        return self._run.lock

    def cut_memory_at(self, epoch: int, after: int, what: str, /) -> npt.NDArray[np.integer[Any]]:
        """Return the predictions (P,) if the state after a position is set to zero."""
        return self._inspection(epoch).cut_memory_tokens(after, what)

    def free_run_at(self, epoch: int, given: int, /) -> npt.NDArray[np.integer[Any]]:
        """Return what the network says (P,) if it reads its own predictions."""
        return self._inspection(epoch).free_run_tokens(given)
