"""Positions without a target on the page: hatched, named, and counted nowhere.

The data are those of padded batches (deeplearningzerotoall/PyTorch lab-12_7, pytorch-seq2seq#64).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from epochscope.words import words
from tests.browser.views.test_text_grid import PIXEL

if TYPE_CHECKING:
    from tests.browser.conftest import OpenDemo

TEXT = "hello_an____"
IGNORED = (4, 5, 7, 8, 9, 10)
SCENE: dict[str, Any] = {"text": TEXT, "ignored": ",".join(map(str, IGNORED)), "epoch": 299}
COLUMN = """position => {
  const map = document.querySelector("[data-part=map]"), box = map.getBoundingClientRect();
  const cell = document.querySelector(`[data-part=cell][data-position="${position}"]`).getBoundingClientRect();
  const left = Math.round((cell.left - box.left) * map.width / box.width);
  const width = Math.round(cell.width * map.width / box.width);
  const {data} = map.getContext("2d").getImageData(left, 0, width, map.height);
  const pixels = data.length / 4;
  let drawn = 0, tinted = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 0) drawn++;
    if (data[i + 3] > 0 && Math.abs(data[i] - data[i + 2]) > 40) tinted++;
  }
  return [drawn / pixels, tinted / pixels];
}"""


def test_an_ignored_position_shows_its_prediction_without_target_colour_and_bar(open_demo: OpenDemo) -> None:
    demo = open_demo(**SCENE)
    targets = [token if i not in IGNORED else "" for i, token in enumerate(TEXT[1:])]
    assert demo.row("input") == list(TEXT[:-1])
    assert demo.row("target") == targets
    assert all(demo.row("prediction"))
    for position in range(len(TEXT) - 1):
        cell = demo.page.locator(f"[data-part=cell][data-position='{position}']")
        ignored = position in IGNORED
        assert (cell.get_attribute("data-prediction") == "ignored") == ignored
        height = cell.locator("[data-part=bar-fill]").evaluate("el => el.getBoundingClientRect().height")
        assert (height == 0) == ignored
        image, line, weight = cell.locator("[data-part=prediction]").evaluate(
            "el => [getComputedStyle(el).backgroundImage, getComputedStyle(el, '::after').borderBottomStyle, "
            "getComputedStyle(el).fontWeight]"
        )
        assert ("gradient" in image) == ignored
        if ignored:
            assert (line, weight) == ("none", "400")
    demo.picture("ignored")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_is_hatched_without_colour_at_ignored_positions(open_demo: OpenDemo, theme: str) -> None:
    demo = open_demo({"color_scheme": theme}, **SCENE)
    for position in range(len(TEXT) - 1):
        drawn, tinted = demo.page.evaluate(COLUMN, position)
        if position in IGNORED:
            assert 0.1 < drawn < 0.6
            assert tinted == 0
        else:
            assert drawn == 1
            assert tinted > 0.9


def test_the_map_of_a_run_in_training_stays_hatched_while_it_grows(open_demo: OpenDemo) -> None:
    demo = open_demo(**{**SCENE, "epochs": 10, "epoch": 9, "goal": 300})
    before = demo.page.evaluate(COLUMN, 4)
    demo.action("train").click()
    demo.page.wait_for_function("store.head.value > 30")
    demo.action("pause").click()
    demo.settle()
    assert demo.page.evaluate(COLUMN, 4) == before
    assert demo.page.evaluate(PIXEL, [0, 0])[3] == 255


def test_the_score_is_that_of_the_counted_positions_and_names_the_number_of_ignored_ones(open_demo: OpenDemo) -> None:
    for lang, score, ignored in (("en", " of 5 correct", "6 ignored"), ("ko", "5개 중 ", "6개 제외")):
        demo = open_demo(**SCENE, lang=lang)
        assert score in demo.score
        assert demo.part("ignored").inner_text().strip(" ·") == ignored
        expect(demo.part("ignored")).to_have_attribute("title", words(lang)["ignored"])
        assert score in (demo.timeline.get_attribute("aria-valuetext") or "")
    demo = open_demo(recording="classic")
    expect(demo.part("ignored")).to_have_count(0)


def test_the_card_says_that_the_position_does_not_count(open_demo: OpenDemo) -> None:
    demo = open_demo(**SCENE, lang="en")
    demo.cell(5).hover()
    expect(demo.card).to_contain_text("ignored: no target here, so it does not count")
    for absent in ("→", words("en")["loss_here"], words("en")["correct_since"], "NaN"):
        expect(demo.card).not_to_contain_text(absent)
    kinds = demo.card.locator("[data-part=guess]").evaluate_all("all => all.map(el => el.dataset.kind)")
    assert kinds == ["other"] * 5
    demo.cell(0).hover()
    expect(demo.card).to_contain_text("→")
    expect(demo.card).not_to_contain_text("ignored")


def test_a_screen_reader_hears_that_the_position_is_ignored(open_demo: OpenDemo) -> None:
    demo = open_demo(**SCENE, lang="en")
    demo.press("Tab", "ArrowRight", *["ArrowRight"] * 3)
    assert demo.focused.startswith("Position 5 of 11: input o, prediction ")
    assert demo.focused.endswith(", ignored: no target here, so it does not count")


def test_an_ignored_prediction_does_not_flash(open_demo: OpenDemo) -> None:
    """Made-up predictions of positions that are never correct change every 7 epochs."""
    demo = open_demo(text="abc" * 4 + "a", ignored=10, epoch=6)
    before = demo.row("prediction")
    demo.action("step").click()
    demo.settle()
    assert demo.row("prediction")[10] != before[10]
    flashes = demo.page.locator("[data-part=prediction]").evaluate_all("all => all.map(el => el.dataset.flash ?? '')")
    assert flashes[10] == ""
    assert any(flashes)


def test_a_position_without_a_target_cannot_be_answered_and_the_earlier_choice_is_not_committed_instead(
    open_demo: OpenDemo,
) -> None:
    question = {"id": "ignored", "kind": "last_learned", "epoch": 99, "answer": [8]}
    demo = open_demo(**SCENE, question=json.dumps(question), lang="en")
    field, commit = demo.part("ask-position"), demo.action("commit")
    demo.action("choose-sure").check(force=True)
    field.fill("2")
    expect(commit).not_to_have_attribute("aria-disabled", "true")
    field.fill("5")
    expect(commit).to_have_attribute("aria-disabled", "true")
    expect(demo.part("question")).to_contain_text(words("en")["ignored"])
    field.fill("7")
    expect(commit).not_to_have_attribute("aria-disabled", "true")
