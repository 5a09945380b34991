"""What the loss charts of a run and of a comparison share: axes, reference losses and the cursor, as a bqplot figure.

The browser moves the cursor (`js/chart.ts`; `BaseChart.refs` says which models it moves), so that needs no kernel.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
from bqplot import Axis, LinearScale, LogScale

from epochscope.recording.epoch_axis import epoch_ticks, epochs_on_axis
from epochscope.recording.loss_axis import (
    CHARACTER_WIDTH,
    CHART_STEPS,
    LossRange,
    label,
    labels_left,
    log_range,
    log_ticks,
    loss_range,
    ticks,
)
from epochscope.recording.references import Reference
from epochscope.words import words

from .chart_axis import LossAxis
from .chart_parts import Figure, Lines, Scatter

MAX_POINTS = 2_000  # of a curve that is sent to the browser
SIDE = 0.025  # of the epochs, left free at both sides: room for the dot at the first and the last epoch
PLOT = (260, 180)  # px, assumed to place labels: the browser's layout is not known here

_serial = itertools.count(1)


class BaseChart:
    """A figure with epochs, two loss axes of which one is visible, and a cursor. A subclass gives it its curves.

    Parameters
    ----------
    goal
        The number of epochs at the end of the run.
    lang
        "en" or "ko"; "" gives English, as the browser's language is not known.
    """

    #: The CSS classes of the box.
    classes: tuple[str, ...] = ("epochscope-chart",)

    def __init__(self, goal: int, lang: str) -> None:
        self._lang = lang or "en"
        self._words = words(self._lang)
        #: How far the axis goes beyond the last record.
        self._step: float = 1.0
        self._known: dict[ipywidgets.Widget, dict[str, Any]] = {}
        self._sent = 0
        self.dom_class: str = f"epochscope-chart-{next(_serial)}"
        self._x = LinearScale(min=0, max=1, allow_padding=False)
        self._full = LinearScale(min=0, max=1, allow_padding=False)
        self._epochs = Axis(scale=self._x, tick_format=",d", grid_lines="none")
        self._linear = LossAxis(self._x, LinearScale(min=0, max=1, allow_padding=False), visible=True)
        self._log = LossAxis(self._x, LogScale(min=0.1, max=1), visible=False)
        self._scales: dict[str, Any] = {"x": self._x, "y": self._linear.scale}
        ink = ["var(--epochscope-ink)"]
        self._cursor = Lines(x=[], y=[], scales={"x": self._x, "y": self._full}, colors=ink, stroke_width=1.5)
        self._dot = Scatter(x=[], y=[], scales=self._scales, colors=ink, default_size=40)
        curves = self._make_curves()
        others, axes = self._make_others()
        self._on_loss = [*curves, self._dot]
        labels = [*self._linear.labels, *self._log.labels, *self._linear.names, *self._log.names]
        self.figure: Any = Figure(
            marks=[self._linear.lines, self._log.lines, *others, *curves, self._cursor, *labels, self._dot],
            axes=[self._epochs, self._linear.axis, self._log.axis, *axes],
            animation_duration=0,
            padding_x=0,
            padding_y=0,
            min_aspect_ratio=0.1,
            max_aspect_ratio=20,
            layout=ipywidgets.Layout(width="100%", height="100%", min_width="0"),
        )
        self.widget: ipywidgets.Box = ipywidgets.Box([self.figure])
        for name in (*self.classes, self.dom_class):
            self.widget.add_class(name)
        self._show_epochs(epochs_on_axis(0, goal))

    def _make_curves(self) -> list[ipywidgets.Widget]:
        """Return the marks of the curves, on the scales `_scales`."""
        raise NotImplementedError

    def _make_others(self) -> tuple[list[ipywidgets.Widget], list[Axis]]:
        """Return marks that are not on the loss axes, and their axes."""
        return [], []

    @property
    def _results(self) -> list[ipywidgets.Widget]:
        """The marks that show epochs, which a question covers beyond the cursor."""
        raise NotImplementedError

    @property
    def _beyond(self) -> list[ipywidgets.Widget]:
        """The curves that a question covers as a whole."""
        return []

    @property
    def _right(self) -> float:
        """The width, in px, that is kept free on the right of the plot."""
        return 16

    @property
    def refs(self) -> dict[str, Any]:
        """The models that the browser needs to move the cursor, to read a click, to change the axis and to cover.

        A page that trains without a kernel draws as well what `show` draws (`js/page/chart-feed.ts`).
        """
        return {
            "lang": self._lang,
            "figure": _ref(self.figure),
            "x": _ref(self._x),
            "epochs": _ref(self._epochs),
            "cursor": _ref(self._cursor),
            "dot": _ref(self._dot),
            "dom_class": self.dom_class,
            "on_loss": [_ref(mark) for mark in self._on_loss],
            "linear": [_ref(part) for part in self._linear.parts],
            "log": [_ref(part) for part in self._log.parts],
            "covered": [_ref(mark) for mark in self._results],
            "hidden": [_ref(mark) for mark in self._beyond],
        }

    def send_state(self) -> None:
        """Send everything that a recording changes again."""
        for part in (*self.figure.marks, self._x, *(axis.scale for axis in self.figure.axes[1:])):
            part.send_state()
        for axis in self.figure.axes:
            axis.send_state(["tick_values", "tick_format"])  # with its side, bqplot may draw an axis on another one

    @property
    def legend(self) -> str:
        """The names of lines, as HTML; empty if they have none, or their names at their ends."""
        return ""

    def close(self) -> None:
        """Close the figure and all its models."""
        own = (axis.scale for axis in self.figure.axes[1:])
        scales = (self._x, self._full, *own, self.figure.scale_x, self.figure.scale_y)
        layouts = (self.figure.layout, self.widget.layout)
        for widget in (*self.figure.marks, *self.figure.axes, *scales, *layouts, self.figure, self.widget):
            widget.close()

    def _point(self, dots: Sequence[tuple[float, float]], at: float | None) -> None:
        """Put the cursor at an epoch or place, None hides it, and its dots on points of it and a loss."""
        with self._cursor.hold_sync(), self._dot.hold_sync():
            self._cursor.x, self._cursor.y = ([], []) if at is None else ([at, at], [0.0, 1.0])
            self._dot.x, self._dot.y = [x for x, _ in dots], [y for _, y in dots]

    def _show_linear(
        self, losses: np.ndarray, references: Sequence[Reference], last: float, points: tuple[np.ndarray, np.ndarray]
    ) -> LossRange:
        """Fit the epochs and the linear axis to losses, and draw reference losses; labels keep off `points`."""
        self._show_epochs(last)
        linear = loss_range(losses, references)
        self._show_axis(self._linear, linear, ticks(linear.low, linear.high, CHART_STEPS), last, points)
        return linear

    def _show_log(
        self, losses: np.ndarray, linear: LossRange, last: float, points: tuple[np.ndarray, np.ndarray]
    ) -> LossRange:
        """Fit the logarithmic axis to losses, with the reference losses of the linear one."""
        log = log_range(losses, linear)
        self._show_axis(self._log, log, log_ticks(log.low, log.high), last, points)
        return log

    def _show_epochs(self, last: float) -> None:
        self._update(self._x, min=-SIDE * last, max=(1 + SIDE) * last)
        self._update(self._epochs, tick_values=epoch_ticks(last), tick_format=self._tick_format(last))
        label_end = math.ceil(CHARACTER_WIDTH * len(f"{last:,.0f}") / 2 - SIDE * PLOT[0])  # px, right of the plot
        self._update(
            self.figure, fig_margin={"top": 12, "bottom": 32, "left": 40, "right": max(self._right, label_end + 4)}
        )

    def _tick_format(self, last: float) -> str:  # noqa: ARG002 - for subclasses
        """Return how the numbers on an axis of this length are written."""
        return ",d"

    def _show_axis(
        self, axis: LossAxis, visible: LossRange, at: np.ndarray, last: float, points: tuple[np.ndarray, np.ndarray]
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
        for mark, at_end, end in zip(axis.labels, (left, ~left), (0.0, last - self._step), strict=True):
            chosen = [name for name, here in zip(names, at_end, strict=True) if here]
            self._update(mark, x=np.full(len(chosen), end), y=levels[at_end], text=np.array(chosen, dtype=str))

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


def _ref(widget: ipywidgets.Widget) -> str:
    return f"IPY_MODEL_{widget.model_id}"


def _equal(known: Any, value: Any) -> bool:
    if isinstance(known, np.ndarray) and isinstance(value, np.ndarray):
        return known.shape == value.shape and known.tobytes() == value.tobytes()  # so that NaN equals NaN
    return known == value
