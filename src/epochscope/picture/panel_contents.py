"""The contents of a panel in a picture: rows of tokens, and maps of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

NOTHING = -1  # instead of a token: the row is empty there


class Row(NamedTuple):
    """A row of tokens in the columns of the text: small glyphs, or tiles with a tone each."""

    label: str
    tokens: npt.NDArray[np.int64]  # (P,), NOTHING where the row is empty
    tones: npt.NDArray[np.str_] | None = None  # (P,): "correct", "wrong" or "plain"
    rings: npt.NDArray[np.bool_] | None = None  # (P,): whether a tile is marked as changed


class Map(NamedTuple):
    """Values of a layer in the columns of the text."""

    label: str
    values: npt.NDArray[np.float64]  # (P, H), from -1 to 1; NaN is not drawn
    units: list[str]  # (H,) labels of the rows
    framed: npt.NDArray[np.int64] | None = None  # (P,) the row with a frame at each position, NOTHING for none
    rings: npt.NDArray[np.bool_] | None = None  # (P, H): whether there is a ring on the value


class PanelContents(NamedTuple):
    """The contents of a panel, and what they come to."""

    title: str
    result: str
    rows: list[Row]
    maps: list[Map]
    #: Whether each prediction of the last row is the next input of the row above.
    fed_back: bool = False
    #: The position after which there is a mark between two columns, or None.
    mark_after: int | None = None
