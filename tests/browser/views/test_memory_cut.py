"""The panel Memory: a cut of the state shows what torch computes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.player import WORDS, shown
from tests.browser.server import wait_until
from tests.browser.views.memory import LAST, TEXT, OpenPanel, Trained, train

if TYPE_CHECKING:
    from pathlib import Path


def test_a_cut_and_a_move_are_shown_at_once(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.assert_cut(lstm, 7)
    panel.assert_moved(lstm, 4, 10)
    assert panel.marked("[data-ring]") != []
    assert panel.page.locator("[data-part=inspect-memory]").inner_text().count(WORDS["memory_state_hc"]) == 1


def test_the_scissors_are_dragged_along_the_text(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    for position, share, after in ((12, 0.8, 12), (15, 0.2, 14), (1, 0.8, 1)):
        panel.drag(panel.slider.locator("svg"), panel.column("cut", position), share=share)
        panel.assert_cut(lstm, after)
        assert panel.gap(after, "right") < 3
    panel.drag(panel.slider.locator("svg"), panel.column("cut", 0), share=0.1)
    assert panel.gap(0, "left") < 3
    assert panel.after is None
    assert panel.marked("[data-ring]") == []


@pytest.mark.thorough
def test_the_cut_is_where_the_text_is_pressed(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    box = panel.column("cut", 5).bounding_box()
    assert box is not None
    panel.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    panel.settle()
    panel.assert_cut(lstm, 5)


def test_the_cut_is_moved_and_taken_back_by_keys(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    epoch = panel.page.locator("[data-part=epoch]").inner_text()
    panel.slider.focus()
    for keys, after in (
        *((("ArrowRight",), 8), (("ArrowLeft", "ArrowDown"), 6), (("PageUp",), 16), (("End",), LAST)),
        *((("ArrowRight",), LAST), (("PageDown", "ArrowUp"), LAST - 9)),
    ):
        panel.press(*keys)
        panel.assert_cut(lstm, after)
    for keys in (("Home",), ("End", "Escape")):
        panel.press(*keys)
        assert panel.after is None
        assert panel.slider.get_attribute("aria-valuetext") == WORDS["memory_uncut"]
        assert panel.marked("[data-ring]") == []
    assert panel.page.locator("[data-part=epoch]").inner_text() == epoch


def test_x_cuts_after_the_focused_position_and_escape_takes_it_back(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.slider.focus()
    panel.press("Tab", "ArrowRight", "ArrowRight", "x")
    panel.assert_cut(lstm, 2)
    panel.press("End", "Enter")
    panel.assert_cut(lstm, LAST)
    panel.press("Escape")
    assert panel.after is None
    assert panel.sentence("cut") == WORDS["memory_uncut_hint"]


@pytest.mark.thorough
def test_a_cut_behind_the_text_changes_nothing(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.slider.focus()
    panel.press("End")
    assert panel.marked("[data-ring]") == []
    assert panel.sentence("cut") == WORDS["memory_cut_end"]


@pytest.mark.parametrize("what", ["h", "c"])
def test_only_one_part_of_the_state_is_cut(open_panel: OpenPanel, lstm: Trained, what: str) -> None:
    panel = open_panel(lstm)
    panel.page.locator(f"[data-part=memory-what] input[value={what}]").check()
    panel.settle()
    panel.assert_cut(lstm, 7, what)
    assert lstm.cut(7, what) != lstm.cut(7)
    panel.page.locator("[data-action=network]").click()
    wait_until(lambda: panel.drawn == panel.said("cut") or None, 10, "the network to show the predictions of the cut")


@pytest.mark.thorough
def test_a_network_without_a_cell_state_offers_no_parts(open_panel: OpenPanel, tmp_path: Path) -> None:
    gru = train(tmp_path / "gru.html", cell="gru", seed=0)
    panel = open_panel(gru)
    expect(panel.page.locator("[data-part=memory-what]")).to_have_count(0)
    panel.assert_cut(gru, 7)
    panel.assert_moved(gru, 4, 10)


def test_own_words_have_rings_but_no_targets(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.page.locator("[data-part=own-words]").fill(" I there")
    panel.settle()
    assert panel.marked("[data-tone=correct]") == panel.marked("[data-tone=wrong]") == []
    panel.slider.focus()
    panel.press("Home", *["ArrowRight"] * 3)
    tokens = [lstm.alphabet.index(token) for token in " I there"]
    said, state = lstm.read(tokens)
    while len(tokens) < len(TEXT) - 1:
        tokens.append(said[-1])
        more, state = lstm.read(tokens[-1:], state)
        said += more
    now = said[:3] + lstm.read(tokens[3:])[0]
    assert panel.said("cut") == shown(lstm.text(now))
    assert panel.marked("[data-ring]") == [p for p in range(len(now)) if now[p] != said[p]]


@pytest.mark.thorough
def test_from_right_to_left_the_scissors_are_left_of_what_was_read(open_panel: OpenPanel, tmp_path: Path) -> None:
    panel = open_panel(train(tmp_path / "rtl.html", text="אני חושב משמע אני קיים", seed=1))
    box = panel.column("cut", 5).bounding_box()
    assert box is not None
    panel.page.mouse.click(box["x"] + 3, box["y"] + 3)
    panel.settle()
    assert panel.after == 5
    assert panel.gap(5, "left") < 3
    panel.slider.focus()
    panel.press("ArrowLeft", "ArrowLeft", "ArrowRight")
    assert panel.after == 6
    panel.press("Home")
    assert panel.gap(0, "right") < 3


def test_in_windows_a_cut_reaches_to_the_end_of_the_window(open_panel: OpenPanel, tmp_path: Path) -> None:
    network = train(tmp_path / "windows.html", seed=9, window=6)
    panel = open_panel(network)

    def said(position: int, after: int) -> int:
        first = max(0, position - 5)
        return network.read(network.inputs[after + 1 if first <= after < position else first : position + 1])[0][-1]

    before = [said(position, LAST) for position in range(LAST + 1)]
    panel.slider.focus()
    panel.press("Home")
    changed = []
    for after in range(LAST + 1):
        panel.press("ArrowRight")
        now = [said(position, after) for position in range(LAST + 1)]
        assert panel.said("cut") == shown(network.text(now))
        assert panel.marked("[data-ring]") == [p for p in range(LAST + 1) if now[p] != before[p]]
        changed += panel.marked("[data-ring]")
    assert len(changed) > 0
    assert WORDS["memory_windows"].format(tokens=6, reach=5) in panel.cut.inner_text()
