"""The card of a question: choosing, committing, voting again, revealing; in the text, on the timeline, by keyboard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.player import WORDS
from tests.browser.test_accessibility import assert_accessible, assert_contrast
from tests.browser.views.test_fit import OVERFLOWING
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.conftest import OpenDemo
    from tests.browser.views.demo import Demo

KINDS: dict[str, dict[str, Any]] = {
    "prediction": {"kind": "prediction", "position": 3, "answer": [11]},
    "first_all_correct": {"kind": "first_all_correct", "epoch": 299, "answer": [183], "tolerance": 10},
    "last_learned": {"kind": "last_learned", "epoch": 299, "answer": [8]},
    "memory_cut": {"kind": "memory_cut", "after": 8, "what": "all", "answer": [[9, 10, 12]]},
    "free_run": {"kind": "free_run", "given": 4, "answer": [6]},
    "which_run": {"kind": "which_run", "by": "loss", "answer": [1]},
    "choice": {
        "kind": "choice",
        "prompt": "Why does the loss rise?",
        "options": ["The steps are too large for this network", "The text is too short", "It has no memory"],
        "answer": [0],
        "why": "With smaller steps it stays low.",
    },
}
#: A choice of other pages, of each kind, in both rounds.
OTHERS: dict[str, list[Any]] = {
    "prediction": [[11, 11], [5, 11]],
    "first_all_correct": [[40, 60], [200, 183]],
    "last_learned": [[8, 8], [4, 8]],
    "memory_cut": [[[9], [9, 10]], [[], [12]]],
    "free_run": [[6, 6], [-1, 6]],
    "which_run": [[1, 1], [0, 1]],
    "choice": [[0, 0], [2, 0]],
}


def asked(open_demo: OpenDemo, kind: str, *, answers: list[Any] | None = None, **question: Any) -> Demo:
    """Open a demo with a question; `context` and `scene` are those of the demo."""
    context, scene = question.pop("context", None), question.pop("scene", {})
    fields = json.dumps({**KINDS[kind], **question})
    demo = open_demo(context, question=fields, answers=json.dumps(answers or []), **{"lang": "en", **scene})
    # The page of the tests is the same for all, and would remember what was answered before.
    demo.page.evaluate("sessionStorage.clear()")
    demo.page.reload()
    demo.settle()
    return demo


def tile(demo: Demo, choice: object) -> Locator:
    """Return the tile of a choice, of "sure" or of "unsure"."""
    return demo.box.locator(f".epochscope-answer:has([data-action='choose-{choice}'])")


def phase(demo: Demo) -> str | None:
    demo.settle()
    return demo.part("question").get_attribute("data-phase")


def answer(demo: Demo, kind: str) -> None:
    """Choose something wrong, and be sure."""
    if kind == "first_all_correct":
        demo.part("ask-epoch").fill("170")
    elif kind in ("last_learned", "free_run"):
        demo.part("ask-position").fill("17")
    elif kind == "memory_cut":
        for position in (9, 13):
            demo.cell(position).click()
    else:
        tile(demo, 1).click()
    tile(demo, "sure").click()


def reveal(demo: Demo) -> None:
    demo.action("reveal").click()
    if demo.action("skip").count():
        demo.action("skip").click()
    assert phase(demo) == "revealed"


@pytest.mark.parametrize("kind", quick_among(KINDS, "free_run", "which_run"))
def test_a_question_of_every_kind_is_accessible_and_fits_in_every_phase(open_demo: OpenDemo, kind: str) -> None:
    context = {"height": 1200, "reduced_motion": "reduce"}
    scene = {"labels": json.dumps(["RNN", "GRU + output layer"])} if kind == "which_run" else {}
    demo = asked(open_demo, kind, answers=OTHERS[kind], context=context, scene=scene)

    def check(name: str) -> None:
        demo.settle()
        demo.page.mouse.move(0, 0)
        assert_accessible(demo.page, min_texts=40)
        demo.page.emulate_media(color_scheme="dark")
        demo.settle()
        assert_contrast(demo.page, min_texts=40)
        for width in (392, 752, 1032):
            demo.page.set_viewport_size({"width": width, "height": 1200})
            demo.settle()
            demo.settle()
            assert demo.page.evaluate(OVERFLOWING) == [], width
            demo.picture(f"question-{kind}-{name}-{width}")
        demo.page.emulate_media(color_scheme="light")

    answer(demo, kind)
    check("chosen")
    demo.action("hands").click()
    check("hands")
    demo.action("hands").click()
    demo.action("commit").click()
    check("committed")
    demo.action("again").click()
    check("again")
    tile(demo, "unsure").click()
    demo.action("commit").click()
    reveal(demo)
    check("revealed")


def test_the_keyboard_alone_is_enough(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "choice")
    demo.timeline.focus()
    demo.press("2")
    assert demo.page.locator("[data-action=choose-1]").is_checked()
    demo.press("Enter")
    assert phase(demo) == "choosing"  # not said how sure
    demo.action("choose-0").focus()
    demo.press("ArrowDown")
    assert demo.action("choose-1").is_checked()
    demo.press("3", "Tab", "Tab")  # from a tile that is not chosen, Tab goes to the chosen one first
    assert demo.action("choose-2").is_checked()
    assert demo.focused_action in ("choose-sure", "choose-unsure")
    demo.press("Space", "Enter")
    assert phase(demo) == "committed"
    assert demo.focused_action == "reveal"  # the focus stays in the card
    demo.action("again").focus()
    demo.press("Enter")
    assert phase(demo) == "choosing"
    demo.press("1")
    demo.action("choose-unsure").focus()
    demo.press("Space", "Enter", "Enter")
    assert phase(demo) == "revealing"
    assert demo.focused_action == "skip"
    demo.press("Enter")
    assert phase(demo) == "revealed"
    assert demo.focused_action == "fold"
    expect(demo.part("verdict")).to_contain_text(WORDS["ask_better"])
    demo.press("Enter")
    expect(demo.part("verdict")).to_have_count(0)


def test_positions_are_chosen_in_the_text_by_mouse_and_by_keyboard(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "memory_cut")
    chips = demo.part("chosen").locator("li")
    for position in (9, 13, 4):  # the last one is before the cut
        demo.cell(position).click()
    expect(chips).to_have_text(["position 10 t → h", "position 14 e → f"])
    demo.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "Enter")
    expect(chips).to_have_count(3)
    assert phase(demo) == "choosing"
    marks = demo.box.locator("[data-part=position-mark][data-kind=chosen]")
    expect(marks).to_have_count(3)
    cell, mark = demo.cell(9).bounding_box(), marks.first.bounding_box()
    assert cell
    assert mark
    assert abs(mark["x"] + mark["width"] / 2 - cell["x"] - cell["width"] / 2) < 2
    demo.cell(9).click()
    demo.action("remove-13").click()
    expect(chips).to_have_count(1)
    demo.part("ask-position").fill("23")
    demo.press("Enter")
    expect(chips).to_have_count(2)
    demo.action("choose-none").click()
    expect(chips).to_have_count(0)
    expect(demo.action("choose-none")).to_have_attribute("aria-pressed", "true")


def test_an_epoch_is_chosen_on_the_covered_part_of_the_timeline(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "first_all_correct")
    box = demo.part("sparkline").bounding_box()
    assert box
    x = lambda epoch: box["x"] + (epoch + 0.5) / 300 * box["width"]  # noqa: E731
    y = box["y"] + 12
    demo.page.mouse.click(x(9), y)
    assert demo.epoch == 9  # what is shown can be looked at
    expect(demo.part("ask-epoch")).to_have_value("")
    demo.page.mouse.move(x(100), y)
    demo.page.mouse.down()
    demo.page.mouse.move(x(170), y)
    demo.page.mouse.up()
    assert demo.epoch == 9
    assert abs(int(demo.part("ask-epoch").input_value()) - 170) <= 1
    mark = demo.part("epoch-mark").bounding_box()
    assert mark
    assert abs(mark["x"] - x(170)) < 3
    demo.page.mouse.move(x(100), y)
    demo.page.mouse.down()
    demo.page.mouse.move(x(2), y)
    demo.page.mouse.up()
    expect(demo.part("ask-epoch")).to_have_value("20")  # the first one that is covered


def test_a_number_that_cannot_be_chosen_cannot_be_committed(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "first_all_correct")
    tile(demo, "sure").click()
    commit, field = demo.action("commit"), demo.part("ask-epoch")
    field.fill("50")
    expect(commit).not_to_have_attribute("aria-disabled", "true")
    for wrong in ("500", "5", "", "25.5"):
        field.fill(wrong)
        expect(commit).to_have_attribute("aria-disabled", "true")
        expect(field).to_have_attribute("aria-invalid", "true")
    field.press("Enter")
    assert phase(demo) == "choosing"
    demo.action("choose-none").click()
    expect(field).to_have_value("")
    expect(commit).not_to_have_attribute("aria-disabled", "true")


def test_the_cover_begins_after_the_last_epoch_that_is_shown(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "prediction", shown=99, epoch=299)
    cover, map_box = demo.box.locator("[data-part=columns] > [data-part=cover]"), demo.part("map").bounding_box()
    box = cover.bounding_box()
    assert box
    assert map_box
    assert abs(box["y"] - map_box["y"] - map_box["height"] / 3) <= 1
    assert abs(box["y"] + box["height"] - map_box["y"] - map_box["height"]) <= 1
    line = demo.part("sparkline").bounding_box()
    over = demo.box.locator("[data-part=cover-track] > [data-part=cover]").bounding_box()
    assert line
    assert over
    assert abs(over["x"] - line["x"] - line["width"] / 3) <= 1
    expect(demo.message).to_have_text(WORDS["ask_covered"])
    tile(demo, 1).click()
    tile(demo, "sure").click()
    demo.action("commit").click()
    reveal(demo)
    expect(cover).to_be_hidden()


def test_the_panels_that_would_tell_are_closed_while_a_question_is_covered(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "free_run")
    for name in ("free-run", "memory", "inside", "gradient-reach"):
        expect(demo.action(name)).to_have_attribute("aria-disabled", "true")
        expect(demo.action(name)).to_have_attribute("title", WORDS["ask_closed"])
        demo.action(name).click(force=True)
    demo.timeline.focus()
    demo.press("a")
    expect(demo.part("inspection")).to_have_count(0)
    demo.action("network").click()
    expect(demo.part("inspect-network")).to_have_count(1)
    answer(demo, "free_run")
    demo.action("commit").click()
    reveal(demo)
    expect(demo.part("inspect-free_run")).to_have_count(1)  # it shows why


def test_hands_are_counted_by_round_and_shown_as_bars_at_once(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "choice")
    demo.action("hands").click()
    counts = demo.part("hands-count")
    for row, count in enumerate((7, 12, 3)):
        counts.nth(row).fill(str(count))
    demo.action("more").nth(0).click()
    demo.action("fewer").nth(2).click()
    assert [count.input_value() for count in counts.all()] == ["8", "12", "2"]
    widths = demo.box.locator("[data-part=hands] .epochscope-vote-bar").evaluate_all(
        "bars => bars.map(bar => getComputedStyle(bar).getPropertyValue('--epochscope-share'))"
    )
    assert [float(width) for width in widths] == pytest.approx([8 / 12, 1, 2 / 12], abs=1e-3)
    demo.action("again").click()
    assert [count.input_value() for count in counts.all()] == ["0", "0", "0"]
    counts.nth(0).fill("20")
    demo.action("reveal").click()
    demo.action("skip").click()
    rows = demo.part("votes").locator("[data-tone]")
    shown = rows.evaluate_all("""rows => rows.map(row => [row.dataset.tone,
        ...Array.from(row.querySelectorAll('.epochscope-vote-count'), count => count.textContent)])""")
    assert shown == [["right", "8", "20"], ["wrong", "12", "0"], ["wrong", "2", "0"]]


def test_hands_for_an_epoch_are_added_as_a_row(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "first_all_correct")
    demo.action("hands").click()
    for epoch in (50, 170, 170):
        demo.part("ask-epoch").fill(str(epoch))
        demo.action("add-hands").click()
    labels = demo.box.locator(".epochscope-hands-label")
    expect(labels).to_have_text(["epoch 50", "epoch 170"])
    assert [count.input_value() for count in demo.part("hands-count").all()] == ["1", "2"]


def test_digits_answer_a_question_about_runs_and_choose_runs_afterwards(open_demo: OpenDemo) -> None:
    scene = {"labels": json.dumps(["RNN", "GRU", "LSTM"])}
    demo = asked(open_demo, "which_run", scene=scene)
    demo.timeline.focus()
    demo.press("2")
    assert demo.action("choose-1").is_checked()
    assert demo.page.evaluate("store.chosen.value") == [2]
    tile(demo, "sure").click()
    demo.press("Enter")
    assert phase(demo) == "committed"
    demo.timeline.focus()
    demo.press("1")
    assert demo.page.evaluate("store.chosen.value") == [0]
    reveal(demo)
    expect(demo.part("verdict")).to_contain_text(WORDS["ask_correct"])


def test_what_is_held_is_revealed_by_the_lecturer_only(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "prediction", hold=True, answers=OTHERS["prediction"])
    answer(demo, "prediction")
    demo.action("commit").click()
    expect(demo.part("waiting")).to_have_text(WORDS["ask_waiting"])
    expect(demo.part("pages")).to_have_text(WORDS["ask_pages"].format(count=3))
    for name in ("reveal", "again"):
        expect(demo.action(name)).to_have_count(0)


def test_answers_are_copied_or_shown_to_be_copied(open_demo: OpenDemo) -> None:
    demo = asked(open_demo, "prediction")
    answer(demo, "prediction")
    demo.action("commit").click()
    demo.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    demo.action("copy-answers").click()
    expect(demo.box.get_by_text(WORDS["copied"])).to_be_visible()
    copied = json.loads(demo.page.evaluate("navigator.clipboard.readText()"))
    assert copied["format"] == "epochscope-answers"
    assert copied["answers"][0]["rounds"] == [{"choice": 1, "sure": True}]
    demo.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    demo.action("copy-answers").click()
    field = demo.box.get_by_label(WORDS["copy_by_hand"])
    expect(field).to_be_focused()
    assert json.loads(field.input_value()) == copied
    assert field.evaluate("field => field.selectionEnd - field.selectionStart") == len(field.input_value())


def test_an_alphabet_of_many_tokens_is_a_list(open_demo: OpenDemo) -> None:
    words = ",".join("".join(chr(97 + int(digit)) for digit in f"{word:02}") for word in range(60))
    demo = asked(open_demo, "prediction", scene={"words": words})
    demo.action("choose-token").select_option("4")
    tile(demo, "sure").click()
    demo.action("commit").click()
    expect(demo.part("your-answer")).to_contain_text("ae, sure")


MANY_LABELS = [f"LSTM, seed {seed}" for seed in range(6)]


@pytest.mark.parametrize("labels", quick_among([None, ["RNN", "GRU", "LSTM"], MANY_LABELS], None, MANY_LABELS))
def test_in_presentation_mode_a_question_leaves_room_for_all_controls(
    open_demo: OpenDemo, labels: list[str] | None
) -> None:
    scene = {"labels": json.dumps(labels)} if labels else {}
    kind = "which_run" if labels else "choice"
    demo = asked(open_demo, kind, answers=OTHERS[kind], context={"width": 1400, "height": 800}, scene=scene)
    demo.action("present").click()

    def check() -> None:
        demo.settle()
        demo.settle()
        top = demo.part("transport").evaluate("el => el.getBoundingClientRect().top")
        above = demo.box.locator("[data-part=grid], [data-part=maps], [data-part=question]")
        assert above.evaluate_all("all => Math.max(...all.map(el => el.getBoundingClientRect().bottom))") <= top
        present = demo.action("present").bounding_box()
        assert present
        assert present["y"] + present["height"] <= 800

    check()
    demo.action("hands").click()
    check()
    demo.action("hands").click()
    answer(demo, kind)
    demo.action("commit").click()
    demo.action("reveal").click()
    check()
    demo.action("skip").click()
    check()
    size = demo.part("votes").locator(".epochscope-vote-label").last.evaluate("el => getComputedStyle(el).fontSize")
    assert size == "28px"  # read from the last row of a lecture hall
    demo.action("fold").click()
    check()
