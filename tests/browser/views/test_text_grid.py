"""The text grid and the learning map show the recording, in the same columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.player import shown
from tests.browser.views.conftest import ODD

if TYPE_CHECKING:
    from epochscope.history import History
    from tests.browser.conftest import OpenDemo

PIXEL = """([position, epoch]) => {
  const map = document.querySelector("[data-part=map]");
  const cell = document.querySelector(`[data-part=cell][data-position="${position}"]`).getBoundingClientRect();
  const box = map.getBoundingClientRect();
  const x = Math.round((cell.left + cell.width / 2 - box.left) * map.width / box.width);
  const y = Math.round((epoch + 0.5) / 300 * map.height);
  return [...map.getContext("2d").getImageData(x, y, 1, 1).data];
}"""


@pytest.mark.parametrize("epoch", [0, 19, 184, 299])
def test_the_rows_show_inputs_targets_and_predictions(open_demo: OpenDemo, classic: History, epoch: int) -> None:
    demo = open_demo(recording="classic", epoch=epoch)
    alphabet = classic.alphabet
    assert demo.row("input") == shown("".join(alphabet[i] for i in classic.inputs))
    assert demo.row("target") == shown("".join(alphabet[i] for i in classic.targets))
    assert demo.row("prediction") == shown(classic.text(epoch))


def test_only_wrong_predictions_are_underlined(open_demo: OpenDemo, classic: History) -> None:
    demo = open_demo(recording="classic", epoch=5)
    lines = demo.page.locator("[data-part=prediction]").evaluate_all(
        "all => all.map(el => getComputedStyle(el, '::after').borderBottomStyle)"
    )
    correct = classic.predictions[5] == classic.targets
    assert [line == "solid" for line in lines] == [not each for each in correct]


def test_the_map_is_blue_where_correct_and_orange_where_wrong(open_demo: OpenDemo, classic: History) -> None:
    # With two pixels per CSS pixel the map has at least one row for each epoch.
    demo = open_demo({"device_scale_factor": 2}, recording="classic")
    for epoch in (0, 3, 10, 299):
        for position in range(0, classic.positions, 4):
            red, _, blue, alpha = demo.page.evaluate(PIXEL, [position, epoch])
            correct = classic.predictions[epoch, position] == classic.targets[position]
            assert alpha == 255
            assert (blue > red) == correct, (epoch, position)


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_map_and_rows_have_the_same_columns(open_demo: OpenDemo, ratio: float) -> None:
    demo = open_demo({"device_scale_factor": ratio}, recording="classic")
    edges = demo.page.evaluate("""() => {
      const map = document.querySelector("[data-part=map]"), box = map.getBoundingClientRect();
      const row = map.getContext("2d").getImageData(0, map.height - 2, map.width, 1).data;
      const filled = Array.from({length: map.width}, (_, x) => row[4 * x + 3] > 0);
      const starts = filled.flatMap((on, x) => on && !filled[x - 1] ? [x * box.width / map.width] : []);
      const cells = [...document.querySelectorAll("[data-part=cell]:not([hidden])")];
      return cells.map((cell, i) => cell.getBoundingClientRect().left - box.left - starts[i]);
    }""")
    assert len(edges) == 23
    assert max(map(abs, edges)) <= 0.5 / ratio + 0.01


def test_markup_whitespace_and_right_to_left_scripts_are_shown_as_text(open_demo: OpenDemo) -> None:
    demo = open_demo(text=ODD)
    inputs = demo.row("input")
    assert "".join(inputs[:8]) == "<script>"
    for glyph in ("␣", "⇥", "⏎", "⍽", "⎵", "200D", "\u25cc\u0301", "한", "ש"):
        assert glyph in inputs
    assert len(inputs) == len(ODD) - 1
    lefts = (
        demo.page.locator("[data-part=text-line]")
        .first.locator("[data-part=cell]")
        .evaluate_all("all => all.map(el => el.getBoundingClientRect().left)")
    )
    assert lefts == sorted(lefts)
    demo.picture("odd")


def test_only_the_visible_lines_of_a_long_text_are_drawn(open_demo: OpenDemo) -> None:
    demo = open_demo(length=2001, run=50)
    cells = demo.page.locator("[data-part=cell]")
    assert cells.count() < 600
    demo.page.locator("[data-part=grid]").evaluate("el => el.scrollTop = el.scrollHeight")
    demo.settle()
    assert cells.count() < 600
    assert demo.page.locator('[data-part=cell][data-position="1999"]').is_visible()
    demo.picture("2000-end")


def test_a_text_that_is_detached_and_attached_again_shows_its_beginning(open_demo: OpenDemo) -> None:
    demo = open_demo(length=2001, run=50)
    grid = demo.page.locator("[data-part=grid]")
    grid.evaluate("el => el.scrollTop = el.scrollHeight")
    demo.settle()
    # JupyterLab does this with cells outside the window; a reattached element is scrolled to its top.
    grid.evaluate("""async el => {
      const [parent, next] = [el.parentElement, el.nextSibling];
      el.remove();
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      parent.insertBefore(el, next);
    }""")
    demo.settle()
    assert grid.evaluate("el => el.scrollTop") == 0
    assert demo.page.locator('[data-part=cell][data-position="0"]').is_visible()
