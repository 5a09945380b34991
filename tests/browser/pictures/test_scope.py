"""The whole scope, with its chart, in JupyterLab. The README shows these two pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import FONTS
from tests.browser.pictures.compare import REFERENCES, Tolerance, assert_matches
from tests.browser.pictures.fit import faults
from tests.browser.pictures.test_player import PICTURES, THEMES
from tests.browser.player import DRAWN, Player, chart_share
from tests.browser.scenes import replay

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import OpenNotebook

WIDTH = 1000
EPOCH = 184
TOLERANCE = Tolerance(tile=0.12, whole=0.006)
"""Larger, because other versions of bqplot and JupyterLab may draw slightly different pictures."""

CHART_IS_DRAWN = """(share) => {
  const [figure, plot, ...lines] = [
    ...[".bqplot", ".plotarea_background"].map((name) => document.querySelector(`.epochscope-chart ${name}`)),
    ...document.querySelectorAll(".epochscope-chart g.curve path.line"),
  ].map((el) => el.getBoundingClientRect());
  const cursor = lines[lines.length - 1];
  const fills = Math.abs(figure.width - plot.width - 56) < 1 && Math.abs(figure.height - plot.height - 44) < 1;
  return fills && Math.abs(cursor.left - plot.left - plot.width * share) < 1;
}"""
"""Whether the plot fills the figure, which bqplot resizes after a third of a second, and its cursor is in its place."""


def widen(page: Page, box: Locator, width: int) -> None:
    """Resize the page so that the box has this width, px."""
    size = page.viewport_size
    found = box.bounding_box()
    assert size
    assert found
    page.set_viewport_size({"width": size["width"] + width - round(found["width"]), "height": size["height"]})
    expect(box).to_have_css("width", f"{width}px")


def test_the_scope_matches_its_pictures_and_everything_fits(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([replay("classic")], device_scale_factor=2, reduced_motion="reduce")
    box = notebook.run(0).locator(".epochscope").first
    page = notebook.page
    page.add_style_tag(content=FONTS)
    player = Player(page, box)
    player.wait_for_epoch(299)
    notebook.kernel.run(f"scope.seek({EPOCH})")
    player.wait_for_epoch(EPOCH)
    page.mouse.move(2, 2)
    widen(page, box, WIDTH)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.locator(f"body[data-jp-theme-light={'true' if theme == 'light' else 'false'}]").wait_for(state="attached")
        page.wait_for_function(CHART_IS_DRAWN, arg=chart_share(EPOCH))
        page.evaluate("document.fonts.ready")
        page.evaluate(DRAWN)
        assert faults(box) == []
        assert_matches(f"scope-{theme}", box.screenshot(animations="disabled", caret="hide"), TOLERANCE)


def test_every_reference_is_of_a_tested_picture() -> None:
    player = {f"{scene}-{width}-{theme}" for scene, width, theme in PICTURES}
    assert {path.stem for path in REFERENCES.glob("*.png")} == player | {f"scope-{theme}" for theme in THEMES}
