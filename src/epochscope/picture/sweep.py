"""A sweep as one static SVG: for each combination of options the losses of its runs, and how often they succeed."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from epochscope.recording.sweep_axes import loss_axes
from epochscope.recording.sweep_summary import Box, SweepSummary, labels_of
from epochscope.validation import check_choice, check_int
from epochscope.words import LANGUAGES, words

from .captions import grouped
from .document import document
from .glyphs import glyph
from .sheet import EDGE
from .svg import MONO, Pen, number, text_width
from .sweep_boxes import Frame, clipped, cross

#: Px: least width of a box, between two boxes and two rows, of the heading of a block, and of the legend's text.
LEAST, GAP, BETWEEN, BLOCK, SMALL = 150, 24, 28, 30, 12
#: Px below which there is one column.
NARROW = 480


def draw_sweep(summary: SweepSummary, *, width: int = 960, theme: str = "auto", lang: str = "en", **others: Any) -> str:
    """Return the SVG of a sweep.

    Parameters
    ----------
    summary
        The figures of its runs.
    width, theme, lang
        See `History.to_svg`.
    others
        Other options of `History.to_svg`, which a sweep does not have.

    Raises
    ------
    TypeError
        If there are other options.
    ValueError
        If an option is invalid.
    """
    if others:
        raise TypeError(
            f"{', '.join(others)}: a picture of a sweep has no such option; draw one run, e.g. sweep[0].to_svg(150)"
        )
    width = check_int("width", width, 320, 4096)
    pen = Pen(check_choice("theme", theme, ("auto", "light", "dark")))
    captions = words(check_choice("lang", lang, LANGUAGES))
    columns = _columns(summary, width)
    size = (width - 2 * EDGE - (columns - 1) * GAP) / columns
    frame = Frame(pen, captions, summary, loss_axes(summary).linear, size, min(len(summary.axes), 2)).measured()
    parts, top = _header(pen, summary, width, captions)
    for name, block in _blocks(summary).items():
        if name:
            parts.append(
                pen.text(
                    EDGE,
                    top + 14,
                    clipped(name, (width - 2 * EDGE) * 13 / 15),
                    fill="ink",
                    font_weight=700,
                    font_size=15,
                )
            )
            top += BLOCK
        for row in _rows(block, columns):
            for column, box in enumerate(row):
                parts.append(pen.draw("g", *frame.draw(box, EDGE + column * (size + GAP), top), kind="box"))
            top += frame.height + BETWEEN
    legend, bottom = _legend(pen, summary, top, width, captions)
    title = f"{captions['sweep']}: {summary.text}"
    described = [frame.describe(box) for box in summary.boxes]
    return document(pen, title, described, [*parts, *legend], (width, math.ceil(bottom + EDGE)), lang)


def _columns(summary: SweepSummary, width: int) -> int:
    """Return how many boxes are side by side: those of the second option, or of the only one, if there is room."""
    if width < NARROW:
        return 1
    fit = max(1, (width - 2 * EDGE + GAP) // (LEAST + GAP))
    values = [1, *(len(axis.values) for axis in summary.axes[:2])][-1]
    return math.ceil(values / math.ceil(values / fit))  # rows of about the same length


def _blocks(summary: SweepSummary) -> dict[str, list[Box]]:
    """Return the boxes by the options after the second one."""
    blocks: dict[str, list[Box]] = {}
    for box in sorted(summary.boxes, key=lambda box: box.at[2:]):
        blocks.setdefault(", ".join(labels_of(summary.axes, box.at)[2:]), []).append(box)
    return blocks


def _rows(boxes: Sequence[Box], columns: int) -> list[list[Box]]:
    """Return the boxes of a block in rows; with two options, each value of the first one begins a row."""
    rows: list[list[Box]] = []
    for box in boxes:
        is_same = rows and (len(box.at) < 2 or rows[-1][0].at[0] == box.at[0])
        if is_same and len(rows[-1]) < columns:
            rows[-1].append(box)
        else:
            rows.append([box])
    return rows


def _header(pen: Pen, summary: SweepSummary, width: int, captions: Mapping[str, str]) -> tuple[list[str], float]:
    """Return the text, the number of runs, and the y below them."""
    runs = captions["sweep_progress"].format(done=grouped(summary.done), count=grouped(len(summary.runs)))
    room = int((width - 2 * EDGE - text_width(runs) - GAP) / 8.5)
    shown = "".join(glyph(char).text for char in summary.text[: room + 1])
    shown = shown if len(shown) <= room else shown[: room - 1] + "…"
    top = EDGE + 12
    return [
        pen.text(EDGE, top, shown, fill="ink", font_weight=700, font_family=MONO, font_size=14),
        pen.text(width - EDGE, top, runs, fill="quiet", text_anchor="end"),
    ], top + 20


def _legend(
    pen: Pen, summary: SweepSummary, top: float, width: int, captions: Mapping[str, str]
) -> tuple[list[str], float]:
    """Return what axes, lines, crosses and bars mean, and the y below it."""
    small = SMALL / 13

    def line(ink: str, stroke: float) -> Callable[[float, float], str]:
        def drawn(x: float, y: float) -> str:
            return pen.draw("path", d=f"M{number(x)} {number(y - 4)}h18", stroke=ink, stroke_width=stroke)

        return drawn

    def arrow(char: str) -> Callable[[float, float], str]:
        return lambda x, y: pen.text(x, y, char, fill="quiet", font_size=SMALL)

    items: list[tuple[Callable[[float, float], str] | None, float, str]] = [
        (arrow("↑"), 15, captions["loss_axis"]),
        (arrow("→"), 15, captions["epoch"]),
        (line("quiet", 1), 24, captions["sweep_one_seed"]),
        (line("ink", 2.5), 24, captions["sweep_median"]),
    ]
    if any(run.state in ("diverged", "failed") and run.epochs for run in summary.runs):
        items.append((lambda x, y: cross(pen, x + 4, y - 4), 14, captions["sweep_ended"]))
    note, room = captions["sweep_rates"].replace(" %", "\u00a0%"), width - 2 * EDGE
    per_line = int(room * len(note) / (small * text_width(note)))
    items += [(None, 0, part) for part in textwrap.wrap(note, per_line)]
    parts: list[str] = []
    x, y = float(EDGE), top + SMALL
    for mark, space, text in items:
        wide = space + small * text_width(text)
        if x > EDGE and x + wide > width - EDGE:
            x, y = float(EDGE), y + 18
        parts += [mark(x, y)] if mark else []
        parts.append(pen.text(x + space, y, text, fill="quiet", font_size=SMALL))
        x += wide + 20
    return parts, y
