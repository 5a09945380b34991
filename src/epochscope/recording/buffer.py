"""A write buffer in front of a recording: condensing many epochs at once costs far less than one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np

from .recording import Recording

# Few large batches are fastest: each one has to load code and tables into caches that training has filled.
_MAX_BYTES = 256 * 1024
_MAX_EPOCHS = 256
_R = TypeVar("_R", bound=Recording)
_Scalars: TypeAlias = Mapping[str, float] | None


@dataclass
class _Batch:
    start: int  # number of its first epoch
    #: Loss, logits as `stack` takes them, learning rate, place on the axis, scalars.
    epochs: list[tuple[float, Any, float, float | None, _Scalars]] = field(default_factory=list)


class EpochBuffer(Generic[_R]):
    """Buffer epochs until `flush` records them. An interrupt at any point neither loses nor repeats an epoch.

    Not thread-safe: one thread appends and flushes.

    Parameters
    ----------
    recording
        Where the epochs are recorded.
    stack
        Function that makes one array (n, P, V) of the logits of n epochs, which it gets as `append` got them.
    size
        Number of floats that are kept per epoch: P V, or more if not all positions are shown.
    lock
        Held while epochs are recorded, for other threads that read the recording. Defaults to none.
    """

    def __init__(
        self,
        recording: _R,
        stack: Callable[[Sequence[Any]], np.ndarray],
        size: int,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self.recording = recording
        self._stack = stack
        self._lock = nullcontext() if lock is None else lock
        self._capacity = max(1, min(_MAX_EPOCHS, _MAX_BYTES // (4 * size)))  # epochs
        self._batch = _Batch(len(recording))

    def __bool__(self) -> bool:
        """Return whether any epoch is not recorded yet."""
        return bool(self._batch.epochs)

    @property
    def pending(self) -> int:
        """Number of epochs that are not recorded yet."""
        return len(self._batch.epochs)

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

    def append(self, loss: float, logits: Any, lr: float, place: float | None = None, scalars: _Scalars = None) -> None:
        """Add an epoch.

        Parameters
        ----------
        loss
            Nats per predicted token.
        logits
            What `stack` takes; it must not change afterwards.
        lr
            The learning rate of its update, or NaN.
        place
            Where it stands on the recording's axis. Defaults to None, for recordings without one.
        scalars
            Other values by name. Defaults to none.
        """
        batch = self._batch
        if not batch.epochs:
            batch.start = len(self.recording)
        elif len(batch.epochs) >= self._capacity:
            self.flush()
            batch = self._batch
        batch.epochs.append((loss, logits, lr, place, scalars))

    def flush(self) -> None:
        """Record all buffered epochs."""
        batch = self._batch
        if not batch.epochs:
            return
        with self._lock:
            done = len(self.recording) - batch.start  # more than 0 if an earlier flush was interrupted before its end
            if done < len(batch.epochs):
                losses, logits, lrs, places, scalars = zip(*batch.epochs[done:], strict=True)
                extras = {} if places[0] is None and not any(scalars) else _extras(places, scalars)
                self.recording.append(losses, self._stack(logits), lrs, **extras)
            self.discard()

    def discard(self) -> None:
        """Discard all buffered epochs."""
        self._batch = _Batch(len(self.recording))


def _extras(places: Sequence[float | None], scalars: Sequence[_Scalars]) -> dict[str, Any]:
    """Return the places (n,), or None, and the columns (n,) of all scalars, NaN where one was not given."""
    names = dict.fromkeys(name for each in scalars for name in each or ())
    columns = {name: [(each or {}).get(name, math.nan) for each in scalars] for name in names}
    return {"places": None if places[0] is None else places, "scalars": columns}
