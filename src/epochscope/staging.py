"""Epochs on their way into the recording: made small many at a time, which costs far less than one by one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from .batch import Batch
from .history import History

_BYTES = 64 * 1024  # small enough for a processor's nearest caches
_EPOCHS = 256


@dataclass
class _Staged:
    start: int  # the epoch of the first
    losses: list[float] = field(default_factory=list)
    lrs: list[float] = field(default_factory=list)


class Staging:
    """Holds the last epochs' losses and logits until `flush`. An interrupt anywhere loses none and doubles none."""

    def __init__(self, batch: Batch, history: History, dtype: torch.dtype) -> None:
        self._show = batch.show
        self.history = history
        self._dtype = dtype if dtype in (torch.float32, torch.float64) else torch.float32
        self._plain = dtype == self._dtype and batch.inputs.device.type == "cpu"  # numpy can look at the logits
        epoch = np.empty(
            (1, history.positions, len(history.alphabet)), torch.empty((), dtype=self._dtype).numpy().dtype
        )
        self._logits = np.repeat(epoch, max(1, min(_EPOCHS, _BYTES // epoch.nbytes)), axis=0)
        self._staged = _Staged(len(history))

    @property
    def epochs(self) -> int:
        """How many epochs there are, recorded or staged."""
        return self._staged.start + len(self._staged.losses)

    @property
    def last(self) -> float:
        """The loss of the last epoch, staged or recorded; 0 where there is none."""
        if self._staged.losses:
            return self._staged.losses[-1]
        return float(self.history.records(len(self.history) - 1).losses[-1]) if len(self.history) else 0.0

    def put(self, loss: float, logits: torch.Tensor, lr: float) -> None:
        """Stage an epoch: its loss and its logits (N, T, V)."""
        if len(self._staged.losses) == len(self._logits):
            self.flush()
        staged = self._staged
        row = len(staged.losses)
        values = logits.detach()
        if not self._plain:
            values = values.to("cpu", self._dtype)
        self._show(values.numpy(), self._logits[row])
        staged.lrs[row:] = [lr]
        staged.losses.append(loss)  # last: now it is there

    def flush(self) -> None:
        """Record what is staged."""
        staged = self._staged
        done, n = (
            len(self.history) - staged.start,
            len(staged.losses),
        )  # done: by a flush that was interrupted at its end
        if n > done:
            self.history.append(staged.losses[done:], self._logits[done:n], staged.lrs[done:n])
        self.drop()

    def drop(self) -> None:
        """Forget what is staged, and go on where the history now ends."""
        self._staged = _Staged(len(self.history))
