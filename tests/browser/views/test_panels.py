"""What can be opened: the position card, the encoding, the panels and the full screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.player import WORDS

if TYPE_CHECKING:
    from epochscope.history import History
    from tests.browser.conftest import OpenDemo
    from tests.browser.views.demo import Demo


def assert_card_shows(demo: Demo, classic: History, position: int, epoch: int) -> None:
    tokens, shares = classic.topk(epoch)
    guesses = demo.card.locator("[data-part=guess]")
    for rank in range(5):
        index, share = int(tokens[position, rank]), float(shares[position, rank])
        glyph = "␣" if classic.alphabet[index] == " " else classic.alphabet[index]
        expect(guesses.nth(rank)).to_contain_text(f"{index}{glyph}{round(share * 100)}\u202f%")
    expect(demo.card).to_contain_text(f"{classic.position_losses[epoch, position]:.3f}")
    learned = int(classic.learned_at[position])
    expect(demo.card).to_contain_text(f"epoch {learned}" if learned >= 0 else WORDS["not_yet"])


def test_hovering_a_position_shows_its_most_probable_tokens(open_demo: OpenDemo, classic: History) -> None:
    demo = open_demo(recording="classic", epoch=10)
    expect(demo.card).to_have_count(0)
    demo.cell(4).hover()
    assert_card_shows(demo, classic, 4, 10)
    demo.page.mouse.move(2, 2)
    expect(demo.card).to_have_count(0)


def test_the_card_opens_by_keyboard_and_follows_the_arrows(open_demo: OpenDemo, classic: History) -> None:
    demo = open_demo(recording="classic", epoch=10)
    demo.press("Tab", "ArrowRight", "ArrowRight")
    assert_card_shows(demo, classic, 2, 10)
    demo.press("ArrowDown", "ArrowDown")  # down the map is later
    assert_card_shows(demo, classic, 2, 12)
    demo.press("Escape")
    expect(demo.card).to_have_count(0)


def test_the_text_scrolls_with_the_focus(open_demo: OpenDemo) -> None:
    demo = open_demo(length=2001, run=20)
    last = demo.page.locator("[data-part=text-line]").nth(4).locator("[data-part=cell]").last
    position = int(last.get_attribute("data-position") or 0)
    last.click(position={"x": 5, "y": 5})
    demo.settle()  # the cell gets the focus with the next drawing
    columns = (position + 1) // 5
    demo.press(*["ArrowRight"] * (columns + 1))
    assert demo.focused.startswith(f"Position {position + columns + 2} of 2,000")
    assert demo.page.evaluate("document.querySelector('[data-part=grid]').scrollTop") > 0


def test_encoding_shows_the_alphabet_and_one_hot_vectors_in_the_same_columns(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic")
    demo.action("encoding").click()
    expect(demo.page.locator("[data-part=alphabet] > li")).to_have_count(14)
    demo.settle()
    picture = demo.page.locator("[data-part=one-hot-picture]").bounding_box()
    columns = demo.page.locator("[data-part=map]").bounding_box()
    assert picture
    assert columns
    assert abs(picture["x"] - columns["x"]) < 1
    assert abs(picture["width"] - columns["width"]) < 1
    demo.picture("encoding")


@pytest.mark.parametrize(
    ("choose", "value", "until"),
    [
        ("epochs", "120", {"epochs": 120}),
        ("all_correct", None, {"all_correct": True}),
        ("loss", "1.3", {"loss": 1.3}),
    ],
)
def test_run_until_sends_the_chosen_goal(
    open_demo: OpenDemo, choose: str, value: str | None, until: dict[str, Any]
) -> None:
    demo = open_demo(recording="classic", epochs=20, goal=300)
    demo.action("until").click()
    demo.action(f"until-{choose}").check()
    if value is not None:
        demo.part(f"until-{choose}").fill(value)
    demo.action("run").click()
    assert demo.commands[-1] == {"command": "play", "speed": 12, "until": until}
    expect(demo.page.get_by_role("dialog")).to_have_count(0)


def test_a_goal_is_suggested_and_may_be_written_with_grouped_digits(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epochs=20, goal=100_000)
    demo.action("until").click()
    expect(demo.part("until-epochs")).to_have_value("100,000")
    demo.part("until-epochs").fill("20,000")
    demo.action("run").click()
    assert demo.commands[-1]["until"] == {"epochs": 20_000}


def test_an_invalid_goal_cannot_be_run(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epochs=20, goal=300)
    demo.action("until").click()
    demo.part("until-loss").fill("-1")
    expect(demo.action("run")).to_be_disabled()
    demo.press("Enter")
    assert demo.commands == []


def test_branch_changes_the_learning_rate_and_keeps_the_old_branch(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=150)
    demo.action("continue").click()
    demo.part("branch-lr").fill("0.02")
    demo.press("Enter")
    assert demo.commands[-1] == {"command": "branch", "epoch": 150, "lr": 0.02}
    demo.page.wait_for_function("store.recording.value.oldBranches.length === 1")
    demo.action("continue").click()
    expect(demo.page.locator("[data-part=old-branches]")).to_contain_text("Epochs 150–299, learning rate 0.1")
    demo.picture("old-branch")
    demo.action("switch").click()
    assert demo.commands[-1] == {"command": "switch_to", "branch": 1}


def test_rewind_goes_to_the_displayed_epoch(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=150)
    demo.action("continue").click()
    demo.action("rewind").click()
    assert demo.commands[-1] == {"command": "rewind", "epoch": 150}


def test_escape_closes_a_panel_and_returns_the_focus(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic")
    demo.action("until").click()
    expect(demo.page.get_by_role("dialog")).to_have_count(1)
    demo.press("Escape")
    expect(demo.page.get_by_role("dialog")).to_have_count(0)
    assert demo.focused_action == "until"


def test_presenting_fills_the_screen_and_a_presenter_remote_steps(open_demo: OpenDemo) -> None:
    demo = open_demo({"width": 1280, "height": 720}, recording="classic", epoch=100)
    small = demo.cell(0).evaluate("el => parseFloat(getComputedStyle(el).fontSize)")
    demo.action("present").click()
    expect(demo.action("present")).to_have_attribute("aria-pressed", "true")
    demo.page.wait_for_function("innerHeight === document.querySelector('[data-part=root]').offsetHeight")
    demo.settle()
    assert demo.cell(0).evaluate("el => parseFloat(getComputedStyle(el).fontSize)") > 1.2 * small
    demo.press("PageDown", "PageDown", "PageUp")
    assert demo.epoch == 101
    demo.picture("presenting")
    demo.action("present").click()
    expect(demo.action("present")).to_have_attribute("aria-pressed", "false")
