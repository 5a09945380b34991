"""The question what the network predicts at a position, at an epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from epochscope.validation import check_int

from .asked import Asked, Choice
from .kind import Kind
from .subject import Subject, epoch_of_run


class Prediction(Kind):
    """A choice is the index of a token of the alphabet."""

    name = "prediction"
    options = ("epoch", "position")
    required = ("position",)

    def make(self, subject: Subject, run: int | None, cursor: int, given: Mapping[str, Any]) -> Asked:  # noqa: ARG002
        """Return the question; `position` counts from 0."""
        source = subject.sources[run or 0]
        position = check_int("position", given["position"], 0, source.history.positions - 1)
        return Asked(self.name, -1, epoch_of_run(source, given.get("epoch")), run=run, position=position)

    def told_at(self, asked: Asked, subject: Subject) -> int:  # noqa: ARG002 - the base's
        """Return the epoch that is asked about."""
        return asked.epoch

    def fallback(self, asked: Asked) -> int:
        """Return an epoch in the middle."""
        return asked.epoch // 2

    def answer(self, asked: Asked, subject: Subject) -> tuple[Choice, ...] | None:
        """Return the index of the predicted token."""
        history = subject.source(asked).history
        if len(history) <= asked.epoch:
            return None
        assert asked.position is not None  # noqa: S101 - required
        return (int(history.records(asked.epoch, asked.epoch + 1).top_tokens[0, asked.position, 0]),)

    def limits(self, asked: Asked, subject: Subject) -> tuple[int, int]:
        """Return the first and the last index of the alphabet."""
        return 0, len(subject.source(asked).history.alphabet) - 1

    def readable(self, asked: Asked, subject: Subject, choice: Choice) -> Any:
        """Return the token."""
        assert isinstance(choice, int)  # noqa: S101 - checked
        return subject.source(asked).history.alphabet[choice]
