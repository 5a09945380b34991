"""The options of a picture, as a type for functions that pass them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from .panel import Kind


class PictureOptions(TypedDict, total=False):
    """The keyword arguments of `History.to_svg`, for `**options: Unpack[PictureOptions]`."""

    width: int
    lines: int
    theme: str
    lang: str
    panel: Kind | None
    given: int
    cut_after: int | None
    move: tuple[int, int] | None
    layer: int
