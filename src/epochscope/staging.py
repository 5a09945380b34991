"""Epochs on their way into the recording: made records many at a time, which costs far less than one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .history import History

#: To make records, code and tables have to come back into caches that training filled: few large batches cost least.
_BYTES = 256 * 1024
_EPOCHS = 256


@dataclass
class _Staged:
    start: int  # the epoch of the first
    losses: list[float] = field(default_factory=list)
    lrs: list[float] = field(default_factory=list)


class Staging:
    """Holds the last epochs until `flush`. An interrupt anywhere loses none and doubles none.

    Not for several threads at once.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self._logits = self._room(np.float32)
        self._staged = _Staged(len(history))

    def __bool__(self) -> bool:
        """Whether anything waits to be recorded."""
        return bool(self._staged.losses)

    @property
    def epochs(self) -> int:
        """How many epochs there are, recorded or staged."""
        return self._staged.start + len(self._staged.losses) if self._staged.losses else len(self.history)

    @property
    def last(self) -> float:
        """The loss of the last epoch, recorded or staged; 0 where there is none."""
        if self._staged.losses:
            return self._staged.losses[-1]
        recorded = len(self.history)
        return float(self.history.records(recorded - 1, recorded).losses[0]) if recorded else 0.0

    def put(self, loss: float, logits: np.ndarray, lr: float) -> None:
        """Stage an epoch: its loss in nats, its logits (P, V) of any floating type, its learning rate or NaN."""
        if logits.dtype != self._logits.dtype:
            self._suit(logits.dtype)
        if len(self._staged.losses) == len(self._logits):
            self.flush()
        staged = self._staged
        row = len(staged.losses)
        if not row:
            staged.start = len(self.history)
        self._logits[row] = logits
        staged.lrs[row:] = [lr]
        staged.losses.append(loss)  # last: now it is there

    def flush(self) -> None:
        """Record what is staged."""
        staged = self._staged
        n = len(staged.losses)
        if n:
            done = len(self.history) - staged.start  # all of them after a flush that was interrupted at its end
            if done < n:
                self.history.append(staged.losses[done:], self._logits[done:n], staged.lrs[done:n])
            self.drop()

    def drop(self) -> None:
        """Forget what is staged."""
        self._staged = _Staged(len(self.history))

    def _suit(self, given: np.dtype[Any]) -> None:
        kind = np.float64 if given == np.float64 else np.float32  # float64 stays: its argmax is to be recorded
        if kind != self._logits.dtype:
            self.flush()
            self._logits = self._room(kind)

    def _room(self, kind: type[np.floating[Any]]) -> np.ndarray:
        epoch = np.empty((1, self.history.positions, len(self.history.alphabet)), kind)
        return np.repeat(epoch, max(1, min(_EPOCHS, _BYTES // epoch.nbytes)), axis=0)
