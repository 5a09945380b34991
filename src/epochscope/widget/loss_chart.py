"""The loss over the epochs as a bqplot figure: curve, old branches, reference losses, events and the cursor."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from bqplot import Axis

from epochscope.history import History
from epochscope.recording.epoch_axis import epochs_on_axis
from epochscope.recording.loss_axis import LossRange, decimate
from epochscope.recording.place_axis import place_of
from epochscope.recording.references import Reference
from epochscope.runs.branches import OldBranch

from .chart_base import MAX_POINTS, BaseChart
from .chart_lines import ChartLines, Line, Name, lines_of, name_traits, points, right_range, right_ticks, width_of
from .chart_parts import Lines, Scatter
from .chart_points import drawable, stacked

#: From this number on, places are written as 10M.
LARGE = 10_000_000
CURVE = "var(--epochscope-right-bar)"


class LossChart(BaseChart):
    """A figure of a recording that may grow.

    Parameters
    ----------
    references
        Reference losses; those near the curve are drawn.
    goal
        The number of epochs at the end of the run.
    lang
        "en" or "ko"; "" gives English, as the browser's language is not known.
    has_lines
        Whether the recording may have probes or scalars. Defaults to False.
    """

    def __init__(
        self, references: Sequence[Reference] = (), goal: int = 300, lang: str = "", *, has_lines: bool = False
    ) -> None:
        #: Reference losses; those near the curve are drawn.
        self.references: list[Reference] = list(references)
        self._has_lines = has_lines
        self._lines: ChartLines | None = None
        self._axis: str | None = None
        self._width = 0.0
        super().__init__(goal, lang)

    @property
    def classes(self) -> tuple[str, ...]:
        """The CSS classes of the box."""
        return ("epochscope-chart", "epochscope-lines-chart") if self._has_lines else ("epochscope-chart",)

    def _make_curves(self) -> list[ipywidgets.Widget]:
        scales = self._scales
        self._old_branches = Lines(x=[[]], y=[[]], scales=scales, colors=["var(--epochscope-ghost)"], stroke_width=1.5)
        self._loss = Lines(x=[], y=[], scales=scales, colors=[CURVE], stroke_width=2)
        self._events = Scatter(x=[], y=[], scales=scales, default_size=28, marker="circle")
        curves = [self._old_branches, self._loss, self._events]
        if not self._has_lines:
            return curves
        self._lines = ChartLines(self._x, self._linear.scale, self._full)
        self._linear.names, self._log.names = ([names] for names in self._lines.names)
        return [self._lines.losses, *curves]

    def _make_others(self) -> tuple[list[ipywidgets.Widget], list[Axis]]:
        return ([], []) if self._lines is None else ([self._lines.others], [self._lines.axis])

    @property
    def _results(self) -> list[ipywidgets.Widget]:
        return [self._loss, self._events]

    @property
    def _beyond(self) -> list[ipywidgets.Widget]:
        if self._lines is None:
            return [self._old_branches]
        return [self._old_branches, self._lines.losses, self._lines.others, *self._lines.names]

    @property
    def _right(self) -> float:
        return max(16.0, self._width)

    def _tick_format(self, last: float) -> str:
        if self._axis == "epoch":
            return "~g"
        return "~s" if self._axis is not None and last >= LARGE else ",d"

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
        last: float = epochs_on_axis(len(losses), goal, longest=longest, growing=growing)
        self._axis = history.axis
        places = history.extras(0, len(losses)).places
        if places is None:
            places = np.arange(len(losses), dtype=np.float64)
        else:
            last, self._step = place_of(places, int(last) - 1) or 1.0, 0.0
        lines = [] if self._lines is None else lines_of(history, len(losses), places)
        on_loss = [line.y for line in lines if line.is_loss]
        visible = np.concatenate([losses, *(each.losses for each in old_branches), *on_loss])
        kept, drawn = drawable(*decimate(losses, MAX_POINTS))
        curve = places[kept.astype(int)].astype(np.float32), drawn
        self._measure(lines)
        linear = self._show_linear(visible, self.references, last, curve)
        log = self._show_log(visible, linear, last, curve)
        self._show_old_branches(old_branches)
        self._update(self._loss, x=curve[0], y=curve[1])
        self._show_events(history, losses, places)
        if self._lines is not None:
            self._show_lines(self._lines, lines, drawn, float(places[-1]) if len(places) else 0.0, (linear, log))
        return self._sent - before

    def send_state(self) -> None:
        """Send everything that a recording changes again."""
        super().send_state()
        if self._lines is not None:
            self._lines.axis.send_state("visible")

    def point(self, epoch: int, history: History) -> None:
        """Put the cursor on `epoch`; -1 hides it. For charts whose cursor no browser moves."""
        recorded = 0 <= epoch < len(history)
        place = place_of(history.places, epoch) if recorded else 0.0
        finite = recorded and np.isfinite(history.losses[epoch])  # bqplot does not check for NaN
        self._point([(place, float(history.losses[epoch]))] if finite else [], place if recorded else None)

    def _measure(self, lines: Sequence[Line]) -> None:
        """Note how much room the lines need at the right of the plot."""
        names = [self._words["logged_loss"], *(line.name for line in lines)] if lines else []
        numbered = not all(line.is_loss for line in lines)
        self._width = width_of(names, numbered=numbered) if lines else 0.0

    def _show_lines(
        self,
        marks: ChartLines,
        lines: Sequence[Line],
        losses: np.ndarray,
        end: float,
        ranges: tuple[LossRange, LossRange],
    ) -> None:
        """Draw lines, and their names where the records end; `losses` are those of the curve."""
        others = [line for line in lines if not line.is_loss]
        low, high = right_range(others)
        self._update(marks.scale, min=low, max=high)
        self._update(marks.axis, visible=bool(others), tick_values=right_ticks(low, high) if others else [])
        self._update(marks.losses, **points([line for line in lines if line.is_loss]))
        self._update(marks.others, **points(others))
        curve = Line(self._words["logged_loss"], losses, losses, is_loss=True, color=CURVE)
        named = [line for line in (curve, *lines) if len(line.y)] if lines else []
        ends = np.array([line.y[-1] for line in named], dtype=float)
        on_right = (ends - low) / (high - low)
        for axis, visible in zip((self._linear, self._log), ranges, strict=True):
            heights = np.where([line.is_loss for line in named], axis.height(ends, visible), on_right)
            names = [Name(line.name, line.color, height) for line, height in zip(named, heights, strict=True)]
            self._update(axis.names[0], **name_traits(names, end, numbered=bool(others)))

    def _show_old_branches(self, old_branches: Sequence[OldBranch]) -> None:
        parts = [(each.start, *drawable(*decimate(each.losses, MAX_POINTS))) for each in old_branches]
        parts = [part for part in parts if len(part[1])]
        length = max((2, *(len(x) for _, x, _ in parts)))  # bqplot would squeeze a single point into a number
        x = stacked([x + start for start, x, _ in parts], length)
        self._update(self._old_branches, x=x, y=stacked([y for _, _, y in parts], length))

    def _show_events(self, history: History, losses: np.ndarray, places: np.ndarray) -> None:
        recorded = history.events_in(0, len(losses))  # it may have grown since, on another thread
        events = [each for each in recorded if each.kind != "branch" and np.isfinite(losses[each.epoch])]
        x = np.array([float(places[each.epoch]) for each in events])
        y = np.array([float(losses[each.epoch]) for each in events])
        tints = {"all_correct": "var(--epochscope-right-bar)"}
        # bqplot accepts no empty list of colours.
        colors = [tints.get(each.kind, "var(--epochscope-wrong-bar)") for each in events] or ["black"]
        self._update(self._events, x=x, y=y, colors=colors)
