"""A sweep as one static SVG: for each combination of options the losses of its runs, and how often they succeed."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from epochscope.recording.loss_axis import LossRange, decimate, loss_range, ticks
from epochscope.recording.rate import Rate
from epochscope.recording.sweep_summary import Box, SweepSummary, labels_of
from epochscope.validation import check_choice, check_int
from epochscope.words import LANGUAGES, words

from .captions import grouped
from .document import document
from .glyphs import glyph
from .sheet import EDGE
from .svg import MONO, Pen, number, text_width

#: Px: least width of a box, between two boxes, heading, plot, below the plot, a rate, and left of a plot.
LEAST, GAP, HEADING, PLOT, BELOW, RATE, LEFT = 150, 24, 22, 110, 34, 24, 30
#: Px below which there is one column.
NARROW = 480
#: The most points of all lines together, so that a picture of many runs stays small.
POINTS = 40_000


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
    boxes = summary.boxes
    columns = _columns(summary, width)
    size = (width - 2 * EDGE - (columns - 1) * GAP) / columns
    tall = HEADING + PLOT + BELOW + 2 * RATE + 10
    parts, top = _header(pen, summary, width, captions)
    frame = _Frame(pen, captions, summary, _range(summary), size)
    for i, box in enumerate(boxes):
        row, column = divmod(i, columns)
        parts.append(pen.draw("g", *frame.draw(box, EDGE + column * (size + GAP), top + row * tall), kind="box"))
    bottom = top + math.ceil(len(boxes) / columns) * tall
    legend, bottom = _legend(pen, bottom, width, captions)
    parts += legend
    title = f"{captions['sweep']}: {summary.text}"
    described = [frame.describe(box) for box in boxes]
    return document(pen, title, described, parts, (width, math.ceil(bottom + EDGE)), lang)


def _columns(summary: SweepSummary, width: int) -> int:
    """Return how many boxes are side by side: those of the last option, if there is room."""
    if width < NARROW:
        return 1
    fit = max(1, (width - 2 * EDGE + GAP) // (LEAST + GAP))
    last = len(summary.axes[-1].values) if summary.axes else 1
    return min(last, fit)


def _range(summary: SweepSummary) -> LossRange:
    """Return the losses that all boxes show; a runaway loss does not flatten the others."""
    curves = [run.losses[np.isfinite(run.losses)] for run in summary.runs]
    firsts = sorted(curve[0] for curve in curves if len(curve))
    return loss_range(np.concatenate([firsts[len(firsts) // 2 :][:1], *curves]), ())


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


def _legend(pen: Pen, top: float, width: int, captions: Mapping[str, str]) -> tuple[list[str], float]:
    """Return what lines and bars mean, and the y below it."""
    parts: list[str] = []
    x = float(EDGE)
    for ink, stroke, name in (("quiet", 1.0, "sweep_one_seed"), ("ink", 2.5, "sweep_median")):
        parts.append(pen.draw("path", d=f"M{number(x)} {number(top + 6)}h18", stroke=ink, stroke_width=stroke))
        parts.append(pen.text(x + 24, top + 10, captions[name], fill="quiet", font_size=12))
        x += 24 + text_width(captions[name]) + 18
    note = captions["sweep_rates"]
    if x + text_width(note) * 0.95 > width - EDGE:
        x, top = EDGE, top + 18
    per_line = int((width - EDGE - x) * len(note) / text_width(note))
    for i, line in enumerate(textwrap.wrap(note, per_line)):
        top += 16 if i else 0
        parts.append(pen.text(x, top + 10, line, fill="quiet", font_size=12))
    return parts, top + 12


class _Frame(NamedTuple):
    """What all boxes share."""

    pen: Pen
    captions: Mapping[str, str]
    summary: SweepSummary
    losses: LossRange
    width: float

    def name(self, box: Box) -> str:
        """Return the values of its options; the text of the sweep if none varies."""
        return ", ".join(labels_of(self.summary.axes, box.at))

    def draw(self, box: Box, left: float, top: float) -> list[str]:
        """Return the elements of a box."""
        pen, room = self.pen, int(self.width / 7.4)
        name = self.name(box)
        heading = pen.text(
            left, top + 12, name if len(name) <= room else name[: room - 1] + "…", fill="ink", font_weight=700
        )
        y = top + HEADING + PLOT + BELOW
        ended = len(box.done)
        parts = [heading, *self._plot(box, left + LEFT, top + HEADING)]
        if ended:
            parts += self._rate("sweep_ever", box.ever, left + LEFT, y, "correct-tint", 0.5)
            parts += self._rate("sweep_at_end", box.at_end, left + LEFT, y + RATE, "correct", 1)
        if 0 < ended < len(box.runs):
            waiting = self.captions["sweep_box_done"].format(done=ended, count=len(box.runs))
            style: dict[str, Any] = {"fill": "quiet", "font_size": 12, "text_anchor": "end"}
            parts.append(pen.text(left + self.width, top + 12, waiting, **style))
        return parts

    def describe(self, box: Box) -> str:
        """Return the rates of a box in words."""
        rates = [self._words("sweep_ever", box.ever), self._words("sweep_at_end", box.at_end)]
        failed = [self.captions["sweep_failed"].format(count=box.failed)] if box.failed else []
        return f"{self.name(box)}: {', '.join([*rates, *failed])}"

    def _words(self, key: str, rate: Rate) -> str:
        return self.captions[key].format(k=grouped(rate.successes), n=grouped(rate.n))

    def _rate(self, key: str, rate: Rate, left: float, top: float, ink: str, opacity: float) -> list[str]:
        """Return a rate in words, and as a bar with its interval."""
        pen, width = self.pen, self.width - LEFT
        text = max(text_width(self._words("sweep_at_end", Rate(rate.n, rate.n))) + 12, 0.4 * width)
        start, room = left + text, width - text
        low, high = (start + each * room for each in rate.interval)
        share = room * rate.successes / rate.n
        bar: dict[str, Any] = {"y": top - 10, "height": 10, "rx": 2}
        whisker = f"M{number(low)} {number(top - 9)}v8m0 -4H{number(high)}m0 -4v8"
        return [
            pen.text(left, top, self._words(key, rate), fill="ink"),
            pen.draw("rect", x=start, width=room, fill="edge", **bar),
            pen.draw("rect", x=start, width=share, fill=ink, fill_opacity=opacity, kind="rate", **bar),
            pen.draw("path", d=whisker, stroke="ink", stroke_width=1.2, fill_opacity=0),
        ]

    def _plot(self, box: Box, left: float, top: float) -> list[str]:
        """Return the axes and the losses of all runs, with their median."""
        pen, width, (low, high, _) = self.pen, self.width - LEFT, self.losses
        last = max(self.summary.epochs - 1, 1)

        def place(epoch: float, loss: float) -> tuple[float, float]:
            share = (min(max(loss, low), high) - low) / (high - low)
            return left + 4 + (width - 8) * epoch / last, top + PLOT * (1 - share)

        edge: dict[str, Any] = {"x": left, "y": top, "width": width, "height": PLOT, "rx": 3}
        parts = [pen.draw("rect", fill="ground", stroke="edge", **edge)]
        for level in ticks(low, high, 3):
            y = place(0, float(level))[1]
            parts.append(pen.draw("path", d=f"M{number(left)} {number(y)}h{number(width)}", stroke="edge"))
            parts.append(pen.text(left - 6, y + 4, f"{level:g}", fill="quiet", font_size=11, text_anchor="end"))
        for epoch, anchor in ((0, "start"), (last, "end")):
            x = left if epoch == 0 else left + width
            style: dict[str, Any] = {"fill": "quiet", "font_size": 11, "text_anchor": anchor}
            parts.append(pen.text(x, top + PLOT + 13, grouped(self.summary.epochs if epoch else 0), **style))
        if not box.done:
            style = {"fill": "quiet", "text_anchor": "middle"}
            waiting = self.captions["sweep_waiting"]
            return [*parts, pen.text(left + width / 2, top + PLOT / 2 + 4, waiting, **style)]
        most = max(8, POINTS // max(len(self.summary.runs), 1))
        for run in box.done:
            parts.append(self._line(run.losses, min(most, 200), place, "quiet", 1, 0.55))
            if run.state != "trained" and run.epochs:
                parts.append(self._cross(run.losses, place))
        if len(box.done) > 1:
            parts.append(self._line(box.median, 300, place, "ink", 2.2, 1))
        return parts

    def _line(
        self, losses: npt.NDArray[np.float64], most: int, place: Any, ink: str, stroke: float, opacity: float
    ) -> str:
        parts, drawing = [], False
        for epoch, loss in zip(*(each.tolist() for each in decimate(losses, most)), strict=True):
            finite = math.isfinite(loss)
            if finite:
                x, y = place(epoch, loss)
                parts.append(f"{'L' if drawing else 'M'}{number(round(x, 1))} {number(round(y, 1))}")
                parts += [] if drawing else ["h0"]  # draws the round end of a single point
            drawing = finite
        style: dict[str, Any] = {"stroke_width": stroke, "stroke_opacity": opacity, "stroke_linecap": "round"}
        kind = "run" if ink == "quiet" else "median"
        style |= {"stroke": ink, "fill_opacity": 0, "stroke_linejoin": "round"}
        return self.pen.draw("path", d="".join(parts), kind=kind, **style)

    def _cross(self, losses: npt.NDArray[np.float64], place: Any) -> str:
        """Return a cross at the last finite loss of a run that diverged or failed."""
        finite = np.flatnonzero(np.isfinite(losses))
        epoch = int(finite[-1]) if len(finite) else 0
        x, y = place(epoch, float(losses[epoch]) if len(finite) else self.losses.high)
        d = f"M{number(x - 3.5)} {number(y - 3.5)}l7 7m0 -7l-7 7"
        return self.pen.draw("path", d=d, stroke="wrong", stroke_width=1.8, kind="ended")
