"""`Watch`: the steps of a trainer, watched by a monitor. What the callbacks have in common."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from epochscope.runs.cell_error import when_cell_ends
from epochscope.validation import check_int
from epochscope.widget.monitor import Monitor, monitor

#: What a loop without a last step is said to have: more than anybody trains.
ENDLESS = sys.maxsize


class Watch:
    """The steps of a trainer.

    A trainer calls its callbacks, so there is no loop to write: `reach` makes one more turn of the loop that
    `Monitor.steps` is for, and waits where that loop would wait.

    Parameters
    ----------
    every, tokens, per_epoch
        See `Monitor.steps`.
    """

    def __init__(self, every: int, tokens: int | None, per_epoch: int | None) -> None:
        self._every = check_int("every", every, 1)
        self._axis = {"tokens": tokens, "per_epoch": per_epoch}
        self._monitor: Monitor | None = None
        self._steps: Iterator[int] | None = None
        self._step = -1
        self._ahead = 0  # of the trainer's count of steps

    @property
    def monitor(self) -> Monitor:
        """The monitor. Raises RuntimeError if there is none yet."""
        if self._monitor is None:
            raise RuntimeError("there is no monitor yet: it is made when the training begins, in the process of rank 0")
        return self._monitor
