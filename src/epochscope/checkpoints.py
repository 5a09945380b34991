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
from torch import nn, optim

from .optimizers import apply_settings, settings
from .random_state import RandomState

SPACING = 32  # epochs: of the classic lab's, a snapshot costs a tenth of one, and 31 take 20 ms
MOST = 64  # snapshots: more would save little time, and a long run's memory should grow by its recording alone
BUDGET = 64 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class State:
    """The live things that training changes."""

    values: tuple[torch.Tensor, ...]  # every parameter and buffer once, always in the same order
    held: tuple[torch.Tensor, ...]  # the parameters that the optimizer holds
    optimizer: optim.Optimizer
    random: RandomState

    @classmethod
    def of(cls, model: nn.Module, optimizer: optim.Optimizer, criterion: object, random: RandomState) -> State:
        """What there is to a run; a criterion may have weights too."""
        modules = [model, *([criterion] if isinstance(criterion, nn.Module) else [])]
        values = [tensor for module in modules for tensor in (*module.parameters(), *module.buffers())]
        held = tuple(tensor for group in optimizer.param_groups for tensor in group["params"])
        return cls(tuple({id(tensor): tensor for tensor in (*values, *held)}.values()), held, optimizer, random)


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
    def take(cls, epoch: int, state: State, before: Snapshot | None = None) -> Snapshot:
        """The state as it is, sharing what it can with the snapshot before."""
        values = tuple([value.detach().clone() for value in state.values])
        memory = tuple([_copy(state.optimizer.state.get(held)) for held in state.held])
        random = state.random.state
        shares = before is not None and all(map(torch.equal, random, before.random))
        if shares and before is not None:
            random = before.random
        tensors = [*values, *_tensors(memory), *(() if shares else random)]
        return cls(epoch, values, memory, settings(state.optimizer), random, sum(map(_size, tensors)))

    def put_back(self, state: State) -> None:
        """Make the live things what they were."""
        with torch.no_grad():
            for value, saved in zip(state.values, self.values, strict=True):
                value.copy_(saved)
        for held, saved in zip(state.held, self.memory, strict=True):
            if saved is None:
                state.optimizer.state.pop(held, None)
            else:
                state.optimizer.state[held] = _copy(saved)
        apply_settings(state.optimizer, self.settings)
        state.random.state = self.random


class Checkpoints:
    """The snapshots of a run in the order of their epochs."""

    def __init__(self, first: Snapshot, budget: int = BUDGET) -> None:
        self.budget = budget
        self.spacing = SPACING
        self._kept = [first]

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

    def take(self, epoch: int, state: State) -> None:
        """Snapshot the state, later than all others."""
        self._kept.append(Snapshot.take(epoch, state, self._kept[-1]))
        while len(self._kept) > 1 and (len(self._kept) > MOST or self.size > self.budget):
            self.spacing *= 2
            self._kept = [kept for kept in self._kept if kept.epoch % self.spacing == 0]

    def nearest(self, epoch: int) -> Snapshot:
        """The last snapshot that is not after this epoch."""
        return next(kept for kept in reversed(self._kept) if kept.epoch <= epoch)

    def cut(self, epoch: int) -> None:
        """Forget the snapshots after this epoch."""
        self._kept = [kept for kept in self._kept if kept.epoch <= epoch]

    def fork(self, epoch: int) -> Checkpoints:
        """Those up to this epoch, shared, for a run that goes its own way from there."""
        fork = Checkpoints(self._kept[0], self.budget)
        fork.spacing = self.spacing
        fork._kept = [kept for kept in self._kept if kept.epoch <= epoch]
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
