"""Values as Python literals in lines of limited length. Nothing of them is evaluated: every text is quoted."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator

#: Columns of a line. As linters count, a wide character, such as a Hangul syllable, takes two.
MAX_LINE = 100

#: A word with the white space after it, or white space.
_WORDS = re.compile(r"\s*\S+\s*|\s+")


def text_literal(text: str) -> str:
    """Return a text as a literal of one line, in double quotes unless it contains some.

    What is not printable is escaped, such as NUL, line breaks and marks that change the direction of writing.
    """
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal and "\\'" not in literal else literal


def number_literal(value: bool | float | tuple[float, ...]) -> str:
    """Return a number, or a tuple of numbers, as a literal that gives the same value."""
    if isinstance(value, tuple):
        return f"({', '.join(map(number_literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value!r}")'
    return repr(value)


def text_assignment(name: str, text: str) -> Iterator[str]:
    """Yield the lines that give a text a name; a long one as adjacent literals that break between words."""
    line = f"{name} = {text_literal(text)}"
    if _width(line) <= MAX_LINE:
        yield line
        return
    yield f"{name} = ("
    yield from (f"    {literal}" for literal in _lines_of(text, MAX_LINE - 4))
    yield ")"


def list_assignment(name: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield the lines that give a list of texts a name."""
    yield from assignment(name, "[]", map(text_literal, texts))


def assignment(name: str, brackets: str, items: Iterable[str]) -> Iterator[str]:
    """Yield the lines that give a collection a name, with as many of its items, given as source, as a line takes."""
    items = list(items)
    left, right = brackets
    line = f"{name} = {left}{', '.join(items)}{right}"
    if _width(line) <= MAX_LINE:
        yield line
        return
    yield f"{name} = {left}"
    yield from (f"    {row.rstrip()}" for row in _filled([f"{item}, " for item in items], MAX_LINE - 3))
    yield right


def _width(source: str) -> int:
    if source.isascii():
        return len(source)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in source)


def _lines_of(text: str, width: int) -> Iterator[str]:
    """Yield adjacent literals whose texts are the text, each at most `width` columns wide."""
    line = ""
    for word in _pieces(text, width):
        if line and (line.endswith("\n") or _width(text_literal(line + word)) > width):
            yield text_literal(line)
            line = ""
        line += word
    yield text_literal(line)


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield the words of a text with the white space after them, lines apart, and none wider than `width` columns."""
    for line in text.splitlines(keepends=True):
        for word in _WORDS.findall(line):
            if _width(text_literal(word)) <= width:
                yield word
            else:
                size = width // 10 - 1  # an escaped character takes up to 10
                yield from (word[start : start + size] for start in range(0, len(word), size))


def _filled(items: Iterable[str], width: int) -> Iterator[str]:
    """Yield rows of items, each of as many as fit in `width` columns."""
    row = ""
    for item in items:
        if row and _width(row + item) > width:
            yield row
            row = ""
        row += item
    if row:
        yield row
