"""What an exported page for a frame has and lacks. tests/browser/test_embedded_page.py opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from epochscope import Comparison, EpochScope, Sweep, compare, playground, sweep

from .test_html import CLASSIC, Parsed, hashed

Export = Callable[..., Any]


@pytest.fixture(scope="module", params=["scope", "comparison", "sweep", "playground"])
def export(request: pytest.FixtureRequest) -> Iterator[Export]:
    shown: EpochScope | Comparison | Sweep
    match request.param:
        case "scope":
            shown = EpochScope.load(CLASSIC)
        case "comparison":
            shown = compare("hihello", cell=["rnn", "gru"], epochs=3)
            shown.train()
        case "sweep":
            shown = sweep("hihello", seeds=2, epochs=3)
            shown.wait()
        case _:
            yield playground
            return
    yield shown.to_html
    shown.close()


def test_an_embedded_page_has_neither_heading_nor_main_landmark(export: Export) -> None:
    embedded, page = Parsed(export(embed=True)), Parsed(export())
    assert [attributes for attributes, _ in embedded.all("html")] == [{"lang": "en", "data-embed": ""}]
    assert embedded.all("h1") == embedded.all("main") == []
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert "data-embed" not in page.all("html")[0][0]
    assert embedded.all("title") == page.all("title")


def test_the_rest_of_an_embedded_page_and_its_policy_are_those_of_a_page(export: Export) -> None:
    embedded, page = Parsed(export(embed=True)), Parsed(export())
    assert embedded.all("script") == page.all("script")
    assert embedded.policy == page.policy
    for script in (*embedded.unpacked("script"), *embedded.scripts()):
        assert hashed(script) in embedded.policy["script-src"]


def test_embed_is_a_bool(export: Export) -> None:
    with pytest.raises(ValueError, match="embed='yes': must be"):
        export(embed="yes")


def test_an_embedded_page_is_written_to_a_file(export: Export, tmp_path: Path) -> None:
    export(tmp_path / "run.html", embed=True)
    assert (tmp_path / "run.html").read_text(encoding="utf-8") == export(embed=True)
