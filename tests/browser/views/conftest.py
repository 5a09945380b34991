"""Texts and the recording that the tests of the views share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from epochscope.history import History
from tests.browser.scenes import kept
from tests.browser.views.memory import OpenPanel, Panel, Trained, train

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

HANGUL = "나는 생각한다, 고로 존재한다."
ODD = "<script>alert('x')</script>\t\"&amp;\"\nعربي שלום e\u0301 \u0301한글👩\u200d🔬\u3000\u00a0."


@pytest.fixture(scope="session")
def classic() -> History:
    """Return the committed recording of the classic lab: 300 epochs, the same on every machine."""
    return History.load(kept("classic"))


@pytest.fixture(scope="package")
def lstm(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Return the LSTM of the classic lab after 100 epochs, with a page that has its weights."""
    return train(tmp_path_factory.mktemp("memory") / "lstm.html", seed=9)


@pytest.fixture
def open_panel(browser: Browser) -> Iterator[OpenPanel]:
    """Return a function that opens a panel. At the end of the test no page may have reported an error."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_one(trained: Trained, **context: Any) -> Panel:
        page = browser.new_context(**{"viewport": {"width": 1000, "height": 1200}, **context}).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        return Panel(page, trained)

    yield open_one
    for page in pages:
        page.context.close()
    assert errors == []
