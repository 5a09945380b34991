"""The lines of a loss chart besides its curve: the losses of probes, and scalars, each with its name at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from bqplot import Axis, LinearScale

from epochscope.history import History
from epochscope.recording.loss_axis import CHARACTER_WIDTH, decimate, loss_range, spread, ticks

from .chart_parts import Label, Lines
from .chart_points import drawable, stacked

#: The most characters of a name; the player shows all of it.
MAX_NAME = 16
#: The most points of a line.
MAX_POINTS = 600
#: The smallest distance between two names, as a share of the plot's height: 13 px of about 240.
SPACING = 13 / 240
#: px: between the plot and the names, and for the numbers of the axis at the right.
GAP, NUMBERS = 7, 32
#: Between the ticks of the axis at the right, at most.
STEPS = 4
COLORS = [f"var(--epochscope-run-{i + 1})" for i in range(6)]

Floats = npt.NDArray[np.float64]


class Line(NamedTuple):
    """A line of the chart: its name, its points (n,), and whether it is on the loss axis."""

    name: str
    x: Floats
    y: Floats
    is_loss: bool
    color: str


class Name(NamedTuple):
    """The name of a line, and the height of its end, from 0 at the bottom of the plot to 1 at the top."""

    text: str
    color: str
    height: float


def lines_of(history: History, count: int, places: Floats) -> list[Line]:
    """Return the lines of the first `count` records: those of the probes, and those of the scalars.

    A scalar is on the loss axis if its name contains "loss". Between the records in which it is given, its line is
    straight.
    """
    figures = history.figures(0, count) if history.probes else []
    columns = [(probe.name, each.losses, True) for probe, each in zip(history.probes, figures, strict=True)]
    columns += [(name, values, "loss" in name.casefold()) for name, values in history.extras(0, count).scalars.items()]
    lines = []
    for number, (name, values, is_loss) in enumerate(columns):
        given = np.flatnonzero(~np.isnan(values))
        kept, drawn = drawable(*decimate(values[given], MAX_POINTS))
        name = name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"
        lines.append(Line(name, places[given[kept.astype(int)]], drawn, is_loss, COLORS[number % len(COLORS)]))
    return lines


class ChartLines:
    """The marks of the lines, and the axis at the right for those that are no losses.

    Parameters
    ----------
    x, loss, full
        The scales of the places, of the losses, and from 0 to 1 over the height of the plot.
    """

    def __init__(self, x: LinearScale, loss: Any, full: LinearScale) -> None:
        self.scale = LinearScale(min=0, max=1, allow_padding=False)
        self.axis = Axis(scale=self.scale, side="right", tick_format="~g", grid_lines="none", visible=False)
        made: dict[str, Any] = {"x": [[]], "y": [[]], "colors": COLORS, "stroke_width": 1.25}
        self.losses = Lines(scales={"x": x, "y": loss}, **made)
        self.others = Lines(scales={"x": x, "y": self.scale}, line_style="dotted", **made)
        text: dict[str, Any] = {"default_size": 11, "font_weight": "bold", "apply_clip": False, "align": "start"}
        #: The names while the linear, and while the logarithmic loss axis is in use.
        self.names = [
            Label(x=[], y=[], text=[], x_offset=GAP, scales={"x": x, "y": full}, visible=visible, **text)
            for visible in (True, False)
        ]


def points(lines: Sequence[Line]) -> dict[str, Any]:
    """Return the traits of a mark that draws lines."""
    drawn = [line for line in lines if len(line.x)]
    length = max((2, *(len(line.x) for line in drawn)))  # bqplot would squeeze a single point into a number
    return {
        "x": stacked([line.x.astype(np.float32) for line in drawn], length),
        "y": stacked([line.y.astype(np.float32) for line in drawn], length),
        "colors": [line.color for line in drawn] or COLORS,
    }


def right_range(lines: Sequence[Line]) -> tuple[float, float]:
    """Return the lowest and the highest number of the axis at the right: of each line what a loss axis would show."""
    ranges = [loss_range(line.y.astype(float), ()) for line in lines if len(line.y)]
    return min((each.low for each in ranges), default=0.0), max((each.high for each in ranges), default=1.0)


def right_ticks(low: float, high: float) -> Floats:
    """Return the numbers of the axis at the right."""
    return ticks(low, high, STEPS)


def name_traits(names: Sequence[Name], place: float, *, numbered: bool) -> dict[str, Any]:
    """Return the traits of the mark of the names.

    Parameters
    ----------
    names
        Of the lines that have points.
    place
        Where the records end.
    numbered
        Whether the axis at the right has numbers, which are between the plot and the names.
    """
    return {
        "x": np.full(len(names), place),
        "y": spread(np.clip([name.height for name in names], 0, 1), SPACING),
        "text": np.array([name.text for name in names], dtype=str),
        "colors": [name.color for name in names] or ["black"],  # bqplot accepts no empty list of colours
        "x_offset": GAP + (NUMBERS if numbered else 0),
    }


def width_of(names: Sequence[str], *, numbered: bool) -> float:
    """Return the width, in px, of names and numbers at the right of the plot."""
    longest = max((sum(1 + (char >= "\u1100") for char in name) for name in names), default=0)
    return GAP + 5 + CHARACTER_WIDTH * 1.1 * longest + (NUMBERS if numbered else 0)
