"""Axes of a loss chart: range, ticks, points to draw and labels, shared by the live chart and the static picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .references import Reference

RUNAWAY = 1.5  # times the first or the median loss: what is higher is cut off
NEAR = 0.25  # of the losses' range: a reference that is further below them is not shown
MIN_RANGE = 0.1  # nats: a loss that hardly changes is drawn almost flat
MIN_GAP = 1 / 8  # of the axis, between two labels
MIN_SHARE = 1e-12  # of the highest visible loss: what is lower is not on the logarithmic axis
CHARACTER_WIDTH, LABEL_HEIGHT = 6.2, 18.0  # px, about; the height includes the distance from the line
CHART_STEPS = 5  # between the ticks of a linear axis, at most
MAX_LOSS = 1e37  # nats; float32, in which the chart is sent, holds no more than 3.4e38

Floats = npt.NDArray[np.float64]


class LossRange(NamedTuple):
    """The visible losses, nats, and the reference losses to show."""

    low: float
    high: float
    references: list[Reference]


def loss_range(losses: Floats, references: Sequence[Reference]) -> LossRange:
    """Return the range of a linear axis.

    A runaway loss does not flatten the rest of the curve: the axis ends at 1.5 times the first loss or the
    median, whichever is higher. Both ends are rounded so that the axis of a growing recording rarely changes.

    Parameters
    ----------
    losses : (E,)
        Nats per token; non-finite losses are ignored, and an empty array is allowed.
    references
        In order of importance: of two that are too close together only the first is returned.
    """
    finite = np.clip(losses[np.isfinite(losses)], -MAX_LOSS, MAX_LOSS)
    levels = [each.loss for each in references]
    if not len(finite):
        finite = np.array([0.0, max(levels, default=1.0)])
    usual = max(float(finite[0]), float(np.quantile(finite, 0.5, method="lower")))
    limit = usual + (RUNAWAY - 1) * abs(usual)
    top = max([min(float(finite.max()), limit), *levels])
    bottom = min(float(finite.min()), top)
    near = [each for each in references if each.loss >= bottom - NEAR * (top - bottom)]
    bottom = min([bottom, *(each.loss for each in near)])
    size = max(top - bottom, MIN_RANGE, 0.001 * abs(top))
    margin = 0.04 * size + (size - (top - bottom)) / 2
    step = _round_step(size / 40)
    low = math.floor((bottom - margin) / step) * step
    high = math.ceil((top + margin) / step) * step
    if bottom >= 0:
        low = max(low, -step)
    return LossRange(low, high, _apart(near, low, high))


def log_range(losses: Floats, linear: LossRange) -> LossRange:
    """Return the range of a logarithmic axis.

    Parameters
    ----------
    losses : (E,)
        Nats per token; those of 0 or less are not on the axis.
    linear
        The range of the linear axis for the same losses.
    """
    high = linear.high if linear.high > 0 else 1.0
    shown = [each for each in linear.references if each.loss > high * MIN_SHARE]
    positive = losses[np.isfinite(losses) & (losses > high * MIN_SHARE)]
    lowest = min([float(positive.min()) if len(positive) else high / 1000, *(each.loss for each in shown), high / 2])
    low = 10 ** (math.floor(math.log10(lowest * 0.95) * 10) / 10)
    high *= (high / low) ** 0.05  # room for the uppermost label
    return LossRange(low, high, _apart(shown, low, high, math.log))


def ticks(low: float, high: float, count: int) -> Floats:
    """Return round numbers from `low` to `high`, at most `count` + 1: multiples of 1, 2 or 5 times a power of ten."""
    step = _round_step((high - low) / count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return np.arange(first, last + 1, dtype=np.float64) * step


def log_ticks(low: float, high: float) -> Floats:
    """Return 1, 2 and 5 times powers of ten from `low` to `high`, both above 0.

    Fewer than three are replaced by the ticks of a linear axis, and of more than nine only the powers remain.
    """
    powers = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ([1, 2, 5], [1]):
        found = np.outer(powers, factors).ravel()
        found = found[(found >= low * (1 - 1e-9)) & (found <= high * (1 + 1e-9))]
        if len(found) <= 9:
            break
    return found if len(found) >= 3 else ticks(low, high, 5)


def decimate(losses: Floats, max_points: int) -> tuple[Floats, Floats]:
    """Return at most `max_points` points that draw the same curve.

    Parameters
    ----------
    losses : (E,)
        Nats per token.
    max_points
        At least 5. Longer curves are split into buckets of equally many epochs; each keeps its lowest and its highest
        loss, and one that is not finite. The first and the last epoch are kept.

    Returns
    -------
    epochs, losses : (n,)
        In order.
    """
    count = len(losses)
    if count <= max_points:
        return np.arange(count, dtype=np.float64), losses
    starts = np.linspace(0, count, (max_points - 2) // 3 + 1).astype(int)[:-1]
    bucket = np.repeat(np.arange(len(starts)), np.diff([*starts, count]))
    finite = np.isfinite(losses)
    low, high = np.where(finite, losses, np.inf), np.where(finite, losses, -np.inf)
    found = (
        np.flatnonzero(low == np.minimum.reduceat(low, starts)[bucket]),
        np.flatnonzero(high == np.maximum.reduceat(high, starts)[bucket]),
        np.flatnonzero(~finite),
    )
    firsts = [each[np.unique(bucket[each], return_index=True)[1]] for each in found]  # of each bucket
    kept = np.unique(np.concatenate([[0, count - 1], *firsts]))
    return kept.astype(np.float64), losses[kept]


def label(reference: Reference, words: Mapping[str, str]) -> str:
    """Return the name of a reference loss in the language of `words`."""
    kind = str(reference.kind)
    if kind == "previous":
        kind = {0: "unigram", 1: "previous_one"}.get(reference.tokens or 0, kind)
    return words[f"reference_{kind}"].format(tokens=reference.tokens)


def labels_left(
    names: Sequence[str], heights: Floats, x: Floats, y: Floats, plot: tuple[float, float]
) -> npt.NDArray[np.bool_]:
    """Return for each reference whether its label is better placed at the left end of its line than at the right end.

    Labels are on the right, unless the curve covers more of them there than on the left.

    Parameters
    ----------
    names, heights : (n,)
        The labels, and the heights of the lines below them.
    x, y : (m,)
        Points of the curve; those that are not finite are ignored. Like `heights` they are shares of the plot, 0 to 1
        from the left and from the bottom.
    plot
        Width and height, px.
    """
    x, y = x[np.isfinite(y)], y[np.isfinite(y)]
    label_height = LABEL_HEIGHT / plot[1]

    def covered(bottom: float, start: float, stop: float) -> float:
        there = y[(x >= start) & (x <= stop)]
        return float(((there > bottom) & (there < bottom + label_height)).mean()) if len(there) else 0.0

    def is_left(name: str, bottom: float) -> bool:
        width = min(CHARACTER_WIDTH * sum(1 + (char >= "\u1100") for char in name) / plot[0], 1.0)
        return covered(bottom, 1 - width, 1) > covered(bottom, 0, width)

    return np.array([is_left(*each) for each in zip(names, heights.tolist(), strict=True)], dtype=bool)


def _round_step(size: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is at least `size`."""
    size = max(size, 1e-9)
    power = 10.0 ** math.floor(math.log10(size))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= size * (1 - 1e-9))


