"""The catalogues of words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from string import Formatter

import pytest

import epochscope
from epochscope.words import LANGUAGES, page_words, words


def fields(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}


@pytest.mark.parametrize("read", [words, page_words])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_the_same_words_with_the_same_fields(
    read: Callable[[str], Mapping[str, str]], lang: str
) -> None:
    english = read("en")
    assert list(read(lang)) == list(english)
    for key, template in read(lang).items():
        assert template.strip(), key
        assert fields(template) == fields(english[key]), key
        assert all(field.isidentifier() for field in fields(template)), key


@pytest.mark.parametrize("read", [words, page_words])
def test_a_catalogue_cannot_be_changed(read: Callable[[str], Mapping[str, str]]) -> None:
    with pytest.raises(TypeError):
        read("en")["epoch"] = "step"  # type: ignore[index]


def test_the_words_of_pages_have_a_line_each() -> None:
    for lang in LANGUAGES:
        path = Path(epochscope.__file__).parent / "words" / "page" / f"{lang}.json"
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(page_words(lang)) + 2
