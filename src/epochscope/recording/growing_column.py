"""A column that grows without being copied at each addition."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

_Number = TypeVar("_Number", bound=np.number[Any])


class GrowingColumn(Generic[_Number]):
    """A column of numbers of one type.

    Parameters
    ----------
    missing
        What is read where nothing was written; its type is that of the column.
    """

    def __init__(self, missing: _Number) -> None:
        self._missing = missing
        self._values: npt.NDArray[_Number] = np.full(16, missing)

    def write(self, at: int, values: npt.ArrayLike) -> None:
        """Write values (n,) from row `at` on."""
        values = np.asarray(values, dtype=self._values.dtype)
        if (stop := at + len(values)) > len(self._values):
            grown = np.full(max(stop, 2 * len(self._values)), self._missing)
            grown[: len(self._values)] = self._values
            self._values = grown
        self._values[at:stop] = values

    def read(self, start: int, stop: int) -> npt.NDArray[_Number]:
        """Return rows `start` to `stop` - 1, (stop - start,), as a new array."""
        rows = np.full(max(stop - start, 0), self._missing)
        known = self._values[start:stop]
        rows[: len(known)] = known
        return rows
