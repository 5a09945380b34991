"""The loss axes of a sweep, which all its boxes share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .loss_axis import Floats, log_range, log_ticks, loss_range, ticks
from .sweep_summary import SweepSummary

#: The most ticks of an axis: boxes are small.
MAX_TICKS = 5


class LossAxis(NamedTuple):
    """A linear or logarithmic axis: its ends and ticks, in nats per token; no ticks where no loss is finite."""

    low: float
    high: float
    ticks: tuple[float, ...]


class LossAxes(NamedTuple):
    """Both axes."""

    linear: LossAxis
    log: LossAxis


def loss_axes(summary: SweepSummary) -> LossAxes:
    """Return the axes for the losses of all runs; neither a runaway loss nor a high first one stretches them."""
    curves = [run.losses[np.isfinite(run.losses)] for run in summary.runs]
    firsts = sorted(curve[0] for curve in curves if len(curve))
    losses = np.concatenate([firsts[len(firsts) // 2 :][:1], *curves])
    linear = loss_range(losses, ())
    log = log_range(losses, linear)
    is_empty = summary.done > 0 and not len(losses)
    return LossAxes(
        LossAxis(linear.low, linear.high, () if is_empty else tuple(ticks(linear.low, linear.high, 3).tolist())),
        LossAxis(log.low, log.high, () if is_empty else _few(log_ticks(log.low, log.high))),
    )


def _few(found: Floats) -> tuple[float, ...]:
    """Return at most `MAX_TICKS` of these ticks: the powers of ten, if that helps, and not all of them."""
    chosen: Sequence[float] = found.tolist()
    if len(chosen) > MAX_TICKS:
        powers = [tick for tick in chosen if tick > 0 and abs(math.log10(tick) - round(math.log10(tick))) < 1e-9]
        chosen = powers if len(powers) > 1 else chosen
    return tuple(chosen[:: math.ceil(len(chosen) / MAX_TICKS) or 1])
