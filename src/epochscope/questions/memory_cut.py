"""The question at which positions the prediction changes if the memory is cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from epochscope.validation import check_choice, check_int

from .asked import Asked, Choice
from .kind import Kind, shortened
from .subject import Subject, recorded_epoch


class MemoryCut(Kind):
    """A choice is a list of positions, ascending; it may be empty. Ignored positions count: they have a prediction."""

    name = "memory_cut"
    options = ("after", "epoch", "what")
    required = ("after",)
    shows_epoch = True

    def make(self, subject: Subject, run: int | None, cursor: int, given: Mapping[str, Any]) -> Asked:
        """Return the question; `epoch` defaults to the cursor."""
        source = subject.sources[run or 0]
        positions = source.history.positions
        if positions < 2:
            raise ValueError("the text has one position: a cut has no position after it; ask about a longer text")
        after = check_int("after", given["after"], 0, positions - 2)
        what = check_choice("what", given.get("what", "all"), ("all", "h", "c"))
        epoch = recorded_epoch(source, given.get("epoch"), cursor)
        return Asked(self.name, epoch, epoch, run=run, after=after, what=what)

    def answer(self, asked: Asked, subject: Subject) -> tuple[Choice, ...] | None:
        """Return the positions whose prediction changes."""
        source = subject.source(asked)
        history = source.history
        if len(history) <= asked.epoch:
            return None
        assert asked.after is not None and asked.what is not None  # noqa: S101, PT018 - required
        before = history.records(asked.epoch, asked.epoch + 1).top_tokens[0, :, 0]
        changed = source.cut_memory_at(asked.epoch, asked.after, asked.what) != before
        return (tuple(np.flatnonzero(changed).tolist()),)

    def limits(self, asked: Asked, subject: Subject) -> tuple[int, int]:
        """Return the first and the last position."""
        return 0, subject.source(asked).history.positions - 1

    def check(self, asked: Asked, subject: Subject, choice: object) -> Choice:
        """Return positions. Raises ValueError unless they are ascending and in the text."""
        low, high = self.limits(asked, subject)
        if isinstance(choice, (list, tuple)) and len(choice) <= high + 1:
            positions = tuple(choice)
            known = all(isinstance(each, int) and not isinstance(each, bool) for each in positions)
            if known and all(low <= each <= high for each in positions) and list(positions) == sorted(set(positions)):
                return positions
        raise ValueError(f"choice={shortened(choice)}: must be a list of positions from {low} to {high}, ascending")

    def readable(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the positions."""
        return choice

    def label(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the positions, or "nothing"."""
        assert isinstance(choice, tuple)  # noqa: S101 - checked
        return ", ".join(map(str, choice)) or "nothing"

    def order(self, choice: Choice) -> Any:
        """Return the positions."""
        return choice
