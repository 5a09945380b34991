"""The whole scope, with its chart, in JupyterLab. These two pictures stand in the README."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FONTS
from tests.browser.pictures.compare import REFERENCES, Tolerance, hold
from tests.browser.pictures.fit import faults
from tests.browser.pictures.test_player import SCENES, THEMES, WIDTHS
from tests.browser.player import Player
from tests.browser.scenes import kept

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import OpenNotebook

WIDTH = 1000
EPOCH = 184
LOOSER = Tolerance(tile=0.12, whole=0.006)
"""The chart is drawn by bqplot, and JupyterLab has its own greys: other releases of theirs may differ a little."""

CHART_IS_DRAWN = """(share) => {
  const [figure, plot, ...lines] = [
    ...[".bqplot", ".plotarea_background"].map((name) => document.querySelector(`.epochscope-chart ${name}`)),
    ...document.querySelectorAll(".epochscope-chart g.curve path.line"),
  ].map((el) => el.getBoundingClientRect());
  const cursor = lines[lines.length - 1];
  const fills = Math.abs(figure.width - plot.width - 56) < 1 && Math.abs(figure.height - plot.height - 44) < 1;
  return fills && Math.abs(cursor.left - plot.left - plot.width * share) < 1;
}"""
"""The plot has the size of the figure less its margins, which bqplot sees only after a third of a second."""


def widen(page: Page, box: Locator, width: int) -> None:
    """Make the page as wide as it takes for the box to have this width, px."""
    size = page.viewport_size
    found = box.bounding_box()
    assert size
    assert found
    page.set_viewport_size({"width": size["width"] + width - round(found["width"]), "height": size["height"]})
    expect(box).to_have_css("width", f"{width}px")


@pytest.mark.parametrize("theme", THEMES)
def test_the_whole_scope_looks_as_it_was_kept_and_everything_fits(open_notebook: OpenNotebook, theme: str) -> None:
    cells = [
        "from epochscope import EpochScope",
        f"scope = EpochScope.load({str(kept('classic'))!r}, lang='en')\nscope",
    ]
    notebook = open_notebook(cells, color_scheme=theme, device_scale_factor=2, reduced_motion="reduce")
    notebook.run(0)
    box = notebook.run(1).locator(".epochscope").first
    page = notebook.page
    page.add_style_tag(content=FONTS)
    player = Player(page, box)
    player.wait_for_epoch(299)
    notebook.kernel.run(f"scope.seek({EPOCH})")
    player.wait_for_epoch(EPOCH)
    page.mouse.move(2, 2)
    widen(page, box, WIDTH)
    page.wait_for_function(CHART_IS_DRAWN, arg=EPOCH / 300)
    page.evaluate(
        "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))"
    )
    assert faults(box) == []
    hold(f"scope-{theme}", box.screenshot(animations="disabled", caret="hide"), LOOSER)


def test_every_kept_picture_is_of_something() -> None:
    player = {f"{scene}-{width}-{theme}" for scene in SCENES for width in WIDTHS for theme in THEMES}
    assert {path.stem for path in REFERENCES.glob("*.png")} == player | {f"scope-{theme}" for theme in THEMES}
