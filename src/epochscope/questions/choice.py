"""A question of one's own, with options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from epochscope.validation import check_int

from .asked import Asked, Choice
from .kind import Kind, shortened
from .subject import Subject
from .wording import check_text

MIN_OPTIONS, MAX_OPTIONS = 2, 9
#: The most characters of an option.
MAX_OPTION = 500


class FreeChoice(Kind):
    """A choice is the number of an option. Without a right answer it is a poll."""

    name = "choice"
    options = ("options", "answer")
    required = ("options",)
    of_one_run = False

    def make(self, subject: Subject, run: int | None, cursor: int, given: Mapping[str, Any]) -> Asked:  # noqa: ARG002
        """Return the question; `answer` is the number or the text of an option, a list of these, or None."""
        options = check_options(given["options"])
        accepted = check_answer(given.get("answer"), options)
        return Asked(self.name, cursor, subject.head, options=options, accepted=accepted)

    def follow(self, asked: Asked, subject: Subject) -> Asked:
        """Return the question, whose reveal plays to the head."""
        return replace(asked, epoch=subject.head)

    def told_at(self, asked: Asked, subject: Subject) -> int:  # noqa: ARG002 - the base's
        """Return an epoch that is never recorded: what tells the answer is not known here."""
        return asked.epoch + 1

    def answer(self, asked: Asked, subject: Subject) -> tuple[Choice, ...] | None:  # noqa: ARG002 - the base's
        """Return what was given as the answer."""
        return asked.accepted

    def limits(self, asked: Asked, subject: Subject) -> tuple[int, int]:  # noqa: ARG002 - the base's
        """Return the numbers of the first and the last option."""
        return 0, len(asked.options or ()) - 1

    def readable(self, asked: Asked, subject: Subject, choice: Choice) -> Any:  # noqa: ARG002 - the base's
        """Return the option."""
        assert isinstance(choice, int) and asked.options is not None  # noqa: S101, PT018 - checked
        return asked.options[choice]

    def listed(self, asked: Asked, subject: Subject) -> tuple[Choice, ...]:  # noqa: ARG002 - the base's
        """Return all options."""
        return tuple(range(len(asked.options or ())))


def check_options(options: object) -> tuple[str, ...]:
    """Return the options. Raises ValueError unless they are 2 to 9 different strings that are not empty."""
    found = tuple(options) if isinstance(options, Sequence) and not isinstance(options, (str, bytes)) else ()
    if not MIN_OPTIONS <= len(found) <= MAX_OPTIONS:
        raise ValueError(
            f"options={shortened(options)}: must be a list of {MIN_OPTIONS} to {MAX_OPTIONS} strings; pass e.g. "
            'options=["yes", "no"]'
        )
    texts = tuple(check_text(f"options[{i}]", option, MAX_OPTION) for i, option in enumerate(found))
    twice = next((text for i, text in enumerate(texts) if text in texts[:i]), None)
    if twice is not None:
        raise ValueError(f"options: {shortened(twice)} occurs twice; pass different options")
    return texts


def check_answer(answer: object, options: tuple[str, ...]) -> tuple[int, ...]:
    """Return the numbers of the options that are right, ascending; none if `answer` is None. Raises ValueError."""
    if answer is None:
        return ()
    several = answer if isinstance(answer, (list, tuple)) else [answer]
    if not several:
        raise ValueError("answer=[]: must have at least one option; pass answer=None if there is no right answer")
    return tuple(sorted({_option_of(each, options) for each in several}))


def _option_of(answer: object, options: tuple[str, ...]) -> int:
    if not isinstance(answer, str):
        return check_int("answer", answer, 0, len(options) - 1)
    text = answer.encode("utf-8", "replace").decode()  # as `check_text` writes the options
    if text in options:
        return options.index(text)
    close = get_close_matches(text, options, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"pass its number, from 0 to {len(options) - 1}"
    raise ValueError(f"answer={shortened(answer)}: must be one of the options; {hint}")
