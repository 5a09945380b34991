"""Grading is the same in Python and in JavaScript: both read the same cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epochscope.questions.asked import Choice
from epochscope.questions.grading import grade
from epochscope.questions.kinds import KINDS

CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "grading.json").read_text("utf-8"))


def choice(value: Any) -> Choice:
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_a_choice_is_graded_as_the_fixture_says(case: dict[str, Any]) -> None:
    question = case["question"]
    answer = None if question["answer"] is None else [choice(each) for each in question["answer"]]
    found = grade(question["kind"], question["tolerance"], answer, choice(case["choice"]))
    assert (found.correct, found.distance) == (case["correct"], case["distance"])


def test_the_fixture_has_every_kind_right_wrong_and_unknown() -> None:
    for kind in KINDS:
        assert {case["correct"] for case in CASES if case["question"]["kind"] == kind} == {True, False, None}
