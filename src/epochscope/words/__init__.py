"""The words of the user interface, one JSON catalogue per language, read by Python and by the browser's bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

LANGUAGES = ("en", "ko")


@cache
def words(lang: str) -> Mapping[str, str]:
    """Return the catalogue of a language, "en" or "ko"; placeholders are those of `str.format`."""
    return _catalogue(f"{lang}.json")


@cache
def page_words(lang: str) -> Mapping[str, str]:
    """Return the words of pages that train, which `js/page/` has too; see `words`."""
    return _catalogue(f"page/{lang}.json")


def _catalogue(path: str) -> Mapping[str, str]:
    return MappingProxyType(json.loads((files(__name__) / path).read_text(encoding="utf-8")))
