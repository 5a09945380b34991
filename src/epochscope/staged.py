"""Logged epochs on their way into the recording: made records many at a time, which costs far less than one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .history import History
from .task import Task

_BYTES = 128 * 1024  # small enough for a processor's nearer caches
_EPOCHS = 256


@dataclass
class _Batch:
    start: int  # the epoch of the first
    epochs: list[tuple[float, Any, float]] = field(default_factory=list)  # loss, logits as `Task.kept` has them, lr


class Staged:
    """Holds the last epochs until `flush`. An interrupt anywhere loses none and doubles none.

    Not for several threads at once: they share a lock.
    """

    def __init__(self, task: Task, history: History) -> None:
        self.history = history
        self._task = task
        self._most = max(1, min(_EPOCHS, _BYTES // (4 * task.inputs.size * len(task.alphabet))))
        self._batch = _Batch(len(history))

    def __bool__(self) -> bool:
        """Whether anything waits to be recorded."""
        return bool(self._batch.epochs)

    def put(self, loss: float, logits: Any, lr: float) -> None:
        """Stage an epoch: its loss in nats, its logits from `Task.kept`, its learning rate or NaN."""
        batch = self._batch
        if not batch.epochs:
            batch.start = len(self.history)
        elif len(batch.epochs) >= self._most:
            self.flush()
            batch = self._batch
        batch.epochs.append((loss, logits, lr))

    def flush(self) -> None:
        """Record what is staged."""
        batch = self._batch
        done = len(self.history) - batch.start  # all of them after a flush that was interrupted at its end
        if len(batch.epochs) > done:
            losses, logits, lrs = zip(*batch.epochs[done:], strict=True)
            self.history.append(losses, np.stack([self._task.shown(each) for each in logits]), lrs)
        self._batch = _Batch(len(self.history))
