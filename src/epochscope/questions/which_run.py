"""The question which run of a comparison wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from epochscope.validation import check_choice

from .asked import Asked, Choice
from .kind import Kind
from .subject import Source, Subject, epoch_of_run, first_all_correct


class WhichRun(Kind):
    """A choice is the number of a run; -1: none."""

    name = "which_run"
    options = ("by", "epoch")
    of_one_run = False
    of_many_runs = True
    early = True

    def make(self, subject: Subject, run: int | None, cursor: int, given: Mapping[str, Any]) -> Asked:  # noqa: ARG002
        """Return the question; `by` defaults to "first_all_correct", `epoch` to the last one of the longest run."""
        by = check_choice("by", given.get("by", "first_all_correct"), ("first_all_correct", "correct", "loss"))
        longest = max(subject.sources, key=lambda source: source.last if given.get("epoch") is None else source.limit)
        return Asked(self.name, -1, epoch_of_run(longest, given.get("epoch")), by=by)

    def told_at(self, asked: Asked, subject: Subject) -> int:
        """Return the epoch at which the race is decided or may be, at most the last one that counts."""
        if asked.by != "first_all_correct":
            return asked.epoch
        found = [(first_all_correct(source, asked.epoch), source) for source in subject.sources]
        may_decide = [source.count if first is None else first for first, source in found if _counts(first, source)]
        return min([asked.epoch, *may_decide])

    def answer(self, asked: Asked, subject: Subject) -> tuple[Choice, ...] | None:
        """Return all runs that share the first place; -1 if no run has reached what is asked."""
        if asked.by == "first_all_correct":
            return _first(asked.epoch, subject.sources)
        if any(_is_open(source, asked.epoch) for source in subject.sources):
            return None
        scores = [_score(source, asked.epoch, asked.by) for source in subject.sources]
        best = max(scores)
        return tuple(i for i, score in enumerate(scores) if score == best) if best > -np.inf else (-1,)

    def limits(self, asked: Asked, subject: Subject) -> tuple[int, int]:  # noqa: ARG002 - the base's
        """Return -1 and the number of the last run."""
        return -1, len(subject.sources) - 1

    def readable(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the name of the run; None: none."""
        assert isinstance(choice, int) and subject.labels is not None  # noqa: S101, PT018 - checked
        return None if choice == -1 else subject.labels[choice]

    def label(self, asked: Asked, subject: Subject, choice: Choice) -> Any:
        """Return the name of the run or "none"."""
        return "none" if choice == -1 else self.readable(asked, subject, choice)

    def listed(self, asked: Asked, subject: Subject) -> tuple[Choice, ...]:  # noqa: ARG002 - the base's
        """Return all runs."""
        return tuple(range(len(subject.sources)))


def _first(epoch: int, sources: tuple[Source, ...]) -> tuple[Choice, ...] | None:
    """Return the runs that are all correct first, once no other one can be earlier or as early."""
    found = [first_all_correct(source, epoch) for source in sources]
    first = min((each for each in found if each is not None), default=None)
    last = epoch if first is None else first
    if any(each is None and _is_open(source, last) for each, source in zip(found, sources, strict=True)):
        return None
    return (-1,) if first is None else tuple(i for i, each in enumerate(found) if each == first)


def _counts(first: int | None, source: Source) -> bool:
    """Return whether a run is, or may still be, all correct."""
    return first is not None or not source.ended


def _is_open(source: Source, epoch: int) -> bool:
    """Return whether an epoch of a run is still to come."""
    return len(source.history) <= epoch and not source.ended


def _score(source: Source, epoch: int, by: str | None) -> float:
    """Return how good a run is at an epoch, or at its last one if it ended before; -inf: it cannot win."""
    history = source.history
    at = min(epoch, len(history) - 1)
    if at < 0:
        return -np.inf
    if by == "correct":
        return history.count_correct(at)
    loss = float(history.records(at, at + 1).losses[0])
    return -loss if np.isfinite(loss) else -np.inf
