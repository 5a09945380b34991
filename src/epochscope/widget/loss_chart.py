"""The loss over the epochs as a bqplot figure: curve, old branches, reference losses, events and the cursor."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from bqplot import Axis

from epochscope.history import History
from epochscope.recording.epoch_axis import epochs_on_axis
from epochscope.recording.loss_axis import decimate
from epochscope.recording.place_axis import place_of
from epochscope.recording.references import Reference
from epochscope.runs.branches import OldBranch

from .chart_base import MAX_POINTS, BaseChart
from .chart_lines import NUMBERS, ChartLines, Line, legend, lines_of, points, right_axis
from .chart_parts import Lines, Scatter
from .chart_points import drawable, stacked

#: From this number on, places are written as 10k.
LARGE = 10_000
#: Nats: the loss of a probe is a mean of rounded losses.
SAME_LOSS = 1e-3
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
        if has_lines:
            self.classes = ("epochscope-chart", "epochscope-lines-chart")
        self._lines: ChartLines | None = None
        self._axis: str | None = None
        self._numbered = False  # whether there are numbers at the right
        super().__init__(goal, lang)
        if self._lines is not None:
            self.widget.children = (self.figure, self._lines.legend)

    def _make_curves(self) -> list[ipywidgets.Widget]:
        scales = self._scales
        self._old_branches = Lines(x=[[]], y=[[]], scales=scales, colors=["var(--epochscope-ghost)"], stroke_width=1.5)
        self._loss = Lines(x=[], y=[], scales=scales, colors=[CURVE], stroke_width=2)
        self._events = Scatter(x=[], y=[], scales=scales, default_size=28, marker="circle")
        curves = [self._old_branches, self._loss, self._events]
        if not self._has_lines:
            return curves
        self._lines = ChartLines(self._x, self._linear.scale)
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
        return [self._old_branches, self._lines.losses, self._lines.others]

    @property
    def _right(self) -> float:
        return NUMBERS if self._numbered else 16.0

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
        places, scalars = history.extras(0, len(losses))
        if places is None:
            places = np.arange(len(losses), dtype=np.float64)
        else:
            last, self._step = place_of(places, int(last) - 1) or 1.0, 0.0
        lines: list[Line] = []
        curve_name = self._words["logged_loss"]
        if self._lines is not None:
            figures = history.figures(0, len(losses)) if history.probes else []
            own = {probe.name: each.losses for probe, each in zip(history.probes, figures, strict=True)}
            lines = lines_of(own, scalars, places)
            first = next(iter(own.values()), None)
            if first is not None and np.allclose(first, losses, rtol=0, atol=SAME_LOSS, equal_nan=True):
                curve_name = lines.pop(0).name  # as in a loop that gives no loss of its own
        on_loss = [line.y for line in lines if line.is_loss]
        visible = np.concatenate([losses, *(each.losses for each in old_branches), *on_loss])
        kept, drawn = drawable(*decimate(losses, MAX_POINTS))
        curve = places[kept.astype(int)].astype(np.float32), drawn
        self._numbered = not all(line.is_loss for line in lines)
        self._show_log(visible, self._show_linear(visible, self.references, last, curve), last, curve)
        self._show_old_branches(old_branches)
        self._update(self._loss, x=curve[0], y=curve[1])
        self._show_events(history, losses, places)
        if self._lines is not None:
            self._show_lines(self._lines, lines, curve_name)
        return self._sent - before

    def send_state(self) -> None:
        """Send everything that a recording changes again."""
        super().send_state()
        if self._lines is not None:
            self._lines.axis.send_state("visible")
            self._lines.legend.send_state("value")

    @property
    def legend(self) -> str:
        """The names of the lines, as HTML; empty without any."""
        return "" if self._lines is None else self._lines.legend.value

    def close(self) -> None:
        """Close the figure and all its models."""
        if self._lines is not None:
            self._lines.legend.layout.close()
            self._lines.legend.close()
        super().close()

    def point(self, epoch: int, history: History) -> None:
        """Put the cursor on `epoch`; -1 hides it. For charts whose cursor no browser moves."""
        recorded = 0 <= epoch < len(history)
        place = place_of(history.places, epoch) if recorded else 0.0
        finite = recorded and np.isfinite(history.losses[epoch])  # bqplot does not check for NaN
        self._point([(place, float(history.losses[epoch]))] if finite else [], place if recorded else None)

    def _show_lines(self, marks: ChartLines, lines: Sequence[Line], curve_name: str) -> None:
        others = [line for line in lines if not line.is_loss]
        (low, high), numbers = right_axis(others)
        self._update(marks.scale, min=low, max=high)
        self._update(marks.axis, visible=self._numbered, tick_values=numbers if self._numbered else [])
        self._update(marks.losses, **points([line for line in lines if line.is_loss]))
        self._update(marks.others, **points(others))
        self._update(marks.legend, value=legend(lines, curve_name, CURVE))

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
