"""The question which position is learned last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .asked import Asked, Choice
from .kind import Kind
from .subject import Subject, epoch_of_run, first_all_correct


class LastLearned(Kind):
    """A choice is a position. A position is learned at the epoch from which it stays correct up to the last one."""

    name = "last_learned"
    options = ("epoch",)
    early = True

    def make(self, subject: Subject, run: int | None, cursor: int, given: Mapping[str, Any]) -> Asked:  # noqa: ARG002
        """Return the question; `epoch` defaults to the first one that is all correct, if there is one."""
        last = epoch_of_run(subject.sources[run or 0], given.get("epoch"))
        follows = last if given.get("epoch") is None else None
        return self.follow(Asked(self.name, -1, last, run=run, follows=follows), subject)

    def follow(self, asked: Asked, subject: Subject) -> Asked:
        """Return the question with the first epoch that is all correct as the last one that counts."""
        if asked.follows is None:
            return asked
        first = first_all_correct(subject.source(asked), asked.follows)
        return replace(asked, epoch=asked.follows if first is None else first)

    def told_at(self, asked: Asked, subject: Subject) -> int:
        """Return the last epoch that counts; while this is not known, the first one that may be it."""
        return asked.epoch if asked.follows is None else min(asked.epoch, subject.source(asked).count)

    def answer(self, asked: Asked, subject: Subject) -> tuple[Choice, ...] | None:
        """Return the positions that are learned at the latest epoch; one that is wrong at the last epoch is later."""
        history = subject.source(asked).history
        if len(history) <= asked.epoch:
            return None
        wrong = history.records(0, asked.epoch + 1).top_tokens[:, :, 0] != history.targets  # (E, P)
        epochs = len(wrong)
        learned = np.where(wrong.any(axis=0), epochs - wrong[::-1].argmax(axis=0), 0)  # after the last wrong one
        learned[~history.counted] = -1
        return tuple(np.flatnonzero(learned == learned.max()).tolist())

    def limits(self, asked: Asked, subject: Subject) -> tuple[int, int]:
        """Return the first and the last position."""
        return 0, subject.source(asked).history.positions - 1

    def readable(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the position."""
        return choice
