"""Which steps of a loop are recorded, and where they stand on the axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from epochscope.recording.extras import Axis
from epochscope.validation import check_int


@dataclass(frozen=True)
class Steps:
    """Some steps of a loop, of which every `every`-th and the last one are recorded.

    Parameters
    ----------
    n
        How many.
    every
        Those whose numbers are multiples of it are recorded.
    axis
        What the places of the records count.
    tokens, per_epoch
        A step goes `tokens / per_epoch` further on the axis.
    first
        The number of the first step, unless an earlier loop has gone further.
    """

    n: int
    every: int
    axis: Axis
    tokens: int = 1
    per_epoch: int = 1
    first: int = 0

    @classmethod
    def of(cls, n: Any, every: Any, tokens: Any, per_epoch: Any, first: Any = 0) -> Steps:
        """Return what the arguments of `Monitor.steps` describe. Raises ValueError if one is invalid."""
        n, every, first = check_int("n", n, 1), check_int("every", every, 1), check_int("first", first, 0)
        if tokens is not None and per_epoch is not None:
            raise ValueError(
                f"tokens={tokens!r} and per_epoch={per_epoch!r}: the axis counts tokens or epochs; pass one of them"
            )
        if tokens is not None:
            return cls(n, every, "token", tokens=check_int("tokens", tokens, 1), first=first)
        if per_epoch is not None:
            return cls(n, every, "epoch", per_epoch=check_int("per_epoch", per_epoch, 1), first=first)
        return cls(n, every, "step", first=first)

    def records(self, next_step: int) -> int:
        """Return how many of the steps are recorded, if `next_step` follows the last one of an earlier loop."""
        first = max(self.first, next_step)
        last = first + self.n - 1
        multiples = last // self.every - (first - 1) // self.every
        return multiples + (last % self.every > 0)


class Places:
    """Where steps stand on the axis. Each loop goes on from the last step of the one before."""

    def __init__(self) -> None:
        #: The number of the next step.
        self.next: int = 0
        self._first, self._origin = 0, 0.0  # a step, and its place
        self._steps: Steps | None = None

    def begin(self, steps: Steps) -> None:
        """Begin a loop."""
        self._first, self._origin, self._steps = self.next, self.of(self.next), steps
        self.next = max(self.next, steps.first)

    def of(self, step: int) -> float:
        """Return the place of a step: what was done before it, in the unit of the axis."""
        steps = self._steps
        return self._origin + (step - self._first) * steps.tokens / steps.per_epoch if steps else 0.0
