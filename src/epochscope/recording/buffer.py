"""Epochs on their way into the recording: made records many at a time, which costs far less than one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from epochscope.history import History

#: To make records, code and tables have to come back into caches that training filled: few large batches cost least.
_BYTES = 256 * 1024
_EPOCHS = 256


@dataclass
class _Staged:
    start: int  # the epoch of the first
    epochs: list[tuple[float, Any, float]] = field(default_factory=list)  # loss, logits in whatever form, lr


class EpochBuffer:
    """Holds the last epochs until `flush`. An interrupt anywhere loses none and doubles none.

    Not for several threads at once.

    Parameters
    ----------
    history
        The recording.
    gather
        Makes one array (n, P, V) of the logits of n epochs in the form in which `put` was given them.
    size
        How many numbers that form holds of an epoch: P V, or more where not every position is shown.
    """

    def __init__(self, history: History, gather: Callable[[Sequence[Any]], np.ndarray], size: int) -> None:
        self.history = history
        self._gather = gather
        self._most = max(1, min(_EPOCHS, _BYTES // (4 * size)))
        self._staged = _Staged(len(history))

    def __bool__(self) -> bool:
        """Whether anything waits to be recorded."""
        return bool(self._staged.epochs)

    @property
    def epochs(self) -> int:
        """How many epochs there are, recorded or staged."""
        return self._staged.start + len(self._staged.epochs) if self._staged.epochs else len(self.history)

    @property
    def last(self) -> float:
        """The loss of the last epoch, recorded or staged; 0 where there is none."""
        if self._staged.epochs:
            return self._staged.epochs[-1][0]
        recorded = len(self.history)
        return float(self.history.records(recorded - 1, recorded).losses[0]) if recorded else 0.0

    def put(self, loss: float, logits: Any, lr: float) -> None:
        """Stage an epoch: its loss in nats, its logits, which nobody may change any more, its learning rate or NaN."""
        staged = self._staged
        if not staged.epochs:
            staged.start = len(self.history)
        elif len(staged.epochs) >= self._most:
            self.flush()
            staged = self._staged
        staged.epochs.append((loss, logits, lr))

    def flush(self) -> None:
        """Record what is staged."""
        staged = self._staged
        if staged.epochs:
            done = len(self.history) - staged.start  # all of them after a flush that was interrupted at its end
            if done < len(staged.epochs):
                losses, logits, lrs = zip(*staged.epochs[done:], strict=True)
                self.history.append(losses, self._gather(logits), lrs)
            self.drop()

    def drop(self) -> None:
        """Forget what is staged."""
        self._staged = _Staged(len(self.history))
