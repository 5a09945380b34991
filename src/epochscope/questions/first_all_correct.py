"""The question at which epoch all positions are first correct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from epochscope.validation import check_int

from .asked import Asked, Choice
from .kind import Kind
from .subject import Subject, epoch_of_run, first_all_correct

#: The share of the epochs that a choice may be off, as a divisor.
_TOLERANCE = 20


class FirstAllCorrect(Kind):
    """A choice is an epoch; -1: at none of them. Ignored positions do not count."""

    name = "first_all_correct"
    options = ("epoch", "tolerance")
    early = True

    def make(self, subject: Subject, run: int | None, cursor: int, given: Mapping[str, Any]) -> Asked:  # noqa: ARG002
        """Return the question; `tolerance` defaults to 5 % of the epochs, at least 1."""
        epoch, tolerance = epoch_of_run(subject.sources[run or 0], given.get("epoch")), given.get("tolerance")
        if tolerance is None:
            tolerance = max(1, (epoch + 1) // _TOLERANCE)
        return Asked(self.name, -1, epoch, run=run, tolerance=check_int("tolerance", tolerance, 0, max(1, epoch)))

    def told_at(self, asked: Asked, subject: Subject) -> int:
        """Return the answer; until it is known, the first epoch that may be it, at most the last one that counts."""
        source = subject.source(asked)
        first = first_all_correct(source, asked.epoch)
        return min(asked.epoch, source.count) if first is None else first

    def answer(self, asked: Asked, subject: Subject) -> tuple[Choice, ...] | None:
        """Return the first epoch at which all are correct."""
        source = subject.source(asked)
        first = first_all_correct(source, asked.epoch)
        if first is not None:
            return (first,)
        return (-1,) if len(source.history) > asked.epoch else None

    def limits(self, asked: Asked, subject: Subject) -> tuple[int, int]:  # noqa: ARG002 - the base's
        """Return -1 and the last epoch that counts."""
        return -1, asked.epoch

    def readable(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the epoch; None: never."""
        return None if choice == -1 else choice

    def label(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the epoch or "never"."""
        return "never" if choice == -1 else choice
