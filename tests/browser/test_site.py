"""The documentation site, opened from the disk without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.notebook import SCREENSHOTS
from tests.browser.player import Player
from tests.browser.scenes import kept
from tests.browser.site import FRAMES, ROOT, SOURCES, BuildError, SitePages, build, names, page_faults, play

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.site import ColorScheme

SHOTS = SCREENSHOTS / "site"
CONF = f"""\
import sys
sys.path.insert(0, {str(SOURCES / "_ext")!r})
project = "A site"
root_doc = "pages/first"
extensions = ["live_examples", "site_links"]
html_theme = "pydata_sphinx_theme"
html_context = {{"default_mode": "auto"}}
html_show_search_summary = False
live_examples_cache = "../cache"
"""
SCOPE = f"from epochscope import EpochScope\n\nscope = EpochScope.load({str(kept('classic'))!r})\nscope"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one notebook: cells show the same scope twice, and one before and after it branches; one is hidden."""
    sources = tmp_path_factory.mktemp("site") / "sources"
    (sources / "pages").mkdir(parents=True)
    (sources / "conf.py").write_text(CONF)
    cells = [
        nbformat.v4.new_markdown_cell("# A notebook\n\nThe word collapse, and a [link](#again)."),
        nbformat.v4.new_code_cell(SCOPE),
        nbformat.v4.new_markdown_cell("## Again"),
        nbformat.v4.new_code_cell("scope.seek(120)\nprint(len(scope.history), 'epochs')\nscope"),
        nbformat.v4.new_markdown_cell(
            '<iframe class="epochscope-frame" src="first-frames/0.html" title="mine"></iframe>'
        ),
        nbformat.v4.new_code_cell("small = EpochScope('hihello', epochs=6)\nsmall"),
        nbformat.v4.new_code_cell("small.train()\nsmall.seek(3)\nsmall"),
        nbformat.v4.new_code_cell("small.branch(2, lr=0.01)\nsmall.train(7)\nsmall"),
        nbformat.v4.new_code_cell("print('the answer')", metadata={"jupyter": {"outputs_hidden": True}}),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": ""}})
    nbformat.write(notebook, sources / "pages" / "first.ipynb")
    return sources


@pytest.fixture(scope="module")
def site(sources: Path) -> Path:
    """The built site, below an address with a space."""
    built = sources.parent / "a site"
    assert build(sources, built) == ""
    return built


@pytest.fixture
def pages(browser: Browser, site: Path) -> Iterator[SitePages]:
    pages = SitePages(browser, site)
    yield pages
    pages.close()
    assert pages.problems == []


def test_what_a_cell_shows_plays_on_its_page_and_follows_its_theme(pages: SitePages, site: Path) -> None:
    page = pages.open("pages/first.html")
    expect(page.locator(".cell_output pre").first).to_have_text("300 epochs\n")
    frames = page.locator(FRAMES).evaluate_all("all => all.map(frame => [frame.title, frame.getAttribute('src')])")
    assert frames == [
        ["EpochScope 1: I think therefore I am.", "first-frames/0.html#theme=auto"],
        ["EpochScope 2: I think therefore I am.", "first-frames/0.html#epoch=120&theme=auto"],
        ["mine", "first-frames/0.html#theme=auto"],
        # Not yet trained, then before and after it branches.
        ["EpochScope 3: hihello", "first-frames/1.html#epoch=0&theme=auto"],
        ["EpochScope 4: hihello", "first-frames/1.html#epoch=3&theme=auto"],
        ["EpochScope 5: hihello", "first-frames/2.html#theme=auto"],
    ]
    assert sorted(path.name for path in (site / "pages" / "first-frames").iterdir()) == ["0.html", "1.html", "2.html"]
    assert [Player(pages.frames()[at]).head for at in (3, 5)] == [5, 8]  # type: ignore[arg-type]
    for frame in pages.frames():
        play(frame)
    frame = pages.frames()[0]
    for theme in ("dark", "light"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        frame.wait_for_function("theme => getComputedStyle(document.body).colorScheme === theme", arg=theme)
        page.screenshot(path=SCREENSHOTS / f"site-{theme}.png", full_page=True)


def test_an_output_that_jupyterlab_hides_is_shown_on_demand(pages: SitePages) -> None:
    page = pages.open("pages/first.html")
    output = page.get_by_text("the answer\n", exact=True)
    expect(output).to_be_hidden()
    page.locator("details summary").click()
    expect(output).to_be_visible()


def test_search_works_from_the_disk(pages: SitePages) -> None:
    page = pages.open("search.html?q=collapse")
    expect(page.locator("#search-results li a").first).to_have_text("A notebook")


def test_a_second_build_runs_nothing(sources: Path, site: Path) -> None:
    cache = sources.parent / "cache"
    made = {path: path.stat().st_mtime_ns for path in cache.glob("*/outputs.json")}
    assert len(made) == 1
    build(sources, sources.parent / "again", "-E")
    assert {path: path.stat().st_mtime_ns for path in cache.glob("*/outputs.json")} == made
    assert (sources.parent / "again" / "pages" / "first-frames" / "0.html").exists()


@pytest.mark.thorough
def test_a_scope_that_its_notebook_does_not_train_is_trained(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF.replace("pages/first", "index"))
    cell = "from epochscope import EpochScope\n\nEpochScope('hihello', epochs=20)"
    (tmp_path / "index.md").write_text(f"# A page\n\n```{{code-cell}}\n{cell}\n```\n")
    build(tmp_path, tmp_path / "html")
    pages = SitePages(browser, tmp_path / "html")
    pages.open("index.html")
    play(pages.frames()[0])
    pages.close()
    assert pages.problems == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; print('careful', file=sys.stderr)", "a cell writes to stderr: careful"),
        ("import ipywidgets; ipywidgets.IntSlider()", "a cell shows a widget"),
    ],
)
def test_a_site_with_an_example_that_fails_is_not_built(tmp_path: Path, cell: str, said: str) -> None:
    (tmp_path / "conf.py").write_text(CONF.replace("pages/first", "index"))
    (tmp_path / "index.md").write_text(f"# A page\n\n```{{code-cell}}\n{cell}\n```\n")
    with pytest.raises(BuildError, match=said):
        build(tmp_path, tmp_path / "html")


@pytest.fixture(scope="module")
def whole() -> Path:
    """The whole site, where `make docs` builds it: what is built already is not built again."""
    site = ROOT / ".docs"
    build(SOURCES, site, "-j2", f"--doctree-dir={ROOT / '.cache' / 'docs' / 'doctrees'}")
    return site


@pytest.mark.thorough
@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 360)])
def test_every_page_of_the_site_fits_and_is_accessible_and_every_player_plays(
    browser: Browser, whole: Path, theme: ColorScheme, width: int
) -> None:
    pages = SitePages(browser, whole, width, theme)
    played = 0
    for name in names(whole):
        page = pages.open(name)
        for frame in pages.frames():
            play(frame)
            played += 1
            if frame.evaluate("document.documentElement.scrollWidth > innerWidth"):
                pages.problems.append(f"{frame.url} is wider than its frame")
        pages.problems += [f"{name} in {theme}, {width} px: {problem}" for problem in page_faults(page)]
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(
            path=SHOTS / f"{name.replace('/', '-').removesuffix('.html')}-{width}-{theme}.png", full_page=True
        )
    pages.close()
    assert pages.problems == []
    assert played >= 20
