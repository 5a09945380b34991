"""The parts of bqplot that the chart is made of, and curves as bqplot draws them. The same for bqplot 0.12 and 0.13."""

from __future__ import annotations

from collections.abc import Sequence

import bqplot
import numpy as np
import traitlets


class _Colored(traitlets.HasTraits):
    """Allows every colour of CSS, such as "var(--epochscope-ink)". Those of ipywidgets 7 allow no variables."""

    colors: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)


class Lines(_Colored, bqplot.Lines):  # pyright: ignore[reportGeneralTypeIssues]
    """Curves."""


class Scatter(_Colored, bqplot.Scatter):
    """Points."""


class Label(_Colored, bqplot.Label):  # pyright: ignore[reportGeneralTypeIssues]
    """Texts."""


class Figure(bqplot.Figure):  # pyright: ignore[reportGeneralTypeIssues]
    """A figure without a toolbar; bqplot 0.12 has none."""

    display_toolbar: traitlets.Bool[bool, bool | int] = traitlets.Bool(False).tag(sync=True)


def drawable(epochs: np.ndarray, losses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of a curve in float32, with NaN for a gap, but none at its end: bqplot pins a label there."""
    finite = np.isfinite(losses)
    end = len(finite) - int(finite[::-1].argmax()) if finite.any() else 0
    limit = np.finfo(np.float32).max
    drawn = np.where(finite, np.clip(losses, -limit, limit), np.nan)
    return epochs[:end].astype(np.float32), drawn[:end].astype(np.float32)


def stacked(rows: Sequence[np.ndarray], length: int) -> np.ndarray:
    """Return curves of several lengths as one array, the shorter ones padded with their last point."""
    return np.array([np.pad(row, (0, length - len(row)), mode="edge") for row in rows] or [[]])
