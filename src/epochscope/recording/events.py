"""What is worth a tick on the timeline.

Every event is *causal*: an event at epoch e follows from the records up to e alone. So the list of a growing recording
only grows, and what a class sees while it trains is what it sees in the replay.

``all_correct``
    The first epoch at which every position is right. Once in a recording.
``diverged``
    The loss is infinite or not a number. The first epoch of each such stretch.
``lr``
    The update of this epoch used another learning rate than the one before. Where it creeps, by less than a tenth right
    after a change of less than a tenth, a schedule is under way and only its beginning is marked.
``branch``
    From this epoch on the recording left the one that it was branched from. A new learning rate is in its value.
``spike``
    The loss has jumped far above the best so far: by more than 3 % of it and more than 0.03 nats, and by more than four
    times what is usual, the median change of the last 16 epochs. *Far above the best*, and not just *up from the epoch
    before*, because collapses of small recurrent nets often take a few epochs to build up; *four times what is usual*
    because the first epochs, and minibatches, are rough without anything having gone wrong; *0.03 nats* because near
    zero every flutter is many per cent. One excursion is one tick, where it crosses that line, until it has come back
    half-way to the line; but a tremor that turns into a collapse, four times as high as where it was last marked, gets
    a second one.
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
    from epochscope.history import History

Kind = Literal["all_correct", "spike", "diverged", "lr", "branch"]

RELATIVE = 0.03  # of the best loss so far
ABSOLUTE = 0.03  # nats
USUAL = 4  # times the median change
MEMORY = 16  # epochs that the median is taken over
ESCALATION = 4  # times the height of the last tick of the same excursion
CREEP = 0.1  # of the learning rate


@dataclass(frozen=True)
class Event:
    """Something that happened at an epoch; `value` is the loss of a spike, the new learning rate of lr and branch."""

    epoch: int
    kind: Kind
    value: float | None = None


class Timeline:
    """The events of a recording, found as far as it goes at each look."""

    def __init__(self) -> None:
        self._watch: _Watch | None = None
        self._events: list[Event] = []

    def between(self, start: int, stop: int, history: History) -> tuple[Event, ...]:
        """The events at epochs `start` to `stop` - 1 of this history, always the same one."""
        watch, self._watch = self._watch, None  # an interrupt in here leaves None, and the next look begins anew
        if watch is None:
            watch, self._events = _Watch(), []
        new = history.records(watch.epoch)
        all_correct = (new.top_tokens[:, :, 0] == history.targets).all(axis=1)
        for loss, lr, right in zip(new.losses.tolist(), new.lrs.tolist(), all_correct.tolist(), strict=True):
            self._events.extend(watch.see(loss, lr, right, watch.epoch in history.branches))
        self._watch = watch
        first, last = (bisect_left(self._events, epoch, key=lambda event: event.epoch) for epoch in (start, stop))
        return tuple(self._events[first:last])


@dataclass
class _Watch:
    """Reads a recording from its beginning, an epoch at a time, and says what is worth a tick."""

    epoch: int = 0
    spikes: _Spikes = field(default_factory=lambda: _Spikes())
    all_correct: bool = False
    finite: bool = True
    lr: float = math.nan
    crept: bool = False

    def see(self, loss: float, lr: float, all_correct: bool, branched: bool) -> Iterable[Event]:
        """The events of the next epoch."""
        epoch, self.epoch = self.epoch, self.epoch + 1
        changed = self._changes(lr)
        if branched:
            yield Event(epoch, "branch", None if math.isnan(lr) else lr)
        elif changed:
            yield Event(epoch, "lr", lr)
        if all_correct and not self.all_correct:
            self.all_correct = True
            yield Event(epoch, "all_correct")
        finite = isfinite(loss)
        if self.finite and not finite:
            yield Event(epoch, "diverged")
        self.finite = finite
        if finite and self.spikes.see(loss):
            yield Event(epoch, "spike", loss)

    def _changes(self, lr: float) -> bool:
        before, self.lr = self.lr, lr
        if lr == before or math.isnan(lr) or math.isnan(before):
            self.crept = False
            return False
        creeps = abs(lr - before) < CREEP * abs(before)
        marked = not (creeps and self.crept)
        self.crept = creeps
        return marked


@dataclass
class _Spikes:
    best: float = math.inf
    last: float = math.nan
    marked: float = 0.0  # how far above the best the excursion under way was last marked, 0 outside one
    changes: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def see(self, loss: float) -> bool:
        height = loss - self.best  # -inf at the first epoch
        line = max(RELATIVE * self.best, ABSOLUTE)
        spike = False
        if height < line / 2:
            self.marked = 0.0
        elif height > max(line, self.marked * ESCALATION) and height > USUAL * median(self.changes or (math.inf,)):
            spike = True  # the median is looked at last: it costs more than all else here
            self.marked = height
        if not math.isnan(self.last):
            self.changes.append(abs(loss - self.last))
        self.last = loss
        self.best = min(self.best, loss)
        return spike
