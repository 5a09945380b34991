"""`Asked`, one question about a run or a comparison, as it is sent to the pages."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeAlias

#: What is chosen: a number (-1: never, nowhere or none), or positions in ascending order.
Choice: TypeAlias = "int | tuple[int, ...]"

#: Of Python alone: how the answer is found.
_OWN = ("accepted", "follows")
#: What a file of answers leaves out besides: it may go to other readers.
_UNSAVED = ("answer", "tells", "why", "revealed", "round", "hold")


@dataclass(frozen=True)
class Asked:
    """A question, with the answer as far as it is known. Made by `kinds.make`.

    Parameters
    ----------
    kind
        The name of its kind, see `kinds`.
    shown
        The last epoch that pages show while it is covered; -1: none.
    epoch
        The epoch that is asked about, or the last one that counts, or, of "choice", the one that the reveal plays to.
    id
        12 hexadecimal digits, see `identity`.
    prompt
        What is shown in place of the kind's own wording. Defaults to None.
    options
        Of "choice": what can be chosen.
    run
        The number of the run of a comparison; None: all, or a scope.
    position, after, what, given, by, tolerance
        Options of the kinds. None if it is not one of this kind.
    answer
        All choices that count as correct; empty: none does, as of a poll; None: not known yet.
    why
        What is shown after the reveal. Defaults to None.
    hold
        Whether Python alone reveals it and opens its second round. Defaults to False.
    accepted
        Of "choice": the answer that was given.
    follows
        Of "last_learned", if no epoch was given: the last one that counts if no epoch before it is all correct.
    """

    kind: str
    shown: int
    epoch: int
    id: str = ""
    prompt: str | None = None
    options: tuple[str, ...] | None = None
    run: int | None = None
    position: int | None = None
    after: int | None = None
    what: str | None = None
    given: int | None = None
    by: str | None = None
    tolerance: int | None = None
    answer: tuple[Choice, ...] | None = None
    why: str | None = None
    hold: bool = False
    accepted: tuple[int, ...] = ()
    follows: int | None = None

    def wire(self, *, generation: int = 0, round: int = 1, revealed: bool = False) -> dict[str, Any]:  # noqa: A002
        """Return the question as JSON; the parameters are the state of the vote."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _OWN}
        values["options"] = None if self.options is None else list(self.options)
        values["answer"] = None if self.answer is None else [plain(choice) for choice in self.answer]
        values["tells"] = self.tells
        if self.follows is not None:  # the epoch would tell at which one all are correct
            values |= {"epoch": self.follows, "by": "first_all_correct"}
        return {**values, "generation": generation, "round": round, "revealed": revealed}

    @property
    def tells(self) -> int:
        """The epoch that tells the answer, as far as it is known: to this one the reveal plays."""
        first = self.answer[0] if self.kind == "first_all_correct" and self.answer else -1
        return first if isinstance(first, int) and first >= 0 else self.epoch

    def saved(self, generation: int) -> dict[str, Any]:
        """Return the question as a file of answers has it, without what tells the answer."""
        return {name: value for name, value in self.wire(generation=generation).items() if name not in _UNSAVED}


def plain(choice: Choice) -> int | list[int]:
    """Return a choice as JSON."""
    return choice if isinstance(choice, int) else list(choice)
