"""In every room, language and theme nothing overflows; pictures are left to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.views.conftest import ALICE, HANGUL

if TYPE_CHECKING:
    from tests.browser.views.conftest import OpenDemo

SCENES: dict[str, dict[str, Any]] = {
    "classic": {"recording": "classic"},
    "hangul": {"text": HANGUL, "lang": "ko"},
    "200": {"text": ALICE, "run": 60},
    "2000": {"length": 2001, "run": 40},
}

OVERFLOWING = """() => {
  const root = document.querySelector(".epochscope-root").getBoundingClientRect();
  const scrolls = (el) => el.closest(".epochscope-stage, .epochscope-onehot, .epochscope-alphabet");
  return [...document.querySelectorAll(".epochscope-root *")].filter((el) => {
    const box = el.getBoundingClientRect();
    if (box.width === 0 || el.closest(".epochscope-unseen, svg, option")) return false;
    const sideways = box.left < root.left - 1 || box.right > root.right + 1;
    return sideways || (!scrolls(el) && box.bottom > root.bottom + 1);
  }).map((el) => el.className);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("text", SCENES)
def test_nothing_overflows_at_any_width(open_demo: OpenDemo, text: str, theme: str) -> None:
    demo = open_demo({"color_scheme": theme}, epoch=20, **SCENES[text])
    for width in (1400, 1000, 600, 360):
        demo.page.set_viewport_size({"width": width + 32, "height": 800})
        demo.settle()
        demo.settle()  # the room is measured in one frame and drawn in the next
        assert demo.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert demo.page.evaluate(OVERFLOWING) == [], width
        demo.picture(f"{text}-{width}-{theme}")


@pytest.mark.parametrize("panel", ["Run until…", "Go on from here…", "Encoding"])
def test_nothing_overflows_at_360_pixels_with_something_open(open_demo: OpenDemo, panel: str) -> None:
    demo = open_demo({"width": 392}, recording="classic", epoch=20)
    demo.button(panel).click()
    demo.settle()
    assert demo.page.evaluate(OVERFLOWING) == []


def test_the_card_stays_within_the_player_at_either_end(open_demo: OpenDemo) -> None:
    for width in (360, 1000):
        demo = open_demo({"width": width + 32}, recording="classic", epoch=20)
        for position in (0, 11, 22):
            demo.cell(position).hover()
            demo.settle()
            assert demo.page.evaluate(OVERFLOWING) == []


def test_the_chart_stands_beside_the_stage_where_there_is_room_and_below_where_not(open_demo: OpenDemo) -> None:
    for width, beside in ((1000, True), (600, False)):
        demo = open_demo({"width": width + 32}, recording="classic", chart=1)
        stage = demo.page.locator(".epochscope-stage").bounding_box()
        chart = demo.page.locator(".epochscope-chart").bounding_box()
        assert stage
        assert chart
        assert (chart["x"] >= stage["x"] + stage["width"]) == beside
        assert (chart["y"] < stage["y"] + stage["height"]) == beside


def test_a_forced_palette_is_honoured(open_demo: OpenDemo) -> None:
    demo = open_demo({"forced_colors": "active"}, recording="classic", epoch=5)
    says = demo.cell(0).evaluate("el => getComputedStyle(el).color")
    page = demo.page.evaluate("getComputedStyle(document.body).color")
    assert says == page
    demo.picture("forced")


def test_nothing_moves_by_itself_where_motion_is_unwelcome(open_demo: OpenDemo) -> None:
    for motion, moves in (("no-preference", True), ("reduce", False)):
        demo = open_demo({"reduced_motion": motion}, recording="classic", epoch=2)
        demo.timeline.focus()
        demo.press("ArrowRight")
        flashing = demo.page.evaluate("document.getAnimations().length")
        assert (flashing > 0) == moves


def test_a_drag_is_no_change_of_mind_and_nothing_flashes(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=0)
    box = demo.timeline.bounding_box()
    assert box
    mouse, y = demo.page.mouse, box["y"] + 15
    mouse.move(box["x"] + 2, y)
    mouse.down()
    mouse.move(box["x"] + 0.7 * box["width"], y)
    assert demo.epoch > 180
    assert demo.page.evaluate("document.querySelectorAll('[data-flash]').length") == 0
    mouse.up()
    demo.press("ArrowLeft", "Home")
    assert demo.page.evaluate("document.querySelectorAll('[data-flash]').length") > 0
