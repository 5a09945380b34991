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

    from .figures import Figures
    from .probes import Probe
    from .store import Store


class ProbeBlocks:
    """The records of one probe of a recording, which grow with it. Their losses are the probe's own.

    Parameters
    ----------
    whole
        The records of all probes.
    probe
        One of them.
    figures
        Returns the figures of the probe at epochs `start` to `stop` - 1.
    """

    def __init__(self, whole: Store, probe: Probe, figures: Callable[[int, int], Figures]) -> None:
        self.figures = figures
        self._whole, self._probe = whole, probe
        self.positions: int = probe.stop - probe.start
        self.tokens: int = whole.tokens
        self.has_places: bool = whole.has_places
        self.size: int = block_size(self.positions, self.tokens)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy all records as `Blocks` in memory."""
        return Blocks.fork, (copied(self, self.length), self.length)

    @property
    def length(self) -> int:
        """E, the number of records."""
        return self._whole.length

    def losses(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the losses of records `start` to `stop` - 1."""
        return self.figures(start, stop).losses

    def lrs(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the learning rates of records `start` to `stop` - 1; do not write to them."""
        return self._whole.lrs(start, stop)

    @property
    def scalar_names(self) -> tuple[str, ...]:
        """The names of the scalars, in the order in which they were first recorded."""
        return self._whole.scalar_names

    def rows(self, start: int, stop: int) -> Records:
        """Return records `start` to `stop` - 1 (0 <= start <= stop <= E)."""
        records = self._whole.rows(start, stop).at(self._probe.start, self._probe.stop)
        return records._replace(losses=self.losses(start, stop))

    def extras(self, start: int, stop: int) -> Extras:
        """Return the places and scalars of records `start` to `stop` - 1, as copies."""
        return self._whole.extras(start, stop)

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
