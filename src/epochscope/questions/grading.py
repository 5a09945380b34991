"""Whether a choice is correct, and how far off it is. `gradeOf` in JavaScript does the same, with the same tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .asked import Choice


class Grade(NamedTuple):
    """How good a choice is.

    Attributes
    ----------
    correct
        Whether it is right; None: not known yet, or nothing is right.
    distance
        Of "first_all_correct": the epochs to the nearest right answer, None if one of both is "never". Of "memory_cut":
        the number of positions in one but not in the other. Else None.
    """

    correct: bool | None
    distance: int | None


def grade(kind: str, tolerance: int | None, answer: Sequence[Choice] | None, choice: Choice) -> Grade:
    """Return how good a choice is.

    Parameters
    ----------
    kind
        The name of the kind of question.
    tolerance
        Of "first_all_correct": so many epochs off still count as correct.
    answer
        All choices that are right; None: not known yet; empty: there is no right one.
    choice
        The choice.
    """
    if not answer:
        return Grade(None, None)
    if kind == "first_all_correct":
        distances = [each for each in (_epochs(right, choice) for right in answer) if each is not None]
        distance = min(distances, default=None)
        return Grade(distance is not None and distance <= (tolerance or 0), distance)
    if kind == "memory_cut":
        return Grade(choice in answer, min(len(_positions(right) ^ _positions(choice)) for right in answer))
    return Grade(choice in answer, None)


def _epochs(a: Choice, b: Choice) -> int | None:
    if a == b:
        return 0
    if not isinstance(a, int) or not isinstance(b, int) or -1 in (a, b):
        return None
    return abs(a - b)


def _positions(choice: Choice) -> set[int]:
    return {choice} if isinstance(choice, int) else set(choice)
