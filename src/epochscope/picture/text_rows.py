"""The text at an epoch as part of a picture: what is read, should be said and is said, and the map below each line."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from epochscope.recording.records import PROBABILITY_STEPS

from .glyphs import glyph
from .learning_map import GAP, learning_map, strength
from .svg import MONO, Pen, number

if TYPE_CHECKING:
    from epochscope.history import History

GUTTER = 60  # px for the names of the rows
WIDEST = 44  # px that a column of one character may take
BASELINES = {"reads": 16, "target": 40, "says": 65}  # below the top of a line, px
SAYS_TOP, SAYS_HEIGHT, MAP_TOP = 48, 28, 84
TALL, STRIP, SPACE = 220, 56, 20  # px: the map of one line, of several, between lines
_TOKENS: dict[str, Any] = {"font_family": MONO, "text_anchor": "middle"}


class Layout(NamedTuple):
    """Where the text stands: `columns` positions a line, `pitch` px apart, on `lines` lines."""

    columns: int
    lines: int
    pitch: int

    @property
    def map_height(self) -> int:
        """Of each line, px."""
        return TALL if self.lines == 1 else STRIP

    @property
    def line_height(self) -> int:
        """From the top of a line to the top of the next, px."""
        return MAP_TOP + self.map_height + SPACE


def lay_out(positions: int, widest: int, room: int) -> Layout:
    """As few lines as fit, all of them even; `widest` is the widest glyph in half-width columns, `room` is in px."""
    least = max(20, math.ceil(8.8 * widest) + 4)
    room -= GUTTER
    lines = math.ceil(positions / max(1, room // least))
    columns = math.ceil(positions / lines)
    return Layout(columns, lines, max(least, min(WIDEST, room // columns)))


@dataclass(frozen=True)
class TextRows:
    """Draws the lines of one recording at one epoch; `most` is the highest probability that the net can give."""

    pen: Pen
    history: History
    epoch: int
    layout: Layout
    most: float
    words: Mapping[str, str]

    def line(self, line: int, left: int, top: int) -> list[str]:
        """The elements of a line of the text, px from the left and the top of the picture."""
        first = line * self.layout.columns
        last = min(self.history.positions, first + self.layout.columns)
        names = [self.pen.text(left + GUTTER - 10, top + y, self.words[row]) for row, y in BASELINES.items()]
        names += self._epochs(left + GUTTER - 10, top + MAP_TOP)
        left += GUTTER
        parts = [self.pen.draw("g", *names, fill="quiet", font_size=12, text_anchor="end")]
        for kind, row in (("reads", self.history.inputs), ("target", self.history.targets)):
            tokens = self._tokens(row[first:last], left, top + BASELINES[kind])
            parts.append(self.pen.draw("g", *tokens, kind=kind, fill="quiet", font_size=14, **_TOKENS))
        return [*parts, *self._says(first, last, left, top), *self._map(first, last, left, top + MAP_TOP)]

    def _says(self, first: int, last: int, left: int, top: int) -> list[str]:
        row = self.history.records(self.epoch, self.epoch + 1)
        said = row.top_tokens[0, first:last, 0]
        sure = strength(row.top_probabilities[0, first:last, 0] / PROBABILITY_STEPS, self.most)
        right = said == self.history.targets[first:last]
        pitch, broad = self.layout.pitch, self.layout.pitch - GAP
        place: dict[str, Any] = {"y": top + SAYS_TOP, "width": broad, "height": SAYS_HEIGHT, "rx": 3}
        cells = [
            self.pen.draw(
                "rect", x=left + i * pitch, **place, kind="right" if ok else "wrong",
                fill="right-tint" if ok else "wrong-tint", fill_opacity=0.12 + 0.26 * float(strong),
            )
            for i, (ok, strong) in enumerate(zip(right, sure, strict=True))
        ]  # fmt: skip
        inks = ("ink" if ok else "wrong-ink" for ok in right)
        cells += self._tokens(said, left, top + BASELINES["says"], inks)
        size = 16 if pitch <= WIDEST else 14  # tokens of several characters fill their columns
        parts = [self.pen.draw("g", *cells, kind="says", font_size=size, font_weight=700, **_TOKENS)]
        y = number(top + SAYS_TOP + SAYS_HEIGHT - 3.5)
        lines = [
            f"M{number(left + i * pitch + broad * 0.22)} {y}h{number(broad * 0.56)}" for i in np.flatnonzero(~right)
        ]
        if lines:
            parts.append(self.pen.draw("path", d="".join(lines), kind="underlines", stroke="wrong", stroke_width=2))
        return parts

    def _tokens(self, tokens: np.ndarray, left: int, y: float, inks: Iterable[str] | None = None) -> list[str]:
        middle = left + (self.layout.pitch - GAP) / 2
        parts = []
        for i, (token, ink) in enumerate(zip(tokens, inks or [""] * len(tokens), strict=True)):
            text, stands, _ = glyph(self.history.alphabet[int(token)])
            small = {"font_size": 9} if stands and len(text) > 1 else {}
            parts.append(self.pen.text(middle + i * self.layout.pitch, y, text, fill=ink, **small))
        return parts

    def _map(self, first: int, last: int, left: int, top: int) -> list[str]:
        height, broad = self.layout.map_height, (last - first) * self.layout.pitch - GAP
        image = learning_map(self.history, first, last, self.layout.pitch, height, self.most)
        where: dict[str, Any] = {"x": left, "y": top, "width": broad, "height": height, "kind": "map"}
        line = f"M{left - 4} {number(top + self._cursor)}h{broad + 8}"
        return [
            self.pen.draw(
                "image", href=f"data:image/png;base64,{base64.b64encode(image).decode()}",
                preserveAspectRatio="none", style="image-rendering:pixelated", **where,
            ),
            self.pen.draw("path", d=line, stroke="ground", stroke_width=3.5, stroke_opacity=0.7),
            self.pen.draw("path", d=line, kind="cursor", stroke="ink", stroke_width=1.5),
        ]  # fmt: skip

    @property
    def _cursor(self) -> float:
        """The middle of the epoch's row, px below the top of a map."""
        return (self.epoch + 0.5) / len(self.history) * self.layout.map_height

    def _epochs(self, x: int, top: int) -> list[str]:
        """Numbers beside the map: the epoch on show, and the first and the last where there is room."""
        height, last = self.layout.map_height, len(self.history) - 1
        here = min(max(self._cursor, 6), height - 6) + 4
        others = [(10.0, "0"), (height - 2.0, str(last))] if last else []
        if self.layout.lines == 1:
            others.append((height / 2 + 4, self.words["epoch"]))
        parts = [self.pen.text(x, top + here, str(self.epoch), fill="ink", font_weight=700)]
        return parts + [self.pen.text(x, top + y, text) for y, text in others if abs(y - here) > 14]
