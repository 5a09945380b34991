"""A check that the losses and the logits that a user's loop logs belong together."""

from __future__ import annotations

import math
import time
from typing import Any

from .loop_data import LoopData
from .loss_causes import Compared, between, causes, compare, guess

#: The first epochs, which are always checked.
FIRST = 3
#: The time without a check, in units of how long the last check took: a loop becomes 0.1 % slower at most.
PAUSE = 1000
#: How far loss and cross entropy may be apart, relative and in nats. Correct loops were measured to use less than a
#: thousandth of this in float32, a quarter with round(loss, 2), and 1.7 times this if it is computed in bfloat16.
RELATIVE, ABSOLUTE = 0.02, 0.02
HALF = 3  # times this for logits of 16 bits


class LossCheck:
    """Compares logged losses with the cross entropy of the logged logits: at first always, then now and then."""

    def __init__(self, data: LoopData) -> None:
        self._data = data
        self.restart()

    def restart(self) -> None:
        """Begin again: the next epochs are checked, and a difference is reported again."""
        #: Whether to call `report` for the next epoch.
        self.wanted: bool = True
        self._checked = 0
        self._next = 0.0
        self._reported = False
        self._unexplained: tuple[int, float, Compared] | None = None  # an epoch and its loss

    def look(self) -> None:
        """Want a report again if it is time: to look at the clock for each epoch would cost more than the checks."""
        self.wanted = self.wanted or (not self._reported and time.perf_counter() >= self._next)

    def report(self, epoch: int, loss: float, logits: Any) -> str | None:
        """Return what is wrong with the loss and the logits of an epoch, once; else None.

        If the epoch itself does not show the cause, the next one may, so it is reported then.
        """
        if not self.wanted:
            return None
        start = time.perf_counter()
        message = self._compare(epoch, loss, compare(self._data, logits))
        self._checked += 1
        now = time.perf_counter()
        self._next = now + PAUSE * (now - start)
        self._reported = message is not None
        self.wanted = not self._reported and (self._checked < FIRST or self._unexplained is not None)
        return message

    def _compare(self, epoch: int, loss: float, compared: Compared) -> str | None:
        if self._unexplained is not None:
            epoch, before, earlier = self._unexplained
            return _message(epoch, before, earlier, between(earlier, before, compared, loss) or guess(earlier, before))
        if not differ(loss, compared.mean, 1 if compared.exact else HALF):
            return None
        cause = next((text for value, text in causes(compared) if compared.explains(value, loss)), None)
        if cause is None:
            self._unexplained = epoch, loss, compared
            return None
        return _message(epoch, loss, compared, cause)


def differ(loss: float, expected: float, times: float = 1) -> bool:
    """Return whether a loss differs from the cross entropy by more than the tolerance, taken `times` times.

    It does not if one of them is not finite, as in a diverged run.
    """
    if not math.isfinite(loss) or not math.isfinite(expected):
        return False
    return abs(loss - expected) > times * (ABSOLUTE + RELATIVE * min(abs(loss), abs(expected)))


def _message(epoch: int, loss: float, compared: Compared, cause: str) -> str:
    return (
        f"epoch {epoch}: the logged loss is {loss:.4g}, but the cross entropy of the logged logits and the targets of "
        f"monitor() is {compared.mean:.4g}. {cause} If they are meant to differ, call monitor(..., check_loss=False)."
    )
