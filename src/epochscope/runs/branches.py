"""The branches of a training run: the current one, the older ones, and which epochs they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from epochscope.history import History

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer


@dataclass(frozen=True)
class Branch:
    """One branch of a run.

    Parameters
    ----------
    id
        Its number, for `switch_to`.
    history
        Its recording. That of the current branch grows.
    start
        The first epoch in which it differs from the current branch; 0 for the current one.
    lr
        The learning rate of its next update; None if unknown.
    current
        Whether it is the current branch.
    """

    id: int
    history: History = field(repr=False)
    start: int
    lr: float | None = None
    current: bool = False


@dataclass(frozen=True)
class OldBranch:
    """The part of an older branch that a chart draws: its losses (nats per token) from epoch `start` on."""

    id: int
    start: int
    losses: np.ndarray  # (count,) float64
    lr: float | None


class Branches:
    """The trainers of all branches by number, which of them is current, and how often that changed."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainers = {0: trainer}
        self._current = self._newest = 0
        self._kept: list[int] = []  # _kept[r]: how many epochs revision r + 1 shares with revision r

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current branch."""
        return self._trainers[self._current]

    @property
    def revision(self) -> int:
        """How often the recording was cut or replaced."""
        return len(self._kept)

    def shared(self, revision: int) -> int:
        """Return how many epochs, at most, the recording shares with what it was at `revision`."""
        return min(self._kept[max(0, revision) :], default=len(self.trainer.recorded))

    def branches(self) -> tuple[Branch, ...]:
        """Return all branches in the order in which they were made."""
        return tuple(
            Branch(key, trainer.history, self._start(trainer), trainer.lr, current=key == self._current)
            for key, trainer in self._trainers.items()
        )

    def old_branches(self) -> list[OldBranch]:
        """Return the branches that are not current, each from where it differs from the current one."""
        found = []
        for key, trainer in self._trainers.items():
            if key != self._current:
                start = self._start(trainer)
                found.append(OldBranch(key, start, trainer.recorded.losses[start:], trainer.lr))
        return found

    def reset(self, seed: int | None) -> None:
        """Discard all epochs and the other branches; restore the initial weights, or make those of another `seed`."""
        self.trainer.reset(seed)
        self._trainers = {self._current: self.trainer}
        self._kept.append(0)

    def rewind(self, epoch: int) -> None:
        """Restore the state just before `epoch` and discard the epochs from there on."""
        before = len(self.trainer.history)
        try:
            self.trainer.rewind(epoch)
        finally:  # if the model raises while epochs are repeated, later epochs are discarded nevertheless
            if epoch < before or len(self.trainer.history) < before:
                self._kept.append(len(self.trainer.history))

    def branch(self, epoch: int, lr: float | None, **optimizer_options: Any) -> None:
        """Continue from `epoch` on a new branch, with new options of the optimizer, and keep this one."""
        trainer = self.trainer.branch(epoch, lr=lr, **optimizer_options)
        self._newest += 1
        self._trainers[self._newest] = trainer
        self.switch_to(self._newest)

    def switch_to(self, branch: int) -> None:
        """Make the branch of this number the current one."""
        if branch not in self._trainers:
            known = ", ".join(map(str, self._trainers))
            raise ValueError(f"branch={branch}: there is no such branch; give one of its branches: {known}")
        if branch != self._current:
            left, self._current = self.trainer, branch
            self._kept.append(shared_epochs(left.history, self.trainer.history))

    def _start(self, trainer: Trainer) -> int:
        return 0 if trainer is self.trainer else shared_losses(self.trainer.recorded, trainer.recorded)


def shared_epochs(a: History, b: History) -> int:
    """Return how many first epochs two recordings share in everything that is shown of them.

    At the epoch where a branch starts, the losses are equal, but the learning rate of the update and the events differ.
    """
    n = shared_losses(a, b)
    differs = np.flatnonzero(a.lrs[:n].view(np.int64) != b.lrs[:n].view(np.int64))
    return min([n, *differs[:1].tolist(), *(set(a.branches) ^ set(b.branches))])


def shared_losses(a: History, b: History) -> int:
    """Return how many first losses two recordings share, bit for bit."""
    n = min(len(a), len(b))
    differs = np.flatnonzero(a.losses[:n].view(np.int64) != b.losses[:n].view(np.int64))
    return int(differs[0]) if len(differs) else n
