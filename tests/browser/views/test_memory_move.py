"""The panel Memory: a moved state shows what torch computes with it, and the panel as a whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import assert_contrast
from tests.browser.views.memory import LAST, OpenPanel, Trained
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    pass


def test_a_memory_is_dragged_onto_another_position(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    for source, to in ((10, 4), (2, 20), (LAST, 0)):
        start, end = (panel.column("move", position).locator("[data-row=memory]") for position in (source, to))
        panel.drag(start, end)
        panel.assert_moved(lstm, source, to)


def test_a_memory_is_carried_by_keys(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.column("move", 0).focus()
    panel.press(*["ArrowRight"] * 10, "Enter")
    assert panel.sentence("move").startswith("Picked up: the memory of “ I think th”")
    panel.press(*["ArrowLeft"] * 6)
    panel.assert_moved(lstm, 10, 4)
    panel.press("Enter", "ArrowRight")
    panel.assert_moved(lstm, 10, 4)
    panel.press("Enter", "End")
    panel.assert_moved(lstm, 5, LAST)
    panel.press("Escape")
    panel.assert_moved(lstm, 10, 4)
    expect(panel.page.locator("[data-part=memory-move-announced]")).to_have_text(panel.sentence("move"))


@pytest.mark.thorough
def test_a_memory_moved_to_its_own_position_changes_nothing(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.column("move", 6).click()
    panel.column("move", 6).click()
    panel.settle()
    panel.assert_moved(lstm, 6, 6)
    expect(panel.move.locator("[data-row=after][data-ring]")).to_have_count(0)


@pytest.mark.thorough
def test_the_chosen_positions_stay_while_the_epoch_changes(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.slider.focus()
    panel.press("ArrowRight")
    before = panel.said("cut"), panel.said("move")
    panel.page.locator("[data-part=timeline]").focus()
    panel.press("Home")
    assert (panel.said("cut"), panel.said("move")) != before
    panel.press("End")
    panel.assert_cut(lstm, 8)
    panel.assert_moved(lstm, 4, 10)


def test_nothing_is_cut_once_the_panel_is_closed(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.slider.focus()
    panel.press("Escape")
    toggle = panel.page.locator("[data-action=memory]")
    toggle.click()
    expect(panel.slider).to_have_count(0)
    toggle.click()
    expect(panel.slider).to_have_attribute("aria-valuenow", "8")
    panel.settle()
    panel.assert_cut(lstm, 7)


@pytest.mark.parametrize("theme", quick_among(["light", "dark"], "dark"))
def test_the_panel_is_named_readable_and_fits(open_panel: OpenPanel, lstm: Trained, theme: str) -> None:
    panel = open_panel(lstm, color_scheme=theme, bypass_csp=True, viewport={"width": 360, "height": 3000})
    panel.assert_cut(lstm, 7)
    assert panel.page.evaluate("document.documentElement.scrollWidth") == 360
    for part in ("cut", "move"):
        expect(panel.column(part, 0)).to_have_attribute("aria-label", re.compile("^Position 1 of 23: input space"))
    assert_contrast(panel.page, min_texts=150)
