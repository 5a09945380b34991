"""A write buffer in front of a recording: condensing many epochs at once costs far less than one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from .recording import Recording

# Few large batches are fastest: each one has to load code and tables into caches that training has filled.
_MAX_BYTES = 256 * 1024
_MAX_EPOCHS = 256
_R = TypeVar("_R", bound=Recording)


@dataclass
class _Batch:
    start: int  # number of its first epoch
    epochs: list[tuple[float, Any, float]] = field(default_factory=list)  # loss, logits as `stack` takes them, lr


class EpochBuffer(Generic[_R]):
    """Buffer epochs until `flush` records them. An interrupt at any point neither loses nor repeats an epoch.

    Not thread-safe.

    Parameters
    ----------
    recording
        Where the epochs are recorded.
    stack
        Function that makes one array (n, P, V) of the logits of n epochs, which it gets as `append` got them.
    size
        Number of floats that are kept per epoch: P V, or more if not all positions are shown.
    """

    def __init__(self, recording: _R, stack: Callable[[Sequence[Any]], np.ndarray], size: int) -> None:
        self.recording = recording
        self._stack = stack
        self._capacity = max(1, min(_MAX_EPOCHS, _MAX_BYTES // (4 * size)))  # epochs
        self._batch = _Batch(len(recording))

    def __bool__(self) -> bool:
        """Return whether any epoch is not recorded yet."""
        return bool(self._batch.epochs)

    @property
    def epochs(self) -> int:
        """Number of epochs, recorded or buffered."""
        return self._batch.start + len(self._batch.epochs) if self._batch.epochs else len(self.recording)

    @property
    def last(self) -> float:
        """Loss of the last epoch, recorded or buffered; 0 if there is none."""
        if self._batch.epochs:
            return self._batch.epochs[-1][0]
        recorded = len(self.recording)
        return float(self.recording.records(recorded - 1, recorded).losses[0]) if recorded else 0.0

    def append(self, loss: float, logits: Any, lr: float) -> None:
        """Add an epoch: its loss in nats, its logits (which must not change afterwards), its learning rate or NaN."""
        batch = self._batch
        if not batch.epochs:
            batch.start = len(self.recording)
        elif len(batch.epochs) >= self._capacity:
            self.flush()
            batch = self._batch
        batch.epochs.append((loss, logits, lr))

    def flush(self) -> None:
        """Record all buffered epochs."""
        batch = self._batch
        if batch.epochs:
            done = len(self.recording) - batch.start  # more than 0 if an earlier flush was interrupted before its end
            if done < len(batch.epochs):
                losses, logits, lrs = zip(*batch.epochs[done:], strict=True)
                self.recording.append(losses, self._stack(logits), lrs)
            self.discard()

    def discard(self) -> None:
        """Discard all buffered epochs."""
        self._batch = _Batch(len(self.recording))
