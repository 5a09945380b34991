"""The losses of several runs over the epochs as one bqplot figure, each with its name at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np

from epochscope.history import History
from epochscope.recording.epoch_axis import epochs_on_axis
from epochscope.recording.loss_axis import CHARACTER_WIDTH, LossRange, decimate, spread
from epochscope.recording.references import Reference

from .chart_axis import LossAxis
from .chart_base import MAX_POINTS, BaseChart
from .chart_parts import Label, Lines
from .chart_points import drawable, stacked

#: The most characters of a name; the player shows all of it.
MAX_NAME = 18
#: Messages of a drawing in which no axis has changed.
FEW = 2
#: The smallest distance between two names, as a share of the plot's height: 13 px of about 240.
SPACING = 13 / 240


class ComparisonChart(BaseChart):
    """A figure of recordings that may grow. Dashes come from the style sheet: bqplot has too few.

    Parameters
    ----------
    labels
        The names of the runs.
    goal
        The number of epochs at the end of the longest run.
    lang
        "en" or "ko"; "" gives English, as the browser's language is not known.
    """

    classes = ("epochscope-chart", "epochscope-comparison-chart")

    def __init__(self, labels: Sequence[str], goal: int = 300, lang: str = "") -> None:
        self._names = [name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…" for name in labels]
        super().__init__(goal, lang)
        self._dot.colors = self._colors

    def _make_curves(self) -> list[ipywidgets.Widget]:
        self._colors = [f"var(--epochscope-run-{i + 1})" for i in range(len(self._names))]
        self._losses = Lines(x=[[]], y=[[]], scales=self._scales, colors=self._colors, stroke_width=2)
        text: dict[str, Any] = {"default_size": 11, "font_weight": "bold", "apply_clip": False, "align": "start"}
        for axis in (self._linear, self._log):
            scales = {"x": self._x, "y": axis.scale}
            axis.names = [Label(x=[], y=[], text=[], x_offset=7, scales=scales, visible=axis.axis.visible, **text)]
        return [self._losses]

    @property
    def _results(self) -> list[ipywidgets.Widget]:
        return [self._losses, *self._linear.names, *self._log.names]

    @property
    def refs(self) -> dict[str, Any]:
        """The models, and the names of the runs."""
        return {**super().refs, "names": self._names}

    @property
    def _right(self) -> float:
        return 12 + CHARACTER_WIDTH * 1.1 * max(map(len, self._names))

    def show(self, histories: Sequence[History], goal: int, *, growing: bool = False) -> int:
        """Draw the recordings and return how many messages that took; what has not changed is not sent.

        Parameters
        ----------
        histories
            Each curve is sent as at most `MAX_POINTS` points.
        goal
            The number of epochs at the end of the longest run.
        growing
            Whether epochs are being recorded.
        """
        before, losses = self._sent, [history.losses for history in histories]
        last = epochs_on_axis(max(map(len, losses)), goal, growing=growing)
        curves = [drawable(*decimate(each, MAX_POINTS)) for each in losses]
        points = (np.concatenate([x for x, _ in curves]), np.concatenate([y for _, y in curves]))
        visible = np.concatenate(losses)
        linear = self._show_linear(visible, shared_references(histories), last, points)
        # Of each run, for its dash. Without epochs: a point without extent, which is not drawn; bqplot reports NaN.
        drawn = [(x, y) if len(x) else (np.zeros(1), np.ones(1)) for x, y in curves]
        length = max(2, *(len(x) for x, _ in drawn))  # bqplot would squeeze a single point into a number
        self._update(self._losses, x=stacked([x for x, _ in drawn], length), y=stacked([y for _, y in drawn], length))
        self._show_names(self._linear, linear, curves)
        # While epochs are recorded, the logarithmic axis follows in the next drawing, if this one took many messages.
        if not growing or self._sent - before <= FEW:
            self._show_names(self._log, self._show_log(visible, linear, last, points), curves)
        return self._sent - before

    def point(self, epoch: int, histories: Sequence[History]) -> None:
        """Put the cursor on `epoch`; -1 hides it. For charts whose cursor no browser moves."""
        at = [min(epoch, len(history) - 1) for history in histories]
        dots = [(float(e), float(each.losses[e]) if e >= 0 else np.nan) for e, each in zip(at, histories, strict=True)]
        visible = [i for i, (_, loss) in enumerate(dots) if np.isfinite(loss)]  # bqplot does not check for NaN
        # bqplot colours points by their number: without one run, the next ones would have the colours of others.
        self._dot.colors = [self._colors[i] for i in visible] or self._colors
        self._point([dots[i] for i in visible], epoch if max(at) >= 0 else None)

    def _show_names(self, axis: LossAxis, visible: LossRange, curves: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
        """Write each name at the end of its curve, as far from the others as it needs."""
        known = [i for i, (x, _) in enumerate(curves) if len(x)]
        ends = np.array([curves[i][1][-1] for i in known])
        heights = spread(np.clip(axis.height(ends, visible), 0, 1), SPACING)
        self._update(
            axis.names[0],
            x=np.array([float(curves[i][0][-1]) for i in known]),
            y=axis.loss(heights, visible),
            text=np.array([self._names[i] for i in known], dtype=str),
            colors=[self._colors[i] for i in known] or ["black"],  # bqplot accepts no empty list of colours
        )


def shared_references(histories: Sequence[History]) -> list[Reference]:
    """Return the reference losses that all recordings have: those of the text."""
    first, *others = [history.references for history in histories]
    return [each for each in first if all(each in references for references in others)]
