"""While predictions change in every frame a canvas shows them: it looks as the cells do."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import FLAGS, FONTS
from tests.browser.find_browser import find_browser
from tests.browser.pictures.compare import DEFAULT, compare
from tests.browser.views.demo import Demo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import OpenDemo

MOVE = "moving => { (store.stage ?? store).dragging.value = moving; }"
COMPARISON = {
    "labels": json.dumps(["RNN", "LSTM", "GRU"]),
    "runs": json.dumps([{"epochs": 60}, {"epochs": 300}, {}]),
    "epoch": 90,
}
ODD = {"text": "e\u0301\u0301a\u0323 नमस्ते \t\n\u00a0\u200b\x07\u3000ก็กิ", "length": 60, "epoch": 120}
SCENES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "classic": ({"recording": "classic", "epoch": 150}, {}),
    "dense, dark": ({"recording": "2000", "epoch": 24}, {"color_scheme": "dark"}),
    "wide": ({"recording": "hangul", "epoch": 8}, {}),
    "marks": (ODD, {}),
    "comparison, dark": (COMPARISON, {"color_scheme": "dark"}),
    "words": ({"words": "the,quick,brown,fox,internationalization,a," * 3, "epoch": 130}, {}),
    "hebrew": ({"text": "שלום עולם, ", "length": 50, "epoch": 120}, {}),
    "arabic": ({"text": "السلام عليكم", "epoch": 120}, {}),
    "emoji": ({"text": "a😀b👍c한", "length": 40, "epoch": 120}, {}),
    "ignored": ({"ignored": "0,1,5,22", "epoch": 120}, {"color_scheme": "dark"}),
    "narrow": ({"recording": "200", "epoch": 40}, {"width": 392}),
    "dense comparison": ({**COMPARISON, "text": "to be or not to be, that is " * 9}, {}),
}
QUICK = ("classic", "dense, dark", "marks", "comparison, dark")
CASES = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.thorough) for name in SCENES]


def drawn(demo: Demo) -> Image.Image:
    """Return a picture of the text."""
    demo.settle()
    picture = demo.page.locator(".epochscope-grid").first.screenshot(animations="disabled", caret="hide")
    return Image.open(io.BytesIO(picture)).convert("RGB")


def assert_looks_the_same_while_moving(demo: Demo) -> None:
    """Assert that the canvas looks as the cells do, and that these are as before afterwards."""
    resting = drawn(demo)
    demo.page.evaluate(MOVE, True)
    moving = drawn(demo)
    canvases = demo.page.locator("[data-part=moving-tiles]")
    expect(canvases.first).to_be_visible()
    expect(demo.page.locator("[data-prediction=correct] > [data-part=prediction]:visible")).to_have_count(0)
    found = compare(resting, moving)
    assert found.tile <= DEFAULT.tile and found.whole <= DEFAULT.whole, found  # noqa: PT018 - one message for both
    demo.page.evaluate(MOVE, False)
    assert compare(resting, drawn(demo)).whole == 0
    assert canvases.locator("visible=true").count() == 0


@pytest.mark.parametrize("name", CASES)
def test_moving_predictions_look_as_resting_ones(open_demo: OpenDemo, name: str) -> None:
    scene, context = SCENES[name]
    assert_looks_the_same_while_moving(open_demo(context, **scene))


@pytest.fixture(scope="module", params=[1.5, 2])
def fine_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page on a screen with several pixels per px. Where that is emulated, elements are on whole px."""
    args = [*FLAGS, f"--force-device-scale-factor={request.param}", "--window-size=1100,900"]
    fine = browser.browser_type.launch(executable_path=find_browser(), headless=True, args=args)
    yield fine.new_context(no_viewport=True).new_page()
    fine.close()


@pytest.mark.thorough
@pytest.mark.parametrize("name", SCENES)
def test_on_a_fine_screen_too(fine_page: Page, demo_address: str, name: str) -> None:
    scene, context = SCENES[name]
    fine_page.emulate_media(color_scheme=context.get("color_scheme", "light"))
    demo = Demo(fine_page, demo_address, {**scene, "width": context.get("width", 1000)})
    demo.page.add_style_tag(content=FONTS)
    assert_looks_the_same_while_moving(demo)
    demo.close()


def test_in_presentation_mode_too(open_demo: OpenDemo) -> None:
    demo = open_demo({"width": 1400, "height": 900}, recording="classic", epoch=150)
    demo.action("present").click()
    demo.page.wait_for_function("document.querySelector('.epochscope-large') !== null")
    assert_looks_the_same_while_moving(demo)


def test_the_line_of_the_timeline_looks_the_same_on_its_canvas(open_demo: OpenDemo) -> None:
    for scene in ({"recording": "classic", "epoch": 150}, COMPARISON):
        demo = open_demo({"color_scheme": "dark"}, **scene)

        def picture(demo: Demo = demo) -> Image.Image:
            demo.settle()
            return Image.open(io.BytesIO(demo.timeline.screenshot(caret="hide"))).convert("RGB")

        resting = picture()
        demo.page.evaluate(MOVE, True)
        found = compare(resting, picture())
        expect(demo.part("thumb")).to_be_hidden()
        assert found.tile <= DEFAULT.tile, found
        demo.page.evaluate("(store.stage ?? store).seek(20)")
        assert compare(resting, picture()).tile > DEFAULT.tile


def test_the_cells_show_the_epoch_at_which_the_movement_ends(open_demo: OpenDemo) -> None:
    demo = open_demo({}, recording="classic", epoch=150)
    before = demo.predictions
    demo.page.evaluate("() => { store.dragging.value = true; store.seek(3); }")
    demo.settle()
    assert demo.predictions == before
    demo.page.evaluate(MOVE, False)
    demo.settle()
    after = demo.predictions
    assert after != before
    demo.page.evaluate("store.seek(150)")
    demo.settle()
    assert demo.predictions == before


def test_with_forced_colours_the_cells_move(open_demo: OpenDemo) -> None:
    demo = open_demo({"forced_colors": "active"}, recording="classic", epoch=150)
    before = demo.predictions
    demo.page.evaluate("() => { store.dragging.value = true; store.seek(3); }")
    demo.settle()
    assert demo.predictions != before
    expect(demo.page.locator("[data-part=moving-tiles]")).to_have_count(0)
