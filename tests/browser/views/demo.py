"""The demo page of js/demo: build it, serve it, open it and read what it shows."""

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

from tests.browser.player import DRAWN, Player

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Error, Page

ROOT = Path(__file__).parents[3]
SCREENSHOTS = ROOT / ".screenshots" / "views"


def build(folder: Path) -> None:
    """Bundle the demo page into `folder`."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    jsx = ("--jsx=automatic", "--jsx-import-source=preact")
    entry = ROOT / "js" / "demo" / "demo.ts"
    subprocess.run([esbuild, entry, "--bundle", *jsx, f"--outdir={folder}", "--log-level=warning"], check=True)
    shutil.copy(ROOT / "js" / "demo" / "index.html", folder)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve `folder` on a free port and yield the address of the demo page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/index.html"
        server.shutdown()


class DemoPages:
    """Empty pages for the demo, reused by all tests: opening a new one takes longer than most of them.

    Playwright can change everything but the pixel ratio of an open page, so there is one page per ratio.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._pages: dict[float, Page] = {}

    def open(self, *, width: int = 1032, height: int = 800, device_scale_factor: float = 1, **media: Any) -> Page:
        """Return a page of this size (px); `media` as in Playwright's `emulate_media`, e.g. `color_scheme="dark"`."""
        if device_scale_factor not in self._pages:
            context = self._browser.new_context(device_scale_factor=device_scale_factor)
            self._pages[device_scale_factor] = context.new_page()
        page = self._pages[device_scale_factor]
        page.mouse.move(0, 0)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(
            **{"color_scheme": "light", "reduced_motion": "no-preference", "forced_colors": "none", **media}
        )
        return page

    def close(self) -> None:
        """Close all pages."""
        for page in self._pages.values():
            page.context.close()


class Demo(Player):
    """The player on the demo page.

    Parameters
    ----------
    page : Page
        An open page; the demo replaces its content.
    address : str
        The address of the demo, as `served` yields it.
    scene : dict
        The query of the address; js/demo/demo.ts lists what it may contain.
    """

    def __init__(self, page: Page, address: str, scene: dict[str, Any]) -> None:
        self.problems: list[str] = []
        page.on("pageerror", self._note)
        page.goto(f"{address}?{urlencode(scene)}")
        expect(page.locator("[data-part=cell]").first).to_be_attached()
        super().__init__(page)
        self.settle()

    def settle(self) -> None:
        """Wait until all changes are drawn."""
        self.page.evaluate(DRAWN)

    @property
    def epoch(self) -> int:
        """The displayed epoch once all changes are drawn, -1 before the first."""
        self.settle()
        return super().epoch

    @property
    def focused(self) -> str:
        """The accessible name of the focused element, or its text."""
        return self.page.evaluate("(el => el.getAttribute('aria-label') ?? el.textContent)(document.activeElement)")

    @property
    def focused_action(self) -> str:
        """The `data-action` of the focused element, or its `data-part`; empty if it has neither."""
        return self.page.evaluate("(data => data.action ?? data.part ?? '')(document.activeElement.dataset)")

    @property
    def commands(self) -> list[dict[str, Any]]:
        """The commands that the player sent to the kernel."""
        return self.page.evaluate("commands")

    def press(self, *keys: str) -> None:
        """Press keys one after another; each is drawn before the next."""
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()

    def picture(self, name: str) -> None:
        """Save a screenshot of the page in .screenshots/views, which git ignores."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, animations="disabled", caret="hide")

    def close(self) -> None:
        """Stop listening to the page. Raises AssertionError if it had uncaught errors."""
        self.page.remove_listener("pageerror", self._note)
        assert not self.problems

    def _note(self, error: Error) -> None:
        self.problems.append(str(error))
