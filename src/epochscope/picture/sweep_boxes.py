"""One box in the picture of a sweep: the losses of the runs that differ in their seeds, and how often they succeed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from epochscope.recording.rate import Rate
from epochscope.recording.sweep_axes import LossAxis
from epochscope.recording.sweep_summary import Box, RunSummary, SweepSummary, labels_of

from .captions import grouped
from .svg import Pen, number, text_width
from .sweep_lines import Floats, path

#: Px: heading, a second line of it, between plot and rates, a rate in one line and in two, left of a plot.
HEADING, NOTE, BELOW, RATE, RATE_STACKED, LEFT = 22, 16, 34, 24, 36, 30
#: Px: height of a plot, which grows with its width, and least length of the bar of a rate beside its words.
PLOT, SHARE, HIGHEST, BAR = 110, 0.27, 180, 80
#: Px: margin of the lines in a plot, and half a cross.
INSET, CROSS = 4, 3.5
#: The most points of all lines together, so that a picture of many runs stays small, and of one line.
POINTS, POINTS_OF_LINE = 40_000, 200


def heading_width(text: str) -> float:
    """Estimate the width of a bold text in px."""
    return 1.1 * text_width(text)


class Frame(NamedTuple):
    """What all boxes share."""

    pen: Pen
    captions: Mapping[str, str]
    summary: SweepSummary
    losses: LossAxis
    width: float
    named: int  # the number of axes whose values are in the heading of a box
    head: float = 0  # px above the plot, see `measured`

    def measured(self) -> Frame:
        """Return the frame with room above the plots for what any box has to say there."""
        boxes = self.summary.boxes
        if not self.summary.axes:
            return self._replace(head=HEADING if any(map(self.notes, boxes)) else 0)
        said = [(self.name(box), note) for box in boxes if (note := self.notes(box))]
        is_full = any(heading_width(name) + 12 + text_width(note) > self.width for name, note in said)
        return self._replace(head=HEADING + NOTE if is_full else HEADING)

    @property
    def height(self) -> float:
        """Px of a box, without the space below it."""
        return self.head + self.plot + BELOW + 2 * self.rate - 12

    @property
    def plot(self) -> float:
        """Px of the plot."""
        return min(max(PLOT, SHARE * (self.width - LEFT)), HIGHEST)

    @property
    def rate(self) -> float:
        """Px of a rate."""
        return RATE_STACKED if self._is_stacked else RATE

    @property
    def _rate_text(self) -> float:
        """Px of the words of a rate."""
        n = len(self.summary.seeds)
        keys = ("sweep_ever", "sweep_at_end")
        return max(text_width(self._words(key, Rate(n, n))) for key in keys) + 12

    @property
    def _is_stacked(self) -> bool:
        return self.width - LEFT - self._rate_text < BAR

    def name(self, box: Box) -> str:
        """Return the values of the options in its heading."""
        return ", ".join(labels_of(self.summary.axes, box.at)[: self.named])

    def notes(self, box: Box) -> str:
        """Return how many runs are done if not all, how many diverged, and how many failed."""
        done = {"done": grouped(len(box.done)), "count": grouped(len(box.runs))}
        parts = [self.captions["sweep_box_done"].format(**done)] if 0 < len(box.done) < len(box.runs) else []
        return " · ".join([*parts, *self._ended(box)])

    def describe(self, box: Box) -> str:
        """Return the rates of a box in words."""
        rates = [self._words("sweep_ever", box.ever), self._words("sweep_at_end", box.at_end)]
        said = ", ".join([*rates, *self._ended(box)] if box.done else [self.captions["sweep_waiting"]])
        name = ", ".join(labels_of(self.summary.axes, box.at))
        return f"{name}: {said}" if name else said

    def draw(self, box: Box, left: float, top: float) -> list[str]:
        """Return the elements of a box."""
        parts = [*self._heading(box, left, top), *self._plot(box, left + LEFT, top + self.head)]
        if box.done:
            y = top + self.head + self.plot + BELOW
            parts += self._rate("sweep_ever", box.ever, left + LEFT, y, "correct-tint", 0.5)
            parts += self._rate("sweep_at_end", box.at_end, left + LEFT, y + self.rate, "correct", 1)
        return parts

    def _ended(self, box: Box) -> list[str]:
        """Return how many runs diverged, and how many failed, each if there are any."""
        states = [run.state for run in box.runs]
        counts = {state: states.count(state) for state in ("diverged", "failed")}
        return [self.captions[f"sweep_{state}"].format(count=grouped(n)) for state, n in counts.items() if n]

    def _words(self, key: str, rate: Rate) -> str:
        return self.captions[key].format(k=grouped(rate.successes), n=grouped(rate.n))

    def _heading(self, box: Box, left: float, top: float) -> list[str]:
        name, notes = self.name(box), self.notes(box)
        parts = [self.pen.text(left, top + 12, clipped(name, self.width), fill="ink", font_weight=700)] if name else []
        style: dict[str, Any] = {"fill": "quiet", "font_size": 12}
        if notes and self.head > HEADING:
            parts.append(self.pen.text(left, top + 12 + NOTE, notes, **style))
        elif notes:
            parts.append(self.pen.text(left + self.width, top + 12, notes, text_anchor="end", **style))
        return parts

    def _rate(self, key: str, rate: Rate, left: float, top: float, ink: str, opacity: float) -> list[str]:
        """Return a rate in words, and as a bar with its interval, beside the words or below them."""
        pen, width, stacked = self.pen, self.width - LEFT, self._is_stacked
        text = 0 if stacked else max(self._rate_text, 0.4 * width)
        start, room, y = left + text, width - text, top + (14 if stacked else 0)
        low, high = (start + each * room for each in rate.interval)
        share = room * rate.successes / rate.n
        bar: dict[str, Any] = {"y": y - 10, "height": 10, "rx": 2}
        whisker = f"M{number(low)} {number(y - 9)}v8m0 -4H{number(high)}m0 -4v8"
        return [
            pen.text(left, top, self._words(key, rate), fill="ink"),
            pen.draw("rect", x=start, width=room, fill="edge", **bar),
            pen.draw("rect", x=start, width=share, fill=ink, fill_opacity=opacity, kind="rate", **bar),
            pen.draw("path", d=whisker, stroke="ink", stroke_width=1.2, fill_opacity=0),
        ]

    def _plot(self, box: Box, left: float, top: float) -> list[str]:
        """Return the axes and the losses of all runs, with their median."""
        pen, width = self.pen, self.width - LEFT
        edge: dict[str, Any] = {"x": left, "y": top, "width": width, "height": self.plot, "rx": 3}
        parts = [pen.draw("rect", fill="ground", stroke="edge", **edge)]
        for level in self.losses.ticks:
            y = float(self._y(np.array([level]), top)[0])
            parts.append(pen.draw("path", d=f"M{number(left)} {number(y)}h{number(width)}", stroke="edge"))
            parts.append(pen.text(left - 6, y + 4, f"{level:g}", fill="quiet", font_size=11, text_anchor="end"))
        for x, epoch, anchor in ((left, 0, "start"), (left + width, self.summary.epochs, "end")):
            style: dict[str, Any] = {"fill": "quiet", "font_size": 11, "text_anchor": anchor}
            parts.append(pen.text(x, top + self.plot + 13, grouped(epoch), **style))
        if not box.done:
            waiting: dict[str, Any] = {"fill": "quiet", "text_anchor": "middle"}
            y = top + self.plot / 2 + 4
            return [*parts, pen.text(left + width / 2, y, self.captions["sweep_waiting"], **waiting)]
        most = min(max(8, POINTS // len(self.summary.runs)), POINTS_OF_LINE)
        parts += [self._line(run.losses, most, left, top, "quiet", 1, 0.55) for run in box.done]
        if len(box.done) > 1:
            parts.append(self._line(box.median, POINTS_OF_LINE, left, top, "ink", 2.2, 1))
        return [*parts, *(self._cross(run, left, top) for run in box.done if run.state != "trained" and run.epochs)]

    def _y(self, losses: Floats, top: float) -> Floats:
        """Return the px of losses; those beyond the range, or not finite, are at its ends."""
        low, high, _ = self.losses
        known = np.where(np.isnan(losses), np.inf, losses)
        return top + self.plot * (1 - (np.clip(known, low, high) - low) / (high - low))

    def _line(self, losses: Floats, most: int, left: float, top: float, ink: str, stroke: float, opacity: float) -> str:
        right = left + self.width - LEFT - INSET
        d = path(losses, left + INSET, right, self.summary.epochs, self._y(losses, top), most)
        wide = stroke if len(losses) > 1 else stroke + 3  # a single epoch is a dot
        style: dict[str, Any] = {"stroke_width": wide, "stroke_opacity": opacity, "stroke_linecap": "round"}
        style |= {"stroke": ink, "fill_opacity": 0, "stroke_linejoin": "round"}
        return self.pen.draw("path", d=d, kind="run" if ink == "quiet" else "median", **style)

    def _cross(self, run: RunSummary, left: float, top: float) -> str:
        """Return a cross at the last finite loss of a run that diverged or failed, within the plot."""
        finite = np.flatnonzero(np.isfinite(run.losses))
        epoch = int(finite[-1]) if len(finite) else 0
        x = left + INSET + (self.width - LEFT - 2 * INSET) * epoch / max(self.summary.epochs - 1, 1)
        y = float(self._y(run.losses[epoch : epoch + 1], top)[0])
        edge = CROSS + 1.5
        return cross(self.pen, x, min(max(y, top + edge), top + self.plot - edge))


def cross(pen: Pen, x: float, y: float) -> str:
    """Return the mark of a run that diverged or failed."""
    d = f"M{number(x - CROSS)} {number(y - CROSS)}l7 7m0 -7l-7 7"
    return pen.draw("path", d=d, stroke="wrong", stroke_width=1.8, kind="ended")


def clipped(name: str, width: float) -> str:
    """Return a bold text, shortened so that it fits so many px."""
    if heading_width(name) <= width:
        return name
    while name and heading_width(name + "…") > width:
        name = name[:-1]
    return name + "…"
