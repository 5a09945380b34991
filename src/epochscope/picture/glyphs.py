"""How a token is drawn, so that every token is visible and keeps its column: `js/text/glyph.ts` in Python."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

MAX_COLUMNS = 12  # half-width columns; longer tokens are shortened

_NAMED = {
    " ": ("␣", 1),
    "\u00a0": ("⍽", 1),
    "\u3000": ("⎵", 2),
    "\n": ("⏎", 1),
    "\r\n": ("⏎", 1),
    "\u2028": ("⏎", 1),
    "\u2029": ("¶", 1),
    "\t": ("⇥", 1),
    "\u007f": ("␡", 1),
}
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Co", "Zs"}
# Letters and marks that are invisible although their category is not (Default_Ignorable_Code_Point).
_IGNORABLE = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)}
_VARIATIONS = range(0xE0100, 0xE01F0)


class Glyph(NamedTuple):
    """A text to draw, whether it is a placeholder for an invisible character, and its width in half-width columns."""

    text: str
    placeholder: bool
    columns: int


@lru_cache(maxsize=65_536)
def glyph(token: str) -> Glyph:
    """Return the glyph of a token of one or more characters."""
    placeholder = _placeholder(token) if len(token) == 1 or token in _NAMED else None
    if placeholder:
        return placeholder
    visible = "".join(char if len(token) > 1 and _combines(char) else _visible(char) for char in token)
    if unicodedata.category(token[0])[0] == "M":
        visible = "◌" + visible  # a combining mark alone
    columns = _columns(visible)
    return Glyph(visible if columns <= MAX_COLUMNS else _shortened(visible), False, min(MAX_COLUMNS, columns))


def _placeholder(char: str) -> Glyph | None:
    if char in _NAMED:
        text, columns = _NAMED[char]
        return Glyph(text, True, columns)
    code = ord(char)
    if code < 0x20:
        return Glyph(chr(0x2400 + code), True, 1)
    if unicodedata.category(char) in _INVISIBLE or code in _IGNORABLE or code in _VARIATIONS:
        text = f"{code:04X}"
        return Glyph(text, True, (len(text) + 1) // 2)  # in smaller type
    return None


def _visible(char: str) -> str:
    placeholder = _placeholder(char)
    return placeholder.text if placeholder else char


def _combines(char: str) -> bool:
    """Return whether a character combines with its neighbours: marks, and the joiners of emoji and Indic scripts."""
    return unicodedata.category(char)[0] == "M" or char in "\u200c\u200d"


def _columns(text: str) -> int:
    return max(1, sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in text if _has_width(char)))


def _has_width(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] != "M" and category != "Cf"


def _shortened(text: str) -> str:
    kept = ""
    for char in text:
        if _columns(kept + char) > MAX_COLUMNS - 1:
            break
        kept += char
    return kept + "…"
