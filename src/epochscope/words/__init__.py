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
    return MappingProxyType(json.loads((files(__name__) / f"{lang}.json").read_text(encoding="utf-8")))
