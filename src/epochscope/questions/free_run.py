"""The question where the free run first differs from the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from epochscope.validation import check_int

from .asked import Asked, Choice
from .kind import Kind
from .subject import Subject, recorded_epoch


class FreeRun(Kind):
    """A choice is a position; -1: nowhere. Ignored positions do not count."""

    name = "free_run"
    options = ("epoch", "given")
    shows_epoch = True

    def make(self, subject: Subject, run: int | None, cursor: int, given: Mapping[str, Any]) -> Asked:
        """Return the question; `epoch` defaults to the cursor."""
        source = subject.sources[run or 0]
        tokens = check_int("given", given.get("given", 1), 1, source.history.positions)
        epoch = recorded_epoch(source, given.get("epoch"), cursor)
        return Asked(self.name, epoch, epoch, run=run, given=tokens)

    def answer(self, asked: Asked, subject: Subject) -> tuple[Choice, ...] | None:
        """Return the first position at which the free run, once it reads its own tokens, differs from the targets."""
        source = subject.source(asked)
        history = source.history
        if len(history) <= asked.epoch:
            return None
        assert asked.given is not None  # noqa: S101 - required
        differs = history.counted & (source.free_run_at(asked.epoch, asked.given) != history.targets)
        wrong = np.flatnonzero(differs[asked.given - 1 :])  # before, it reads the text
        return (asked.given - 1 + int(wrong[0]) if len(wrong) else -1,)

    def limits(self, asked: Asked, subject: Subject) -> tuple[int, int]:
        """Return -1 and the last position."""
        return -1, subject.source(asked).history.positions - 1

    def readable(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the position; None: nowhere."""
        return None if choice == -1 else choice

    def label(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the position or "nowhere"."""
        return "nowhere" if choice == -1 else choice
