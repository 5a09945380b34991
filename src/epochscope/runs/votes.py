"""Messages from a browser about a question. Whether a choice fits the question is checked where this is known."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

#: The largest number that a choice may be, as the largest epoch of `commands`.
MAX_NUMBER = 10_000_000
#: The most positions of a choice, and the most choices of a show of hands.
MAX_LENGTH = 10_000
#: The most hands for a choice.
MAX_HANDS = 1_000_000

ViewId: TypeAlias = Annotated[str, Meta(pattern=r"^[ -~]{1,64}\Z")]
QuestionId: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{12}\Z")]
Generation: TypeAlias = Annotated[int, Meta(ge=0, le=2**53)]
ChosenNumber: TypeAlias = Annotated[int, Meta(ge=-1, le=MAX_NUMBER)]
Chosen: TypeAlias = ChosenNumber | Annotated[list[ChosenNumber], Meta(max_length=MAX_LENGTH)]
HandCount: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_HANDS)]


class Committed(Struct, frozen=True, forbid_unknown_fields=True):
    """A choice that a page has committed in a round, and whether it was sure."""

    choice: Chosen
    sure: bool


class Answer(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="answer"):
    """All that a page has answered to a question, and whether it shows the answer; it may be repeated."""

    page: ViewId
    question: QuestionId
    generation: Generation
    rounds: Annotated[list[Committed | None], Meta(max_length=2)]  # None: it missed that round
    revealed: bool


class Hands(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="hands"):
    """A show of hands, counted by choice: it replaces that of the same round."""

    question: QuestionId
    generation: Generation
    round: Literal[1, 2]
    counts: Annotated[list[tuple[Chosen, HandCount]], Meta(max_length=MAX_LENGTH)]
