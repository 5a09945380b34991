"""The positions of one probe, read from the recording that has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from .blocks import Blocks, block_size, column_of, copied
from .extras import NO_EXTRAS, Extras
from .records import Records

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .recording import Recording


class ProbeBlocks:
    """The records of one probe of a recording, which grow with it. Their losses are the probe's own.

    Parameters
    ----------
    whole
        The recording.
    number
        Which of its probes, from 0 on.
    """

    def __init__(self, whole: Recording, number: int) -> None:
        self.whole = whole
        self.number = number
        self._probe = whole.probes[number]
        self.positions: int = self._probe.stop - self._probe.start
        self.tokens: int = len(whole.alphabet)
        self.has_places: bool = whole.axis is not None
        self.size: int = block_size(self.positions, self.tokens)

    @property
    def length(self) -> int:
        """E, the number of records."""
        return len(self.whole)

    def losses(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the losses of records `start` to `stop` - 1."""
        return self.whole.figures(start, stop)[self.number].losses

    def lrs(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the learning rates of records `start` to `stop` - 1; do not write to them."""
        return self.whole.course(start, stop)[1]

    @property
    def scalar_names(self) -> tuple[str, ...]:
        """The names of the scalars, in the order in which they were first recorded."""
        return self.whole.scalar_names

    def rows(self, start: int, stop: int) -> Records:
        """Return records `start` to `stop` - 1 (0 <= start <= stop <= E)."""
        records = self.whole.records(start, stop).at(self._probe.start, self._probe.stop)
        return records._replace(losses=self.losses(start, stop))

    def extras(self, start: int, stop: int) -> Extras:
        """Return the places and scalars of records `start` to `stop` - 1, as copies."""
        return self.whole.extras(start, stop)

    def column(self, pick: Callable[[Records], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return `pick` of all records, (E, ...), as a new array."""
        return column_of(self, pick)

    def fork(self, length: int) -> Blocks:
        """Return the first `length` records as a copy in memory."""
        return copied(self, length)

    def add(self, new: Records, extras: Extras = NO_EXTRAS) -> NoReturn:  # noqa: ARG002 - refuses all
        """Raise ValueError."""
        raise ValueError(f"this is the probe {self._probe.name!r} of a recording: append to the recording itself")

    def cut(self, length: int) -> NoReturn:  # noqa: ARG002 - refuses all
        """Raise ValueError."""
        raise ValueError(f"this is the probe {self._probe.name!r} of a recording: truncate the recording itself")
