"""A JupyterLab for the benchmarks, with a Chromium that shows its notebooks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.find_browser import find_browser
from tests.browser.notebook import Notebook, write_notebook
from tests.browser.player import Player
from tests.browser.server import Server, jupyter_server
from tests.home import jupyter_home

ROOT = Path(__file__).parents[2]


class Lab:
    """Opens notebooks one at a time; `last` is the open one."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self._server, self._browser = server, browser
        self._serial = 0
        self.last: Notebook | None = None

    def open(self, cells: Sequence[str]) -> Notebook:
        """Open a notebook with these cells in a new page with a new kernel, and close the previous one."""
        self.close()
        self._serial += 1
        name = f"bench-{self._serial}.ipynb"
        write_notebook(self._server.notebooks / name, cells)
        page = self._browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        self.last = Notebook(page, self._server, name, "lab")
        return self.last

    def play(self, cell: str) -> tuple[Notebook, Player]:
        """Open a notebook whose only cell shows a player, and run it."""
        notebook = self.open([cell])
        notebook.run(0, within_s=120)
        return notebook, Player(notebook.page, notebook.cell(0))

    def close(self) -> None:
        """Close the notebook and shut down its kernel."""
        if self.last is not None:
            self.last.close()
            self.last = None


@contextmanager
def lab() -> Iterator[Lab]:
    """Start a server and a browser; the kernels can import the benchmarks. Both are closed on exit."""
    with tempfile.TemporaryDirectory() as folder, jupyter_home(Path(folder)), importable(), ExitStack() as stack:
        server = stack.enter_context(jupyter_server(Path(folder)))
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=find_browser(), headless=True, args=FLAGS)
        stack.callback(browser.close)
        place = Lab(server, browser)
        stack.callback(place.close)
        yield place


@contextmanager
def importable() -> Iterator[None]:
    """Make `tests` importable in all child processes."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), before]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
