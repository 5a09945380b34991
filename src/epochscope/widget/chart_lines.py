"""The lines of a loss chart besides its curve: the losses of probes, and scalars, with a legend below the chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
import numpy.typing as npt
from bqplot import Axis, LinearScale

from epochscope.picture.svg import DASHES
from epochscope.recording.loss_axis import decimate, loss_range, ticks

from .chart_parts import Lines
from .chart_points import drawable, stacked

#: The most points of a line.
MAX_POINTS = 600
#: Between the ticks of the axis at the right, at most.
STEPS = 4
#: px, for the numbers of the axis at the right.
NUMBERS = 40
#: One for each dash in the style sheet.
COLORS = [f"var(--epochscope-run-{i + 1})" for i in range(len(DASHES))]

Floats = npt.NDArray[np.float64]


class Line(NamedTuple):
    """A line of the chart: its name, its points (n,), whether it is on the loss axis, and its number."""

    name: str
    x: Floats
    y: Floats
    is_loss: bool
    number: int

    @property
    def style(self) -> int:
        """The number of its colour and its dash."""
        return self.number % len(COLORS)


def lines_of(losses: Mapping[str, Floats], scalars: Mapping[str, Floats], places: Floats) -> list[Line]:
    """Return the lines of the losses of probes, and those of scalars, (n,) each, by name.

    A scalar is on the loss axis if its name contains "loss". Between the records in which it is given, its line is
    straight.
    """
    columns = [(name, values, True) for name, values in losses.items()]
    columns += [(name, values, "loss" in name.casefold()) for name, values in scalars.items()]
    lines = []
    for number, (name, values, is_loss) in enumerate(columns):
        given = np.flatnonzero(~np.isnan(values))
        kept, drawn = drawable(*decimate(values[given], MAX_POINTS))
        lines.append(Line(name, places[given[kept.astype(int)]], drawn, is_loss, number))
    return lines


class ChartLines:
    """The marks of the lines, the axis at the right for those that are no losses, and the legend.

    Parameters
    ----------
    x, loss
        The scales of the places and of the losses.
    """

    def __init__(self, x: LinearScale, loss: Any) -> None:
        self.scale = LinearScale(min=0, max=1, allow_padding=False)
        self.axis = Axis(scale=self.scale, side="right", tick_format="~g", grid_lines="none", visible=False)
        made: dict[str, Any] = {"x": [[]], "y": [[]], "colors": COLORS, "stroke_width": 1.25}
        self.losses = Lines(scales={"x": x, "y": loss}, **made)
        self.others = Lines(scales={"x": x, "y": self.scale}, **made)
        self.legend = ipywidgets.HTML()
        self.legend.add_class("epochscope-legend")


def points(lines: Sequence[Line]) -> dict[str, Any]:
    """Return the traits of a mark that draws lines."""
    drawn = [line for line in lines if len(line.x)]
    length = max((2, *(len(line.x) for line in drawn)))  # bqplot would squeeze a single point into a number
    return {
        "x": stacked([line.x.astype(np.float32) for line in drawn], length),
        "y": stacked([line.y.astype(np.float32) for line in drawn], length),
        "colors": [COLORS[line.style] for line in drawn] or COLORS,  # bqplot accepts no empty list of colours
    }


def right_axis(lines: Sequence[Line]) -> tuple[tuple[float, float], Floats]:
    """Return the range of the axis at the right, of each line what a loss axis would show, and its numbers."""
    ranges = [loss_range(line.y.astype(float), ()) for line in lines if len(line.y)]
    low, high = min((each.low for each in ranges), default=0.0), max((each.high for each in ranges), default=1.0)
    return (low, high), ticks(low, high, STEPS)


def legend(lines: Sequence[Line], curve: str, color: str) -> str:
    """Return the names of the curve and of the lines, as HTML; those on the axis at the right come last."""
    if not lines:
        return ""
    names = [_key(curve, color, "", width=2.0)]
    names += [
        _key(line.name, COLORS[line.style], DASHES[line.style], width=1.5, right=not line.is_loss)
        for line in sorted(lines, key=lambda line: not line.is_loss)
    ]
    return "".join(names)


def _key(name: str, color: str, dash: str, *, width: float, right: bool = False) -> str:
    """Return a short line and a name."""
    style = f"stroke: {color}; stroke-width: {width}; stroke-dasharray: {dash or 'none'}"
    path = f'<path d="M0 4H20" style="{style}"/>'
    where = ' class="epochscope-legend-right"' if right else ""
    return f'<span{where}><svg viewBox="0 0 20 8" aria-hidden="true">{path}</svg><bdi>{escape(name)}</bdi></span>'
