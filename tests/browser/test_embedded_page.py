"""An exported page in a frame of another page, both opened from `file://` without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope import playground
from epochscope.history import History
from epochscope.widget.html import page as exported
from tests.browser.notebook import SCREENSHOTS
from tests.browser.player import Player
from tests.browser.scenes import kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Frame, Page

#: The script is that of `EpochScope.to_html`'s documentation; it also keeps what it received.
AROUND = """\
<!doctype html>
<html lang="en"><title>A course</title>
<style>body { margin: 0; min-height: 3000px } iframe { display: block; width: 100%; height: 560px; border: 0 }</style>
<button id="before">before</button>
<iframe title="player" src="run.html" allow="fullscreen"></iframe>
<button id="after">after</button>
<script>
  window.received = [];
  addEventListener("message", ({ source, data }) => {
    received.push(data);
    for (const frame of document.querySelectorAll("iframe"))
      if (source === frame.contentWindow && data?.epochscope === "height")
        frame.style.height = `${data.height}px`;
  });
</script>
"""
#: The frame is as tall as what is in it, which has been drawn.
FITS = """() => document.querySelector(".epochscope .bqplot, .epochscope-page-form") !== null
  && Math.abs(innerHeight - document.body.getBoundingClientRect().height) < 1"""
TELL = "theme => frames[0].postMessage({ epochscope: 'theme', theme }, '*')"
COLOR = "getComputedStyle(document.querySelector('.epochscope-root')).backgroundColor"


@pytest.fixture
def around(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page around the classic run in a frame that is too low for it."""
    history = History.load(kept("classic"))
    (tmp_path / "run.html").write_bytes(exported(history, lang="en", embed=True).encode())
    (tmp_path / "index.html").write_text(AROUND)
    page = browser.new_context(viewport={"width": 1000, "height": 1000}, offline=True).new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((tmp_path / "index.html").as_uri())
    inside(page).wait_for_function(FITS)
    yield page
    page.context.close()
    assert problems == []


def inside(page: Page) -> Frame:
    return page.frames[1]


def test_a_frame_becomes_as_tall_as_the_page_in_it_whatever_is_opened(around: Page) -> None:
    frame = inside(around)
    player = Player(frame)  # type: ignore[arg-type] - it has what a player needs of a page
    before = frame.evaluate("innerHeight")
    expect(player.action("play")).to_be_in_viewport()
    player.action("encoding").click()
    frame.wait_for_function(f"before => innerHeight > before + 50 && ({FITS})()", arg=before)
    around.screenshot(path=SCREENSHOTS / "embedded.png")
    player.action("encoding").click()
    frame.wait_for_function(f"before => innerHeight === before && ({FITS})()", arg=before)
    around.set_viewport_size({"width": 360, "height": 1400})
    frame.wait_for_function(f"before => innerHeight > before && ({FITS})()", arg=before)
    assert frame.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    for message in around.evaluate("received"):
        assert message == {"epochscope": "height", "height": message["height"]}


def test_an_embedded_page_follows_the_theme_of_its_parent_only(around: Page) -> None:
    frame = inside(around)
    light = frame.evaluate(COLOR)
    around.evaluate(TELL, "dark")
    frame.wait_for_function(f"light => {COLOR} !== light", arg=light)
    dark = frame.evaluate(COLOR)
    # Not by the page itself, and nothing that is no theme.
    around.evaluate(TELL, "blue")
    frame.evaluate("postMessage({ epochscope: 'theme', theme: 'light' }, '*')")
    frame.evaluate("() => new Promise(done => { onmessage = done; postMessage(0, '*') })")
    assert frame.evaluate(COLOR) == dark
    around.evaluate(TELL, "auto")
    frame.wait_for_function(f"light => {COLOR} === light", arg=light)
    around.emulate_media(color_scheme="dark")
    frame.wait_for_function(f"dark => {COLOR} === dark", arg=dark)


def test_the_address_of_an_embedded_page_can_name_the_theme(around: Page) -> None:
    light = inside(around).evaluate(COLOR)
    around.goto(f"{inside(around).url}#theme=dark")
    around.wait_for_function(f"light => document.querySelector('.epochscope-root') && {COLOR} !== light", arg=light)


def test_tab_enters_and_leaves_a_frame_and_keys_that_scroll_are_left_to_the_page_around(around: Page) -> None:
    frame = inside(around)
    around.locator("#before").focus()
    around.keyboard.press("Tab")
    expect(around.locator("iframe")).to_be_focused()
    for _ in range(60):
        around.keyboard.press("Tab")
        if around.evaluate("document.activeElement.id") == "after":
            break
    expect(around.locator("#after")).to_be_focused()
    frame.locator(".epochscope-header, .epochscope-top").first.click(position={"x": 2, "y": 2})
    epoch = Player(frame).epoch  # type: ignore[arg-type] - as above
    around.keyboard.press("PageDown")
    around.wait_for_function("() => scrollY > 300")
    assert Player(frame).epoch == epoch  # type: ignore[arg-type] - as above


def test_the_playground_fits_its_frame(browser: Browser, tmp_path: Path) -> None:
    playground(tmp_path / "run.html", lang="en", embed=True)
    (tmp_path / "index.html").write_text(AROUND)
    page = browser.new_context(viewport={"width": 1000, "height": 1000}, offline=True).new_page()
    page.goto((tmp_path / "index.html").as_uri())
    page.frames[1].wait_for_function(FITS)
    page.screenshot(path=SCREENSHOTS / "embedded-playground.png")
    page.context.close()
