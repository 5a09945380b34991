"""What is recorded of each epoch of a loop besides its predictions: its place on the axis, and scalars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from .growing_column import GrowingColumn
from .probes import check_name

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: What the places of records count: optimizer steps, tokens that were trained on, or epochs.
Axis = Literal["step", "token", "epoch"]
AXES: tuple[Axis, ...] = ("step", "token", "epoch")
MAX_SCALARS = 256
_RESERVED = {"loss": "loss=", "lr": "lr="}


class Extras(NamedTuple):
    """The places and scalars of n records."""

    #: (n,) Where each stands on the axis; None if the recording has no axis.
    places: Floats | None
    #: (n,) each, by name, in the order in which the names were first recorded; NaN where none was given.
    scalars: dict[str, Floats]

    @classmethod
    def of(cls, count: int, places: npt.ArrayLike | None, scalars: Mapping[str, npt.ArrayLike] | None) -> Extras:
        """Return places and scalars of `count` records as arrays. Raises ValueError if they have other shapes."""
        named = {check_scalar(name): _column(f"scalar {name!r}", v, count) for name, v in (scalars or {}).items()}
        return cls(None if places is None else _column("places", places, count), named)

    def rows(self, start: int, stop: int) -> Extras:
        """Return those of records `start` to `stop` - 1 of these, as views."""
        places = None if self.places is None else self.places[start:stop]
        return Extras(places, {name: values[start:stop] for name, values in self.scalars.items()})


NO_EXTRAS = Extras(None, {})


def check_scalar(name: object) -> str:
    """Return the name of a scalar. Raises ValueError if it is invalid, or has an argument of its own."""
    if isinstance(name, str) and name in _RESERVED:
        raise ValueError(f"the scalar {name!r}: has an argument of its own; pass {_RESERVED[name]}..., or another name")
    return check_name("the scalar", name)


def _column(name: str, values: npt.ArrayLike, count: int) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (count,):
        raise ValueError(f"{name} of shape {column.shape}: must be of shape ({count},), one for each record")
    return column


def _missing_column() -> GrowingColumn[np.float64]:
    return GrowingColumn(np.float64(np.nan))


class ExtraColumns:
    """The places and scalars of all records of a recording, in memory.

    Parameters
    ----------
    has_places
        Whether the recording has an axis.
    """

    def __init__(self, has_places: bool) -> None:
        self._places: GrowingColumn[np.float64] | None = _missing_column() if has_places else None
        self._scalars: dict[str, GrowingColumn[np.float64]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the scalars, in the order in which they were first written."""
        return tuple(self._scalars)

    def check(self, at: int, count: int, new: Extras) -> None:
        """Raise ValueError unless `new` can be written as the extras of `count` records from record `at` on."""
        if (new.places is None) != (self._places is None) and count:
            told = "must have none" if self._places is None else "must have one for each record"
            raise ValueError(f"places={new.places}: a recording {self._described} {told}")
        if new.places is not None and self._places is not None:
            before = self._places.read(max(at - 1, 0), at)
            places = np.concatenate([before, new.places])
            if not np.isfinite(new.places).all() or (np.diff(places) < 0).any():
                raise ValueError(
                    f"places {new.places.tolist()[:5]} after {before.tolist()}: must be finite, and not decrease"
                )
        if len(self._scalars.keys() | new.scalars.keys()) > MAX_SCALARS:
            raise ValueError(
                f"scalars {list(new.scalars)[:5]}...: a recording has at most {MAX_SCALARS} names of scalars; use the "
                "same names in all records"
            )

    def write(self, at: int, count: int, new: Extras) -> None:
        """Write the extras of records `at` to `at + count - 1`; an interrupted call can be repeated."""
        if new.places is not None and self._places is not None:
            self._places.write(at, new.places)
        given = [(name, np.flatnonzero(~np.isnan(values))) for name, values in new.scalars.items()]
        for name, _ in sorted((each for each in given if len(each[1])), key=lambda each: each[1][0]):
            if name not in self._scalars:
                self._scalars[name] = _missing_column()
        for name, column in self._scalars.items():
            column.write(at, new.scalars[name] if name in new.scalars else np.full(count, np.nan))

    def rows(self, start: int, stop: int) -> Extras:
        """Return the extras of records `start` to `stop` - 1, as copies."""
        places = None if self._places is None else self._places.read(start, stop)
        scalars = list(self._scalars.items())  # another thread may add one
        return Extras(places, {name: column.read(start, stop) for name, column in scalars})

    def cut(self, length: int) -> None:
        """Delete the names of scalars that none of the first `length` records has."""
        self._scalars = {name: c for name, c in self._scalars.items() if not np.isnan(c.read(0, length)).all()}

    def fork(self, length: int) -> ExtraColumns:
        """Return a copy of those of the first `length` records."""
        fork = ExtraColumns(self._places is not None)
        fork.write(0, length, self.rows(0, length))
        return fork

    @property
    def _described(self) -> str:
        return "without an axis" if self._places is None else "with an axis"
