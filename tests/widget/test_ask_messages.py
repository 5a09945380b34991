"""What pages send about questions is validated; nothing that they send breaks anything."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope import EpochScope
from epochscope.runs.commands import parse, parse_for_run
from epochscope.runs.votes import Answer, Committed, Hands
from tests.widget.asked import Student, count_hands
from tests.widget.browser import send

ID = "0123456789ab"
VOTE = {"choice": 3, "sure": True}
ANSWER: dict[str, Any] = {
    "kind": "answer",
    "page": "p",
    "question": ID,
    "generation": 0,
    "rounds": [VOTE],
    "revealed": False,
}
HANDS: dict[str, Any] = {"kind": "hands", "question": ID, "generation": 2, "round": 1, "counts": [[3, 7], [[1, 2], 0]]}


@pytest.fixture(scope="module")
def scope() -> Iterator[EpochScope]:
    made = EpochScope("hihello", epochs=20, seed=123_456)
    made.train()
    yield made
    made.close()


@pytest.fixture
def refused(scope: EpochScope, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the messages of refusals."""
    found: list[str] = []
    monkeypatch.setattr(scope._display, "send", lambda content, _: found.append(content["message"]))
    return found


def test_answers_and_hands_are_parsed() -> None:
    assert parse(ANSWER) == Answer("p", ID, 0, [Committed(3, sure=True)], revealed=False)
    assert parse({**ANSWER, "rounds": [{"choice": [1], "sure": False}, VOTE], "revealed": True}) == Answer(
        "p", ID, 0, [Committed([1], sure=False), Committed(3, sure=True)], revealed=True
    )
    assert parse(HANDS) == Hands(ID, 2, 1, [(3, 7), ([1, 2], 0)])


def test_answers_to_a_comparison_are_of_no_run() -> None:
    for message in (ANSWER, HANDS):
        assert parse_for_run(message, 2)[1] is None
        assert parse_for_run({**message, "run": None}, 2)[1] is None
        for run in (0, 1, 2, "0"):
            with pytest.raises(ValueError, match="message refused: run="):
                parse_for_run({**message, "run": run}, 2)


HOSTILE = [
    {**ANSWER, "page": ""},
    {**ANSWER, "page": "é"},
    {**ANSWER, "page": "a" * 65},
    {**ANSWER, "page": "a\n"},
    {**ANSWER, "question": "0123456789AB"},
    {**ANSWER, "question": ID + "\n"},
    {**ANSWER, "question": "<script>"},
    {**ANSWER, "generation": -1},
    {**ANSWER, "generation": 2**60},
    {**ANSWER, "generation": True},
    {**ANSWER, "revealed": 1},
    {**ANSWER, "rounds": [VOTE] * 3},
    {**ANSWER, "rounds": VOTE},
    {**ANSWER, "rounds": [3]},
    {**ANSWER, "rounds": [{"choice": 3}]},
    {**ANSWER, "rounds": [{**VOTE, "sure": 1}]},
    {**ANSWER, "rounds": [{**VOTE, "choice": -2}]},
    {**ANSWER, "rounds": [{**VOTE, "choice": 10**9}]},
    {**ANSWER, "rounds": [{**VOTE, "choice": 10**400}]},
    {**ANSWER, "rounds": [{**VOTE, "choice": 1.5}]},
    {**ANSWER, "rounds": [{**VOTE, "choice": True}]},
    {**ANSWER, "rounds": [{**VOTE, "choice": "3"}]},
    {**ANSWER, "rounds": [{**VOTE, "choice": [[3]]}]},
    {**ANSWER, "rounds": [{**VOTE, "choice": [0] * 10_001}]},
    {**ANSWER, "rounds": [{**VOTE, "more": 3}]},
    {**ANSWER, "correct": True},
    {name: value for name, value in ANSWER.items() if name != "page"},
    {**HANDS, "round": 3},
    {**HANDS, "round": True},
    {**HANDS, "counts": [[3]]},
    {**HANDS, "counts": [[3, -1]]},
    {**HANDS, "counts": [[3, 10**9]]},
    {**HANDS, "counts": [[3, 1.5]]},
    {**HANDS, "counts": {"3": 1}},
    {**HANDS, "counts": [[3, 1]] * 10_001},
    {**HANDS, "page": "p"},
]


