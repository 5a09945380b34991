"""The rows of a comparison: where the runs differ, what each has reached, and their learning maps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.player import DRAWN, WORDS

if TYPE_CHECKING:
    from tests.browser.conftest import OpenDemo
    from tests.browser.views.demo import Demo

LABELS = ("RNN", "GRU", "LSTM")
SIX = (*LABELS, "RNN + output layer", "LSTM, lr 0.01", "LSTM, 32")

#: The predictions on the page, a list for each position, and whether the position is marked.
READ_CELLS = """cells => cells.map(cell => ({
  said: Array.from(cell.querySelectorAll('[data-part=prediction]'), tile => tile.textContent),
  marked: getComputedStyle(cell.querySelector('[data-part=difference]'), '::after').height === '4px',
}))"""


def opened(open_demo: OpenDemo, *runs: dict[str, Any], labels: tuple[str, ...] = LABELS, **scene: Any) -> Demo:
    context = scene.pop("context", None)
    return open_demo(context, labels=json.dumps(labels), runs=json.dumps(runs), **scene)


def cells(demo: Demo) -> list[dict[str, Any]]:
    """Return what each position shows."""
    return demo.part("cell").locator("visible=true").evaluate_all(READ_CELLS)


def test_exactly_the_positions_at_which_runs_differ_are_marked(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, epoch=40, labels=LABELS[:2])
    seen = cells(demo)
    assert [cell["marked"] for cell in seen] == [len(set(cell["said"])) > 1 for cell in seen]
    marked = sum(cell["marked"] for cell in seen)
    assert 0 < marked < 23
    expect(demo.part("score")).to_have_text(WORDS["runs_differ_at"].format(count=marked, positions=23))
    demo.timeline.focus()
    demo.press("End")
    expect(demo.part("score")).to_have_text(WORDS["runs_differ_at"].format(count=0, positions=23))
    assert not any(cell["marked"] for cell in cells(demo))


def test_a_run_that_ended_early_is_dimmed_and_says_where(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, {}, {"epochs": 30}, {"epochs": 0}, epoch=29)
    facts = demo.part("run-row-facts")
    dimmed = demo.part("compared").locator("visible=true")
    opacity = "tiles => tiles.slice(0, 3).map(tile => getComputedStyle(tile).opacity)"
    assert dimmed.evaluate_all(opacity) == ["1", "1", "1"]
    demo.timeline.focus()
    demo.press("ArrowRight")
    expect(facts.nth(1)).to_have_text(WORDS["run_ended"].format(epoch=29))
    assert dimmed.evaluate_all(opacity) == ["1", "0.5", "1"]
    # The third has no epoch yet: empty tiles, no count, and it differs from none.
    expect(facts.nth(2)).to_have_text("")
    assert {cell["said"][2] for cell in cells(demo)} == {""}


def test_the_arrow_keys_go_through_the_positions_and_the_card_shows_each_run(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, epoch=40)
    demo.page.locator("[data-position='4'] [data-part=compared]").first.click()
    demo.page.mouse.move(0, 0)  # the card is about the position under the pointer
    demo.press("ArrowRight")
    option = demo.page.locator("[role=option]:focus")
    name = option.get_attribute("aria-label") or ""
    assert name.startswith(WORDS["position_of"].format(position=6, positions=23))
    assert all(f"{label}: " in name for label in LABELS)
    expect(demo.card.locator(".epochscope-guess-run")).to_have_text(list(LABELS))
    said = [text for cell in cells(demo)[5:6] for text in cell["said"]]
    expect(demo.card.locator("[data-part=guess] .epochscope-token")).to_have_text(said)


@pytest.mark.parametrize(("labels", "width", "maps"), [(LABELS, 1032, 3), (LABELS, 400, 1), (SIX, 1032, 1)])
def test_maps_stand_side_by_side_if_there_is_room_otherwise_tabs_choose_one(
    open_demo: OpenDemo, labels: tuple[str, ...], width: int, maps: int
) -> None:
    demo = opened(open_demo, labels=labels, context={"width": width}, epoch=40)
    shown = demo.part("maps").locator("canvas")
    expect(shown).to_have_count(maps)
    tabs = demo.part("map-tabs")
    expect(tabs).to_have_count(0 if maps > 1 else 1)
    if maps == 1:
        demo.action("map-1").click()
        expect(demo.page.locator(".epochscope-run-map")).to_have_attribute("data-run", "0")
    shown.last.click()
    assert abs(demo.epoch - 150) <= 3


def test_presentation_shows_the_rows_of_six_runs(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, labels=SIX, context={"width": 1400, "height": 800}, epoch=40)
    demo.action("present").click()
    grid = demo.part("grid")
    expect(demo.part("compared").nth(5)).to_be_in_viewport()
    demo.page.wait_for_function("grid => grid.scrollHeight <= grid.clientHeight", arg=grid.element_handle())


def test_rows_and_names_are_at_the_same_height(open_demo: OpenDemo) -> None:
    for width, large in ((400, False), (1400, False), (1400, True)):
        demo = opened(open_demo, labels=SIX[:4], context={"width": width, "height": 900}, epoch=40)
        if large:
            demo.action("present").click()
            demo.page.wait_for_function("document.querySelector('.epochscope-large') !== null")
        demo.page.evaluate(DRAWN)
        for run in range(4):
            name = demo.part("run-row").nth(run).bounding_box()
            tile = demo.part("compared").nth(run).bounding_box()
            assert name
            assert tile
            assert (name["y"], name["height"]) == pytest.approx((tile["y"], tile["height"]), abs=1)
