"""A check that the losses and the logits that a user's loop logs belong together."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from epochscope.recording.records import IGNORED

from .arrays import as_array
from .loop_data import LoopData
from .loss_causes import Compared, causes, guess

#: The first epochs, which are always checked.
FIRST = 3
#: The time without a check, in units of how long the last check took: a loop becomes 0.3 % slower at most.
PAUSE = 300
#: How far loss and cross entropy may be apart, relative and in nats. Correct loops were measured to use a third of this
#: if all is computed in bfloat16, a quarter with round(loss, 2), and less than a thousandth in float32.
RELATIVE, ABSOLUTE = 0.02, 0.02
#: The share of it within which a mistake has to explain the loss to be named as its cause.
NAMED = 0.25


class LossCheck:
    """Compares logged losses with the cross entropy of the logged logits: at first always, then now and then."""

    def __init__(self, data: LoopData) -> None:
        self._data = data
        self.restart()

    def restart(self) -> None:
        """Begin again: the next epochs are checked, and a difference is reported again."""
        self._checked = 0
        self._next = 0.0
        self._reported = False

    def report(self, epoch: int, loss: float, logits: Any) -> str | None:
        """Return what is wrong with the loss and the logits of an epoch, once; else None."""
        if self._reported:
            return None
        start = time.perf_counter()
        if self._checked >= FIRST and start < self._next:
            return None
        message = mismatch(self._data, loss, logits)
        self._checked += 1
        now = time.perf_counter()
        self._next = now + PAUSE * (now - start)
        self._reported = message is not None
        return message and f"epoch {epoch}: {message}"


def mismatch(data: LoopData, loss: float, logits: Any) -> str | None:
    """Return how the loss differs from the cross entropy of the logits, and the likely cause; None if it does not."""
    rows = as_array(logits).reshape(-1, len(data.alphabet))
    if rows.dtype not in (np.float32, np.float64):
        rows = rows.astype(np.float32)
    targets = data.targets.reshape(-1)
    counted = targets != IGNORED
    pad = data.ignore_index if 0 <= data.ignore_index < len(data.alphabet) else 0
    with np.errstate(all="ignore"):  # the logits of a diverged run are not finite
        highest = rows.max(1)
        normalizers = np.log(np.exp(rows - highest[:, None]).sum(1)) + highest
        losses = normalizers - rows[np.arange(len(rows)), np.where(counted, targets, pad)]
        expected = float(losses[counted].mean(dtype=np.float64))
        if not math.isfinite(loss) or not math.isfinite(expected) or close(loss, expected):
            return None
        compared = Compared(data, rows.astype(np.float64), normalizers, losses.astype(np.float64), counted)
        cause = next((text for value, text in causes(compared) if close(loss, value, NAMED)), None)
    return (
        f"the logged loss is {loss:.4g}, but the cross entropy of the logged logits and the targets of monitor() is "
        f"{expected:.4g}. {cause or guess(compared, loss)} "
        "If they are meant to differ, call monitor(..., check_loss=False)."
    )


def close(loss: float, expected: float, share: float = 1.0) -> bool:
    """Return whether a loss is as expected, within a share of the tolerance."""
    return abs(loss - expected) <= share * (ABSOLUTE + RELATIVE * min(abs(loss), abs(expected)))
