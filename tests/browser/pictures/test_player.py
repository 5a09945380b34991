"""The player at every width, in light and dark, with different texts: it matches its pictures and everything fits."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pictures.compare import assert_matches
from tests.browser.pictures.fit import faults

if TYPE_CHECKING:
    from tests.browser.conftest import OpenDemo
    from tests.browser.views.demo import Demo

WIDTHS = (1400, 1000, 600, 360)
THEMES = ("light", "dark")
SCENES: dict[str, dict[str, Any]] = {
    **{f"classic-{epoch}": {"recording": "classic", "epoch": epoch, "lang": "en"} for epoch in (0, 19, 184, 299)},
    "hangul": {"recording": "hangul", "epoch": 8, "lang": "ko"},
    "200": {"recording": "200", "epoch": 40, "lang": "en"},
    "2000": {"recording": "2000", "epoch": 24, "lang": "en"},
}
PICTURES = {
    *product(["classic-184"], WIDTHS, THEMES),
    ("classic-0", 600, "light"),
    ("classic-19", 1000, "dark"),
    ("classic-299", 360, "light"),
    ("hangul", 600, "dark"),
    ("200", 1000, "light"),
    ("2000", 1400, "dark"),
}
"""Scene, width and theme of each reference picture; the other combinations are only checked for faults."""


def widen(demo: Demo, width: int) -> None:
    """Give the player this width, px."""
    demo.page.set_viewport_size({"width": width + 32, "height": 900})
    demo.page.wait_for_function("width => document.querySelector('.epochscope').clientWidth === width", arg=width)
    demo.settle()
    demo.settle()  # the size is measured in one frame and used in the next


@pytest.mark.parametrize(
    ("scene", "width", "theme"),
    [
        pytest.param(*case, marks=[] if case in PICTURES else pytest.mark.thorough)
        for case in product(SCENES, WIDTHS, THEMES)
    ],
)
def test_the_player_matches_its_picture_and_everything_fits(
    open_demo: OpenDemo, scene: str, width: int, theme: str
) -> None:
    demo = open_demo({"color_scheme": theme}, **SCENES[scene])
    widen(demo, width)
    box = demo.page.locator(".epochscope")
    assert faults(box) == []
    if (scene, width, theme) in PICTURES:
        assert_matches(f"{scene}-{width}-{theme}", box.screenshot(animations="disabled", caret="hide"))
