"""The catalogues of words."""

from __future__ import annotations

from string import Formatter

import pytest

from epochscope.words import LANGUAGES, words


def fields(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_the_same_words_with_the_same_fields(lang: str) -> None:
    english = words("en")
    assert list(words(lang)) == list(english)
    for key, template in words(lang).items():
        assert template.strip(), key
        assert fields(template) == fields(english[key]), key
        assert all(field.isidentifier() for field in fields(template)), key


def test_a_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        words("en")["epoch"] = "step"  # type: ignore[index]
