"""Draws a panel in the columns of a text: rows of tokens, and maps of what is inside the network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .learning_map import GAP
from .panel_contents import NOTHING, Map, PanelContents, Row
from .png import indexed_png
from .svg import MONO, Pen, number
from .text_rows import CELL_HEIGHT, GUTTER, LABEL_GAP, MAP_TOP, TextRows

ABOVE, BELOW = 16, 8  # px above the rows of a panel, and below each of them
GLYPH_HEIGHT = 22  # px of a row of small tokens
UNIT_HEIGHT, TITLE = 11, 24  # px of a unit's row in a map, and of the line above a map
#: Of positive and of negative values; the opacity is their size. Steps of the scale: 0 is transparent.
POSITIVE, NEGATIVE, STEPS = (0x5B, 0x2A, 0x9E), (0x7C, 0x84, 0x94), 100
BLANK = 2 * STEPS + 1  # transparent: the space between two values, and NaN


@dataclass(frozen=True)
class PanelRows:
    """Draws the lines of a panel below the lines of a text."""

    pen: Pen
    text: TextRows
    contents: PanelContents

    @property
    def height(self) -> int:
        """Height of each line of the panel, px."""
        rows = sum(GLYPH_HEIGHT if row.tones is None else CELL_HEIGHT for row in self.contents.rows)
        maps = sum(TITLE + len(each.units) * UNIT_HEIGHT for each in self.contents.maps)
        return ABOVE + rows + maps + BELOW * (len(self.contents.rows) + len(self.contents.maps))

    def line(self, line: int, left: int, top: int) -> list[str]:
        """Return the elements of a line, `left` and `top` px from the edges of the picture."""
        positions, start = self.text.columns(line, left)
        parts: list[str] = []
        y, mark_top = top + ABOVE, top - MAP_TOP
        edges: list[tuple[int, int]] = []
        for row in self.contents.rows:
            height = GLYPH_HEIGHT if row.tones is None else CELL_HEIGHT
            parts += self._row(row, positions, left, start, y, height)
            edges.append((y, y + height))
            y += height + BELOW
        if self.contents.fed_back:
            parts += self._strokes(positions, start, edges[-2][1], edges[-1][0])
        for each in self.contents.maps:
            parts += self._map(each, positions, left, start, y)
            y += TITLE + len(each.units) * UNIT_HEIGHT + BELOW
        return parts + self._mark(positions, start, mark_top, y - BELOW)

    def _row(self, row: Row, positions: Sequence[int], left: int, start: int, top: int, height: int) -> list[str]:
        tokens = row.tokens[positions]
        label = {"x": left + GUTTER - LABEL_GAP, "y": top + height / 2 + 4, "text_anchor": "end"}
        parts = [self.pen.text(**label, text=row.label, fill="quiet", font_size=12)]
        if row.tones is None:
            return [*parts, self.text.glyphs(tokens, start, top + 16, "panel-input")]
        parts += self.text.tiles(tokens, row.tones[positions].tolist(), start, top, "panel-tiles")
        if row.rings is not None:
            pitch = self.text.layout.pitch
            box: dict[str, Any] = {"y": top + 1, "width": pitch - GAP - 2, "height": CELL_HEIGHT - 2, "rx": 3}
            ring: dict[str, Any] = {"kind": "ring", "stroke": "ink", "stroke_width": 2, "fill_opacity": 0}
            changed = np.flatnonzero(row.rings[positions]).tolist()
            parts += [self.pen.draw("rect", x=start + i * pitch + 1, **box, **ring) for i in changed]
        return parts

    def _strokes(self, positions: Sequence[int], start: int, top: int, bottom: int) -> list[str]:
        """Return a line from each prediction up to the next input."""
        pitch, row = self.text.layout.pitch, self.contents.rows[-1]
        forward = 1 if self.text.layout.direction == "ltr" else -1
        path = ""
        for i, position in enumerate(positions):
            if row.tokens[position] >= 0 and 0 <= i + forward < len(positions):
                x = start + i * pitch + (pitch - GAP) / 2
                path += f"M{number(x)} {number(bottom)}L{number(x + forward * pitch)} {number(top - 2)}"
        return [self.pen.draw("path", d=path, kind="strokes", stroke="quiet", stroke_opacity=0.5)] if path else []

    def _mark(self, positions: Sequence[int], start: int, top: int, bottom: int) -> list[str]:
        """Return the dashed line after the marked position, if it is on this line."""
        if self.contents.mark_after not in positions:
            return []
        pitch, forward = self.text.layout.pitch, self.text.layout.direction == "ltr"
        x = start + (positions.index(self.contents.mark_after) + forward) * pitch - GAP / 2
        path = f"M{number(x)} {number(top)}V{number(bottom)}"
        return [self.pen.draw("path", d=path, kind="mark", stroke="ink", stroke_width=1.5, stroke_dasharray="4 3")]

    def _map(self, each: Map, positions: Sequence[int], left: int, start: int, top: int) -> list[str]:
        pitch = self.text.layout.pitch
        title = self.pen.text(left + GUTTER, top + 16, each.label, fill="quiet", font_size=12)
        names = [
            self.pen.text(left + GUTTER - LABEL_GAP, top + TITLE + (i + 0.78) * UNIT_HEIGHT, _visible(unit))
            for i, unit in enumerate(each.units)
        ]
        image = _image(each.values[positions], pitch)
        box: dict[str, Any] = {"width": len(positions) * pitch - GAP, "height": len(each.units) * UNIT_HEIGHT}
        frames = ""
        for i, row in enumerate([] if each.framed is None else each.framed[positions].tolist()):
            if row != NOTHING:
                x, y = number(start + i * pitch + 0.5), number(top + TITLE + row * UNIT_HEIGHT + 0.5)
                frames += f"M{x} {y}h{pitch - GAP - 1}v{UNIT_HEIGHT - 2}h{GAP + 1 - pitch}z"
        framed = [self.pen.draw("path", d=frames, kind="targets", stroke="ink", fill_opacity=0)] if frames else []
        rings = self._rings(each.rings[positions], start, top + TITLE) if each.rings is not None else []
        return [
            title,
            self.pen.draw("g", *names, fill="quiet", font_size=9, font_family=MONO, text_anchor="end"),
            self.pen.draw(
                "image", x=start, y=top + TITLE, **box, kind="activations", preserveAspectRatio="none",
                href=f"data:image/png;base64,{base64.b64encode(image).decode()}", style="image-rendering:pixelated",
            ),
            *framed,
            *rings,
        ]  # fmt: skip

    def _rings(self, rings: npt.NDArray[np.bool_], start: int, top: int) -> list[str]:
        pitch = self.text.layout.pitch
        return [
            self.pen.draw(
                "circle", cx=start + column * pitch + (pitch - GAP) / 2, cy=top + (row + 0.5) * UNIT_HEIGHT - 0.5, r=3,
                kind="ring", fill="ground", stroke="wrong", stroke_width=1.5,
            )
            for column, row in np.argwhere(rings).tolist()
        ]  # fmt: skip


def _visible(unit: str) -> str:
    return "␣" if unit == " " else unit


def _image(values: npt.NDArray[np.float64], pitch: int) -> bytes:
    """Return values (n, H), from -1 to 1, as an image with a column of `pitch` px for each position."""
    steps = np.rint(np.nan_to_num(np.clip(values, -1, 1)) * STEPS).astype(int) + STEPS  # (n, H), 0 .. 2 STEPS
    steps[np.isnan(values)] = BLANK
    pixels = np.repeat(np.repeat(steps.T, UNIT_HEIGHT, axis=0), pitch, axis=1).astype(np.uint8)
    pixels[np.arange(len(pixels)) % UNIT_HEIGHT == UNIT_HEIGHT - 1] = BLANK
    pixels[:, np.arange(pixels.shape[1]) % pitch >= pitch - GAP] = BLANK
    scale = np.arange(-STEPS, STEPS + 2) / STEPS
    palette = np.where(scale[:, None] < 0, NEGATIVE, POSITIVE)
    opacity = np.maximum(np.abs(scale), 0.04)
    opacity[BLANK] = 0
    return indexed_png(pixels[:, : pixels.shape[1] - GAP], palette, 255 * opacity)
