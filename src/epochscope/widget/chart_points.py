"""The points of curves in the form in which bqplot draws them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


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
