"""Curves with few points that look like all of them, as paths."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from epochscope.recording.loss_axis import decimate

from .svg import number

Floats = npt.NDArray[np.float64]

#: The most points of a curve before those in line with their neighbours are left out.
MOST = 300
NEAR = 0.15  # px between a point that is left out and the line between its neighbours


def path(losses: Floats, left: float, right: float, epochs: int, y: npt.NDArray[np.float64], most: int) -> str:
    """Return the path of a curve; it has gaps where a loss is not finite.

    Parameters
    ----------
    losses : (E,)
        Nats per token.
    left, right
        Px of the first and the last of `epochs` epochs.
    y : (E,)
        Px; ignored where the loss is not finite.
    most
        Points of a stretch without gaps, at least 2. More are thinned further.
    """
    kept = decimate(losses, MOST)[0].astype(int)
    gaps = np.flatnonzero(~np.isfinite(losses[kept]))
    parts: list[str] = []
    for stretch in np.split(kept, gaps):
        stretch = stretch[np.isfinite(losses[stretch])]
        if not len(stretch):
            continue
        points = np.column_stack([left + (right - left) * stretch / max(epochs - 1, 1), y[stretch]])
        pairs = [f"{number(x)} {number(at)}" for x, at in np.round(thin(points, most), 1).tolist()]
        parts.append("M" + "L".join(pairs) + ("h0" if len(pairs) == 1 else ""))  # h0: the round end of a single point
    return "".join(parts)


def thin(points: Floats, most: int) -> Floats:
    """Return at most `most` of the points (n, 2), 2 or more: without those near the line between their neighbours.

    Each round leaves out every other point at most, so the neighbours that a point is compared with remain. The
    distance that counts as near grows until the points are few enough.
    """
    near = NEAR
    while True:
        left_out = 0
        for first in (1, 2):
            before, here, after = points[first - 1 : -2 : 2], points[first:-1:2], points[first + 1 :: 2]
            along, away = after - before, here - before
            length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
            distance = np.abs(along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0]) / length
            kept = np.ones(len(points), dtype=bool)
            kept[first:-1:2] = distance > near
            left_out += len(points) - int(kept.sum())
            points = points[kept]
        if not left_out:
            if len(points) <= most:
                return points
            near *= 1.5
