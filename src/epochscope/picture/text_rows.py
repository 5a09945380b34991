"""The text at an epoch as part of a picture: inputs, targets and predictions, and the learning map below each line."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from epochscope.recording.first_error import first_error
from epochscope.recording.recording import Recording
from epochscope.recording.records import IGNORED, PROBABILITY_STEPS

from .first_error_line import first_error_line, reads_whole_text
from .glyphs import glyph
from .learning_map import GAP, learning_map, map_colours, row_epochs, strength
from .places import axis_caption, place_number
from .svg import MONO, Pen, hatch, number

GUTTER, LABEL_GAP = 65, 5  # px for the names of the rows, and between them and the columns
MAX_PITCH = 44  # px for a column of one character
BASELINES = {"input": 16, "target": 40, "prediction": 65}  # px below the top of a line
CELL_TOP, CELL_HEIGHT, MAP_TOP = 48, 28, 84  # px
MAP_HEIGHT, MAP_HEIGHT_OF_SEVERAL, SPACE = 220, 56, 20  # px: of one line, of each of several, between lines
_TOKENS: dict[str, Any] = {"font_family": MONO, "text_anchor": "middle"}
HATCHED: dict[str, Any] = {"kind": "ignored", "stroke": "quiet", "stroke_width": 1, "stroke_opacity": 0.4}
_STYLES: dict[str, dict[str, Any]] = {
    "correct": {"fill": "ink"},
    "wrong": {"fill": "wrong-ink"},
    "ignored": {"fill": "quiet", "font_weight": 400},
    "plain": {"fill": "ink"},
}
_TILES = {"correct": "correct-tint", "wrong": "wrong-tint", "plain": "quiet"}
_OPACITY = {"correct": 0.32, "wrong": 0.32, "plain": 0.12}


class Layout(NamedTuple):
    """The grid of a text: `columns` positions per line, `pitch` px apart, on `lines` lines, read "ltr" or "rtl"."""

    columns: int
    lines: int
    pitch: int
    direction: str

    @property
    def map_height(self) -> int:
        """Height of each line's map, px."""
        return MAP_HEIGHT if self.lines == 1 else MAP_HEIGHT_OF_SEVERAL

    @property
    def line_height(self) -> int:
        """Distance from the top of a line to the top of the next, px."""
        return MAP_TOP + self.map_height + SPACE


