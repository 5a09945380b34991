"""`Subject`, what is asked about: a run, or the runs of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from epochscope.validation import check_int

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from epochscope.history import History

    from .asked import Asked


class Source(Protocol):
    """A run as questions read it."""

    @property
    def history(self) -> History:
        """The recording."""
        ...

    @property
    def count(self) -> int:
        """The number of epochs, which is quick to read."""
        ...

    @property
    def last(self) -> int:
        """The last epoch that the run will have as far as is known; -1: none."""
        ...

    @property
    def limit(self) -> int:
        """The last epoch that may be asked about."""
        ...

    @property
    def revision(self) -> int:
        """How often the recording was cut or replaced."""
        ...

    @property
    def ended(self) -> bool:
        """Whether no more epochs are to come."""
        ...

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held while the recording is read."""
        ...

    def cut_memory_at(self, epoch: int, after: int, what: str, /) -> npt.NDArray[np.integer[Any]]:
        """Return the predictions (P,) if the state after a position is set to zero. Raises ValueError if unknown."""
        ...

    def free_run_at(self, epoch: int, given: int, /) -> npt.NDArray[np.integer[Any]]:
        """Return what the network says (P,) if it reads its own predictions. Raises ValueError if unknown."""
        ...


@dataclass(frozen=True)
class Subject:
    """What is asked about.

    Parameters
    ----------
    sources
        The runs.
    labels
        Their names; None: one run that is shown alone.
    """

    sources: tuple[Source, ...]
    labels: tuple[str, ...] | None = None

    def source(self, asked: Asked) -> Source:
        """Return the run that a question is about; the first one if it is about all."""
        return self.sources[asked.run or 0]

    def concerned(self, asked: Asked) -> tuple[Source, ...]:
        """Return the runs on which the answer depends."""
        return self.sources if asked.run is None else (self.sources[asked.run],)

    def index(self, run: object) -> int:
        """Return the number of a run, which is given by number or label. Raises ValueError if there is none."""
        labels = list(self.labels or ())
        if isinstance(run, str):
            if run not in labels:
                raise ValueError(f"run={run!r}: must be one of {', '.join(map(repr, labels))}; pass one")
            return labels.index(run)
        return check_int("run", run, -len(labels), len(labels) - 1) % len(labels)

    @property
    def head(self) -> int:
        """The last recorded epoch of the longest run; -1 before the first."""
        return max(source.count for source in self.sources) - 1

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let no run record epochs on another thread meanwhile."""
        with ExitStack() as stack:
            for source in self.sources:
                stack.enter_context(source.lock)
            yield


def first_all_correct(source: Source, last: int) -> int | None:
    """Return the first epoch up to `last` at which all positions are correct; None if none is so far."""
    history = source.history
    for event in history.events_in(0, min(last + 1, len(history))):
        if event.kind == "all_correct":
            return event.epoch
    return None


def epoch_of_run(source: Source, epoch: object) -> int:
    """Return the number of an epoch that is recorded or still to come; None: the last one of the run.

    Negative numbers count from the end of what is recorded. Raises ValueError if there is no such epoch.
    """
    if epoch is not None:
        count = source.count
        number = check_int("epoch", epoch, -count, max(source.limit, 0))
        return number + count if number < 0 else number
    if source.last < 0:
        raise ValueError("epoch=None: the length of the run is not known yet; pass the last epoch that counts")
    return source.last


def recorded_epoch(source: Source, epoch: object, cursor: int) -> int:
    """Return the number of a recorded epoch; None: the cursor. Raises ValueError if it is not recorded."""
    count = source.count
    if not count:
        raise ValueError("no epoch is recorded yet; call play(), step() or train() first")
    if epoch is None:
        return min(max(cursor, 0), count - 1)
    return check_int("epoch", epoch, -count, count - 1) % count
