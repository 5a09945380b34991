"""The loss over the epochs, steps or tokens as part of a picture: axes, reference losses, curve, events and cursor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from epochscope.recording.epoch_axis import epoch_ticks
from epochscope.recording.events import Event
from epochscope.recording.extras import Axis
from epochscope.recording.loss_axis import (
    LossRange,
    decimate,
    label,
    labels_left,
    loss_range,
    spread,
    ticks,
)
from epochscope.recording.recording import Recording
from epochscope.recording.references import Reference

from .captions import grouped
from .places import axis_caption, place_number, tick_caption
from .svg import DASHES, Pen, number, text_width

SHAPES = {
    "all_correct": ("M0 -4L4.5 4H-4.5Z", "correct"),
    "spike": ("M0 4L4.5 -4H-4.5Z", "wrong"),
    "diverged": ("M-4 -4L4 4M4 -4L-4 4", "wrong"),
    "lr": ("M0 -4.5L4.5 0L0 4.5L-4.5 0Z", "quiet"),
    "branch": ("M0 -4.5L4.5 0L0 4.5L-4.5 0Z", "quiet"),
}
"""Path around 0 and ink of the mark of each kind of event: the shape differs, not only the colour."""

LEFT, BELOW, RIGHT, ABOVE = 46, 34, 8, 18  # px around the plot, for the numbers and the title
SIDE = 6  # px between the first epoch and the left edge of the plot, and between the last one and the right edge
MAX_EPOCHS_NAMED = 3  # of a kind of event, in the legend


class Box(NamedTuple):
    """A rectangle, px."""

    left: float
    top: float
    width: float
    height: float


class _Axes(NamedTuple):
    """The plot inside a box (px), and the places and losses that it shows."""

    pen: Pen
    words: Mapping[str, str]
    plot: Box
    axis: Axis | None
    last: float
    losses: LossRange

    def x(self, place: float) -> float:
        return self.plot.left + SIDE + (self.plot.width - 2 * SIDE) * place / self.last

    def y(self, loss: float) -> float:
        """Return the height of a loss; a loss outside the range is at the edge of the plot."""
        return self.plot.top + self.plot.height * (1 - self.share(loss))

    def share(self, loss: float) -> float:
        low, high, _ = self.losses
        return (min(max(loss, low), high) - low) / (high - low)

    def across(self, loss: float) -> str:
        """Return the path of a horizontal line."""
        return f"M{number(self.plot.left)} {number(self.y(loss))}h{number(self.plot.width)}"

    def draw(self) -> list[str]:
        """Return the grid, the numbers and the names of both axes."""
        pen, (left, top, _, height) = self.pen, self.plot
        levels = ticks(self.losses.low, self.losses.high, 5)
        decimals = max(0, -math.floor(math.log10(levels[1] - levels[0]) + 1e-9)) if len(levels) > 1 else 2
        losses = [pen.text(left - 8, self.y(level) + 4, f"{level:.{decimals}f}") for level in levels]
        row = top + height + 26
        epochs = [pen.text(self.x(at), row, tick_caption(self.axis, at)) for at in epoch_ticks(self.last)]
        return [
            pen.text(left - LEFT, top - 12, self.words["loss_axis"], fill="quiet", font_size=12),
            pen.draw("path", d="".join(map(self.across, levels)), kind="grid", fill_opacity=0, stroke="edge"),
            pen.draw("g", *losses, kind="losses", fill="quiet", font_size=12, text_anchor="end"),
            pen.draw("g", *epochs, fill="quiet", font_size=12, text_anchor="middle"),
            pen.text(
                left - 12, row, axis_caption(self.axis, self.words), fill="quiet", font_size=12, text_anchor="end"
            ),
        ]

    def line(self, reference: Reference) -> str:
        d = self.across(reference.loss)
        return self.pen.draw("path", d=d, kind="reference", stroke="quiet", stroke_dasharray="4 3")

    def label(self, reference: Reference, at_left: bool) -> str:
        """Return the name of a reference above its line, with an outline that separates it from what is behind it."""
        outline: dict[str, Any] = {"stroke": "ground", "stroke_width": 4, "paint_order": "stroke"}
        x, anchor = (self.x(0) + 4, "start") if at_left else (self.x(self.last) - 6, "end")
        name = label(reference, self.words)
        style = {"fill": "quiet", "font_size": 12, "text_anchor": anchor, "stroke_linejoin": "round", **outline}
        return self.pen.text(x, self.y(reference.loss) - 6, name, kind="label", **style)

    def labels(self, places: npt.NDArray[np.float64], losses: npt.NDArray[np.float64]) -> list[str]:
        """Return the names of all references, each at the end of its line that is further from the curve (n,)."""
        shown = self.losses.references
        names = [label(each, self.words) for each in shown]
        heights = np.array([self.share(each.loss) for each in shown])
        y = np.array([self.share(loss) if math.isfinite(loss) else math.nan for loss in losses])
        left = labels_left(names, heights, places / self.last, y, (self.plot.width, self.plot.height))
        return [self.label(each, bool(at_left)) for each, at_left in zip(shown, left, strict=True)]

    def curve(self, places: npt.NDArray[np.float64], losses: npt.NDArray[np.float64], run: int | None = None) -> str:
        """Return the curve through these points (n,), with a gap at each loss that is not finite."""
        parts, drawing = [], False
        for place, loss in zip(places.tolist(), losses.tolist(), strict=True):
            finite = math.isfinite(loss)
            if finite:
                parts.append(f"{'L' if drawing else 'M'}{number(self.x(place))} {number(self.y(loss))}")
                parts += [] if drawing else ["h0"]  # draws the round end of a single point
            drawing = finite
        style: dict[str, Any] = {"stroke_width": 2, "stroke_linejoin": "round", "stroke_linecap": "round"}
        if run is not None:
            style |= {"stroke_linecap": "butt", **({"stroke_dasharray": DASHES[run]} if DASHES[run] else {})}
        ink = "correct" if run is None else f"run-{run + 1}"
        return self.pen.draw("path", d="".join(parts), kind="loss", stroke=ink, fill_opacity=0, **style)

    def cursor(self, place: float) -> str:
        d = f"M{number(self.x(place))} {number(self.plot.top - 4)}v{number(self.plot.height + 4)}"
        return self.pen.draw("path", d=d, kind="cursor", stroke="ink", stroke_width=1.5)

    def dot(self, place: float, loss: float) -> str:
        centre: dict[str, Any] = {"cx": self.x(place), "cy": self.y(loss), "r": 4.5}
        return self.pen.draw("circle", kind="dot", fill="ink", stroke="ground", stroke_width=1.5, **centre)


def loss_curve(
    pen: Pen,
    box: Box,
    recording: Recording,
    epoch: int,
    references: Sequence[Reference],
    events: Sequence[Event],
    words: Mapping[str, str],
) -> list[str]:
    """Return the elements of the curve of a recording's losses, nats per token, with the cursor at `epoch`."""
    losses, places = recording.losses, recording.places
    plot = Box(box.left + LEFT, box.top + ABOVE, box.width - LEFT - RIGHT, box.height - ABOVE - BELOW)
    axes = _Axes(pen, words, plot, recording.axis, float(places[-1]) or 1.0, loss_range(losses, references))
    epochs, shown = decimate(losses, max(5, 3 * int(plot.width)))
    points = places[epochs.astype(int)], shown
    return [
        *axes.draw(),
        *map(axes.line, axes.losses.references),
        axes.curve(*points),
        axes.cursor(float(places[epoch])),
        *axes.labels(*points),
        *([axes.dot(float(places[epoch]), float(losses[epoch]))] if math.isfinite(losses[epoch]) else []),
        *(mark(pen, event.kind, axes.x(float(places[event.epoch])), plot.top + plot.height + 8) for event in events),
    ]


