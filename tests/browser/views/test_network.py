"""The picture of the network: its kind, its weights, and the same cell in every column of the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from epochscope.words import words
from tests.browser.player import WORDS, shown

if TYPE_CHECKING:
    from epochscope.history import History
    from tests.browser.conftest import OpenDemo
    from tests.browser.views.demo import Demo

FILLS = "cells => [...new Set(cells.map(cell => getComputedStyle(cell).fill))]"
MIDDLES = "els => els.map(el => { const box = el.getBoundingClientRect(); return (box.left + box.right) / 2; })"
TEXTS = "els => els.map(el => el.textContent)"


def open_network(open_demo: OpenDemo, *args: Any, **scene: Any) -> Demo:
    demo = open_demo(*args, **scene)
    demo.action("network").click()
    demo.settle()
    return demo


def row(demo: Demo, name: str) -> list[str]:
    """Return the tokens of a row of the picture."""
    demo.settle()
    return demo.part(f"net-{name}").evaluate_all(TEXTS)


def lit(demo: Demo) -> str:
    current = demo.part("architectures").locator("[aria-current=true]")
    expect(current).to_have_count(1)
    return current.get_attribute("data-architecture") or ""


def test_the_classic_network_has_the_fifth_architecture_and_1680_weights(open_demo: OpenDemo) -> None:
    demo = open_network(open_demo, recording="classic")
    expect(demo.part("architectures").locator("li")).to_have_count(5)
    assert lit(demo) == "every_step"
    expect(demo.part("net-shared")).to_have_text(WORDS["network_shared"].format(count="1,680", positions=23))
    assert demo.part("counts").locator("dt").all_inner_texts() == ["input", "LSTM", "output"]
    formula = demo.part("counts").locator("dd").nth(1).inner_text().split("\n")
    assert "".join(formula).replace(" ", "").startswith("4gates×(14·14fromtheinput+14·14fromthestate+2·14biases)=1,680")
    assert demo.part("net-shared").inner_text() in (demo.part("unrolled").get_attribute("aria-label") or "")


@pytest.mark.parametrize("scene", [{"recording": "classic"}, {"text": "שלום עולם אני כאן", "run": 9}])
def test_the_cells_are_in_the_columns_of_the_text(open_demo: OpenDemo, scene: dict[str, Any]) -> None:
    demo = open_network(open_demo, **scene)
    columns = demo.page.locator("[data-part=cell]:not([hidden])").evaluate_all(MIDDLES)
    inputs = demo.part("net-input").locator("rect").evaluate_all(MIDDLES)
    assert inputs == pytest.approx(columns, abs=1)


def test_pointing_at_one_cell_highlights_them_all(open_demo: OpenDemo) -> None:
    demo = open_network(open_demo, recording="classic")
    cells = demo.part("net-cell")
    expect(cells).to_have_count(23)
    before = cells.evaluate_all(FILLS)
    cells.nth(4).hover()
    pointed = cells.evaluate_all(FILLS)
    assert (len(before), len(pointed)) == (1, 1)
    assert pointed != before
    demo.page.mouse.move(2, 2)
    assert cells.evaluate_all(FILLS) == before
    demo.action("present").focus()
    demo.press("Tab")
    assert demo.focused == WORDS["network_part"].format(name="LSTM", count="1,680")
    assert cells.evaluate_all(FILLS) == pointed


def test_the_predictions_follow_the_cursor_and_the_drawing_stays(open_demo: OpenDemo, classic: History) -> None:
    demo = open_network(open_demo, recording="classic", epoch=0)
    demo.page.evaluate("""() => {
      window.changes = 0;
      const count = records => { window.changes += records.filter(({target}) => target.nodeName !== 'text').length; };
      const drawing = document.querySelector('[data-part=unrolled]');
      new MutationObserver(count).observe(drawing, {subtree: true, childList: true, attributeFilter: ['d', 'x', 'y']});
    }""")
    for epoch in (0, 8, 184):
        demo.page.evaluate(f"store.seek({epoch})")
        assert row(demo, "prediction") == shown(classic.text(epoch))
    assert row(demo, "input") == demo.row("input")
    assert row(demo, "target") == demo.row("target")
    assert demo.page.evaluate("changes") == 0


def test_a_free_run_draws_arrows_from_each_prediction_to_the_next_input(open_demo: OpenDemo) -> None:
    demo = open_network(open_demo, recording="classic", epoch=5)
    expect(demo.part("net-feedback")).to_have_count(0)
    expect(demo.part("first-error")).to_have_count(0)
    demo.action("free-run").click()
    assert (demo.part("net-feedback").get_attribute("d") or "").count("V") == 22
    expect(demo.part("net-note")).to_have_text(WORDS["network_free_run"].format(position=2))
    # Without weights it is not known what the network reads after its first prediction.
    assert row(demo, "input") == ["␣", *[""] * 22]
    assert (demo.part("first-error-line").get_attribute("d") or "").count("M") > 3
    demo.action("free-run").click()
    expect(demo.part("net-feedback")).to_have_count(0)
    expect(demo.part("first-error")).to_have_count(0)
    assert row(demo, "input") == demo.row("input")


def test_the_line_in_the_map_is_at_the_first_wrong_position(open_demo: OpenDemo, classic: History) -> None:
    demo = open_demo(recording="classic")
    demo.action("free-run").click()
    demo.settle()
    box = demo.part("map").bounding_box()
    assert box
    path = demo.part("first-error-line").get_attribute("d") or ""
    strokes = [tuple(map(float, found)) for found in re.findall(r"M(\S+?) (\S+?)V([\d.]+)", path)]
    wrong = ~classic.correct
    first_error = np.where(wrong.any(axis=1), wrong.argmax(axis=1), 23)
    rows = round(box["height"])
    for row_of_pixels in range(rows):
        start, stop = row_of_pixels * 300 // rows, (row_of_pixels + 1) * 300 // rows
        x = next(x for x, top, bottom in strokes if top <= row_of_pixels < bottom)
        assert x == pytest.approx(first_error[start:stop].min() * box["width"] / 23, abs=2), row_of_pixels


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("ignored", "name"), [("0,1,2,3", "many_to_one"), ("0,1", "many_to_many"), ("4", "every_step")]
)
def test_the_targets_decide_which_architecture_it_is(open_demo: OpenDemo, ignored: str, name: str) -> None:
    demo = open_network(open_demo, text="abcdea", ignored=ignored, run=9)
    assert lit(demo) == name


def test_a_model_that_is_not_known_is_one_box_and_the_panel_says_how_to_show_it(open_demo: OpenDemo) -> None:
    demo = open_network(open_demo, source="monitor", run=9)  # its metadata name no cell
    expect(demo.part("net-part")).to_have_count(1)
    expect(demo.part("net-state")).to_have_count(0)
    expect(demo.part("counts")).to_have_count(0)
    unknown = demo.part("net-unknown")
    expect(unknown).to_contain_text(WORDS["network_unknown"])
    expect(unknown).to_contain_text("monitor(..., model=net)")
    expect(demo.part("net-shared")).to_have_text(WORDS["network_shared_model"].format(positions=23))


@pytest.mark.thorough
def test_of_a_long_text_the_line_of_the_focus_is_drawn(open_demo: OpenDemo) -> None:
    demo = open_network(open_demo, {"width": 360, "height": 800}, length=120, run=20)
    first = row(demo, "input")
    assert first == demo.row("input")[: len(first)]
    cell = demo.cell(len(first))
    cell.click(position={"x": 5, "y": 5})
    assert row(demo, "input") == demo.row("input")[len(first) : 2 * len(first)]
    assert demo.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.thorough
def test_it_speaks_korean(open_demo: OpenDemo) -> None:
    demo = open_network(open_demo, recording="hangul", lang="ko")
    korean = words("ko")
    names = demo.part("architectures").locator("strong").all_inner_texts()
    assert names == ["일대일", "일대다", "다대일", "다대다", korean["every_step"]]
    expect(demo.part("net-shared")).to_contain_text("가중치 공유")
