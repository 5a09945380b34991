"""The player alone, at every width, in light and dark, with texts of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pictures.compare import hold
from tests.browser.pictures.fit import faults

if TYPE_CHECKING:
    from tests.browser.conftest import OpenScene
    from tests.browser.views.demo import Demo

WIDTHS = (1400, 1000, 600, 360)
THEMES = ("light", "dark")
SCENES: dict[str, dict[str, Any]] = {
    **{f"classic-{epoch}": {"recording": "classic", "epoch": epoch, "lang": "en"} for epoch in (0, 19, 184, 299)},
    "hangul": {"recording": "hangul", "epoch": 8, "lang": "ko"},
    "200": {"recording": "200", "epoch": 40, "lang": "en"},
    "2000": {"recording": "2000", "epoch": 24, "lang": "en"},
}


def widen(demo: Demo, width: int) -> None:
    """Give the player this width, px."""
    demo.page.set_viewport_size({"width": width + 32, "height": 900})
    demo.page.wait_for_function("width => document.querySelector('.epochscope').clientWidth === width", arg=width)
    demo.settle()
    demo.settle()  # the room is measured in one frame and drawn in the next


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scene", SCENES)
def test_it_looks_as_it_was_kept_and_everything_fits(open_scene: OpenScene, scene: str, theme: str) -> None:
    demo = open_scene({"color_scheme": theme}, **SCENES[scene])
    box = demo.page.locator(".epochscope")
    for width in WIDTHS:
        widen(demo, width)
        assert faults(box) == [], width
        hold(f"{scene}-{width}-{theme}", box.screenshot(animations="disabled", caret="hide"))