def lay_out(positions: int, max_columns: int, width: int, direction: str = "ltr") -> Layout:
    """Return the layout with the fewest lines, all equally long.

    `max_columns` is the width of the widest glyph in half-width columns, `width` that of the text in px.
    """
    min_pitch = max(20, math.ceil(8.8 * max_columns) + 4)
    width -= GUTTER
    lines = math.ceil(positions / max(1, width // min_pitch))
    columns = math.ceil(positions / lines)
    return Layout(columns, lines, max(min_pitch, min(MAX_PITCH, width // columns)), direction)


@dataclass(frozen=True)
class TextRows:
    """Draws the first `lines` lines of a recording at an epoch.

    `max_probability` is the highest that the network can give.
    """

    pen: Pen
    recording: Recording
    epoch: int
    layout: Layout
    max_probability: float
    words: Mapping[str, str]
    lines: int

    @cached_property
    def first_errors(self) -> npt.NDArray[np.int64]:
        """(E,) The first wrong position that has a target; P where all are correct."""
        return first_error(self.recording)

    @cached_property
    def _colours(self) -> npt.NDArray[np.uint8]:
        """(height, n) The colours of the map of all lines that are drawn; the records are read once for all."""
        shown = range(min(self.recording.positions, self.lines * self.layout.columns))
        return map_colours(self.recording, shown, self.layout.map_height, self.max_probability)

    def line(self, line: int, left: int, top: int) -> list[str]:
        """Return the elements of a line of the text, `left` and `top` px from the edges of the picture."""
        epochs = self._epochs(left + GUTTER - LABEL_GAP, top + MAP_TOP)
        names = self.pen.draw("g", *epochs, fill="quiet", font_size=12, text_anchor="end")
        positions, start = self.columns(line, left)
        return [*self.tokens(line, left, top), names, *self._map(positions, start, top + MAP_TOP)]

    def columns(self, line: int, left: int) -> tuple[Sequence[int], int]:
        """Return the positions of a line as they stand from left to right, and the left edge of the first, px."""
        first = line * self.layout.columns
        positions = range(first, min(self.recording.positions, first + self.layout.columns))
        left += GUTTER
        if self.layout.direction == "ltr":
            return positions, left
        # The last line may be shorter: it ends further to the right.
        return positions[::-1], left + (self.layout.columns - len(positions)) * self.layout.pitch

    def tokens(self, line: int, left: int, top: int) -> list[str]:
        """Return inputs, targets and predictions of a line, without the map below them."""
        names = [self.pen.text(left + GUTTER - LABEL_GAP, top + y, self.words[row]) for row, y in BASELINES.items()]
        parts = [self.pen.draw("g", *names, fill="quiet", font_size=12, text_anchor="end")]
        positions, start = self.columns(line, left)
        for kind, row in (("input", self.recording.inputs), ("target", self.recording.targets)):
            parts.append(self.glyphs(row[positions], start, top + BASELINES[kind], kind))
        return [*parts, *self._predictions(positions, start, top)]

    def glyphs(self, tokens: np.ndarray, left: int, y: float, kind: str) -> str:
        """Return a row of small tokens; -1 leaves a column empty."""
        drawn = self._tokens(tokens, left, y)
        return self.pen.draw("g", *drawn, kind=kind, fill="quiet", font_size=14, **_TOKENS)

    def tiles(self, tokens: np.ndarray, tones: Sequence[str], left: int, top: int, kind: str) -> list[str]:
        """Return a row of tokens on backgrounds: "correct", "wrong" or "plain"."""
        pitch, width = self.layout.pitch, self.layout.pitch - GAP
        box: dict[str, Any] = {"y": top, "width": width, "height": CELL_HEIGHT, "rx": 3}
        cells = [
            self.pen.draw("rect", x=left + i * pitch, **box, kind=tone, fill=_TILES[tone], fill_opacity=_OPACITY[tone])
            for i, (token, tone) in enumerate(zip(tokens, tones, strict=True)) if token != IGNORED
        ]  # fmt: skip
        y = top + BASELINES["prediction"] - CELL_TOP
        cells += self._tokens(tokens, left, y, (_STYLES[tone] for tone in tones))
        parts = [self.pen.draw("g", *cells, kind=kind, font_size=self._size, font_weight=700, **_TOKENS)]
        return parts + self._underlines([tone == "wrong" for tone in tones], left, top)

    def _predictions(self, positions: Sequence[int], left: int, top: int) -> list[str]:
        row = self.recording.records(self.epoch, self.epoch + 1)
        predictions = row.top_tokens[0, positions, 0]
        strengths = strength(row.top_probabilities[0, positions, 0] / PROBABILITY_STEPS, self.max_probability)
        correct = predictions == self.recording.targets[positions]
        kinds = np.where(self.recording.counted[positions], np.where(correct, "correct", "wrong"), "ignored").tolist()
        pitch, width = self.layout.pitch, self.layout.pitch - GAP
        box: dict[str, Any] = {"y": top + CELL_TOP, "width": width, "height": CELL_HEIGHT, "rx": 3}
        cells = [
            self.pen.draw(
                "rect", x=left + i * pitch, **box, kind=kind, fill=f"{kind}-tint",
                fill_opacity=0.12 + 0.26 * float(strong),
            )
            for i, (kind, strong) in enumerate(zip(kinds, strengths, strict=True)) if kind != "ignored"
        ]  # fmt: skip
        cells += self._hatched(positions, left, top + CELL_TOP, CELL_HEIGHT)
        styles = (_STYLES[kind] for kind in kinds)
        cells += self._tokens(predictions, left, top + BASELINES["prediction"], styles)
        parts = [self.pen.draw("g", *cells, kind="prediction", font_size=self._size, font_weight=700, **_TOKENS)]
        return parts + self._underlines([kind == "wrong" for kind in kinds], left, top + CELL_TOP)

    @property
    def _size(self) -> int:
        return 16 if self.layout.pitch <= MAX_PITCH else 14  # tokens of several characters fill their columns

    def _underlines(self, wrong: Sequence[bool], left: int, top: int) -> list[str]:
        """Return the lines under wrong predictions, as one path, if there are any; `top` is that of their boxes."""
        width = self.layout.pitch - GAP
        y = number(top + CELL_HEIGHT - 3.5)
        path = "".join(
            f"M{number(left + i * self.layout.pitch + width * 0.22)} {y}h{number(width * 0.56)}"
            for i, is_wrong in enumerate(wrong) if is_wrong
        )  # fmt: skip
        return [self.pen.draw("path", d=path, kind="underlines", stroke="wrong", stroke_width=2)] if path else []

    def _hatched(self, positions: Sequence[int], left: int, top: int, height: int) -> list[str]:
        """Return the hatching of the ignored positions, if there are any."""
        pitch = self.layout.pitch
        ignored = np.flatnonzero(~self.recording.counted[positions])
        lines = "".join(hatch(left + int(i) * pitch, top, pitch - GAP, height) for i in ignored)
        return [self.pen.draw("path", d=lines, **HATCHED)] if lines else []

    def _tokens(
        self, tokens: np.ndarray, left: int, y: float, styles: Iterable[dict[str, Any]] | None = None
    ) -> list[str]:
        middle = left + (self.layout.pitch - GAP) / 2
        parts = []
        for i, (token, style) in enumerate(zip(tokens, styles or [{}] * len(tokens), strict=True)):
            if token == IGNORED:
                continue
            text, placeholder, _ = glyph(self.recording.alphabet[int(token)])
            small = {"font_size": 9} if placeholder and len(text) > 1 else {}
            parts.append(self.pen.text(middle + i * self.layout.pitch, y, text, **style, **small))
        return parts

    def _map(self, positions: Sequence[int], left: int, top: int) -> list[str]:
        height, width = self.layout.map_height, len(positions) * self.layout.pitch - GAP
        image = learning_map(self._colours[:, positions], self.layout.pitch)
        box: dict[str, Any] = {"x": left, "y": top, "width": width, "height": height, "kind": "map"}
        cursor = f"M{left - 4} {number(top + self._cursor)}h{width + 8}"
        return [
            self.pen.draw(
                "image", href=f"data:image/png;base64,{base64.b64encode(image).decode()}",
                preserveAspectRatio="none", style="image-rendering:pixelated", **box,
            ),
            *self._hatched(positions, left, top, height),
            *self._first_errors(positions, left, top),
            self.pen.draw("path", d=cursor, stroke="ground", stroke_width=3.5, stroke_opacity=0.7),
            self.pen.draw("path", d=cursor, kind="cursor", stroke="ink", stroke_width=1.5),
        ]  # fmt: skip

    def _first_errors(self, positions: Sequence[int], left: int, top: int) -> list[str]:
        """Return a stroke before the first wrong position of each row of pixels, as in `js/drawing/first-error.ts`."""
        if not reads_whole_text(self.recording):
            return []
        end, pitch, height = self.recording.positions, self.layout.pitch, self.layout.map_height
        first, count = min(positions), len(positions)
        shown = {first + column for column in range(count + (first + count == end))}
        epochs = [row_epochs(row, height, len(self.recording)) for row in range(height)]
        errors = [int(self.first_errors[start:stop].min()) for start, stop in epochs]
        path, row = "", 0
        for error, rows in groupby(errors):
            stop = row + len(list(rows))
            if error in shown:
                column = error - first if self.layout.direction == "ltr" else first + count - error
                path += f"M{number(left + column * pitch - GAP / 2)} {top + row}V{top + stop}"
            row = stop
        return first_error_line(self.pen, path) if path else []

    @property
    def _cursor(self) -> float:
        """Middle of the epoch's row, px below the top of a map."""
        return (self.epoch + 0.5) / len(self.recording) * self.layout.map_height

    def _epochs(self, x: int, top: int) -> list[str]:
        """Return the numbers beside a map: the epoch on show, and the first and the last if they do not overlap it."""
        height, last = self.layout.map_height, len(self.recording) - 1
        here = min(max(self._cursor, 6), height - 6) + 4
        first, end = place_number(self.recording, 0), place_number(self.recording, last)
        others = [(10.0, first), (height - 2.0, end)] if last else []
        if self.layout.lines == 1:
            others.append((height / 2 + 4, axis_caption(self.recording.axis, self.words)))
        parts = [self.pen.text(x, top + here, place_number(self.recording, self.epoch), fill="ink", font_weight=700)]
        return parts + [self.pen.text(x, top + y, text) for y, text in others if abs(y - here) > 14]
