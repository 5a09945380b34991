"""The number of epochs on the axes of chart, timeline and learning map, and its ticks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .loss_axis import ticks


def epochs_on_axis(epochs: int, goal: int, *, longest: int = 0, growing: bool = False) -> int:
    """Return the number of epochs on an axis, as `js/drawing/axis.ts` does.

    It is the next round number if the goal is ahead, or during training without a goal; otherwise exactly what is
    recorded. So a long run is readable from its first epochs, and its axes rarely change.

    Parameters
    ----------
    epochs
        The number of recorded epochs.
    goal
        The number of epochs at the end of the run.
    longest
        The epoch after the last one of the longest old branch, 0 without one.
    growing
        Whether epochs are being recorded, perhaps beyond the goal.
    """
    reached = max(epochs, longest, 1)
    if reached < goal:
        return min(goal, _round_up(reached))
    return _round_up(reached) if growing and epochs > goal else reached


def epoch_ticks(last: float) -> npt.NDArray[np.float64]:
    """Return round epochs, or other places, from 0 to `last`, at most 5; fractions only if `last` is one."""
    return ticks(0, last, max(1, min(int(last), 4)) if float(last).is_integer() else 4)


def _round_up(count: int) -> int:
    """Return the smallest of 1, 2 and 5 times a power of ten that is at least `count`, and at least 10."""
    power = 10
    while power * 10 <= count:
        power *= 10
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= count)
