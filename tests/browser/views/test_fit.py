"""Nothing overflows at any width, in any language; themes and motion follow the preferences of the user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scenes import ALICE
from tests.browser.views.conftest import HANGUL

if TYPE_CHECKING:
    from tests.browser.conftest import OpenDemo

SCENES: dict[str, dict[str, Any]] = {
    "classic": {"recording": "classic"},
    "hangul": {"text": HANGUL, "lang": "ko"},
    "200": {"text": ALICE, "run": 60},
    "2000": {"length": 2001, "run": 40},
    "ignored": {"length": 2001, "run": 40, "ignored": ",".join(map(str, range(1, 2000, 2)))},
    "long": {"run": 12_001, "epochs": 12_000, "goal": 1_000_000, "epoch": 11_999},
}

OVERFLOWING = """() => {
  const root = document.querySelector("[data-part=root]").getBoundingClientRect();
  const scrolls = (el) => el.closest("[data-part=grid], [data-part=one-hot], [data-part=alphabet]");
  return [...document.querySelectorAll("[data-part=root] *")].filter((el) => {
    const box = el.getBoundingClientRect();
    if (box.width === 0 || el.closest(".epochscope-visually-hidden, svg, option")) return false;
    const sideways = box.left < root.left - 1 || box.right > root.right + 1;
    return sideways || (!scrolls(el) && box.bottom > root.bottom + 1);
  }).map((el) => el.className);
}"""


@pytest.mark.parametrize("text", SCENES)
def test_nothing_overflows_at_any_width(open_demo: OpenDemo, text: str) -> None:
    demo = open_demo(**{"epoch": 20, **SCENES[text]})
    for width in (1400, 1000, 600, 360):
        demo.page.set_viewport_size({"width": width + 32, "height": 800})
        demo.settle()
        demo.settle()  # the size is measured in one frame and used in the next
        assert demo.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert demo.page.evaluate(OVERFLOWING) == [], width
        demo.picture(f"{text}-{width}")


@pytest.mark.parametrize(
    "panel", ["until", "continue", "encoding", "free-run", "memory", "inside", "gradient-reach", "network"]
)
def test_nothing_overflows_at_360_pixels_with_an_open_panel(open_demo: OpenDemo, panel: str) -> None:
    demo = open_demo({"width": 392}, recording="classic", epoch=20)
    demo.action(panel).click()
    demo.settle()
    assert demo.page.evaluate(OVERFLOWING) == []


def test_the_card_stays_within_the_player_at_either_end(open_demo: OpenDemo) -> None:
    for width in (360, 1000):
        demo = open_demo({"width": width + 32}, recording="classic", epoch=20)
        for position in (0, 11, 22):
            demo.cell(position).hover()
            demo.settle()
            assert demo.page.evaluate(OVERFLOWING) == []


def test_the_chart_is_beside_the_text_on_wide_pages_and_below_it_on_narrow_ones(open_demo: OpenDemo) -> None:
    for width, beside in ((1000, True), (600, False)):
        demo = open_demo({"width": width + 32}, recording="classic", chart=1)
        grid = demo.page.locator("[data-part=grid]").bounding_box()
        chart = demo.page.locator(".epochscope-chart").bounding_box()
        assert grid
        assert chart
        assert (chart["x"] >= grid["x"] + grid["width"]) == beside
        assert (chart["y"] < grid["y"] + grid["height"]) == beside


def test_forced_colors_are_used(open_demo: OpenDemo) -> None:
    demo = open_demo({"forced_colors": "active"}, recording="classic", epoch=5)
    cell = demo.cell(0).evaluate("el => getComputedStyle(el).color")
    page = demo.page.evaluate("getComputedStyle(document.body).color")
    assert cell == page
    demo.picture("forced")


def test_nothing_is_animated_with_reduced_motion(open_demo: OpenDemo) -> None:
    for motion, animated in (("no-preference", True), ("reduce", False)):
        demo = open_demo({"reduced_motion": motion}, recording="classic", epoch=2)
        demo.timeline.focus()
        demo.press("ArrowRight")
        flashing = demo.page.evaluate("document.getAnimations().length")
        assert (flashing > 0) == animated


def test_changes_flash_on_a_step_but_not_while_dragging(open_demo: OpenDemo) -> None:
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
