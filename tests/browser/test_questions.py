"""Questions in the hosts: answered by keyboard, kept over reloads and re-runs, one vote for each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope import EpochScope
from tests.browser.apps import marimo, voila
from tests.browser.notebook import SCREENSHOTS, START_MS, write_notebook
from tests.browser.player import DRAWN, WORDS, Player
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page, ViewportSize

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook

SENTENCE = " I think therefore I am."
OPTIONS = ["one vector, two duties", "too few units", "the learning rate"]
SCOPE = f"""\
from epochscope import EpochScope
scope = EpochScope("{SENTENCE}", seed=9, epochs=40)
_ = scope.train()
"""
QUESTION = f"""{SCOPE}\
question = scope.ask("prediction", epoch=30, position=9, shown=5)
scope"""


def prediction(position: int) -> str:
    """Return a cell that asks for a prediction. Tests that share a kernel ask about different positions."""
    return QUESTION.replace("position=9", f"position={position}")


def poll(prompt: str, more: str = "") -> str:
    """Return a cell that asks a free question. Tests that share a kernel have different prompts."""
    options = f"prompt={prompt!r}, options={OPTIONS}, answer=0, why='It has no output layer.', {more}"
    return f"{SCOPE}question = scope.ask('choice', {options})\nscope"


PAGES = 30


class Asked:
    """A question on a page."""

    def __init__(self, page: Page, within: Locator | None = None) -> None:
        self.page = page
        self.player = Player(page, within)
        self.card = self.player.part("question")
        expect(self.card).to_be_visible(timeout=START_MS)

    def expect_phase(self, phase: str) -> None:
        expect(self.card).to_have_attribute("data-phase", phase)

    def choose(self, value: str, *, sure: bool = True) -> None:
        self.player.action(f"choose-{value}").check(force=True)
        self.player.action("choose-sure" if sure else "choose-unsure").check(force=True)

    def vote(self, value: str, *, sure: bool = True) -> None:
        self.choose(value, sure=sure)
        self.player.action("commit").click()
        self.expect_phase("committed")


def answered(lab: Notebook) -> list[list[object]]:
    """Return the votes that the kernel knows."""
    return lab.evaluate("[[vote['choice'], vote['round'], vote['sure'], vote['correct']] for vote in scope.answers]")


def wait_for_votes(lab: Notebook, count: int) -> None:
    wait_until(lambda: len(answered(lab)) == count or None, 20.0, f"{count} votes")


def test_a_question_is_answered_with_the_keyboard_alone(lab: Notebook) -> None:
    """Choose, say how sure, commit, vote again, reveal, and close the card."""
    asked = Asked(lab.page, lab.run_code(poll("What limits this network?")))
    keyboard = lab.page.keyboard
    lab.screenshot("question-1-asked")
    asked.player.timeline.focus()
    keyboard.press("2")
    expect(asked.player.action("choose-1")).to_be_checked()
    asked.player.action("choose-1").focus()
    keyboard.press("Tab")
    expect(asked.player.action("choose-sure")).to_be_focused()
    keyboard.press("Space")
    keyboard.press("ArrowRight")
    expect(asked.player.action("choose-unsure")).to_be_checked()
    keyboard.press("Enter")
    asked.expect_phase("committed")
    lab.screenshot("question-2-committed")
    asked.player.action("again").focus()
    keyboard.press("Enter")
    expect(asked.player.part("question-label")).to_have_text(WORDS["ask_second"])
    asked.player.timeline.focus()
    keyboard.press("1")
    lab.screenshot("question-3-second-round")
    asked.player.action("choose-0").focus()
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Enter")
    asked.expect_phase("committed")
    asked.player.action("reveal").focus()
    keyboard.press("Enter")
    asked.expect_phase("revealed")
    expect(asked.player.part("verdict")).to_have_attribute("data-verdict", "correct")
    expect(asked.player.part("why")).to_have_text("It has no output layer.")
    lab.screenshot("question-4-revealed")
    wait_for_votes(lab, 2)
    assert answered(lab) == [[OPTIONS[1], 1, False, False], [OPTIONS[0], 2, True, True]]


def test_the_reveal_replays_up_to_the_epoch_that_was_asked_about(lab: Notebook) -> None:
    asked = Asked(lab.page, lab.run_code(prediction(7)))
    player = asked.player
    token = lab.evaluate("int(scope.history.predictions[30, 7])")
    assert player.epoch == 5
    player.timeline.focus()
    lab.page.keyboard.press("End")
    lab.page.evaluate(DRAWN)
    assert (player.epoch, player.head) == (5, 5)
    expect(player.action("free-run")).to_have_attribute("aria-disabled", "true")
    asked.vote(str(token))
    player.action("reveal").click()
    asked.expect_phase("revealing")
    asked.expect_phase("revealed")
    player.wait_for_epoch(30)
    expect(player.part("verdict")).to_have_attribute("data-verdict", "correct")
    assert player.head == 39
    expect(player.action("free-run")).not_to_have_attribute("aria-disabled", "true")


def test_a_committed_answer_survives_reload_and_a_cell_that_is_run_again(lab: Notebook) -> None:
    asked = Asked(lab.page, lab.run_code(QUESTION))
    asked.vote("3", sure=False)
    wait_for_votes(lab, 1)
    before = lab.evaluate("scope.answers")
    lab.save()
    lab.reload()
    asked = Asked(lab.page, lab.cell(0))
    asked.expect_phase("committed")
    asked = Asked(lab.page, lab.run_code(QUESTION))  # another scope
    asked.expect_phase("committed")
    assert lab.evaluate("scope.answers") == before
    lab.kernel.run("_ = scope.ask('prediction', epoch=30, position=9, shown=5)")
    asked.expect_phase("committed")
    lab.kernel.run("_ = scope.ask('prediction', epoch=30, position=10, shown=5)")
    asked.expect_phase("choosing")
    lab.kernel.run("question = scope.ask('prediction', epoch=30, position=9, shown=5); question.clear()")
    asked.expect_phase("choosing")
    assert lab.evaluate("scope.answers") == []


@pytest.mark.thorough
def test_a_committed_answer_survives_a_restart_of_the_kernel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([QUESTION])
    Asked(notebook.page, notebook.run(0)).vote("3")
    notebook.restart()
    asked = Asked(notebook.page, notebook.run(0))
    asked.expect_phase("committed")
    wait_for_votes(notebook, 1)


def test_python_opens_the_second_round_and_the_answer_for_all_pages(lab: Notebook, open_notebook: OpenNotebook) -> None:
    first = Asked(lab.page, lab.run_code(poll("What holds it back?", "hold=True")))
    lab.save()
    other = open_notebook(lab)
    second = Asked(other.page, other.cell(0))
    first.vote("1")
    second.expect_phase("choosing")
    second.vote("0")
    for asked in (first, second):
        expect(asked.player.action("reveal")).to_have_count(0)
        expect(asked.player.action("again")).to_have_count(0)
        expect(asked.player.part("pages")).to_contain_text("2")
    lab.kernel.run("question.second_round()")
    second.expect_phase("choosing")
    first.vote("0")
    lab.kernel.run("question.reveal()")
    for asked in (first, second):
        asked.expect_phase("revealed")
    expect(first.player.part("verdict")).to_have_attribute("data-verdict", "correct")
    wait_for_votes(lab, 3)
    other.page.screenshot(path=SCREENSHOTS / "question-5-two-pages.png")


def test_thirty_pages_are_thirty_votes_and_a_page_that_votes_twice_has_one(lab: Notebook) -> None:
    asked = Asked(lab.page, lab.run_code(poll("What do thirty say?")))
    asked.vote("0")
    identifier = lab.evaluate("[scope.player.question['id'], scope.player.model_id]")
    # The others as their pages would: over the kernel's own channel, some of them twice, with another choice.
    votes = [(f"page-{number}", number % 3) for number in range(1, PAGES)]
    for page, choice in [*votes, *((page, 2 - choice) for page, choice in votes[:7])]:
        lab.kernel.comm(
            identifier[1],
            {
                "kind": "answer",
                "page": page,
                "question": identifier[0],
                "generation": 0,
                "revealed": False,
                "rounds": [{"choice": choice, "sure": True}],
            },
        )
    wait_for_votes(lab, PAGES)
    expect(asked.player.part("pages")).to_contain_text(str(PAGES))
    assert lab.evaluate("[int(n) for n in scope.tally()['votes'].loc[1]]") == [10, 10, 10]
    asked.player.action("reveal").click()
    asked.expect_phase("revealed")
    expect(asked.player.part("votes")).to_contain_text("10")
    lab.screenshot("question-6-thirty-pages")


def test_hands_are_counted_in_presentation_mode(lab: Notebook) -> None:
    asked = Asked(lab.page, lab.run_code(poll("Who raises a hand?")))
    player = asked.player
    player.action("present").click()
    player.action("hands").click()
    for number in range(4):
        player.action("more").nth(number % 2).click()
    player.part("hands-count").nth(2).fill("12")
    lab.page.keyboard.press("Tab")
    wait_until(
        lambda: lab.evaluate("[int(n) for n in scope.tally()['hands'].loc[1]]") == [2, 2, 12] or None, 10.0, "them"
    )
    lab.page.evaluate(DRAWN)
    lab.screenshot("question-7-hands")
    player.action("reveal").click()
    asked.expect_phase("revealed")
    lab.screenshot("question-8-hands-revealed")
    lab.page.keyboard.press("Escape")


def test_what_is_asked_before_the_training_is_trained_by_the_reveal(lab: Notebook) -> None:
    code = QUESTION.replace("_ = scope.train()\n", "").replace(
        '"prediction", epoch=30, position=9, shown=5', '"first_all_correct", tolerance=39'
    )
    asked = Asked(lab.page, lab.run_code(code))
    player = asked.player
    player.part("question").locator("input[type=number]").fill("20")
    player.action("choose-sure").check(force=True)
    player.action("speed").select_option("Infinity")
    player.action("commit").click()
    player.action("reveal").click()
    asked.expect_phase("revealed")
    wait_until(lambda: lab.evaluate("scope.status") != "training" or None, 60.0, "the end of the training")
    first = lab.evaluate("[e.epoch for e in scope.history.events if e.kind == 'all_correct'][:1]")
    expect(player.part("verdict")).to_have_attribute("data-verdict", "correct" if first else "wrong")
    assert lab.evaluate("question.answer") == (first[0] if first else None)
    assert lab.evaluate("scope.head") == (first[0] if first else 39)  # it trains no further than to what was asked


@pytest.mark.thorough
def test_voila_keeps_an_answer_over_a_reload_though_its_kernel_is_a_new_one(page: Page, tmp_path: Path) -> None:
    write_notebook(tmp_path / "run.ipynb", [QUESTION])
    with voila(tmp_path / "run.ipynb") as address:
        page.goto(address, timeout=START_MS)
        asked = Asked(page)
        asked.player.wait_for_epoch(5)
        assert asked.player.head == 5
        page.screenshot(path=SCREENSHOTS / "question-9-voila.png")
        asked.vote("3")
        page.reload(timeout=START_MS)
        asked = Asked(page)
        asked.expect_phase("committed")
        asked.player.action("reveal").click()
        asked.expect_phase("revealed")
        asked.player.wait_for_epoch(30)
        page.screenshot(path=SCREENSHOTS / "question-10-voila-revealed.png")


def test_an_exported_page_works_alone_and_its_copied_answers_are_counted(browser: Browser, tmp_path: Path) -> None:
    scope = EpochScope(SENTENCE, seed=9, epochs=40)
    scope.train()
    question = scope.ask("prediction", epoch=30, position=9, shown=5)
    scope.to_html(tmp_path / "page.html")
    clipboard = ["clipboard-read", "clipboard-write"]
    room: ViewportSize = {"width": 1000, "height": 900}
    page = browser.new_context(offline=True, viewport=room, permissions=clipboard).new_page()
    page.goto((tmp_path / "page.html").as_uri())
    asked = Asked(page)
    token = int(scope.history.predictions[30, 9])
    asked.vote(str(token))
    page.reload()
    asked = Asked(page)
    asked.expect_phase("committed")
    page.screenshot(path=SCREENSHOTS / "question-11-exported.png", full_page=True)
    asked.player.action("copy-answers").click()
    (tmp_path / "answers.json").write_text(page.evaluate("navigator.clipboard.readText()"))
    tally = question.tally(tmp_path / "answers.json")
    assert tally["votes"].sum() == 1
    assert bool(tally[tally["votes"] > 0]["correct"].all())
    asked.player.action("reveal").click()
    asked.expect_phase("revealing")
    asked.player.action("skip").click()
    asked.expect_phase("revealed")
    asked.player.wait_for_epoch(30)
    expect(asked.player.part("verdict")).to_have_attribute("data-verdict", "correct")
    page.screenshot(path=SCREENSHOTS / "question-12-exported-revealed.png", full_page=True)
    page.context.close()


@pytest.mark.thorough
def test_a_saved_notebook_shows_its_answer_without_a_kernel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([QUESTION])
    Asked(notebook.page, notebook.run(0)).vote("3")
    wait_for_votes(notebook, 1)
    notebook.save_widgets(lambda saved: "answers" in str(saved.metadata) and '"choice"' in str(saved).replace("'", '"'))
    notebook.shut_down_kernel()
    notebook.reopen()
    asked = Asked(notebook.page, notebook.cell(0))
    asked.expect_phase("committed")


MARIMO = f"""\
import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    from epochscope import EpochScope
    scope = EpochScope("{SENTENCE}", seed=9, epochs=40)
    _ = scope.train()
    question = scope.ask("prediction", epoch=30, position=9, shown=5)
    scope
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.mark.thorough
def test_marimo_asks_and_reveals(page: Page, tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(MARIMO)
    with marimo(tmp_path / "run.py", "run", "light") as address:
        page.goto(address, timeout=START_MS)
        asked = Asked(page)
        asked.vote("3")
        asked.player.action("reveal").click()
        asked.expect_phase("revealed")
        asked.player.wait_for_epoch(30)


@pytest.mark.thorough
def test_two_questions_in_one_notebook_are_chosen_separately(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([poll("Which one?"), poll("Which other one?")])
    one, other = (Asked(notebook.page, notebook.run(cell)) for cell in (0, 1))
    one.choose("1")
    other.choose("2", sure=False)
    expect(one.player.action("choose-1")).to_be_checked()
    expect(one.player.action("choose-sure")).to_be_checked()
    expect(other.player.action("choose-2")).to_be_checked()
