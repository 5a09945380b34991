"""The panel with the program of a run, in exported pages without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from torch import nn

from epochscope import EpochScope, compare
from tests.browser.notebook import SCREENSHOTS
from tests.browser.server import wait_until
from tests.browser.test_accessibility import assert_accessible
from tests.browser.training_page import TrainingPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

#: Keep what is copied: an offline page has no clipboard to read.
CLIPBOARD = """Object.defineProperty(navigator, "clipboard", {
  value: { writeText: async (text) => { window.copied = text; } },
})"""
RTL = "나는 שלום עולם 😀"


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., TrainingPage]]:
    """Return what exports a scope or a comparison, and opens its page."""
    pages: list[TrainingPage] = []

    def open_page(shown: Any, **context: Any) -> TrainingPage:
        path = tmp_path / "page.html"
        shown.to_html(path, chart=False)
        pages.append(TrainingPage(browser, path, **context))
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


def recorded(text: str = " I think therefore I am.", epochs: int = 5, **options: Any) -> EpochScope:
    scope = EpochScope(text, epochs=epochs, **options)
    scope.train()
    return scope


def test_the_panel_shows_and_copies_the_program_and_the_spec(opened: Any) -> None:
    scope = recorded()
    page = opened(scope)
    player = page.player
    player.action("code").click()
    assert player.part("code").inner_text().strip() == scope.code().strip()
    page.page.evaluate(CLIPBOARD)
    for action, text in (("copy-code", scope.code()), ("copy-spec", scope.spec_url())):
        player.action(action).click()
        page.page.wait_for_function("text => window.copied === text", arg=text)
    expect(player.box.get_by_text("Copied", exact=True)).to_have_count(2)


#: Opens the panel and presses Home in it as soon as it is there, before the next frame.
OPEN_AND_PRESS = """(root) => new Promise((resolve) => {
  new MutationObserver((_, observer) => {
    const code = root.querySelector("[data-part=code]");
    if (code === null) return;
    observer.disconnect();
    code.dispatchEvent(new KeyboardEvent("keydown", { key: "Home", bubbles: true, composed: true }));
    resolve();
  }).observe(root, { childList: true, subtree: true });
  root.querySelector("[data-action=code]").click();
})"""


def test_keys_of_a_program_just_opened_do_not_move_the_cursor(opened: Any) -> None:
    player = opened(recorded()).player
    before = player.part("score").inner_text()
    player.box.evaluate(OPEN_AND_PRESS)
    assert player.part("code").is_visible()
    assert player.part("score").inner_text() == before


def test_keys_scroll_the_program_and_escape_closes_it(opened: Any) -> None:
    page = opened(recorded())
    player = page.player
    player.action("code").focus()
    page.page.keyboard.press("Enter")
    code = player.part("code")
    code.focus()
    before = player.part("score").inner_text()
    page.page.keyboard.press("Home")

    def scrolled() -> bool:
        page.page.keyboard.press("PageDown")
        return code.evaluate("el => el.scrollTop > 0")

    wait_until(lambda: scrolled() or None, 20.0, "the program to scroll")  # a panel that was just opened may not yet
    assert player.part("score").inner_text() == before
    page.page.keyboard.press("Escape")
    expect(code).to_have_count(0)
    expect(player.action("code")).to_be_focused()


@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("ko", "dark")])
def test_the_panel_is_accessible_and_narrow_pages_scroll_within_it(opened: Any, lang: str, scheme: str) -> None:
    scope = recorded(RTL, lang=lang, readout=True, hidden_size=9)
    page = opened(scope, width=1000, height=2400, color_scheme=scheme, bypass_csp=True)
    page.player.action("code").click()
    code = page.player.part("code")
    code.evaluate("el => { el.style.maxHeight = 'none'; }")  # the colours of what is out of sight cannot be measured
    assert_accessible(page.page, min_texts=30, without="heading-order")  # the page has no heading of level 2
    page.page.set_viewport_size({"width": 360, "height": 900})
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert code.evaluate("el => el.scrollWidth > el.clientWidth")
    (SCREENSHOTS / "code").mkdir(parents=True, exist_ok=True)
    page.page.screenshot(path=SCREENSHOTS / "code" / f"{lang}-{scheme}.png", full_page=True)


def test_a_question_closes_it_until_the_answer_is_revealed(opened: Any) -> None:
    scope = recorded()
    scope.ask("prediction", epoch=4, position=3, shown=1)
    page = opened(scope)
    expect(page.player.action("code")).to_have_attribute("aria-disabled", "true")


def test_each_run_of_a_comparison_has_its_program(opened: Any) -> None:
    compared = compare("hihello", cell=["rnn", "lstm"], epochs=3)
    compared.train()
    player = opened(compared).player
    player.action("code").click()
    expect(player.part("code")).to_contain_text("nn.LSTM")
    player.action("show-1").click()
    expect(player.part("code")).to_contain_text("nn.RNN")


def test_a_run_without_a_program_says_why(opened: Any) -> None:
    scope = recorded("hihello", model=nn.RNN(5, 5, batch_first=True))
    player = opened(scope, locale="ko-KR").player
    player.action("code").click()
    expect(player.part("inspect-code")).to_contain_text("직접 만들어 넘긴 실행")
    expect(player.action("copy-code")).to_have_count(0)


def test_what_the_page_trains_is_not_in_the_program_and_the_panel_says_so(opened: Any) -> None:
    scope = recorded(epochs=4)
    page = opened(scope)
    player = page.player
    player.action("code").click()
    page.page.locator("[data-action=go-on]").click()
    expect(player.part("inspect-code")).to_contain_text("as it was recorded in Python, up to epoch 3")
    assert player.part("code").inner_text().strip() == scope.code().strip()
