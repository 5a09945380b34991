"""The loss over the epochs as a bqplot figure: curve, old branches, reference losses, events and the cursor.

The browser moves the cursor (`js/chart.ts`; `LossChart.refs` says which models it moves), so that needs no kernel.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
import numpy.typing as npt
from bqplot import Axis, LinearScale, LogScale

from epochscope.history import History
from epochscope.recording.epoch_axis import epoch_ticks, epochs_on_axis
from epochscope.recording.loss_axis import (
    CHARACTER_WIDTH,
    LossRange,
    decimate,
    label,
    labels_left,
    log_range,
    log_ticks,
    loss_range,
    ticks,
)
from epochscope.recording.references import Reference
from epochscope.runs.branches import OldBranch
from epochscope.words import words

from .chart_parts import Figure, Label, Lines, Scatter
from .chart_points import drawable, stacked

MAX_POINTS = 2_000  # of a curve that is sent to the browser
SIDE = 0.025  # of the epochs, left free at both sides: room for the dot at the first and the last epoch
PLOT = (260, 180)  # px, assumed to place labels: the browser's layout is not known here

_serial = itertools.count(1)


class LossChart:
    """A figure of a recording that may grow.

    Parameters
    ----------
    references
        Reference losses; those near the curve are drawn.
    goal
        The number of epochs at the end of the run.
    lang
        "en" or "ko"; "" gives English, as the browser's language is not known.
    """

    def __init__(self, references: Sequence[Reference] = (), goal: int = 300, lang: str = "") -> None:
        self._references = list(references)
        self._words = words(lang or "en")
        self._known: dict[ipywidgets.Widget, dict[str, Any]] = {}
        self._sent = 0
        self.dom_class: str = f"epochscope-chart-{next(_serial)}"
        self._x = LinearScale(min=0, max=1, allow_padding=False)
        self._full = LinearScale(min=0, max=1, allow_padding=False)
        self._epochs = Axis(scale=self._x, tick_format=",d", grid_lines="none")
        self._linear = _LossAxis(self._x, LinearScale(min=0, max=1, allow_padding=False), visible=True)
        self._log = _LossAxis(self._x, LogScale(min=0.1, max=1), visible=False)
        scales = {"x": self._x, "y": self._linear.scale}
        self._old_branches = Lines(x=[[]], y=[[]], scales=scales, colors=["var(--epochscope-ghost)"], stroke_width=1.5)
        self._loss = Lines(x=[], y=[], scales=scales, colors=["var(--epochscope-right-bar)"], stroke_width=2)
        self._events = Scatter(x=[], y=[], scales=scales, default_size=28, marker="circle")
        ink = ["var(--epochscope-ink)"]
        self._cursor = Lines(x=[], y=[], scales={"x": self._x, "y": self._full}, colors=ink, stroke_width=1.5)
        self._dot = Scatter(x=[], y=[], scales=scales, colors=ink, default_size=40)
        self.figure: Any = Figure(
            marks=[
                *(self._linear.lines, self._log.lines, self._old_branches, self._loss, self._events, self._cursor),
                *(*self._linear.labels, *self._log.labels, self._dot),
            ],
            axes=[self._epochs, self._linear.axis, self._log.axis],
            animation_duration=0,
            padding_x=0,
            padding_y=0,
            min_aspect_ratio=0.1,
            max_aspect_ratio=20,
            layout=ipywidgets.Layout(width="100%", height="100%", min_width="0"),
        )
        self.widget: ipywidgets.Box = ipywidgets.Box([self.figure])
        self.widget.add_class("epochscope-chart").add_class(self.dom_class)
        self._show_epochs(epochs_on_axis(0, goal))

    @property
    def refs(self) -> dict[str, Any]:
        """The models that the browser needs to move the cursor, to read a click and to change the axis."""
        return {
            "x": _ref(self._x),
            "cursor": _ref(self._cursor),
            "dot": _ref(self._dot),
            "dom_class": self.dom_class,
            "on_loss": [_ref(mark) for mark in (self._old_branches, self._loss, self._events, self._dot)],
            "linear": [_ref(part) for part in self._linear.parts],
            "log": [_ref(part) for part in self._log.parts],
        }

    def show(
        self, history: History, goal: int, old_branches: Sequence[OldBranch] = (), *, growing: bool = False
    ) -> int:
        """Draw the recording and return how many messages that took; what has not changed is not sent.

        Parameters
        ----------
        history
            Its curve is sent as at most `MAX_POINTS` points.
        goal
            The number of epochs at the end of the run.
        old_branches
            Drawn faintly.
        growing
            Whether epochs are being recorded.
        """
        before, losses = self._sent, history.losses
        longest = max((each.start + len(each.losses) for each in old_branches), default=0)
        last = epochs_on_axis(len(losses), goal, longest=longest, growing=growing)
        visible = np.concatenate([losses, *(each.losses for each in old_branches)])
        linear = loss_range(visible, self._references)
        points = drawable(*decimate(losses, MAX_POINTS))
        self._show_epochs(last)
        self._show_axis(self._linear, linear, ticks(linear.low, linear.high, 5), last, points)
        log = log_range(visible, linear)
        self._show_axis(self._log, log, log_ticks(log.low, log.high), last, points)
        self._show_old_branches(old_branches)
        self._update(self._loss, x=points[0], y=points[1])
        self._show_events(history, losses)
        return self._sent - before

    def point(self, epoch: int, history: History) -> None:
        """Put the cursor on `epoch`; -1 hides it. For charts whose cursor no browser moves."""
        recorded = 0 <= epoch < len(history)
        finite = recorded and np.isfinite(history.losses[epoch])  # bqplot does not check for NaN
        with self._cursor.hold_sync(), self._dot.hold_sync():
            self._cursor.x, self._cursor.y = ([epoch, epoch], [0.0, 1.0]) if recorded else ([], [])
            self._dot.x, self._dot.y = ([epoch], history.losses[[epoch]]) if finite else ([], [])

    def send_state(self) -> None:
        """Send everything that a recording changes again."""
        for part in (*self.figure.marks, self._x, self._linear.scale, self._log.scale):
            part.send_state()
        for axis in self.figure.axes:
            axis.send_state("tick_values")  # with its other traits, bqplot may draw an axis on another side

    def close(self) -> None:
        """Close the figure and all its models."""
        scales = (self._x, self._full, self._linear.scale, self._log.scale, self.figure.scale_x, self.figure.scale_y)
        layouts = (self.figure.layout, self.widget.layout)
        for widget in (*self.figure.marks, *self.figure.axes, *scales, *layouts, self.figure, self.widget):
            widget.close()

    def _show_epochs(self, last: int) -> None:
        self._update(self._x, min=-SIDE * last, max=(1 + SIDE) * last)
        self._update(self._epochs, tick_values=epoch_ticks(last))
        label_end = math.ceil(CHARACTER_WIDTH * len(f"{last:,}") / 2 - SIDE * PLOT[0])  # px, right of the plot
        self._update(self.figure, fig_margin={"top": 12, "bottom": 32, "left": 40, "right": max(16, label_end + 4)})

    def _show_axis(
        self, axis: _LossAxis, visible: LossRange, at: np.ndarray, last: int, points: tuple[np.ndarray, np.ndarray]
    ) -> None:
        """Fit a loss axis to the curve, and draw its reference losses with labels at the better end of each line."""
        self._update(axis.scale, min=visible.low, max=visible.high)
        self._update(axis.axis, tick_values=at)
        low, high = (-SIDE * last, (1 + SIDE) * last)
        levels = np.array([each.loss for each in visible.references])
        names = [label(each, self._words) for each in visible.references]
        self._update(
            axis.lines,
            x=np.array([[low, high]] * len(names) or [[]]),
            y=np.array([[level, level] for level in levels] or [[]]),
        )
        x = (points[0] - low) / (high - low)
        left = labels_left(names, axis.height(levels, visible), x, axis.height(points[1], visible), PLOT)
        for mark, at_end, end in zip(axis.labels, (left, ~left), (0.0, last - 1.0), strict=True):
            chosen = [name for name, here in zip(names, at_end, strict=True) if here]
            self._update(mark, x=np.full(len(chosen), end), y=levels[at_end], text=np.array(chosen, dtype=str))

    def _show_old_branches(self, old_branches: Sequence[OldBranch]) -> None:
        parts = [(each.start, *drawable(*decimate(each.losses, MAX_POINTS))) for each in old_branches]
        parts = [part for part in parts if len(part[1])]
        length = max((2, *(len(x) for _, x, _ in parts)))  # bqplot would squeeze a single point into a number
        x = stacked([x + start for start, x, _ in parts], length)
        self._update(self._old_branches, x=x, y=stacked([y for _, _, y in parts], length))

    def _show_events(self, history: History, losses: np.ndarray) -> None:
        recorded = history.events_in(0, len(losses))  # it may have grown since, on another thread
        events = [each for each in recorded if each.kind != "branch" and np.isfinite(losses[each.epoch])]
        x = np.array([float(each.epoch) for each in events])
        y = np.array([float(losses[each.epoch]) for each in events])
        tints = {"all_correct": "var(--epochscope-right-bar)"}
        # bqplot accepts no empty list of colours.
        colors = [tints.get(each.kind, "var(--epochscope-wrong-bar)") for each in events] or ["black"]
        self._update(self._events, x=x, y=y, colors=colors)

    def _update(self, widget: ipywidgets.Widget, **values: Any) -> None:
        """Set traits in one message, and count it, unless they were set to the same values last time."""
        known = self._known.get(widget, {})
        if known and all(_equal(known[name], value) for name, value in values.items()):
            return
        self._known[widget] = values
        self._sent += 1
        with widget.hold_sync():
            for name, value in values.items():
                setattr(widget, name, value)


class _LossAxis:
    """A scale of the loss with its axis, and the reference losses on it: lines, and labels at either end of them."""

    def __init__(self, x: LinearScale, scale: LinearScale | LogScale, *, visible: bool) -> None:
        scales = {"x": x, "y": scale}
        quiet: dict[str, Any] = {"colors": ["var(--epochscope-quiet)"], "visible": visible, "scales": scales}
        text: dict[str, Any] = {**quiet, "default_size": 11, "font_weight": "normal", "apply_clip": False}
        self.scale = scale
        self.axis = Axis(scale=scale, side="left", tick_format="~g", visible=visible)
        self.lines = Lines(x=[[]], y=[[]], stroke_width=1, line_style="dashed", **quiet)
        self.labels = [
            Label(x=[], y=[], text=[], align=align, x_offset=offset, y_offset=-9, **text)
            for align, offset in (("start", 6), ("end", -6))
        ]

    @property
    def parts(self) -> list[ipywidgets.Widget]:
        """What is visible while this axis is the one in use."""
        return [self.axis, self.lines, *self.labels]

    def height(self, losses: np.ndarray, visible: LossRange) -> npt.NDArray[np.float64]:
        """Return where losses are on the axis, as shares from 0 at the bottom to 1 at the top."""
        low, high = visible.low, visible.high
        if isinstance(self.scale, LogScale):
            losses, low, high = np.log(np.maximum(losses, low / 2)), np.log(low), np.log(high)
        return (np.asarray(losses, dtype=float) - low) / (high - low)


def _ref(widget: ipywidgets.Widget) -> str:
    return f"IPY_MODEL_{widget.model_id}"


def _equal(known: Any, value: Any) -> bool:
    if isinstance(known, np.ndarray) and isinstance(value, np.ndarray):
        return known.shape == value.shape and known.tobytes() == value.tobytes()  # so that NaN equals NaN
    return known == value
