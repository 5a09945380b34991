"""Fixtures of the browser tests: one Jupyter server and one Chromium for all, pages and notebooks that tests share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.find_browser import find_browser
from tests.browser.notebook import Notebook, write_notebook
from tests.browser.saved import Run, run_in
from tests.browser.scenes import serve_scenes
from tests.browser.server import jupyter_server
from tests.browser.views.demo import Demo, DemoPages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.browser.notebook import App
    from tests.browser.server import Server

pytest.register_assert_rewrite("tests.browser.agreement")

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--font-render-hinting=none"),
]

FONTS = """:root:root {
  --jp-ui-font-family: "DejaVu Sans", "Noto Sans CJK KR", sans-serif !important;
  --jp-code-font-family: "DejaVu Sans Mono", "Noto Sans Mono CJK KR", monospace !important;
}"""
"""A style sheet that sets the fonts of the reference pictures."""

VIEWPORT: ViewportSize = {"width": 1400, "height": 900}
"""The size of a notebook's page, px."""


EXPECT_MS = 20_000
"""How long a test waits for what it expects of a page, ms: long, since other processes may have the processor."""


@pytest.fixture(scope="session")
def server(own_jupyter: Path) -> Iterator[Server]:
    """Return a running Jupyter server."""
    with jupyter_server(own_jupyter) as running:
        yield running


# Not for the whole session: while Playwright runs, no other test in this process can start an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium. Raises BrowserNotFoundError if there is none."""
    path = find_browser()
    expect.set_options(timeout=EXPECT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def demo_pages(browser: Browser) -> Iterator[DemoPages]:
    """Return the pages in which demos are opened."""
    pages = DemoPages(browser)
    yield pages
    pages.close()


@pytest.fixture(scope="session")
def demo_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the demo page, which can load the committed recordings by name."""
    with serve_scenes(tmp_path_factory.mktemp("scenes")) as address:
        yield address


class OpenDemo(Protocol):
    """Open the demo page on a scene; `context` are the arguments of `DemoPages.open`."""

    def __call__(self, context: dict[str, Any] | None = None, **scene: Any) -> Demo: ...


@pytest.fixture
def open_demo(demo_pages: DemoPages, demo_address: str) -> Iterator[OpenDemo]:
    """Return a function that opens a demo, which replaces the one opened before.

    For example `open_demo({"color_scheme": "dark"}, recording="hangul", epoch=8)`; without `recording` the demo shows
    generated data for its `text`.
    """
    opened: list[Demo] = []

    def open_one(context: dict[str, Any] | None = None, **scene: Any) -> Demo:
        demo = Demo(demo_pages.open(**(context or {})), demo_address, scene)
        opened.append(demo)
        demo.page.add_style_tag(content=FONTS)
        demo.settle()
        return demo

    yield open_one
    for demo in opened:
        demo.close()


@pytest.fixture(scope="session")
def run(own_jupyter: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a notebook that has been executed from beginning to end."""
    return run_in(tmp_path_factory.mktemp("run"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return an empty page."""
    page = browser.new_context(viewport={"width": 1200, "height": 800}).new_page()
    yield page
    page.context.close()


class OpenNotebook(Protocol):
    """Open a new notebook with these cells, a copy of a notebook file, or an open notebook in another page.

    `prepare` is called with the page before it is loaded; `context` are arguments of Playwright's `new_context`.
    """

    def __call__(
        self,
        cells: Sequence[str] | Path | Notebook,
        app: App = "lab",
        *,
        prepare: Callable[[Page], None] | None = None,
        **context: Any,
    ) -> Notebook: ...


@pytest.fixture
def open_notebook(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenNotebook]:
    """Return a function that opens a notebook, with a kernel of its own, until the end of the test.

    For example `open_notebook(["1 + 1"])` or `open_notebook(path, "notebook", color_scheme="dark")`. A test that needs
    neither options nor a fresh kernel is faster with the notebook `lab`.
    """
    opened: list[Notebook] = []

    def open_one(
        cells: Sequence[str] | Path | Notebook,
        app: App = "lab",
        *,
        prepare: Callable[[Page], None] | None = None,
        **context: Any,
    ) -> Notebook:
        name = f"{file_name(request.node.name)}-{len(opened)}.ipynb"
        if isinstance(cells, Notebook):
            name = cells.name
        elif isinstance(cells, Path):
            (server.notebooks / name).write_bytes(cells.read_bytes())
        else:
            write_notebook(server.notebooks / name, cells)
        page = browser.new_context(**{"viewport": VIEWPORT, **context}).new_page()
        if prepare is not None:
            prepare(page)
        notebook = Notebook(page, server, name, app, owns_kernel=not isinstance(cells, Notebook))
        opened.append(notebook)
        return notebook

    yield open_one
    for notebook in opened:
        notebook.close()


@pytest.fixture(scope="package")
def shared_lab(server: Server, browser: Browser) -> Iterator[Notebook]:
    """Return a notebook of four empty cells in JupyterLab; tests use it through `lab`."""
    write_notebook(server.notebooks / "lab.ipynb", [""] * 4)
    notebook = Notebook(browser.new_context(viewport=VIEWPORT).new_page(), server, "lab.ipynb", "lab")
    yield notebook
    notebook.close()


@pytest.fixture
def lab(shared_lab: Notebook) -> Notebook:
    """Return a notebook in JupyterLab that all tests share, with empty cells and without outputs.

    Opening a page and importing torch in a kernel takes longer than most tests. The kernel keeps its variables, and a
    scope of an earlier test pauses when its cell runs again.
    """
    shared_lab.page.set_viewport_size(VIEWPORT)
    shared_lab.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    shared_lab.clear()
    return shared_lab


def file_name(name: str) -> str:
    """Return `name` as a file name that needs no quoting in an address."""
    return re.sub(r"[^0-9A-Za-z]+", "-", name).strip("-")
