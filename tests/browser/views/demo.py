"""The demo page of js/demo: built once, served from this machine, and asked what it shows."""

from __future__ import annotations

import shutil
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.browser.player import DRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page, ViewportSize

ROOT = Path(__file__).parents[3]
SCREENSHOTS = ROOT / ".screenshots" / "views"


def build(folder: Path) -> None:
    """Bundle the demo page into a folder."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    jsx = ("--jsx=automatic", "--jsx-import-source=preact")
    entry = ROOT / "js" / "demo" / "demo.ts"
    subprocess.run([esbuild, entry, "--bundle", *jsx, f"--outdir={folder}", "--log-level=warning"], check=True)
    shutil.copy(ROOT / "js" / "demo" / "index.html", folder)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base's name)
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/index.html"
        server.shutdown()


class Demo:
    """One demo page.

    Parameters
    ----------
    scene: what is shown, as in the address of the page; see js/demo/demo.ts
    context: Playwright's options for a browser context
    """

    def __init__(self, browser: Browser, address: str, scene: dict[str, Any], **context: Any):
        size: ViewportSize = {"width": context.pop("width", 1032), "height": context.pop("height", 800)}
        self.page: Page = browser.new_context(viewport=size, **context).new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(f"{address}?{urlencode(scene)}")
        expect(self.page.locator(".epochscope-map-cursor").first).to_be_attached()
        self.settle()

    def settle(self) -> None:
        """Wait until what is asked for has been drawn."""
        self.page.evaluate(DRAWN)

    def button(self, name: str) -> Locator:
        """The button with this accessible name."""
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def timeline(self) -> Locator:
        """The slider of epochs."""
        return self.page.get_by_role("slider")

    @property
    def card(self) -> Locator:
        """The card beside a position."""
        return self.page.locator(".epochscope-card")

    @property
    def sentence(self) -> str:
        """The state in plain words."""
        return self.page.locator(".epochscope-sentence").inner_text()

    @property
    def epoch(self) -> int:
        """The epoch on show."""
        self.settle()
        return int(self.page.locator(".epochscope-counter strong span").inner_text())

    @property
    def focused(self) -> str:
        """The accessible name of what has the focus, or its text."""
        return self.page.evaluate("(el => el.getAttribute('aria-label') ?? el.textContent)(document.activeElement)")

    @property
    def commands(self) -> list[dict[str, Any]]:
        """All that the player asked of the kernel."""
        return self.page.evaluate("commands")

    def row(self, name: str) -> list[str]:
        """The glyphs of a row: reads, target or says."""
        return self.page.locator(f".epochscope-cell:not([hidden]) .epochscope-{name}").all_inner_texts()

    def cell(self, position: int) -> Locator:
        """What is said at a position."""
        return self.page.locator(f'.epochscope-cell[data-position="{position}"] .epochscope-says')

    def press(self, *keys: str) -> None:
        """Press keys one after another, as fast as a person might."""
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()

    def picture(self, name: str) -> None:
        """Leave a picture of the player in a folder that git ignores."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, animations="disabled", caret="hide")

    def close(self) -> None:
        """Close the page; an error on it fails the test."""
        self.page.context.close()
        assert not self.problems
