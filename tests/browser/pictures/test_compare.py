"""The comparison finds visible differences and ignores antialiasing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.browser.pictures import compare
from tests.browser.pictures.compare import DEFAULT, assert_matches


def picture(letter: str = "e", *, shift: float = 0.0, bar: int = 8, ground: str = "#dbe7fa") -> Image.Image:
    """Return a row of letters like the player's, drawn four times as large and scaled down for antialiasing."""
    large = Image.new("RGB", (1600, 480), "white")
    draw = ImageDraw.Draw(large)
    for column in range(16):
        left = column * 100 + shift * 4
        draw.rectangle((left, 120, left + 92, 252), fill=ground if column == 7 else "#dbe7fa")
        draw.text((left + 20, 130), letter if column == 7 else "e", fill="#1f2430", font_size=90)
        draw.rectangle((left, 340 - 4 * (bar if column == 7 else 8), left + 92, 340), fill="#2a6cd8")
    return large.resize((400, 120), Image.Resampling.BOX)


def passes(one: Image.Image, other: Image.Image) -> bool:
    found = compare.compare(one, other)
    return found.tile <= DEFAULT.tile and found.whole <= DEFAULT.whole


def test_the_same_picture_passes_also_with_other_antialiasing() -> None:
    assert compare.compare(picture(), picture())[:2] == (0, 0)
    assert passes(picture(), picture(shift=0.25))
    noise = np.random.default_rng(0).integers(-12, 13, (120, 400, 3))
    noisy = np.clip(np.asarray(picture(), dtype=int) + noise, 0, 255).astype(np.uint8)
    assert passes(picture(), Image.fromarray(noisy))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(picture("t"), id="letter"),
        pytest.param(picture(bar=16), id="bar"),
        pytest.param(picture(ground="#f6cdb2"), id="ground"),
        pytest.param(picture(shift=2), id="moved"),
        pytest.param(picture(""), id="missing"),
    ],
)
def test_a_changed_letter_bar_or_colour_is_found(other: Image.Image) -> None:
    assert not passes(picture(), other)


def test_a_picture_without_a_reference_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "KEEP", False)
    png = io.BytesIO()
    picture().save(png, "PNG")
    with pytest.raises(AssertionError, match=r"no reference for nowhere: .*make"):
        assert_matches("nowhere", png.getvalue())
