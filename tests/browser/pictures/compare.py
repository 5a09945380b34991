"""How alike two pictures are to the eye, and the pictures that are kept.

Two machines with the same fonts draw the same picture but for the soft edges of letters and lines. So both pictures
are blurred by a pixel, and a pixel counts as different where a channel is more than `CLEARLY` apart. What went wrong is
mostly small and in one place (a letter, a bar, a line), where a share of the whole picture would drown it: so the share
is taken of every tile of `TILE` x `TILE` pixels too.
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
"""Whether what is drawn now becomes the reference: `make pictures`."""

CLEARLY = 40
"""How far a channel must be apart to count, of 255."""
TILE = 24
"""About the size of a letter's cell, px."""


class Tolerance(NamedTuple):
    """The shares of clearly different pixels that are let pass: of any tile, and of the whole picture."""

    tile: float
    whole: float


OURS = Tolerance(tile=0.05, whole=0.002)


class Difference(NamedTuple):
    """Shares of clearly different pixels, and the left upper corner of the worst tile, px."""

    tile: float
    whole: float
    at: tuple[int, int]


def compare(one: Image.Image, other: Image.Image) -> Difference:
    """How two pictures of the same size differ."""
    soft = [np.asarray(image.convert("RGB").filter(ImageFilter.BoxBlur(1)), dtype=np.int16) for image in (one, other)]
    clear = (np.abs(soft[0] - soft[1]) > CLEARLY).any(axis=2)
    tiles = np.pad(clear, ((0, -one.height % TILE), (0, -one.width % TILE)))
    tiles = tiles.reshape(tiles.shape[0] // TILE, TILE, -1, TILE).mean(axis=(1, 3))
    row, column = divmod(int(tiles.argmax()), tiles.shape[1])
    return Difference(float(tiles.max()), float(clear.mean()), (column * TILE, row * TILE))


def hold(name: str, drawn: bytes, tolerance: Tolerance = OURS) -> None:
    """Hold a drawn picture (PNG) against the one that is kept, or keep it (see `KEEP`).

    Raises:
        AssertionError: none is kept, or they differ; says where, and what to do.
    """
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    reference = REFERENCES / f"{name}.png"
    if KEEP:
        picture.save(reference, optimize=True)
        return
    DRAWN.mkdir(parents=True, exist_ok=True)
    path = DRAWN / f"{name}.png"
    picture.save(path)
    advice = f"look at {path}; where it is as it should be, `make pictures` keeps it"
    if fonts := missing_fonts():
        advice = f"the fonts {', '.join(fonts)} are missing here (`make browser` tells their packages)"
    assert reference.exists(), f"no picture {name} is kept: {advice}"
    before = Image.open(reference)
    assert picture.size == before.size, f"{name} is {picture.size} px, not {before.size} as kept: {advice}"
    found = compare(picture, before)
    assert found.tile <= tolerance.tile and found.whole <= tolerance.whole, (  # noqa: PT018 - one message for both
        f"{name} differs from the kept one: {found.tile:.0%} of the tile at {found.at} (at most {tolerance.tile:.0%}), "
        f"{found.whole:.2%} of all (at most {tolerance.whole:.2%}): {advice}"
    )
