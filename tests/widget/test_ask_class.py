"""What a lecturer needs in front of a class: held questions, a later answer, and cells that are run again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from epochscope import EpochScope
from tests.widget.asked import SEEDS, Student

POLL: dict[str, Any] = {"prompt": "What limits it?", "options": ["memory", "units", "rate"]}


@pytest.fixture
def scope() -> Iterator[EpochScope]:
    made = EpochScope("to be or not", epochs=20, seed=next(SEEDS))
    made.train()
    yield made
    made.close()


def test_the_answer_and_the_reason_may_come_with_the_reveal(scope: EpochScope) -> None:
    question = scope.ask("choice", hold=True, **POLL)
    student = Student(scope)
    student.vote(1)
    with pytest.raises(RuntimeError, match="no answer is right"):
        _ = question.answer
    question.reveal(answer="memory", why="The hidden state is the logits.")
    state = scope.player.question
    assert (state["answer"], state["why"], state["revealed"]) == ([0], "The hidden state is the logits.", True)
    assert [vote["correct"] for vote in scope.answers] == [False]
    assert question.answer == "memory"


def test_an_answer_that_cannot_be_right_is_refused_and_nothing_is_revealed(scope: EpochScope) -> None:
    question = scope.ask("choice", **POLL)
    with pytest.raises(ValueError, match="answer='memroy': must be one of the options; did you mean 'memory'"):
        question.reveal(answer="memroy")
    assert not scope.player.question["revealed"]
    other = scope.ask("last_learned")
    with pytest.raises(ValueError, match='answer=3: "last_learned" finds its answer itself; leave it out'):
        other.reveal(answer=3)
    assert not scope.player.question["revealed"]


def test_a_held_question_does_not_tally_what_is_correct_before_the_reveal(scope: EpochScope) -> None:
    question = scope.ask("choice", hold=True, answer=2, **POLL)
    Student(scope).vote(2)
    assert question.tally()["correct"].isna().all()
    question.reveal()
    assert question.tally()["correct"].tolist() == [False, False, True]
    assert scope.ask("choice", answer=1, prompt="And now?", options=["a", "b"]).tally()["correct"].tolist() == [
        False,
        True,
    ]


def test_a_question_that_is_asked_again_is_in_the_same_round_and_stays_revealed(scope: EpochScope) -> None:
    scope.ask("choice", hold=True, **POLL).second_round()
    again = scope.ask("choice", hold=True, **POLL)
    assert scope.player.question["round"] == 2
    again.reveal()
    scope.ask("choice", hold=True, **POLL)
    assert scope.player.question["revealed"]
    scope.ask("choice", hold=True, **POLL).clear()
    assert (scope.player.question["round"], scope.player.question["revealed"]) == (1, False)


def test_another_widget_with_the_same_question_opens_the_round_and_the_answer_too() -> None:
    seed = next(SEEDS)
    one, two = (EpochScope("to be or not", epochs=20, seed=seed) for _ in range(2))
    question = one.ask("choice", hold=True, **POLL)
    two.ask("choice", hold=True, **POLL)
    question.second_round()
    assert two.player.question["round"] == 2
    question.reveal(answer="units", why="It has two.")
    told = two.player.question
    assert (told["revealed"], told["answer"], told["why"]) == (True, [1], "It has two.")
    assert "epochscope-asking" not in two._dom_classes
    question.clear()
    assert not two.player.question["revealed"]
    assert "epochscope-asking" in two._dom_classes
    for each in (one, two):
        each.close()


def test_what_was_told_with_the_reveal_is_still_there_when_the_question_is_asked_again(scope: EpochScope) -> None:
    question = scope.ask("choice", **POLL)
    Student(scope).vote(1)
    question.reveal(answer="units", why="It has two.")
    again = scope.ask("choice", **POLL)
    assert (again.answer, scope.player.question["why"]) == ("units", "It has two.")
    assert again.tally()["correct"].tolist() == [False, True, False]
    assert scope.ask("choice", answer="rate", **POLL).answer == "rate"
    assert scope.player.question["why"] == "It has two."


def test_a_page_that_missed_the_first_round_counts_in_the_second(scope: EpochScope) -> None:
    question = scope.ask("choice", hold=True, **POLL)
    Student(scope, "early").vote(0)
    question.second_round()
    late = Student(scope, "late")
    late.rounds = [None]  # type: ignore[list-item]
    late.vote(1)
    assert [(vote["page"], vote["round"], vote["choice"]) for vote in scope.answers] == [
        ("early", 1, "memory"),
        ("late", 2, "units"),
    ]
    assert scope.tally()["votes"].tolist() == [1, 0, 0, 0, 1, 0]


def test_a_free_run_parts_only_where_it_reads_its_own_predictions(scope: EpochScope) -> None:
    history, positions = scope.history, scope.history.positions
    epoch = int(np.argmax(history.n_correct > 0))
    for given in range(1, positions + 1):
        said = history.alphabet.encode(scope.free_run(epoch, given=given))
        differs = [i for i in range(given - 1, positions) if said[i] != history.targets[i]]
        assert scope.ask("free_run", epoch=epoch, given=given).answer == (differs[0] if differs else None)
    assert not np.array_equal(history.predictions[epoch][: positions - 1], history.targets[: positions - 1])


def test_clearing_forgets_the_answer_that_came_with_the_reveal(scope: EpochScope) -> None:
    question = scope.ask("choice", hold=True, **POLL)
    question.reveal(answer=0, why="So.")
    question.clear()
    assert (scope.player.question["answer"], scope.player.question["why"]) == ([], None)
