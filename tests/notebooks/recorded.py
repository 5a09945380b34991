"""Recordings that lessons contain, computed without a notebook."""

from __future__ import annotations

from epochscope.history import History
from epochscope.training.trainer import Trainer

THINK = " I think therefore I am."


def think() -> History:
    """Return the run of the lecture before it branches."""
    return Trainer(THINK, seed=2).train(300)


def fall(history: History) -> tuple[int, int]:
    """Return the first epoch with the most correct positions, and the worst epoch after it."""
    first = int(history.n_correct.argmax())
    return first, first + int(history.n_correct[first:].argmin())


def calm() -> History:
    """Return the same run, with a smaller learning rate from 50 epochs before its worst epoch on."""
    trainer = Trainer(THINK, seed=2)
    first, worst = fall(trainer.train(300))
    trainer.reset()
    trainer.train(max(first, worst - 50))
    trainer.lr = 0.01
    return trainer.train(300 - len(trainer.history))
