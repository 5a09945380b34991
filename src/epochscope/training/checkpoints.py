"""Snapshots of a training, from which any earlier epoch is restored.

An epoch is restored by training again from the newest snapshot before it. Snapshots are `spacing` epochs apart; if
there are more than 64 or they exceed the byte budget, every second one is discarded and the spacing doubles. So
restoring takes at most the time of 32 epochs, or, if the budget allows it, 1/32 of the time of the whole
training. The first snapshot is always kept.
"""

from __future__ import annotations

import copy
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import torch

from .batch import Batch
from .module_state import ModuleState, tensors_in
from .optimizers import Settings, apply_settings, copy_settings
from .train_state import TrainState

SPACING = 32  # epochs: in the classic lab a snapshot costs a tenth of an epoch, and 31 epochs take 20 ms
MAX_SNAPSHOTS = 64  # more would save little time; the memory of a long training should grow by its recording alone
DEFAULT_BUDGET = 64 * 1024 * 1024  # bytes
_MUTABLE = (torch.Tensor, list, dict)


@dataclass(frozen=True)
class Snapshot:
    """A training state after `epoch` updates. Its tensors are never written, so snapshots can share them."""

    epoch: int
    tensors: tuple[torch.Tensor, ...]  # of `TrainState.tensors`
    modules: ModuleState  # of `TrainState.modules`
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
        modules = ModuleState(state.modules, state.tensors)
        copied = (*tensors, *modules.tensors, *tensors_in(optimizer_state), *own_random)
        size = sum(tensor.nbytes for tensor in copied)
        return cls(epoch, tensors, modules, optimizer_state, copy_settings(state.optimizer), random, size)

    def restore(self, state: TrainState) -> None:
        """Write this snapshot into `state`."""
        with torch.no_grad():
            for tensor, saved in zip(state.tensors, self.tensors, strict=True):
                tensor.copy_(saved)
        self.modules.restore(state.modules)
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
        # Replaced when they change, never written, so that a fork can share them.
        self._snapshots = [Snapshot.take(0, state)]
        self._changes = [(0, copy_settings(state.optimizer))]  # with the first epoch of these settings, ascending
        self._noted: list[list[Any]] = []  # the values of each parameter group at the last call of `note_settings`
        self._in_place = True  # whether such values may change without being replaced

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

    @property
    def changes(self) -> tuple[tuple[int, Settings], ...]:
        """The settings of the optimizer, each with the first epoch of it, ascending from epoch 0 on."""
        return tuple(self._changes)

    @property
    def n_changes(self) -> int:
        """The length of `changes`."""
        return len(self._changes)

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

    def note_settings(self, epoch: int) -> bool:
        """Note settings of the optimizer, such as lr, that were changed after `epoch` updates; return whether any were.

        It is called before every step, so that settings which do not change must cost next to nothing.
        """
        groups = self.state.optimizer.param_groups
        values = [[value for key, value in group.items() if key != "params"] for group in groups]
        if not self._in_place and values == self._noted:
            return False
        self._noted, self._in_place = values, any(isinstance(value, _MUTABLE) for row in values for value in row)
        settings = copy_settings(self.state.optimizer)
        if settings == self._changes[-1][1]:
            return False
        self._changes.append((epoch, settings))
        return True

    def before(self, epoch: int) -> Snapshot:
        """Return the newest snapshot that was taken after at most `epoch` updates."""
        return self._snapshots[bisect_right(self.epochs, epoch) - 1]

    def apply_settings(self, epoch: int, state: TrainState) -> None:
        """Give the optimizer of `state`, a copy of this training state, the settings of the update after `epoch`."""
        apply_settings(state.optimizer, self._settings(epoch))

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
        self._changes = [change for change in self._changes if change[0] <= epoch]
        nearest, losses = self._snapshots[-1], list[float]()

        def before_step() -> None:
            apply_settings(self.state.optimizer, self._settings(nearest.epoch + len(losses)))

        try:
            nearest.restore(self.state)
            with self.state.computing(batch, before_step):
                for _ in range(nearest.epoch, epoch):
                    losses.append(self.state.update(batch)[0])
        finally:  # the settings of an epoch between are not a change by the user
            apply_settings(self.state.optimizer, self._settings(epoch))
            self._noted = []  # what was noted last may be of a discarded epoch
        return nearest.epoch, losses

    def restore_initial(self) -> None:
        """Restore the state before any update, and keep all snapshots."""
        self._snapshots[0].restore(self.state)

    def fork(self, state: TrainState) -> Checkpoints:
        """Return checkpoints of `state`, a copy of this training state, that share the snapshots so far."""
        fork = copy.copy(self)
        fork.state = state
        fork._changes = [*self._changes]  # noqa: SLF001 - same class
        return fork

    def _settings(self, epoch: int) -> Settings:
        """Return the settings of the update after `epoch` updates."""
        return self._changes[bisect_right(self._changes, epoch, key=lambda change: change[0]) - 1][1]


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_copy(item) for item in value)
    return copy.deepcopy(value)
