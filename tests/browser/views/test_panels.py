"""What can be opened: the position card, the encoding, the panels and the full screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from epochscope.history import History
    from tests.browser.conftest import OpenDemo
    from tests.browser.views.demo import Demo


def assert_card_shows(demo: Demo, classic: History, position: int, epoch: int) -> None:
    tokens, shares = classic.topk(epoch)
    guesses = demo.card.locator(".epochscope-guess")
    for rank in range(5):
        index, share = int(tokens[position, rank]), float(shares[position, rank])
        glyph = "␣" if classic.alphabet[index] == " " else classic.alphabet[index]
        expect(guesses.nth(rank)).to_contain_text(f"{index}{glyph}{round(share * 100)}\u202f%")
    expect(demo.card).to_contain_text(f"{classic.position_losses[epoch, position]:.3f}")
    learned = int(classic.learned_at[position])
    expect(demo.card).to_contain_text(f"at epoch {learned}" if learned >= 0 else "not for good")


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
    last = demo.page.locator(".epochscope-line").nth(4).locator(".epochscope-cell").last
    position = int(last.get_attribute("data-position") or 0)
    last.click(position={"x": 5, "y": 5})
    columns = (position + 1) // 5
    demo.press(*["ArrowRight"] * (columns + 1))
    assert demo.focused.startswith(f"Position {position + columns + 2} of 2\u202f000")
    assert demo.page.evaluate("document.querySelector('.epochscope-stage').scrollTop") > 0


def test_encoding_shows_the_alphabet_and_one_hot_vectors_in_the_same_columns(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic")
    demo.button("Encoding").click()
    expect(demo.page.locator(".epochscope-alphabet > li")).to_have_count(14)
    demo.settle()
    picture = demo.page.locator(".epochscope-onehot-picture").bounding_box()
    columns = demo.page.locator(".epochscope-map").bounding_box()
    assert picture
    assert columns
    assert abs(picture["x"] - columns["x"]) < 1
    assert abs(picture["width"] - columns["width"]) < 1
    demo.picture("encoding")


@pytest.mark.parametrize(
    ("choose", "value", "until"),
    [
        ("epochs in all", "120", {"epochs": 120}),
        ("all are right", None, {"all_correct": True}),
        ("the loss is below", "1.3", {"loss": 1.3}),
    ],
)
def test_run_until_sends_the_chosen_goal(
    open_demo: OpenDemo, choose: str, value: str | None, until: dict[str, Any]
) -> None:
    demo = open_demo(recording="classic", epochs=20, goal=300)
    demo.button("Run until…").click()
    demo.page.get_by_role("radio", name=choose).check()
    if value is not None:
        demo.page.get_by_role("spinbutton", name=choose).fill(value)
    demo.button("Run").click()
    assert demo.commands[-1] == {"command": "play", "speed": 12, "until": until}
    expect(demo.page.get_by_role("dialog")).to_have_count(0)


def test_an_invalid_goal_cannot_be_run(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epochs=20, goal=300)
    demo.button("Run until…").click()
    demo.page.get_by_role("spinbutton", name="the loss is below").fill("-1")
    expect(demo.button("Run")).to_be_disabled()
    demo.press("Enter")
    assert demo.commands == []


def test_branch_changes_the_learning_rate_and_keeps_the_old_branch(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=150)
    demo.button("Go on from here…").click()
    demo.page.get_by_role("spinbutton", name="learning rate").fill("0.02")
    demo.press("Enter")
    assert demo.commands[-1] == {"command": "branch", "epoch": 150, "lr": 0.02}
    demo.page.wait_for_function("store.recording.value.old_branches.length === 1")
    demo.button("Go on from here…").click()
    expect(demo.page.locator(".epochscope-ghosts")).to_contain_text("Epochs 150–299, learning rate 0.1")
    demo.picture("old-branch")
    demo.button("Return").click()
    assert demo.commands[-1] == {"command": "return", "ghost": 1}


def test_rewind_goes_to_the_displayed_epoch(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=150)
    demo.button("Go on from here…").click()
    demo.button("Rewind").click()
    assert demo.commands[-1] == {"command": "rewind", "epoch": 150}


def test_escape_closes_a_panel_and_returns_the_focus(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic")
    demo.button("Run until…").click()
    expect(demo.page.get_by_role("dialog")).to_have_count(1)
    demo.press("Escape")
    expect(demo.page.get_by_role("dialog")).to_have_count(0)
    assert demo.focused == "Run until…"


def test_presenting_fills_the_screen_and_a_presenter_remote_steps(open_demo: OpenDemo) -> None:
    demo = open_demo({"width": 1280, "height": 720}, recording="classic", epoch=100)
    small = demo.cell(0).evaluate("el => parseFloat(getComputedStyle(el).fontSize)")
    demo.button("Present").click()
    expect(demo.button("Leave full screen")).to_be_visible()
    demo.page.wait_for_function("innerHeight === document.querySelector('.epochscope-root').offsetHeight")
    demo.settle()
    assert demo.cell(0).evaluate("el => parseFloat(getComputedStyle(el).fontSize)") > 1.2 * small
    demo.press("PageDown", "PageDown", "PageUp")
    assert demo.epoch == 101
    demo.picture("presenting")
    demo.button("Leave full screen").click()
    expect(demo.button("Present")).to_be_visible()