@pytest.mark.parametrize("message", HOSTILE, ids=range(len(HOSTILE)))
def test_a_malformed_answer_is_refused_by_a_short_message(
    scope: EpochScope, refused: list[str], message: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"message refused: .*; expected"):
        parse(message)
    send(scope.player, **message)
    (says,) = refused
    assert says.startswith("message refused: ")
    assert len(says) < 300
    assert says.isascii()


def test_a_choice_that_does_not_fit_the_question_is_refused_and_nothing_of_the_message_counts(
    scope: EpochScope, refused: list[str]
) -> None:
    question = scope.ask("choice", prompt="fits?", options=["x", "y"])
    student = Student(scope)
    for wrong in (2, -1, [0]):
        student.send(rounds=[{"choice": 0, "sure": True}, {"choice": wrong, "sure": True}])
    assert (len(refused), scope.player.answers) == (3, [])
    assert refused[0] == "message refused: choice=2: must be an integer from 0 to 1"
    count_hands(scope, [[0, 3], [2, 1]])
    count_hands(scope, [[0, 3], [0, 1]])
    assert refused[3:] == [
        "message refused: choice=2: must be an integer from 0 to 1",
        "message refused: counts: a choice occurs twice; expected each once",
    ]
    assert scope.player.hands == []
    scope.ask("memory_cut", after=1)
    for wrong in ([3, 2], [2, 2], [6], [-1], 3):
        student.send(rounds=[{"choice": wrong, "sure": True}])
    assert len(refused) == 10
    assert question.answers == scope.answers == []


def test_messages_about_another_question_or_none_are_ignored(scope: EpochScope, refused: list[str]) -> None:
    if scope.question is not None:
        scope.question.close()
    Student(scope).send(rounds=[VOTE])
    scope.ask("choice", prompt="now?", options=["x", "y"])
    Student(scope).send(question=ID, rounds=[VOTE])
    Student(scope).send(generation=1, rounds=[VOTE])
    count_hands(scope, [[9, 3]], question=ID)
    count_hands(scope, [[9, 3]], generation=5)
    assert (refused, scope.player.answers, scope.player.hands) == ([], [], [])


def test_more_pages_than_allowed_are_refused(scope: EpochScope, refused: list[str]) -> None:
    question = scope.ask("choice", prompt="many?", options=["x", "y"])
    for page in range(1_001):
        Student(scope, str(page)).vote(1)
    assert refused == ["message refused: 1,000 pages have answered this question; question.clear() makes room"]
    assert len(question.answers) == 1_000
    question.clear()


values = st.none() | st.booleans() | st.integers(-3, 10) | st.integers() | st.floats() | st.text(max_size=3)
json = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner), max_leaves=6
)
choices = st.integers(-2, 7) | st.lists(st.integers(-2, 7), max_size=4) | json
rounds = st.lists(st.fixed_dictionaries({"choice": choices, "sure": st.booleans() | json}), max_size=3) | json


@given(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["answer", "hands"])},
        optional={
            "page": st.sampled_from(["a", "b"]) | json,
            "generation": st.just(0) | json,
            "rounds": rounds,
            "revealed": st.booleans() | json,
            "round": st.integers(0, 3) | json,
            "counts": st.lists(st.tuples(choices, st.integers(-1, 3)), max_size=3) | json,
        },
    ),
    st.sampled_from(["choice", "memory_cut", "first_all_correct"]),
)
def test_whatever_a_page_sends_the_answers_stay_valid(scope: EpochScope, message: dict[str, Any], kind: str) -> None:
    what: dict[str, Any] = {"choice": {"prompt": "any?", "options": ["x", "y"]}, "memory_cut": {"after": 2}}.get(
        kind, {}
    )
    question = scope.ask(kind, **what)
    send(scope.player, **{"question": question.id, **message})
    for answer in scope.player.answers:
        assert set(answer) == {"page", "question", "rounds", "revealed"}
        assert len(answer["rounds"]) <= 2
    assert all(answer["correct"] in (True, False, None) for answer in scope.answers)
    with contextlib.suppress(ValueError):
        scope.tally()
    if len(question.answers) > 1:
        question.clear()
