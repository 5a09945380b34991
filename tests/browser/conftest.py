"""The browser tests' ground: one Jupyter server and one Chromium for all, a fresh page and kernel for each test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.find_browser import find_browser
from tests.browser.notebook import Notebook, write_notebook
from tests.browser.saved import Run, run_in
from tests.browser.scenes import serve_scenes
from tests.browser.server import jupyter_server
from tests.browser.views.demo import Demo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, Page

    from tests.browser.notebook import App
    from tests.browser.server import Server

pytest.register_assert_rewrite("tests.browser.agreement")  # for what it finds to be told

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--font-render-hinting=none"),
]

FONTS = """:root:root {
  --jp-ui-font-family: "DejaVu Sans", "Noto Sans CJK KR", sans-serif !important;
  --jp-code-font-family: "DejaVu Sans Mono", "Noto Sans Mono CJK KR", monospace !important;
}"""
"""What pictures are drawn with, whatever else this machine prefers: a style sheet."""


@pytest.fixture(scope="session")
def server(own_jupyter: Path) -> Iterator[Server]:
    """A Jupyter server for the whole run."""
    with jupyter_server(own_jupyter) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the whole run. Where there is none the tests fail, and say what to do."""
    path = find_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demo page, with the kept runs beside it."""
    with serve_scenes(tmp_path_factory.mktemp("scenes")) as address:
        yield address


class OpenScene(Protocol):
    """Open the demo page on a kept run; keywords in `context` are Playwright's, and `width` and `height`."""

    def __call__(self, context: dict[str, Any] | None = None, **scene: Any) -> Demo: ...


@pytest.fixture
def open_scene(browser: Browser, scenes: str) -> Iterator[OpenScene]:
    """`open_scene({"color_scheme": "dark"}, recording="hangul", epoch=8)`, in the fonts of the kept pictures."""
    opened: list[Demo] = []

    def open_one(context: dict[str, Any] | None = None, **scene: Any) -> Demo:
        demo = Demo(browser, scenes, scene, **(context or {}))
        opened.append(demo)
        demo.page.add_style_tag(content=FONTS)
        demo.settle()
        return demo

    yield open_one
    for demo in opened:
        demo.close()


@pytest.fixture(scope="session")
def run(own_jupyter: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A notebook that was run, once for all who open it again."""
    return run_in(tmp_path_factory.mktemp("run"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page."""
    page = browser.new_context(viewport={"width": 1200, "height": 800}).new_page()
    yield page
    page.context.close()


class OpenNotebook(Protocol):
    """Open a notebook made of these cells, or a copy of one, or one that is open in another page already.

    `prepare` is called with the page before it goes anywhere; further keywords are Playwright's for a context.
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
    """`open_notebook(["1 + 1"])`, `open_notebook(path, "notebook", color_scheme="dark")`: closed after the test."""
    opened: list[Notebook] = []

    def open_one(
        cells: Sequence[str] | Path | Notebook,
        app: App = "lab",
        *,
        prepare: Callable[[Page], None] | None = None,
        **context: Any,
    ) -> Notebook:
        name = f"{re.sub(r'[^0-9A-Za-z]+', '-', request.node.name).strip('-')}-{len(opened)}.ipynb"
        if isinstance(cells, Notebook):
            name = cells.name
        elif isinstance(cells, Path):
            (server.notebooks / name).write_bytes(cells.read_bytes())
        else:
            write_notebook(server.notebooks / name, cells)
        page = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **context}).new_page()
        if prepare is not None:
            prepare(page)
        notebook = Notebook(page, server, name, app)
        opened.append(notebook)
        return notebook

    yield open_one
    for notebook in opened:
        notebook.close()
