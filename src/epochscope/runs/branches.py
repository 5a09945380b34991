"""The line that is being trained, and those that branches left: who shares which epochs with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from epochscope.history import History
from epochscope.widget.wire import OldBranch

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer


class Branches:
    """One current trainer, the older ones that can be returned to, and a count of the changes between them."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self._old: dict[int, Trainer] = {}
        self._made = 0
        self._kept: list[int] = []  # _kept[r]: how many epochs revision r + 1 took over from revision r

    @property
    def revision(self) -> int:
        """Counts how often the current line was cut or changed."""
        return len(self._kept)

    def shared(self, revision: int) -> int:
        """How many epochs the current line shares, at most, with what it was at `revision`."""
        return min(self._kept[max(0, revision) :], default=len(self.trainer.recorded))

    def old_branches(self) -> list[OldBranch]:
        """The older lines, each from where it parts from the current one."""
        found = []
        for key, trainer in self._old.items():
            start = shared_losses(self.trainer.recorded, trainer.recorded)
            found.append(OldBranch(key, start, trainer.recorded.losses[start:], trainer.lr))
        return found

    def reset(self, seed: int | None) -> None:
        """Back to no epochs: the same initial weights, or those of another `seed`. The older lines are dropped."""
        self.trainer.reset(seed)
        self._old.clear()
        self._kept.append(0)

    def rewind(self, epoch: int) -> None:
        """Back to the state just before epoch `epoch`; the epochs from there on are dropped."""
        before = len(self.trainer.history)
        try:
            self.trainer.rewind(epoch)
        finally:  # where the model raises on the way back, the epochs are gone nevertheless
            if epoch < before or len(self.trainer.history) < before:
                self._kept.append(len(self.trainer.history))

    def branch(self, epoch: int, lr: float | None) -> None:
        """Go on from `epoch` on a new line (with learning rate `lr`, if given), keeping this one as a ghost."""
        self._change_to(self.trainer.branch(epoch, lr=lr))

    def holds(self, ghost: int) -> bool:
        """Whether there is an older line of this number."""
        return ghost in self._old

    def switch_to(self, ghost: int) -> None:
        """Make an older line the current one; the current one becomes a ghost."""
        if not self.holds(ghost):
            there = ", ".join(map(str, self._old)) or "none"
            raise ValueError(f"ghost={ghost}: there is no such line; there are: {there}")
        self._change_to(self._old.pop(ghost))

    def _change_to(self, trainer: Trainer) -> None:
        left, self.trainer = self.trainer, trainer
        self._made += 1
        self._old[self._made] = left
        self._kept.append(shared_epochs(left.history, trainer.history))


def shared_epochs(a: History, b: History) -> int:
    """How many first epochs of two recordings are alike in all that is shown of them.

    Where a branch leaves a line the losses are still the same: the learning rate of the update is not, nor the event.
    """
    n = shared_losses(a, b)
    differs = np.flatnonzero(a.lrs[:n].view(np.int64) != b.lrs[:n].view(np.int64))
    return min([n, *differs[:1].tolist(), *(set(a.branches) ^ set(b.branches))])


def shared_losses(a: History, b: History) -> int:
    """How many first epochs two recordings have in common, bit for bit as far as the losses tell."""
    n = min(len(a), len(b))
    differs = np.flatnonzero(a.losses[:n].view(np.int64) != b.losses[:n].view(np.int64))
    return int(differs[0]) if len(differs) else n
