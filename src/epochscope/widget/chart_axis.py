"""A loss axis of a chart with its reference losses: the linear or the logarithmic one."""

from __future__ import annotations

from typing import Any

import ipywidgets
import numpy as np
import numpy.typing as npt
from bqplot import Axis, LinearScale, LogScale

from epochscope.recording.loss_axis import LossRange

from .chart_parts import Label, Lines


class LossAxis:
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
        #: Names of curves on this axis, if the chart has any.
        self.names: list[Label] = []

    @property
    def parts(self) -> list[ipywidgets.Widget]:
        """What is visible while this axis is the one in use."""
        return [self.axis, self.lines, *self.labels, *self.names]

    def height(self, losses: np.ndarray, visible: LossRange) -> npt.NDArray[np.float64]:
        """Return where losses are on the axis, as shares from 0 at the bottom to 1 at the top."""
        low, high = visible.low, visible.high
        if isinstance(self.scale, LogScale):
            losses, low, high = np.log(np.maximum(losses, low / 2)), np.log(low), np.log(high)
        return (np.asarray(losses, dtype=float) - low) / (high - low)

    def loss(self, heights: np.ndarray, visible: LossRange) -> npt.NDArray[np.float64]:
        """Return the losses at heights, the inverse of `height`."""
        low, high = visible.low, visible.high
        if isinstance(self.scale, LogScale):
            return np.exp(np.log(low) + heights * (np.log(high) - np.log(low)))
        return low + heights * (high - low)
