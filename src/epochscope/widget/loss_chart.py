"""The loss over the epochs as a bqplot figure: curve, old branches, reference losses, events and the cursor."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np

from epochscope.history import History
from epochscope.recording.epoch_axis import epochs_on_axis
from epochscope.recording.loss_axis import decimate
from epochscope.recording.references import Reference
from epochscope.runs.branches import OldBranch

from .chart_base import MAX_POINTS, BaseChart
from .chart_parts import Lines, Scatter
from .chart_points import drawable, stacked


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
    """

    def __init__(self, references: Sequence[Reference] = (), goal: int = 300, lang: str = "") -> None:
        #: Reference losses; those near the curve are drawn.
        self.references: list[Reference] = list(references)
        super().__init__(goal, lang)

    def _make_curves(self) -> list[ipywidgets.Widget]:
        scales = self._scales
        self._old_branches = Lines(x=[[]], y=[[]], scales=scales, colors=["var(--epochscope-ghost)"], stroke_width=1.5)
        self._loss = Lines(x=[], y=[], scales=scales, colors=["var(--epochscope-right-bar)"], stroke_width=2)
        self._events = Scatter(x=[], y=[], scales=scales, default_size=28, marker="circle")
        return [self._old_branches, self._loss, self._events]

    @property
    def _results(self) -> list[ipywidgets.Widget]:
        return [self._loss, self._events]

    @property
    def _beyond(self) -> list[ipywidgets.Widget]:
        return [self._old_branches]

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
        points = drawable(*decimate(losses, MAX_POINTS))
        linear = self._show_linear(visible, self.references, last, points)
        self._show_log(visible, linear, last, points)
        self._show_old_branches(old_branches)
        self._update(self._loss, x=points[0], y=points[1])
        self._show_events(history, losses)
        return self._sent - before

    def point(self, epoch: int, history: History) -> None:
        """Put the cursor on `epoch`; -1 hides it. For charts whose cursor no browser moves."""
        recorded = 0 <= epoch < len(history)
        finite = recorded and np.isfinite(history.losses[epoch])  # bqplot does not check for NaN
        dot = [(float(epoch), float(history.losses[epoch]))] if finite else []
        self._point(dot, epoch if recorded else None)

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
