"""The ground of these tests: a real recording, the built demo page, and a way to open it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from epochscope.history import History
from epochscope.recording.references import references
from epochscope.widget.wire import pack_recording
from tests.browser.scenes import kept
from tests.browser.views.demo import Demo, build, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

HANGUL = "나는 생각한다, 고로 존재한다."
ODD = "<script>alert('x')</script>\t\"&amp;\"\nعربي שלום e\u0301 \u0301한글👩\u200d🔬\u3000\u00a0."
ALICE = (
    "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do: once "
    "or twice she had peeped into the book her sister was reading, but it had no pictures or conver"
)


@pytest.fixture(scope="session")
def classic() -> History:
    """300 epochs of the classic lab, kept: every machine rounds in its own way, and the drama moves."""
    return History.load(kept("classic"))


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory, classic: History) -> Iterator[str]:
    """The address of the built demo page, with the classic run beside it."""
    folder = tmp_path_factory.mktemp("demo")
    build(folder)
    recording = pack_recording(classic, revision=1, references=references(classic))
    (folder / "classic").write_bytes(recording)
    with served(folder) as where:
        yield where


class OpenDemo(Protocol):
    """Open the demo page on a scene; keywords in `context` are Playwright's, and `width` and `height`."""

    def __call__(self, context: dict[str, Any] | None = None, **scene: Any) -> Demo: ...


@pytest.fixture
def open_demo(browser: Browser, address: str) -> Iterator[OpenDemo]:
    """`open_demo(recording="classic", epoch=184)`; a made-up run of `text` where no recording is named."""
    opened: list[Demo] = []

    def open_one(context: dict[str, Any] | None = None, **scene: Any) -> Demo:
        opened.append(Demo(browser, address, scene, **(context or {})))
        return opened[-1]

    yield open_one
    for demo in opened:
        demo.close()
