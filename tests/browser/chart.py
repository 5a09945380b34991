"""The loss chart of a scope as a user sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: The first and the last tick of the epoch axis: value, and px from the left of the page.
TICKS = """chart => {
  const ticks = [...chart.querySelector("g.axis").querySelectorAll(".tick")];
  return [ticks[0], ticks.at(-1)].map(tick =>
    [Number(tick.textContent), new DOMPoint(0, 0).matrixTransform(tick.getScreenCTM()).x]);
}"""


class Chart:
    """The first loss chart of a page.

    Parameters
    ----------
    page : Page
        The page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator(".epochscope-chart").first
        self.plot = self.box.locator(".plotarea_background")
        lines = self.box.locator("g.curve path.line")
        self.old_branches, self.loss, self.cursor = (lines.nth(index) for index in (-3, -2, -1))
        self.dot = self.box.locator("path.dot").last

    def x(self, epoch: int) -> float:
        """Return the place of an epoch on its axis, px from the left of the page."""
        (first, at_first), (last, at_last) = self.box.evaluate(TICKS)
        return at_first + (epoch - first) / (last - first) * (at_last - at_first)

    def wait_for_cursor(self, epoch: int) -> None:
        """Wait until the cursor is at an epoch."""
        self.page.wait_for_function(
            "([path, x]) => Math.abs(path.getBoundingClientRect().left - x) < 2",
            arg=[self.cursor.element_handle(), self.x(epoch)],
        )