def _apart(
    references: Sequence[Reference], low: float, high: float, scale: Callable[[float], float] = float
) -> list[Reference]:
    """Return the references whose labels do not overlap on a scale, giving precedence to the first ones."""
    gap = MIN_GAP * (scale(high) - scale(low))
    kept: list[Reference] = []
    for each in references:
        if all(abs(scale(each.loss) - scale(other.loss)) >= gap for other in kept):
            kept.append(each)
    return kept


def spread(heights: Floats, distance: float) -> Floats:
    """Return heights from 0 to 1 that are at least `distance` apart, in the same order, near the given ones.

    Least squares with a smallest distance: isotonic regression of what is left without the distances, by pooling
    neighbours that are in the wrong order.
    """
    order = np.argsort(heights, kind="stable")
    blocks: list[list[float]] = []  # mean and number of the heights in each block
    for i, height in enumerate(heights[order]):
        blocks.append([float(height) - i * distance, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (mean, n), (before, m) = blocks.pop(), blocks.pop()
            blocks.append([(before * m + mean * n) / (m + n), m + n])
    placed = np.repeat([mean for mean, _ in blocks], [int(n) for _, n in blocks]) + distance * np.arange(len(heights))
    for i in reversed(range(len(placed))):  # below the top, and then above the bottom
        placed[i] = min(placed[i], 1 - distance * (len(placed) - 1 - i))
    result = np.empty(len(placed))
    result[order] = np.maximum(placed, distance * np.arange(len(placed)))
    return result
