"""axe-core finds nothing, and every text stands out from its ground: in light and dark, whatever is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.contrast import contrast, contrasts
from tests.browser.player import Player
from tests.browser.scenes import kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import OpenNotebook, OpenScene
    from tests.browser.views.demo import Demo

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
BOX = ".epochscope"
LEAST = 4.5
"""Contrast of text, WCAG 2 AA; large text too, which might do with less."""

MEASURED = {"color-contrast"}
"""What axe-core leaves open and we find out ourselves: see tests/browser/contrast.py."""


def examine(page: Page, *, texts: int) -> None:
    """Nothing is wrong, nothing left open, every text readable; `texts` is how many there are at least."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("box => axe.run(box, { resultTypes: ['violations', 'incomplete'] })", BOX)
    assert len(found["passes"]) > 10
    assert [_said(rule) for rule in found["violations"]] == []
    assert [_said(rule) for rule in found["incomplete"] if rule["id"] not in MEASURED] == []
    written = contrasts(page, BOX)
    assert len(written) >= texts
    assert [each for each in written if each.contrast < LEAST] == []


def _said(rule: dict[str, Any]) -> str:
    """A finding of axe-core in a line."""
    return f"{rule['id']} ({rule['impact']}): {[node['html'][:150] for node in rule['nodes'][:3]]}"


def hover(demo: Demo) -> None:
    demo.cell(9).hover()
    expect(demo.card).to_be_visible()


def focus(demo: Demo) -> None:
    demo.press("Tab", "ArrowRight")
    expect(demo.card).to_be_visible()


def press(name: str) -> Callable[[Demo], None]:
    return lambda demo: demo.button(name).click()


def branch(demo: Demo) -> None:
    demo.button("Go on from here…").click()
    demo.page.get_by_role("dialog").get_by_role("button", name="Branch").click()
    expect(demo.page.get_by_role("dialog")).to_have_count(0)
    demo.button("Go on from here…").click()
    expect(demo.page.get_by_role("button", name="Return")).to_be_visible()


CLASSIC: dict[str, Any] = {"recording": "classic", "epoch": 12, "lang": "en"}
STATES: dict[str, tuple[dict[str, Any], Callable[[Demo], None] | None]] = {
    "at rest": (CLASSIC, None),
    "nothing recorded": ({**CLASSIC, "epochs": 0, "epoch": -1}, None),
    "card by mouse": (CLASSIC, hover),
    "card by keyboard": (CLASSIC, focus),
    "encoding": (CLASSIC, press("Encoding")),
    "run until": (CLASSIC, press("Run until…")),
    "go on": (CLASSIC, press("Go on from here…")),
    "ghosts": (CLASSIC, branch),
    "diverged": ({**CLASSIC, "epochs": 20, "state": "failed", "reason": "diverged"}, None),
    "kernel gone": ({**CLASSIC, "connection": "gone"}, None),
    "whole screen": (CLASSIC, press("Present")),
    "Korean": ({"recording": "hangul", "epoch": 8, "lang": "ko"}, None),
    "2,000 positions": ({"recording": "2000", "epoch": 24, "lang": "en"}, None),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_wrong_in_a_bare_page(open_scene: OpenScene, state: str, theme: str) -> None:
    scene, act = STATES[state]
    demo = open_scene({"color_scheme": theme, "height": 1200, "reduced_motion": "reduce"}, **scene)
    if act:
        act(demo)
    demo.settle()
    examine(demo.page, texts=50)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wrong_in_jupyterlab(open_notebook: OpenNotebook, theme: str) -> None:
    cells = [
        "from epochscope import EpochScope",
        f"scope = EpochScope.load({str(kept('classic'))!r}, lang='en')\nscope",
    ]
    size = {"width": 1400, "height": 1300}
    notebook = open_notebook(cells, color_scheme=theme, viewport=size, reduced_motion="reduce")
    notebook.run(0)
    player = Player(notebook.page, notebook.run(1))
    player.wait_for_epoch(299)
    expect(notebook.page.locator(f"{BOX} text.label").first).to_be_visible()
    examine(notebook.page, texts=80)
    player.button("Encoding").click()
    player.box.locator('.epochscope-cell[data-position="9"] .epochscope-says').hover()
    expect(player.box.locator(".epochscope-card")).to_be_visible()
    examine(notebook.page, texts=100)


def test_contrast_is_that_of_wcag() -> None:
    black, white, grey = (np.array([value] * 3) for value in (0, 255, 118))
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(4.54, abs=0.01)  # the palest grey that passes on white
    assert contrast(white, white) == 1


def test_faint_text_is_found(open_scene: OpenScene) -> None:
    demo = open_scene(**CLASSIC)
    demo.page.add_style_tag(content=".epochscope-sentence { opacity: 0.6; }")
    weakest = contrasts(demo.page, BOX)[0]
    assert "epochscope-sentence" in weakest.where
    assert weakest.contrast < LEAST
