"""The SVG document around a picture: its frame, size and accessible description."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from .svg import SANS, Pen, xml


def document(
    pen: Pen, title: str, description: Sequence[str], parts: Sequence[str], size: tuple[int, int], lang: str
) -> str:
    """Return the SVG of elements; `size` is width and height in px, `description` has a line for each sentence."""
    width, height = size
    frame: dict[str, Any] = {"x": 0.5, "y": 0.5, "width": width - 1, "height": height - 1, "rx": 10}
    body = "\n".join([pen.draw("rect", fill="ground", stroke="edge", **frame), *parts])
    name = f"epochscope-{zlib.crc32((title + body).encode()):08x}"  # a page may contain several pictures
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{name}" lang="{lang}" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{xml(SANS)}" font-size="13">\n'
        f'<title id="{name}-title">{xml(title)}</title>\n'
        f'<desc id="{name}-desc">{xml(chr(10).join(description))}</desc>\n'
        f"{pen.style(name)}\n{body}\n</svg>\n"
    )
