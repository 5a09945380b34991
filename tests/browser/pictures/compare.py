"""Compare a drawn picture with the committed reference.

Two machines with the same fonts draw the same picture except for antialiasing. So both pictures are blurred by a pixel,
and a pixel counts as different if a channel differs by more than `CLEARLY`. Most faults are small and in one place (a
letter, a bar, a line), where a share of the whole picture would hide them, so each tile of `TILE` x `TILE` pixels is
compared too.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from tests.browser.find_browser import missing_fonts

REFERENCES = Path(__file__).parent
DRAWN = REFERENCES.parents[2] / ".screenshots" / "pictures"
KEEP = os.environ.get("EPOCHSCOPE_KEEP_PICTURES") == "1"
"""Whether drawn pictures replace the references (`make pictures`)."""

CLEARLY = 40
"""The smallest difference of a channel that counts, of 255."""
TILE = 24
"""About the size of a cell, px."""


class Tolerance(NamedTuple):
    """The largest accepted shares of different pixels: in any tile, and in the whole picture."""

    tile: float
    whole: float


DEFAULT = Tolerance(tile=0.05, whole=0.002)


class Difference(NamedTuple):
    """Shares of different pixels in the worst tile and in the whole picture; the upper left corner of that tile, px."""

    tile: float
    whole: float
    at: tuple[int, int]


def compare(one: Image.Image, other: Image.Image) -> Difference:
    """Return how two pictures of the same size differ."""
    soft = [np.asarray(image.convert("RGB").filter(ImageFilter.BoxBlur(1)), dtype=np.int16) for image in (one, other)]
    clear = (np.abs(soft[0] - soft[1]) > CLEARLY).any(axis=2)
    tiles = np.pad(clear, ((0, -one.height % TILE), (0, -one.width % TILE)))
    tiles = tiles.reshape(tiles.shape[0] // TILE, TILE, -1, TILE).mean(axis=(1, 3))
    row, column = divmod(int(tiles.argmax()), tiles.shape[1])
    return Difference(float(tiles.max()), float(clear.mean()), (column * TILE, row * TILE))


def assert_matches(name: str, drawn: bytes, tolerance: Tolerance = DEFAULT) -> None:
    """Assert that a drawn picture (PNG) matches its reference, or replace the reference if `KEEP` is set."""
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    reference = REFERENCES / f"{name}.png"
    if KEEP:
        picture.save(reference, optimize=True)
        return
    DRAWN.mkdir(parents=True, exist_ok=True)
    path = DRAWN / f"{name}.png"
    picture.save(path)
    advice = f"look at {path}; if it is correct, run `make pictures` to make it the reference"
    if fonts := missing_fonts():
        advice = f"the fonts {', '.join(fonts)} are missing here; `make browser` names their packages"
    assert reference.exists(), f"no reference for {name}: {advice}"
    before = Image.open(reference)
    assert picture.size == before.size, f"{name} is {picture.size} px, its reference {before.size}: {advice}"
    found = compare(picture, before)
    assert found.tile <= tolerance.tile and found.whole <= tolerance.whole, (  # noqa: PT018 - one message for both
        f"{name} differs from its reference: {found.tile:.0%} of the tile at {found.at} (limit {tolerance.tile:.0%}), "
        f"{found.whole:.2%} of all (limit {tolerance.whole:.2%}): {advice}"
    )
