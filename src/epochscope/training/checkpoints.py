"""Snapshots of a training, from which any earlier epoch is restored.

An epoch is restored by training again from the newest snapshot before it. Snapshots are `spacing` epochs apart; if
there are more than 64 or they exceed the byte budget, every second one is discarded and the spacing doubles. So
restoring takes at most the time of 32 epochs, or, if the budget allows it, 1/32 of the time of the whole
training. The first snapshot is always kept.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch

from .batch import Batch
from .optimizers import Settings, apply_settings, copy_settings
from .train_state import TrainState

SPACING = 32  # epochs: in the classic lab a snapshot costs a tenth of an epoch, and 31 epochs take 20 ms
MAX_SNAPSHOTS = 64  # more would save little time; the memory of a long training should grow by its recording alone
DEFAULT_BUDGET = 64 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Snapshot:
    """A training state after `epoch` updates. Its tensors are never written, so snapshots can share them."""

    epoch: int
    tensors: tuple[torch.Tensor, ...]  # of `TrainState.tensors`
    optimizer_state: tuple[dict[str, Any] | None, ...]  # of each of `TrainState.parameters`
    settings: Settings
    random: tuple[torch.Tensor, ...]
    size: int  # bytes, without what is shared with the previous snapshot

    @classmethod
    def take(cls, epoch: int, state: TrainState, previous: Snapshot | None = None) -> Snapshot:
        """Copy the current state; share the random state with the previous snapshot if it is the same."""
        tensors = tuple([tensor.detach().clone() for tensor in state.tensors])
        optimizer_state = tuple([_copy(state.optimizer.state.get(parameter)) for parameter in state.parameters])
        random, own_random = state.random.state, state.random.state
        if previous is not None and all(map(torch.equal, random, previous.random)):
            random, own_random = previous.random, ()
        size = sum(tensor.nbytes for tensor in (*tensors, *_tensors_in(optimizer_state), *own_random))
        return cls(epoch, tensors, optimizer_state, copy_settings(state.optimizer), random, size)

    def restore(self, state: TrainState) -> None:
        """Write this snapshot into `state`."""
        with torch.no_grad():
            for tensor, saved in zip(state.tensors, self.tensors, strict=True):
                tensor.copy_(saved)
        for parameter, saved in zip(state.parameters, self.optimizer_state, strict=True):
            if saved is None:
                state.optimizer.state.pop(parameter, None)
            else:
                state.optimizer.state[parameter] = _copy(saved)
        apply_settings(state.optimizer, self.settings)
        state.random.state = self.random


class Checkpoints:
    """The snapshots of one training, and the epochs at which the settings of its optimizer were changed.

    Parameters
    ----------
    state
        The training state, before any update.
    budget
        Maximum size of all snapshots but the first, in bytes. Defaults to 64 MiB.
    """

    def __init__(self, state: TrainState, budget: int = DEFAULT_BUDGET) -> None:
        self.budget = budget
        self.spacing: int = SPACING
        self.state = state
        # Both are replaced when they change, never written, so that a fork can share them.
        self._snapshots = [Snapshot.take(0, state)]
        self._changes = {0: copy_settings(state.optimizer)}  # by the first epoch with these settings, ascending

    @property
    def due(self) -> int:
        """The epoch before which the next snapshot should be taken."""
        return (self._snapshots[-1].epoch // self.spacing + 1) * self.spacing

    @property
    def size(self) -> int:
        """The size of all snapshots in bytes."""
        return sum(snapshot.size for snapshot in self._snapshots)

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs of all snapshots, ascending."""
        return tuple(snapshot.epoch for snapshot in self._snapshots)

    def take(self, epoch: int) -> None:
        """Take a snapshot after `epoch` updates. Call it with ascending epochs, inside `TrainState.computing`."""
        self.state.random.update()
        snapshots = [*self._snapshots, Snapshot.take(epoch, self.state, self._snapshots[-1])]
        size = sum(snapshot.size for snapshot in snapshots)
        while len(snapshots) > 1 and (len(snapshots) > MAX_SNAPSHOTS or size > self.budget):
            self.spacing *= 2
            snapshots = [snapshot for snapshot in snapshots if snapshot.epoch % self.spacing == 0]
            size = sum(snapshot.size for snapshot in snapshots)
        self._snapshots = snapshots

    def note_settings(self, epoch: int) -> None:
        """Note settings of the optimizer, such as lr, that were changed after `epoch` updates."""
        settings = copy_settings(self.state.optimizer)
        if settings != self._last_settings:
            self._changes = {**self._changes, epoch: settings}

    def restore(self, epoch: int, batch: Batch) -> tuple[int, list[float]]:
        """Restore the state after `epoch` updates, and discard snapshots and settings of later epochs.

        Returns
        -------
        start
            The epoch of the snapshot from which the state was trained again.
        losses
            The losses of the epochs from `start` to `epoch - 1`, to be compared with the recorded ones.
        """
        self._snapshots = [snapshot for snapshot in self._snapshots if snapshot.epoch <= epoch]
        self._changes = {change: settings for change, settings in self._changes.items() if change <= epoch}
        nearest, losses = self._snapshots[-1], list[float]()
        try:
            nearest.restore(self.state)
            with self.state.computing(batch):
                for repeated in range(nearest.epoch, epoch):
                    self._apply_change(repeated)
                    losses.append(self.state.update(batch)[0])
            self._apply_change(epoch)
        except BaseException:  # the settings of an epoch between are not a change by the user
            apply_settings(self.state.optimizer, self._last_settings)
            raise
        return nearest.epoch, losses

    def restore_initial(self) -> None:
        """Restore the state before any update, and keep all snapshots."""
        self._snapshots[0].restore(self.state)

    def fork(self, state: TrainState) -> Checkpoints:
        """Return checkpoints of `state`, a copy of this training state, that share the snapshots so far."""
        fork = copy.copy(self)
        fork.state = state
        return fork

    @property
    def _last_settings(self) -> Settings:
        return self._changes[max(self._changes)]

    def _apply_change(self, epoch: int) -> None:
        if epoch in self._changes:
            apply_settings(self.state.optimizer, self._changes[epoch])


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_copy(item) for item in value)
    return copy.deepcopy(value)


def _tensors_in(value: Any) -> Iterable[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors_in(item)
