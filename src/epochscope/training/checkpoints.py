"""Snapshots of a run, few and under a byte budget, thinned as it grows: the way back in time.

Any epoch is reached by putting back the nearest snapshot before it and training on from there. Snapshots stand
`spacing` epochs apart; when there are more than 64, or more than fit, every second one goes and the spacing doubles.
So going back takes at most the time of 32 epochs, or, if the budget allows, a 32nd of the time that the run took. The
first snapshot is always kept.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch

from .batch import Batch
from .optimizers import apply_settings, settings
from .train_state import TrainState

SPACING = 32  # epochs: of the classic lab's, a snapshot costs a tenth of one, and 31 take 20 ms
MOST = 64  # snapshots: more would save little time, and a long run's memory should grow by its recording alone
BUDGET = 64 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Snapshot:
    """A run after `epoch` updates. Its tensors are never written, so snapshots may share them."""

    epoch: int
    values: tuple[torch.Tensor, ...]
    memory: tuple[dict[str, Any] | None, ...]  # the optimizer's, for every parameter that it holds
    settings: tuple[dict[str, Any], ...]
    random: tuple[torch.Tensor, ...]
    size: int  # bytes that this snapshot alone takes

    @classmethod
    def take(cls, epoch: int, learner: TrainState, before: Snapshot | None = None) -> Snapshot:
        """The state as it is, sharing what it can with the snapshot before."""
        values = tuple([value.detach().clone() for value in learner.values])
        memory = tuple([_copy(learner.optimizer.state.get(held)) for held in learner.held])
        random = learner.random.state
        shares = before is not None and all(map(torch.equal, random, before.random))
        if shares and before is not None:
            random = before.random
        tensors = [*values, *_tensors(memory), *(() if shares else random)]
        return cls(epoch, values, memory, settings(learner.optimizer), random, sum(map(_size, tensors)))

    def put_back(self, learner: TrainState) -> None:
        """Make the live things what they were."""
        with torch.no_grad():
            for value, saved in zip(learner.values, self.values, strict=True):
                value.copy_(saved)
        for held, saved in zip(learner.held, self.memory, strict=True):
            if saved is None:
                learner.optimizer.state.pop(held, None)
            else:
                learner.optimizer.state[held] = _copy(saved)
        apply_settings(learner.optimizer, self.settings)
        learner.random.state = self.random


class Checkpoints:
    """The way back for one learner: its snapshots, by their epochs, and when its optimizer's settings were changed."""

    def __init__(self, learner: TrainState, budget: int = BUDGET) -> None:
        self.budget = budget
        self.spacing = SPACING
        self.learner = learner
        self._kept = [Snapshot.take(0, learner)]
        self._settings = self._kept[0].settings
        self._changes = {0: self._settings}  # from which update on which settings hold

    @property
    def due(self) -> int:
        """The epoch that the next snapshot should be taken at."""
        return (self._kept[-1].epoch // self.spacing + 1) * self.spacing

    @property
    def size(self) -> int:
        """Bytes that all snapshots take."""
        return sum(snapshot.size for snapshot in self._kept)

    @property
    def epochs(self) -> tuple[int, ...]:
        """Where the snapshots stand."""
        return tuple(snapshot.epoch for snapshot in self._kept)

    def take(self, epoch: int) -> None:
        """Snapshot the learner, at work and after `epoch` updates, more than at all other snapshots."""
        self.learner.random.note()
        self._kept = [*self._kept, Snapshot.take(epoch, self.learner, self._kept[-1])]
        while len(self._kept) > 1 and (len(self._kept) > MOST or self.size > self.budget):
            self.spacing *= 2
            self._kept = [kept for kept in self._kept if kept.epoch % self.spacing == 0]

    def note_settings(self, epoch: int) -> None:
        """Take note of settings of the optimizer, such as lr, that somebody changed after `epoch` updates."""
        now = settings(self.learner.optimizer)
        if now != self._settings:
            self._settings = now
            self._changes = {**self._changes, epoch: now}

    def restore(self, epoch: int, batch: Batch) -> tuple[int, list[float]]:
        """Make the learner what it was after `epoch` updates, and forget what is known of later ones.

        Where no snapshot stands there, it trains from the nearest one before; the first epoch trained again, and the
        losses from there, can be compared with the recording.
        """
        self._kept = [kept for kept in self._kept if kept.epoch <= epoch]
        self._changes = {change: values for change, values in self._changes.items() if change <= epoch}
        nearest = self._kept[-1]
        nearest.put_back(self.learner)
        losses: list[float] = []
        with self.learner.computing(batch):
            for again in range(nearest.epoch, epoch):
                self._apply_settings(again)
                losses.append(self.learner.update(batch)[0])
        self._apply_settings(epoch)
        self._settings = settings(self.learner.optimizer)
        return nearest.epoch, losses

    def _apply_settings(self, epoch: int) -> None:
        if epoch in self._changes:
            apply_settings(self.learner.optimizer, self._changes[epoch])

    def put_back_first(self) -> None:
        """Make the learner what it was before any update."""
        self._kept[0].put_back(self.learner)

    def fork(self, learner: TrainState) -> Checkpoints:
        """The same way back for a twin, which may then go its own way."""
        fork = copy.copy(self)  # lists and dicts are replaced when they change, never written
        fork.learner = learner
        return fork


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_copy(each) for each in value)
    return copy.deepcopy(value)


def _tensors(value: Any) -> Iterable[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _tensors(each)


def _size(tensor: torch.Tensor) -> int:
    return tensor.numel() * tensor.element_size()
