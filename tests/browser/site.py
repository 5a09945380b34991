"""Build a site with the Sphinx extensions of `examples/site/_ext`, and look at its pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "examples" / "site"
FRAMES = "iframe.epochscope-frame"


def build(sources: Path, out: Path, *options: str | Path) -> str:
    """Build a site with warnings as errors. Returns what Sphinx wrote; raises CalledProcessError if it fails."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", *map(str, options), str(sources), str(out)]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


class SitePages:
    """Opens the pages of a site from the disk, without a network. Records problems and requests for anything else."""

    def __init__(self, browser: Browser, site: Path, width: int = 1200) -> None:
        self.problems: list[str] = []
        self._context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
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
            expect(frame.locator(".epochscope-root, [data-part=sweep]").first).to_be_visible()
            frame.wait_for_function("() => Math.abs(innerHeight - document.body.getBoundingClientRect().height) < 1")
            frames.append(frame)
        return frames

    def close(self) -> None:
        """Close the browser's window."""
        self._context.close()
