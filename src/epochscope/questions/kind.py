"""`Kind`, what the kinds of questions share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from .asked import Asked, Choice
from .subject import Subject


class Kind:
    """A kind of question. Its methods have no state; a subclass says how the right answer follows from recordings."""

    name: ClassVar[str]
    #: The options of `ask` that belong to it.
    options: ClassVar[tuple[str, ...]] = ()
    #: Those of them that must be given.
    required: ClassVar[tuple[str, ...]] = ()
    #: Whether it is about one run, so that a comparison needs `run`.
    of_one_run: ClassVar[bool] = True
    #: Whether only comparisons can ask it.
    of_many_runs: ClassVar[bool] = False
    #: Whether the answer may be known before the last epoch that counts.
    early: ClassVar[bool] = False
    #: Whether the pages show the epoch that is asked about.
    shows_epoch: ClassVar[bool] = False

    def make(self, subject: Subject, run: int | None, cursor: int, given: Mapping[str, Any]) -> Asked:
        """Return the question that the checked names of options describe. Raises ValueError if a value is invalid.

        `shown` is the one of those kinds that do not let it be chosen; otherwise `shown.choose` replaces it.
        """
        raise NotImplementedError

    def told_at(self, asked: Asked, subject: Subject) -> int:
        """Return the first epoch that gives the answer away, or may do so: what is not recorded is not known yet.

        Not for kinds that show the epoch that is asked about.
        """
        raise NotImplementedError

    def fallback(self, asked: Asked) -> int:  # noqa: ARG002 - of subclasses
        """Return the last epoch to show if the cursor would give the answer away."""
        return 0

    def answer(self, asked: Asked, subject: Subject) -> tuple[Choice, ...] | None:
        """Return all choices that count as correct; None: not known yet."""
        raise NotImplementedError

    def follow(self, asked: Asked, subject: Subject) -> Asked:  # noqa: ARG002 - of subclasses
        """Return the question after the recordings have changed."""
        return asked

    def update(self, asked: Asked, subject: Subject) -> Asked:
        """Return the question with the answer as it is now known. Raises ValueError if a network cannot be read."""
        asked = self.follow(asked, subject)
        if self.early:  # after a cut, another epoch may tell it
            asked = replace(asked, shown=min(asked.shown, self.told_at(asked, subject) - 1))
        return replace(asked, answer=self.answer(asked, subject))

    def limits(self, asked: Asked, subject: Subject) -> tuple[int, int]:
        """Return the lowest and the highest number that can be chosen."""
        raise NotImplementedError

    def check(self, asked: Asked, subject: Subject, choice: object) -> Choice:
        """Return a choice that a page has made. Raises ValueError if it does not fit the question."""
        low, high = self.limits(asked, subject)
        if isinstance(choice, int) and not isinstance(choice, bool) and low <= choice <= high:
            return choice
        raise ValueError(f"choice={shortened(choice)}: must be an integer from {low} to {high}")

    def readable(self, asked: Asked, subject: Subject, choice: Choice) -> Any:
        """Return a choice for people."""
        raise NotImplementedError

    def label(self, asked: Asked, subject: Subject, choice: Choice) -> Any:
        """Return a choice as a label of a table: a number or a str."""
        return self.readable(asked, subject, choice)

    def listed(self, asked: Asked, subject: Subject) -> tuple[Choice, ...]:  # noqa: ARG002 - of subclasses
        """Return the choices that a table lists also if nobody has made them."""
        return ()

    def order(self, choice: Choice) -> Any:
        """Return by what choices are sorted: numbers ascending, -1 last."""
        return (choice == -1, choice)


def shortened(value: object, limit: int = 60) -> str:
    """Return the beginning of what a value looks like, for an error message."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
