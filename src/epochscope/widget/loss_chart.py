"""The loss over the epochs, as a bqplot figure: lines, reference lines, events and the cursor.

The browser moves the cursor by itself (`refs` tells it which marks to move), so a drag needs no kernel.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
from bqplot import Axis, Figure, Label, LinearScale, Lines, LogScale, Scatter

from epochscope.history import History
from epochscope.recording.references import Reference
from epochscope.runs.branches import OldBranch

#: The most points of a line that are sent; each bucket of epochs keeps its lowest and its highest loss.
MAX_POINTS = 2_000

_serial = itertools.count(1)


def decimate(losses: np.ndarray, most: int = MAX_POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Epochs and losses, at most `most` of them, that draw the same line.

    Args:
        losses: (E,) nats per token; what is not finite is left out of the extremes.
        most: an even number of points, at least 2.

    Returns:
        (n,) float64 epochs in order and (n,) float64 losses, n <= `most`: the lowest and the highest of each bucket.
    """
    count = len(losses)
    if count <= most:
        return np.arange(count, dtype=float), np.asarray(losses, dtype=float)
    edges = np.linspace(0, count, most // 2 + 1).astype(int)
    starts = edges[:-1]
    low = np.where(np.isfinite(losses), losses, np.inf)
    high = np.where(np.isfinite(losses), losses, -np.inf)
    sizes = np.diff(edges)
    bucket = np.repeat(np.arange(len(sizes)), sizes)
    at_low = np.flatnonzero(low == np.minimum.reduceat(low, starts)[bucket])
    at_high = np.flatnonzero(high == np.maximum.reduceat(high, starts)[bucket])
    firsts = [at[np.unique(bucket[at], return_index=True)[1]] for at in (at_low, at_high)]
    kept = np.unique(np.concatenate(firsts))
    return kept.astype(float), np.asarray(losses, dtype=float)[kept]


def ticks(low: float, high: float, most: int) -> np.ndarray:
    """Round numbers from `low` to `high`, at most `most` + 1: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough * (1 - 1e-9))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    return np.arange(first, last + 1) * step


def log_ticks(low: float, high: float) -> np.ndarray:
    """1, 2 and 5 times powers of ten from `low` to `high`; other round numbers where these are fewer than three."""
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    found = np.outer(powers, [1, 2, 5]).ravel()
    found = found[(found >= low * (1 - 1e-9)) & (found <= high * (1 + 1e-9))]
    return found if len(found) >= 3 else ticks(low, high, 5)


def _rounded_down(loss: float) -> float:
    """A little less than a loss above 0, in ten steps from one power of ten to the next."""
    return float(10 ** (np.floor(np.log10(loss * 0.95) * 10) / 10))


def _visible(epochs: np.ndarray, losses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What can be drawn of a line: a gap where a loss is not finite, none at its end, to which bqplot pins a label.

    In 32 bits, which are finer than a pixel, and half of what would travel.
    """
    seen = np.isfinite(losses)
    end = len(seen) - int(seen[::-1].argmax()) if seen.any() else 0
    drawn = np.where(seen, np.minimum(losses, np.finfo(np.float32).max), np.nan)
    return epochs[:end].astype(np.float32), drawn[:end].astype(np.float32)


class LossChart:
    """A figure that follows a recording.

    Args:
        references: loss values to name; those that fit into view are drawn.
        goal: how many epochs the axis is to span at least.
        lang: "en" or "ko"; "" is English, for Python does not know the browser's language.
    """

    def __init__(self, references: Sequence[Reference] = (), goal: int = 300, lang: str = "") -> None:
        self._references = list(references)
        self._lang = lang or "en"
        self._drawn: dict[str, object] = {}
        self.dom_class = f"epochscope-chart-{next(_serial)}"
        self._x = LinearScale(min=0, max=float(max(goal, 1)), allow_padding=False)
        self._y = LinearScale(min=0, max=1, allow_padding=False)
        self._log = LogScale(min=0.1, max=1)
        self._full = LinearScale(min=0, max=1, allow_padding=False)
        on_loss = {"x": self._x, "y": self._y}
        self._loss = Lines(x=[], y=[], scales=on_loss, colors=["var(--epochscope-right-bar)"], stroke_width=2)
        self._ghosts = Lines(x=[[]], y=[[]], scales=on_loss, colors=["var(--epochscope-ghost)"], stroke_width=1.5)
        self._levels = Lines(
            x=[[]], y=[[]], scales=on_loss, colors=["var(--epochscope-quiet)"], stroke_width=1, line_style="dashed"
        )
        self._names = Label(
            x=[], y=[], text=[], scales=on_loss, colors=["var(--epochscope-quiet)"],
            default_size=12, font_weight="normal", align="end", x_offset=-4, y_offset=-8,
        )  # fmt: skip
        self._events = Scatter(
            x=[], y=[], scales=on_loss, colors=["var(--epochscope-wrong-bar)"], default_size=28, marker="circle"
        )
        self._line = Lines(
            x=[], y=[], scales={"x": self._x, "y": self._full}, colors=["var(--epochscope-ink)"], stroke_width=1.5
        )
        self._dot = Scatter(x=[], y=[], scales=on_loss, colors=["var(--epochscope-ink)"], default_size=40)
        # Seen by nobody: through it the browser comes by the logarithmic scale, to which it can move the other marks.
        self._spare = Lines(x=[], y=[], scales={"x": self._x, "y": self._log}, visible=False)
        marks = [self._spare, self._levels, self._names, self._ghosts, self._loss, self._events, self._line, self._dot]
        self._epochs = Axis(scale=self._x, tick_format="d", grid_lines="none")
        self._nats = Axis(scale=self._y, side="left", tick_format="~g")
        self._log_nats = Axis(scale=self._log, side="left", tick_format="~g", visible=False)
        self.figure = Figure(
            marks=marks,
            axes=[self._epochs, self._nats, self._log_nats],
            animation_duration=0,
            display_toolbar=False,
            padding_x=0,
            padding_y=0,
            min_aspect_ratio=0.1,
            max_aspect_ratio=20,
            fig_margin={"top": 12, "bottom": 32, "left": 40, "right": 16},
            layout=ipywidgets.Layout(width="100%", height="100%", min_width="0"),
        )
        self.widget = ipywidgets.Box([self.figure])
        self.widget.add_class("epochscope-chart").add_class(self.dom_class)

    @property
    def refs(self) -> dict[str, Any]:
        """What the browser needs to move the cursor, to read a click and to change the axis: see `js/chart.ts`."""
        on_loss = [self._levels, self._names, self._ghosts, self._loss, self._events, self._dot]
        return {
            "x": _ref(self._x),
            "cursor": _ref(self._line),
            "dot": _ref(self._dot),
            "dom_class": self.dom_class,
            "on_loss": [_ref(mark) for mark in on_loss],
            "spare": _ref(self._spare),
            "axes": [_ref(self._nats), _ref(self._log_nats)],
        }

    def show(self, history: History, goal: int, old_branches: Sequence[OldBranch] = ()) -> int:
        """Draw the recording as it is now; at most `MAX_POINTS` points travel. Returns how many messages it took."""
        losses = history.losses
        sent = self._fit(losses, max(goal, len(losses), 1), old_branches)
        with self._loss.hold_sync():
            self._loss.x, self._loss.y = _visible(*decimate(losses))
        return sent + 1 + self._mark(history, losses)

    def point(self, epoch: int, history: History) -> None:
        """Put the cursor on `epoch`: for pages that no browser is moving."""
        known = 0 <= epoch < len(history)
        with self._line.hold_sync():
            self._line.x, self._line.y = ([epoch, epoch], [0.0, 1.0]) if known else ([], [])
        with self._dot.hold_sync():
            seen = known and np.isfinite(history.losses[epoch])  # bqplot would write NaN where a place belongs
            self._dot.x, self._dot.y = ([epoch], history.losses[[epoch]]) if seen else ([], [])

    def close(self) -> None:
        """Close the figure and all that belongs to it."""
        for mark in self.figure.marks:
            mark.close()
        for axis in self.figure.axes:
            axis.close()
        own = (self._x, self._y, self._log, self._full, self.figure.scale_x, self.figure.scale_y)
        for widget in (*own, self.figure.layout, self.widget.layout, self.figure, self.widget):
            widget.close()

    def _fit(self, losses: np.ndarray, span: int, old_branches: Sequence[OldBranch]) -> int:
        """Scales, reference lines and old_branches: they change rarely, so they are sent only when they do."""
        seen = [losses, *(ghost.losses for ghost in old_branches)]
        finite = np.concatenate([part[np.isfinite(part)] for part in seen] or [np.empty(0)])
        names: dict[float, str] = {}
        for reference in self._references:
            names.setdefault(reference.loss, _name(reference, self._lang))
        top = max(float(np.quantile(finite, 0.99)) if len(finite) else 0.0, max(names, default=1.0))
        bottom = float(finite.min()) if len(finite) else 0.0
        near = _apart([loss for loss in names if loss >= bottom - 0.25 * (top - bottom)], (top - bottom) / 10)
        low = max(float(np.floor(min([bottom, *near]) * 10 - 0.5) / 10), 0.0)
        high = np.ceil(top * 10 + 1.5) / 10
        sent = 0
        if self._is_news("span", span):
            sent += 2
            self._x.max = float(span)
            self._epochs.tick_values = ticks(0, span, min(span, 4))  # at whole epochs
        if self._is_news("heights", (low, high)):
            sent += 2
            self._nats.tick_values = ticks(low, high, 5)
            with self._y.hold_sync():
                self._y.min, self._y.max = low, float(high)
        lowest = float(min([bottom, *near]))
        least = _rounded_down(lowest if lowest > 0 else high / 1000)
        if self._is_news("powers", (least, high)):
            sent += 2
            self._log_nats.tick_values = log_ticks(least, high)
            with self._log.hold_sync():
                self._log.min, self._log.max = least, float(high) * 1.35  # room for the uppermost name
        if self._is_news("levels", (span, tuple(near))):
            sent += 2
            with self._levels.hold_sync(), self._names.hold_sync():
                self._levels.x = [[0, span] for _ in near] or [[]]
                self._levels.y = [[loss, loss] for loss in near] or [[]]
                self._names.x, self._names.y = [float(span)] * len(near), list(near)
                self._names.text = [names[loss] for loss in near]
        if self._is_news("old_branches", tuple((ghost.id, ghost.start, len(ghost.losses)) for ghost in old_branches)):
            sent += 1
            with self._ghosts.hold_sync():
                parts = [(ghost.start, *_visible(*decimate(ghost.losses))) for ghost in old_branches]
                parts = [part for part in parts if len(part[1])]
                longest = max((2, *(len(x) for _, x, _ in parts)))  # bqplot would squeeze a single point into a number
                self._ghosts.x = _stacked([x + start for start, x, _ in parts], longest)
                self._ghosts.y = _stacked([y for _, _, y in parts], longest)
        return sent

    def _is_news(self, part: str, value: object) -> bool:
        """Whether this part of the chart is to be drawn anew."""
        news = self._drawn.get(part) != value
        self._drawn[part] = value
        return news

    def _mark(self, history: History, losses: np.ndarray) -> bool:
        events = [event for event in history.events if event.kind != "branch" and np.isfinite(losses[event.epoch])]
        at = [float(event.epoch) for event in events]
        if at == list(self._events.x):
            return False
        tint = {"all_correct": "var(--epochscope-right-bar)"}
        with self._events.hold_sync():
            self._events.x = at
            self._events.y = [float(losses[event.epoch]) for event in events]
            if events:  # bqplot takes no empty list of colours, and none is needed for no marks
                self._events.colors = [tint.get(event.kind, "var(--epochscope-wrong-bar)") for event in events]
        return True


def _ref(widget: ipywidgets.Widget) -> str:
    return f"IPY_MODEL_{widget.model_id}"


def _stacked(rows: Sequence[np.ndarray], length: int) -> np.ndarray:
    """Lines of several lengths as one array, the way bqplot wants them: the shorter ones stay on their last point."""
    return np.array([np.pad(row, (0, length - len(row)), mode="edge") for row in rows] or [[]])


def _apart(levels: Sequence[float], gap: float) -> list[float]:
    """Those of `levels` whose names do not stand in each other's way: the first ones have precedence."""
    kept: list[float] = []
    for level in levels:
        if all(abs(level - other) >= gap for other in kept):
            kept.append(level)
    return kept


def _name(reference: Reference, lang: str) -> str:
    kind = reference.kind if reference.tokens != 0 else "frequencies"
    return _NAMES[lang][kind].format(tokens=reference.tokens, s="" if reference.tokens == 1 else "s")


_NAMES = {
    "en": {
        "uniform": "uniform guess",
        "saturation": "lowest without a readout",
        "frequencies": "knowing only frequencies",
        "previous": "knowing {tokens} token{s} before",
    },
    "ko": {
        "uniform": "고르게 찍을 때",
        "saturation": "출력층 없이 가장 낮은 값",
        "frequencies": "빈도만 알 때",
        "previous": "앞의 {tokens}개를 알 때",
    },
}
