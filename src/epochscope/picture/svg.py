"""SVG elements, text that is safe in XML, and inks for light and dark themes.

The light colours are in attributes, which every SVG program supports. A style block overrides them if the reader
prefers dark; its rules apply to one picture only, as a page may contain several.
"""

from __future__ import annotations

import math
import re
from html import escape
from typing import Any

# All but the characters that XML 1.0 allows (section 2.2), and carriage return and delete, which parsers change.
_FORBIDDEN = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

INKS = {
    "ground": ("#ffffff", "#171a21"),
    "edge": ("#e2e4e9", "#343943"),
    "ink": ("#1f2430", "#e9ebf1"),
    "quiet": ("#5c6271", "#a3a9b7"),
    "correct": ("#2a6cd8", "#6aa5ff"),
    "correct-tint": ("#4481e0", "#5b91e4"),
    "wrong": ("#d9601d", "#ff9a5c"),
    "wrong-tint": ("#de7b45", "#b9622f"),
    "wrong-ink": ("#983a06", "#ffa26b"),
    "run-1": ("#6a3fc4", "#b79cff"),
    "run-2": ("#006156", "#37c3aa"),
    "run-3": ("#c7237b", "#ffc2e0"),
    "run-4": ("#706100", "#9b8921"),
    "run-5": ("#687792", "#808fa8"),
    "run-6": ("#2d4909", "#89c832"),
}
"""Light and dark shade of each ink, as in the widget."""

SANS = "system-ui, -apple-system, 'Segoe UI', 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans CJK KR', sans-serif"
MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK KR', monospace"


#: The dashes of the runs of a comparison, as in `js/drawing/run-style.ts`; "" is a solid line.
DASHES = ("", "6 3", "2 2.5", "9 3 2 3", "4 2", "10 3")

HATCH = 6  # px between two lines


def xml(text: str) -> str:
    """Return a text as XML content or attribute value; forbidden characters become U+FFFD."""
    return escape(_FORBIDDEN.sub("\ufffd", text))


def text_width(text: str) -> float:
    """Estimate the width of a text of the common size in px, rather too large than too small."""
    return 6.7 * sum(2 if char >= "\u1100" and not "\u2000" <= char < "\u2100" else 1 for char in text)


def number(value: float) -> str:
    """Return a length in px with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def hatch(x: float, y: float, width: float, height: float) -> str:
    """Return a path of diagonal lines that fill a rectangle."""
    lines = []
    for offset in range(HATCH // 2, math.ceil(width + height), HATCH):  # x + y of a line, from the corner
        ends = max(0, offset - height), min(width, offset)
        lines.append("M" + "L".join(f"{number(x + end)} {number(y + offset - end)}" for end in ends))
    return "".join(lines)


class Pen:
    """Writes elements in the inks of a theme: "light", "dark", or "auto" for the reader's preference."""

    def __init__(self, theme: str) -> None:
        self._auto = theme == "auto"
        self._used: set[str] = set()
        self._shade = int(theme == "dark")

    def draw(self, name: str, *inside: str, fill: str = "", stroke: str = "", **attributes: Any) -> str:
        """Return an element that contains `inside` (XML); `fill` and `stroke` are names of inks, `kind` is a class."""
        classes = [str(attributes.pop("kind"))] if "kind" in attributes else []
        for prefix, what, ink in (("f", "fill", fill), ("s", "stroke", stroke)):
            if ink:
                attributes[what] = INKS[ink][self._shade]
                if self._auto:
                    classes.append(f"{prefix}-{ink}")
                    self._used.add(f"{prefix}-{ink}")
        if classes:
            attributes["class"] = " ".join(classes)
        written = "".join(f' {key.replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
        return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"

    def text(self, x: float, y: float, text: str, **attributes: Any) -> str:
        """Return a text element."""
        return self.draw("text", xml(text), x=x, y=y, **attributes)

    def style(self, scope: str) -> str:
        """Return the style block for the element with the id `scope`; empty unless the theme is "auto"."""
        if not self._auto:
            return ""
        rules = "".join(
            f"#{scope} .{prefix}-{ink}{{{what}:{dark}}}"
            for prefix, what in (("f", "fill"), ("s", "stroke"))
            for ink, (_, dark) in INKS.items()
            if f"{prefix}-{ink}" in self._used
        )
        return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def _value(value: object) -> str:
    return number(value) if isinstance(value, (int, float)) else xml(str(value))
