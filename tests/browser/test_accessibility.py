"""axe-core finds no violation, and every text has enough contrast, in light and dark, whatever is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.contrast import contrast, contrasts
from tests.browser.player import Player
from tests.browser.scenes import replay
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import OpenDemo
    from tests.browser.notebook import Notebook
    from tests.browser.views.demo import Demo

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
BOX = ".epochscope"
MIN_CONTRAST = 4.5
"""The lowest contrast of text: WCAG 2 AA, also for large text."""

MEASURED = {"color-contrast"}
"""Rules that axe-core cannot decide and tests/browser/contrast.py does."""


THEMES = ("light", "dark")


def assert_accessible(page: Page, *, min_texts: int, without: str = "") -> None:
    """Assert that axe-core finds no violation, and that all texts, at least `min_texts`, have enough contrast.

    `without` is a rule that does not count.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("box => axe.run(box, { resultTypes: ['violations', 'incomplete'] })", BOX)
    assert len(found["passes"]) > 10
    assert [_summary(rule) for rule in found["violations"] if rule["id"] != without] == []
    assert [_summary(rule) for rule in found["incomplete"] if rule["id"] not in {*MEASURED, without}] == []
    assert_contrast(page, min_texts=min_texts)


def assert_contrast(page: Page, *, min_texts: int) -> None:
    """Assert that all texts, at least `min_texts`, have enough contrast."""
    texts = contrasts(page, BOX)
    assert len(texts) >= min_texts
    assert [text for text in texts if text.contrast < MIN_CONTRAST] == []


def _summary(rule: dict[str, Any]) -> str:
    """Return a finding of axe-core in one line."""
    return f"{rule['id']} ({rule['impact']}): {[node['html'][:150] for node in rule['nodes'][:3]]}"


def hover(demo: Demo) -> None:
    demo.cell(9).hover()
    expect(demo.card).to_be_visible()


def focus(demo: Demo) -> None:
    demo.press("Tab", "ArrowRight")
    expect(demo.card).to_be_visible()


def press(action: str) -> Callable[[Demo], None]:
    return lambda demo: demo.action(action).click()


def branch(demo: Demo) -> None:
    demo.action("continue").click()
    demo.action("branch").click()
    expect(demo.page.get_by_role("dialog")).to_have_count(0)
    demo.action("continue").click()
    expect(demo.action("switch")).to_be_visible()


CLASSIC: dict[str, Any] = {"recording": "classic", "epoch": 12, "lang": "en"}
STATES: dict[str, tuple[dict[str, Any], Callable[[Demo], None] | None]] = {
    "at rest": (CLASSIC, None),
    "nothing recorded": ({**CLASSIC, "epochs": 0, "epoch": -1}, None),
    "card by mouse": (CLASSIC, hover),
    "card by keyboard": (CLASSIC, focus),
    "encoding": (CLASSIC, press("encoding")),
    "network": (CLASSIC, press("network")),
    "network that is not known": ({"source": "monitor", "run": 20, "lang": "en"}, press("network")),
    "run until": (CLASSIC, press("until")),
    "go on": (CLASSIC, press("continue")),
    "old branches": (CLASSIC, branch),
    "diverged": ({**CLASSIC, "epochs": 20, "state": "failed", "reason": "diverged"}, None),
    "kernel gone": ({**CLASSIC, "connection": "gone"}, None),
    "whole screen": (CLASSIC, press("present")),
    "Korean": ({"recording": "hangul", "epoch": 8, "lang": "ko"}, None),
    "ignored positions": ({"text": "hello_an____", "ignored": "4,5,7,8,9,10", "epoch": 12, "lang": "en"}, hover),
    "2,000 positions": ({"recording": "2000", "epoch": 24, "lang": "en"}, None),
}

QUICK_STATES = ("card by keyboard", "network", "old branches", "whole screen", "Korean")


@pytest.mark.parametrize("state", quick_among(STATES, *QUICK_STATES))
def test_the_player_is_accessible_in_every_state(open_demo: OpenDemo, state: str) -> None:
    scene, act = STATES[state]
    demo = open_demo({"height": 1200, "reduced_motion": "reduce"}, **scene)
    if act:
        act(demo)
    demo.settle()
    assert_accessible(demo.page, min_texts=50)
    demo.page.emulate_media(color_scheme="dark")  # changes colours only
    demo.settle()
    assert_contrast(demo.page, min_texts=50)


def test_the_player_is_accessible_in_jupyterlab(lab: Notebook) -> None:
    page = lab.page
    page.set_viewport_size({"width": 1400, "height": 1300})
    player = Player(page, lab.run_code(replay("classic")))
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.locator(f"body[data-jp-theme-light={'true' if theme == 'light' else 'false'}]").wait_for(state="attached")
        player.wait_for_epoch(299)
        expect(page.locator(f"{BOX} text.label").first).to_be_visible()
        assert_accessible(page, min_texts=80)
    player.action("encoding").click()
    player.cell(9).hover()
    expect(player.card).to_be_visible()
    assert_accessible(page, min_texts=100)


def test_contrast_is_that_of_wcag() -> None:
    black, white, grey = (np.array([value] * 3) for value in (0, 255, 118))
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(4.54, abs=0.01)  # the lightest grey that passes on white
    assert contrast(white, white) == 1


def test_faint_text_is_found(open_demo: OpenDemo) -> None:
    demo = open_demo(**CLASSIC)
    demo.page.add_style_tag(content="[data-part=status] { opacity: 0.6; }")
    weakest = contrasts(demo.page, BOX)[0]
    assert "epochscope-message" in weakest.where
    assert weakest.contrast < MIN_CONTRAST
