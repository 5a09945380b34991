"""The little of SVG that a picture needs: elements, text that is safe in XML, and ink for light and dark grounds.

Light colours stand in attributes, which every program that reads SVG understands; a style block, scoped to the one
picture so that a page may hold several, overrides them where the reader prefers dark.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

# What XML 1.0 allows at all (section 2.2), but for carriage returns and delete: a parser would not hand these on.
_FORBIDDEN = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

INKS = {
    "ground": ("#ffffff", "#171a21"),
    "edge": ("#e2e4e9", "#343943"),
    "ink": ("#1f2430", "#e9ebf1"),
    "quiet": ("#5c6271", "#a3a9b7"),
    "right": ("#2a6cd8", "#6aa5ff"),
    "right-tint": ("#4481e0", "#5b91e4"),
    "wrong": ("#d9601d", "#ff9a5c"),
    "wrong-tint": ("#de7b45", "#b9622f"),
    "wrong-ink": ("#983a06", "#ffa26b"),
}
"""Light and dark of each colour, those of the widget."""

SANS = "system-ui, -apple-system, 'Segoe UI', 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans CJK KR', sans-serif"
MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK KR', monospace"


def xml(text: str) -> str:
    """A text as XML content or attribute value; what XML forbids becomes U+FFFD."""
    return escape(_FORBIDDEN.sub("\ufffd", text))


def number(value: float) -> str:
    """A length, to a hundredth of a pixel."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


class Pen:
    """Writes elements in the ink of a theme: "auto" (the reader's; light where it is not known), "light" or "dark"."""

    def __init__(self, theme: str) -> None:
        self._auto = theme == "auto"
        self._shade = int(theme == "dark")

    def draw(self, name: str, *inside: str, fill: str = "", stroke: str = "", **attributes: Any) -> str:
        """An element around what is already XML; `fill` and `stroke` name an ink, `kind` a class."""
        classes = [str(attributes.pop("kind"))] if "kind" in attributes else []
        for prefix, what, ink in (("f", "fill", fill), ("s", "stroke", stroke)):
            if ink:
                attributes[what] = INKS[ink][self._shade]
                if self._auto:
                    classes.append(f"{prefix}-{ink}")
        if classes:
            attributes["class"] = " ".join(classes)
        written = "".join(f' {key.replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
        return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"

    def text(self, x: float, y: float, text: str, **attributes: Any) -> str:
        """A text element."""
        return self.draw("text", xml(text), x=x, y=y, **attributes)

    def style(self, scope: str) -> str:
        """The style block for the element whose id is `scope`; nothing where the theme is fixed."""
        if not self._auto:
            return ""
        rules = "".join(
            f"#{scope} .{prefix}-{ink}{{{what}:{dark}}}"
            for prefix, what in (("f", "fill"), ("s", "stroke"))
            for ink, (_, dark) in INKS.items()
        )
        return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def _value(value: object) -> str:
    return number(value) if isinstance(value, (int, float)) else xml(str(value))
