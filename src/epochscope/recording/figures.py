"""The figures of each probe at each epoch, which are computed from the records once and kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .growing_column import GrowingColumn
from .records import LOSS_STEPS, Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .store import Store

CHUNK = 1024  # epochs that are read at once, so that a long recording is not copied as a whole


class Figures(NamedTuple):
    """The figures of some positions of a recording at E epochs."""

    #: (E,) The mean of the positions' losses in nats, of those that have a target.
    losses: npt.NDArray[np.float64]
    #: (E,) The number of correct positions.
    n_correct: npt.NDArray[np.int64]
    #: (E,) The first wrong position, counted from the first of these; their number where all are correct.
    first_errors: npt.NDArray[np.int64]


def figures_of(records: Records, targets: npt.NDArray[np.int64], counted: npt.NDArray[np.bool_]) -> Figures:
    """Return the figures of n records of positions (P,) with these targets, of which `counted` have one."""
    steps = records.position_losses[:, counted].sum(axis=1, dtype=np.int64)
    correct = records.top_tokens[:, :, 0] == targets
    wrong = counted & ~correct
    return Figures(
        steps / (LOSS_STEPS * int(counted.sum())),
        correct.sum(axis=1),
        np.where(wrong.any(axis=1), wrong.argmax(axis=1), len(targets)),
    )


class FigureTable:
    """The figures of parts of one growing recording; every call reads only the epochs that are new since the last one.

    Thread-safe. A copy is empty, and reads them again.

    Parameters
    ----------
    targets, counted
        (P,) The target of each position, and whether there is one.
    spans
        The first position of each part, and the one after its last.
    """

    def __init__(
        self, targets: npt.NDArray[np.int64], counted: npt.NDArray[np.bool_], spans: Sequence[tuple[int, int]]
    ) -> None:
        self._targets, self._counted = targets, counted
        self._spans = spans
        self._length = 0
        self._lock = threading.RLock()
        self._columns = [
            (GrowingColumn(np.float64(np.nan)), GrowingColumn(np.int64(0)), GrowingColumn(np.int64(0))) for _ in spans
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy what it is made with."""
        return FigureTable, (self._targets, self._counted, self._spans)

    def of(self, store: Store, start: int, stop: int) -> list[Figures]:
        """Return the figures of each part at epochs `start` to `stop` - 1. Pass the same store in every call."""
        with self._lock:
            for first in range(self._length, stop, CHUNK):
                new = store.rows(first, min(first + CHUNK, stop))
                for span, columns in zip(self._spans, self._columns, strict=True):
                    at = slice(*span)
                    figures = figures_of(new.at(*span), self._targets[at], self._counted[at])
                    for column, values in zip(columns, figures, strict=True):
                        column.write(first, values)
                self._length = first + len(new.losses)
            return [Figures._make(column.read(start, stop) for column in columns) for columns in self._columns]

    def cut(self, length: int) -> None:
        """Delete all but the figures of the first `length` epochs."""
        with self._lock:
            self._length = min(self._length, length)