def loss_curves(
    pen: Pen,
    box: Box,
    losses: Sequence[npt.NDArray[np.float64]],
    names: Sequence[str],
    epoch: int,
    words: Mapping[str, str],
) -> list[str]:
    """Return the elements of several curves of losses (E,), nats per token, each with its name at its end."""
    room = 12 + max(text_width(name) for name in names)
    plot = Box(box.left + LEFT, box.top + ABOVE, box.width - LEFT - room, box.height - ABOVE - BELOW)
    last = max(1, *(len(each) - 1 for each in losses))
    axes = _Axes(pen, words, plot, None, last, loss_range(np.concatenate(losses), ()))
    parts = axes.draw()
    ends: dict[int, tuple[float, float]] = {}
    for run, each in reversed(list(enumerate(losses))):  # the first, which is solid, is drawn last
        points = decimate(each, max(5, 3 * int(plot.width)))
        parts.append(axes.curve(*points, run))
        finite = np.flatnonzero(np.isfinite(each))
        if len(finite):
            ends[run] = (axes.x(float(finite[-1])), axes.share(float(each[finite[-1]])))
    parts.append(axes.cursor(epoch))
    heights = spread(np.array([ends[run][1] for run in ends]), 15 / plot.height)
    for run, height in zip(ends, heights, strict=True):
        style: dict[str, Any] = {"kind": "name", "fill": f"run-{run + 1}", "font_size": 12, "font_weight": 700}
        outline: dict[str, Any] = {"stroke": "ground", "stroke_width": 4, "paint_order": "stroke"}
        y = plot.top + plot.height * (1 - height) + 4
        parts.append(pen.text(ends[run][0] + 8, y, names[run], **style, **outline))
    return parts


def legend(recording: Recording, events: Sequence[Event], words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the kinds of events that occur, each with its name and its first epochs, or their places."""
    lines: list[tuple[str, str]] = []
    for kind in SHAPES:
        epochs = [event.epoch for event in events if event.kind == kind]
        if epochs:
            more = f", … ({grouped(len(epochs))})" if len(epochs) > MAX_EPOCHS_NAMED else ""
            named = ", ".join(place_number(recording, epoch) for epoch in epochs[:MAX_EPOCHS_NAMED])
            lines.append((kind, f"{words[f'event_{kind}']}: {named}{more}"))
    return lines


def mark(pen: Pen, kind: str, x: float, y: float) -> str:
    """Return the mark of a kind of event."""
    shape, ink = SHAPES[kind]
    where = f"translate({number(x)} {number(y)})"
    if kind == "diverged":
        return pen.draw("path", d=shape, kind=kind, stroke=ink, stroke_width=2, transform=where)
    return pen.draw("path", d=shape, kind=kind, fill=ink, transform=where)
