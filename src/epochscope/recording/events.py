"""Events: epochs worth a mark on the timeline.

An event at epoch e depends only on the records up to e. The list of events of a growing recording therefore only
grows, and a replay shows the same events as the training did.

``all_correct``
    The first epoch at which every prediction is correct. At most once per recording.
``diverged``
    The loss is infinite or NaN. The first epoch of each such stretch.
``lr``
    The update after this epoch used another learning rate than the update before. Of a schedule, that is consecutive
    changes of less than a tenth each, only the first is marked. Not in a recording with an axis: between two records,
    a schedule changes it often and by much.
``branch``
    From this epoch on, the recording differs from the one that it branched from. `value` is the learning rate.
``spike``
    The loss jumps far above the best loss so far: by more than 3 % of it, more than 0.03 nats and more than four times
    the median change of the last 16 epochs. The loss is compared with the best one, not with the epoch before, because
    a small recurrent network often takes a few epochs to collapse. It is compared with the median change because the
    first epochs, and minibatches, are noisy without anything being wrong; and with 0.03 nats because near zero every
    fluctuation is many per cent. A spike is marked once, where the loss exceeds the threshold, until the loss is back
    below half of the threshold; but if it then rises to four times the marked height, it is marked a second time.
    In a recording with an axis the loss is that of a minibatch, and the best one is far below the usual ones: there it
    is twelve times the median change.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite
from statistics import median
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .recording import Recording

Kind = Literal["all_correct", "spike", "diverged", "lr", "branch"]

RELATIVE = 0.03  # of the best loss so far
ABSOLUTE = 0.03  # nats
USUAL = 4  # times the median change
USUAL_OF_BATCHES = 12  # the same in a recording with an axis
MEMORY = 16  # epochs whose median change is taken
ESCALATION = 4  # times the height of the last mark of the same spike
SMALL_CHANGE = 0.1  # of the learning rate
CHUNK = 1024  # epochs that are read at once, so that a long recording is not copied as a whole


@dataclass(frozen=True)
class Event:
    """Something that happened at an epoch.

    Attributes
    ----------
    epoch
        The epoch.
    kind
        "all_correct", "spike", "diverged", "lr" or "branch".
    value
        The loss (nats per token) of a spike, the new learning rate of "lr" and "branch", else None.
    """

    epoch: int
    kind: Kind
    value: float | None = None


class Timeline:
    """The events of one growing recording; every call reads only the epochs that are new since the last one."""

    def __init__(self) -> None:
        self._detector: _Detector | None = None
        self._events: list[Event] = []

    def between(self, start: int, stop: int, recording: Recording) -> tuple[Event, ...]:
        """Return the events at epochs `start` to `stop` - 1. Pass the same recording in every call."""
        detector, self._detector = self._detector, None  # after an interrupt in here, the next call starts from epoch 0
        if detector is None:
            detector, self._events = _Detector(recording.axis is not None), []
        for first in range(detector.epoch, len(recording), CHUNK):
            new = recording.course(first, first + CHUNK)
            for loss, lr, n_correct in zip(*(column.tolist() for column in new), strict=True):
                complete = n_correct == recording.n_counted
                self._events.extend(detector.add(loss, lr, complete, detector.epoch in recording.branches))
        self._detector = detector
        first, last = (bisect_left(self._events, epoch, key=lambda event: event.epoch) for epoch in (start, stop))
        return tuple(self._events[first:last])


@dataclass
class _Detector:
    """Detects the events of a recording, which is given one epoch at a time."""

    of_batches: bool  # whether losses are those of minibatches, and learning rates those of a schedule
    epoch: int = 0
    spikes: _Spikes = field(init=False)
    all_correct: bool = False
    finite: bool = True
    lr: float = math.nan
    small_change: bool = False  # whether the last change of the learning rate was small

    def __post_init__(self) -> None:
        self.spikes = _Spikes(USUAL_OF_BATCHES if self.of_batches else USUAL)

    def add(self, loss: float, lr: float, all_correct: bool, branched: bool) -> Iterable[Event]:
        """Yield the events of the next epoch."""
        epoch, self.epoch = self.epoch, self.epoch + 1
        changed = self._lr_changed(lr)
        if branched:
            yield Event(epoch, "branch", None if math.isnan(lr) else lr)
        elif changed and not self.of_batches:
            yield Event(epoch, "lr", lr)
        if all_correct and not self.all_correct:
            self.all_correct = True
            yield Event(epoch, "all_correct")
        finite = isfinite(loss)
        if self.finite and not finite:
            yield Event(epoch, "diverged")
        self.finite = finite
        if finite and self.spikes.add(loss):
            yield Event(epoch, "spike", loss)

    def _lr_changed(self, lr: float) -> bool:
        """Return whether the learning rate changed, other than by one of several small changes of a schedule."""
        before, self.lr = self.lr, lr
        if lr == before or math.isnan(lr) or math.isnan(before):
            self.small_change = False
            return False
        small = abs(lr - before) < SMALL_CHANGE * abs(before)
        scheduled = small and self.small_change
        self.small_change = small
        return not scheduled


@dataclass
class _Spikes:
    usual: float  # times the median change
    best: float = math.inf
    last: float = math.nan
    marked: float = 0.0  # height above the best loss at which the current spike was last marked; 0 outside a spike
    changes: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def add(self, loss: float) -> bool:
        """Return whether the next loss is a spike."""
        height = loss - self.best  # -inf at the first epoch
        threshold = max(RELATIVE * self.best, ABSOLUTE)
        lowest = max(threshold, self.marked * ESCALATION)
        spike = False
        if height < threshold / 2:
            self.marked = 0.0
        elif height > lowest and height > self.usual * median(self.changes or (math.inf,)):
            spike = True  # the median is compared last because it is the slowest
            self.marked = height
        if not math.isnan(self.last):
            self.changes.append(abs(loss - self.last))
        self.last = loss
        self.best = min(self.best, loss)
        return spike
