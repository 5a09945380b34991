"""Build a site with the Sphinx extensions of `examples/site/_ext`, and look at its pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import expect

from tests.browser.player import Player
from tests.browser.test_accessibility import AXE
from tests.browser.test_sweep import SweepView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Frame, Page

ColorScheme = Literal["light", "dark"]

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "examples" / "site"
FRAMES = "iframe.epochscope-frame"


class BuildError(Exception):
    """A site was not built; with what Sphinx wrote."""


def build(sources: Path, out: Path, *options: str | Path) -> str:
    """Build a site with warnings as errors. Returns what Sphinx wrote; raises BuildError with it if that fails."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", *map(str, options), str(sources), str(out)]
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise BuildError(done.stdout)
    return done.stdout


class SitePages:
    """Opens the pages of a site from the disk, without a network. Records problems and requests for anything else."""

    def __init__(self, browser: Browser, site: Path, width: int = 1200, theme: ColorScheme = "light") -> None:
        self.problems: list[str] = []
        self._context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, color_scheme=theme, reduced_motion="reduce"
        )
        self.page = self._context.new_page()
        self.page.on("console", lambda message: self._report(message.type, message.text))
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("request", lambda request: self._requested(request.url))
        self._site = site

    def _report(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.problems.append(f"{self.page.url}: {text}")

    def _requested(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            self.problems.append(f"{self.page.url} asks for {url}")

    def open(self, name: str) -> Page:
        """Open a page by its address in the site, e.g. "lessons/index.html" or "search.html?q=loss"."""
        path, _, query = name.partition("?")
        self.page.goto((self._site / path).as_uri() + (f"?{query}" if query else ""))
        return self.page

    def frames(self) -> list[Frame]:
        """Return the frames of the page with players, each scrolled to and as tall as the player in it."""
        frames = []
        for element in self.page.locator(FRAMES).all():
            element.scroll_into_view_if_needed()
            frame = element.element_handle().content_frame()
            assert frame is not None
            expect(frame.locator(".epochscope-root, [data-part=sweep], [data-part=page-form]").first).to_be_visible()
            frame.wait_for_function("() => Math.abs(innerHeight - document.body.getBoundingClientRect().height) < 1")
            frames.append(frame)
        return frames

    def close(self) -> None:
        """Close the browser's window."""
        self._context.close()


def names(site: Path) -> Iterator[str]:
    """Yield the addresses of the pages of a site."""
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site)
        if not any(part.endswith("-frames") or part.startswith("_") for part in name.parts[:-1]):
            yield name.as_posix()


def play(frame: Frame) -> None:
    """Press Play in a frame and see the epoch move. A player that waits for an answer shows its question instead.

    One that shows nothing before the answer gets one, and reveals. Of a sweep a run is opened first, and a
    playground is trained.
    """
    frame.frame_element().scroll_into_view_if_needed()  # a frame out of sight draws nothing
    box = None
    if frame.locator("[data-part=sweep]").count():
        sweep = SweepView(frame.locator("body"))
        sweep.select(0, 1)
        sweep.action("sweep-open").click()
        box = sweep.part("sweep-replay")
    train = frame.locator("[data-part=page-form] [data-action=train]")
    if train.count():
        train.click()
    player = Player(frame, box)  # type: ignore[arg-type] - a frame has what a player needs of a page
    if train.count():
        player.wait_for_epoch_beyond(0)
        player.action("pause").click()
    elif frame.locator("[data-part=question]").count() and player.part("epoch").inner_text() == "–":
        frame.locator("[data-action^=choose-]").first.click(force=True)  # a radio button, or "never" of a memory cut
        player.action("choose-sure").check(force=True)
        player.action("commit").click()
        player.action("reveal").click()
        player.wait_for_epoch_beyond(0)
        return
    start = player.action("start")
    if start.is_enabled():
        start.click()
    player.wait_for_epoch(0)
    begin = player.action("play")
    if not (begin.count() and begin.is_enabled()):
        expect(frame.locator("[data-part=question]")).to_be_visible()
        return
    begin.click()
    player.wait_for_epoch_beyond(0)
    if player.action("pause").count():
        player.action("pause").click()


def page_faults(page: Page) -> Iterator[str]:
    """Yield what axe-core finds in a page, and whether it is wider than its window."""
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "wider than the window"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, { iframes: false, preload: false, resultTypes: ['violations'] })")
    for rule in found["violations"]:
        yield f"{rule['id']} ({rule['impact']}): {[node['html'][:150] for node in rule['nodes'][:3]]}"
