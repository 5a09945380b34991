"""`Store`: what a `Recording` needs of the place where its records are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from .extras import NO_EXTRAS, Extras
from .records import Records

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Store(Protocol):
    """Where the records of a recording are: in memory (`Blocks`), in a file, or in the recording of several probes."""

    #: P and V.
    positions: int
    tokens: int
    #: Whether each record has a place on an axis.
    has_places: bool
    #: The number of records that are best read at once.
    size: int

    @property
    def length(self) -> int:
        """E, the number of records."""
        ...

    def losses(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the losses of records `start` to `stop` - 1; do not write to them."""
        ...

    def lrs(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the learning rates of records `start` to `stop` - 1; do not write to them."""
        ...

    @property
    def scalar_names(self) -> tuple[str, ...]:
        """The names of the scalars, in the order in which they were first recorded."""
        ...

    def add(self, new: Records, extras: Extras = NO_EXTRAS) -> None:
        """Add n records; if an exception is raised, none of them."""
        ...

    def rows(self, start: int, stop: int) -> Records:
        """Return records `start` to `stop` - 1 (0 <= start <= stop <= E); do not write to them."""
        ...

    def extras(self, start: int, stop: int) -> Extras:
        """Return the places and scalars of records `start` to `stop` - 1, as copies."""
        ...

    def column(self, pick: Callable[[Records], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return `pick` of all records, (E, ...), as a new array."""
        ...

    def cut(self, length: int) -> None:
        """Delete all but the first `length` records."""
        ...

    def fork(self, length: int) -> Store:
        """Return the first `length` records in memory."""
        ...
