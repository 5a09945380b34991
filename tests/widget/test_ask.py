"""A scope asks questions: the traits that pages show, their votes, and what Python tells of them."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import threading
import warnings
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope import EpochScope, Question, Trainer
from epochscope.widget import player as player_module
from tests.widget.asked import POLL, SEEDS, TEXT, Student, count_hands, trained, untrained

scope = pytest.fixture(trained)


# -- the traits and the votes ----------------------------------------------------------------------------------------


def test_the_question_on_the_pages_has_all_fields(scope: EpochScope) -> None:
    scope.ask("memory_cut", after=1, epoch=3, prompt="Where?", why="Since.", hold=True)
    assert scope.player.question == {
        "id": scope.question.id if scope.question else "",
        "generation": 0,
        "kind": "memory_cut",
        "prompt": "Where?",
        "options": None,
        "run": None,
        "shown": 3,
        "epoch": 3,
        "position": None,
        "after": 1,
        "what": "all",
        "given": None,
        "by": None,
        "tolerance": None,
        "why": "Since.",
        "hold": True,
        "round": 1,
        "tells": 3,
        "axes": scope.player.question["axes"],
        "revealed": False,
        "answer": [list(scope.question.answer)] if scope.question else [],
    }
    json.dumps([scope.player.question, scope.player.answers], allow_nan=False)


def test_thirty_pages_are_thirty_votes_and_a_page_that_votes_twice_has_one(scope: EpochScope) -> None:
    question = scope.ask("choice", **POLL, answer=1)
    students = [Student(scope, f"page {i}") for i in range(30)]
    for i, student in enumerate(students):
        student.vote(i % 3, sure=i % 2 == 0)
        Student(scope, student.page).vote(2)
    assert len(scope.answers) == len(scope.player.answers) == 30
    assert repr(question) == "<Question: choice, 30 answers>"
    assert [answer["choice"] for answer in scope.answers[:3]] == ["Ann", "Ben", "Cho"]
    assert scope.tally()["votes"].tolist() == question.tally()["votes"].tolist() == [10, 10, 10]
    assert scope.answers[1] == {
        "question": question.id,
        "kind": "choice",
        "page": "page 1",
        "round": 1,
        "choice": "Ben",
        "sure": False,
        "correct": True,
        "distance": None,
    }


def test_the_pages_of_a_covered_question_do_not_learn_from_its_wording_when_all_are_correct(scope: EpochScope) -> None:
    question = scope.ask("last_learned", shown=-1)
    state = scope.player.question
    assert (state["epoch"], state["by"]) == (29, "first_all_correct")
    complete = np.flatnonzero(scope.history.accuracy == 1)
    assert state["tells"] == (complete[0] if len(complete) else 29)
    first = scope.ask("first_all_correct", shown=-1)
    assert (scope.player.question["epoch"], scope.player.question["tells"]) == (29, state["tells"])
    assert question.id != first.id


def test_the_axes_of_a_covered_chart_follow_from_what_is_shown(scope: EpochScope) -> None:
    begun = untrained(seed=scope.history.metadata["seed"])
    begun.train(5)
    for asked in (begun, scope):
        asked.ask("last_learned", shown=4)
    assert scope.player.question["axes"] == begun.player.question["axes"]
    shown = begun.history.losses
    for low, high, ticks in begun.player.question["axes"].values():
        assert low <= shown.min() <= shown.max() <= high
        assert all(low <= tick <= high for tick in ticks)
    scope.branch(10, lr=1.0)
    scope.train(20)
    assert scope.player.question["axes"] == begun.player.question["axes"]
    scope.ask("last_learned", shown=-1)
    assert scope.player.question["axes"]["linear"][:2] != begun.player.question["axes"]["linear"][:2]
    begun.close()


def test_a_second_round_and_a_reveal_open_for_all_pages(scope: EpochScope) -> None:
    question = scope.ask("first_all_correct", epoch=29, tolerance=2, hold=True)
    student = Student(scope)
    student.vote(12)
    question.second_round()
    assert (scope.player.question["round"], scope.player.question["revealed"]) == (2, False)
    student.vote(-1, sure=False)
    question.reveal()
    assert (scope.player.question["round"], scope.player.question["revealed"]) == (2, True)
    student.reveal()
    assert [(a["round"], a["choice"], a["sure"]) for a in question.answers] == [(1, 12, True), (2, None, False)]
    assert scope.player.answers == [
        {
            "page": "page",
            "question": question.id,
            "rounds": [{"choice": 12, "sure": True}, {"choice": -1, "sure": False}],
            "revealed": True,
        }
    ]
    with pytest.raises(RuntimeError, match="the answer is revealed"):
        question.second_round()


def test_clearing_starts_again_and_old_answers_of_pages_are_ignored(scope: EpochScope) -> None:
    question = scope.ask("choice", **POLL)
    student = Student(scope)
    student.vote(0)
    count_hands(scope, [[1, 4]])
    question.second_round()
    question.reveal()
    question.clear()
    state = scope.player.question
    assert (state["generation"], state["round"], state["revealed"]) == (1, 1, False)
    assert (scope.answers, scope.player.answers, scope.player.hands) == ([], [], [])
    student.send(generation=0)
    assert scope.answers == []
    student.send()
    assert len(scope.answers) == 1
    question.second_round()
    assert scope.player.question["round"] == 2


def test_asking_again_keeps_the_answers_and_another_question_keeps_those_of_the_first(scope: EpochScope) -> None:
    first = scope.ask("choice", **POLL)
    Student(scope).vote(1)
    again = scope.ask("choice", **POLL, why="So.")
    assert again.id == first.id
    assert len(again.answers) == len(first.answers) == 1
    second = scope.ask("last_learned")
    assert second.answers == []
    Student(scope).vote(3)
    assert [answer["kind"] for answer in scope.answers] == ["choice", "last_learned"]
    assert [answer["question"] for answer in scope.player.answers] == [first.id, second.id]


def test_a_scope_that_is_made_again_takes_up_the_answers_and_both_show_new_ones() -> None:
    seed = next(SEEDS)
    one, two = untrained(seed=seed), untrained(seed=seed)
    one.ask("choice", **POLL)
    Student(one, "a").vote(1)
    two.ask("choice", **POLL)
    assert two.player.answers == one.player.answers != []
    Student(two, "b").vote(2)
    count_hands(one, [[0, 7]])
    Student(two, "a").vote(0)
    assert [(a["page"], a["choice"]) for a in one.answers] == [("a", "Ben"), ("b", "Cho")]
    assert one.player.answers == two.player.answers
    assert one.player.hands == two.player.hands != []
    one.close()
    Student(two, "c").vote(0)
    three = untrained(seed=seed)
    three.ask("choice", **POLL)
    assert len(three.answers) == 3
    if two.question is not None:
        two.question.clear()
    assert three.player.question["generation"] == 1
    assert three.player.answers == []
    for each in (two, three):
        each.close()


def test_a_question_that_is_closed_leaves_its_answers(scope: EpochScope) -> None:
    question = scope.ask("choice", **POLL)
    Student(scope).vote(1)
    question.close()
    question.close()
    assert (scope.question, scope.player.question, len(scope.answers)) == (None, {}, 1)
    Student(scope, "late").send(question=question.id, rounds=[{"choice": 1, "sure": True}])
    assert len(scope.answers) == 1
    for call in (question.reveal, question.second_round):
        with pytest.raises(RuntimeError, match="not asked any more; ask it again"):
            call()
    with pytest.raises(RuntimeError, match="no question is asked"):
        scope.tally()
    assert question.tally()["votes"].sum() == 1
    question.clear()
    assert scope.player.question == {}


def test_a_page_sets_no_trait_of_a_question(scope: EpochScope) -> None:
    scope.ask("choice", **POLL)
    before = scope.player.question
    scope.player.set_state({"question": {}, "answers": [{}], "hands": [{}], "cursor": 3})
    assert (scope.player.question, scope.player.answers, scope.player.hands, scope.epoch) == (before, [], [], 29)


def test_the_reveal_of_a_choice_plays_to_the_head(scope: EpochScope) -> None:
    scope.ask("choice", **POLL)
    assert (scope.player.question["shown"], scope.player.question["epoch"]) == (29, 29)
    scope.train(5)
    assert (scope.player.question["shown"], scope.player.question["epoch"]) == (29, 34)


def test_hands_are_counted_and_saved_with_the_notebook(scope: EpochScope) -> None:
    question = scope.ask("memory_cut", after=1)
    count_hands(scope, [[[], 3], [[2, 3], 20], [[4], 0]])
    count_hands(scope, [[[2], 1]], number=2)
    assert scope.player.hands == [{"question": question.id, "rounds": [[[[], 3], [[2, 3], 20]], [[[2], 1]]]}]
    assert question.tally()["hands"].tolist() == [3, 20, 1]
    assert {"question", "answers", "hands"} <= set(scope.player.get_state())


def test_everything_that_is_sent_again_at_the_end_of_a_cell_has_the_question(
    scope: EpochScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(scope.player, "send_state", lambda key=None: sent.append(key))
    scope.player.send_everything()
    assert set(player_module.QUESTION_TRAITS) < set(sent[0])
    scope._display._cell_ended()
    scope._display._cell_ended()
    assert len(sent) == 2
    scope.ask("choice", **POLL)
    sent.clear()
    scope._display._cell_ended()
    assert len(sent) == 1


def test_answers_that_arrive_together_are_sent_together() -> None:
    async def work() -> None:
        scope = untrained()
        scope.ask("choice", **POLL)
        sent: list[int] = []
        scope.player.observe(lambda change: sent.append(len(change["new"])), "answers")
        for i in range(50):
            Student(scope, str(i)).vote(1)
        assert len(scope.answers) == 50
        while not sent or sent[-1] < 50:  # noqa: ASYNC110 - a state is awaited
            await asyncio.sleep(0)
        assert len(sent) == 1
        scope.close()

    asyncio.run(work())


def test_votes_of_other_threads_are_handled_on_the_main_thread() -> None:
    async def work() -> None:
        scope, threads, called = untrained(), [], []
        scope.ask("choice", **POLL)
        scope.on_answer(lambda _: called.append(threading.get_ident()))
        for i in range(20):
            threads.append(threading.Thread(target=Student(scope, str(i % 10)).vote, args=(i % 3,)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        assert scope.answers == []
        while len(called) < 10:  # noqa: ASYNC110 - a state is awaited
            await asyncio.sleep(0)
        assert set(called) == {threading.get_ident()}
        assert len(scope.answers) == 10
        scope.close()

    asyncio.run(work())


def test_a_closed_scope_ignores_answers(scope: EpochScope) -> None:
    question = scope.ask("choice", **POLL)
    display = scope._display
    scope.close()
    from epochscope.runs.votes import Answer, Committed

    display._receive_vote(Answer("p", question.id, 0, [Committed(1, True)], False), lambda _: None)
    assert question.answers == []


# -- callbacks, files, memory ----------------------------------------------------------------------------------------


def test_a_callback_is_called_with_each_new_vote_until_it_is_removed(scope: EpochScope) -> None:
    seen: list[dict[str, Any]] = []
    scope.ask("choice", **POLL, answer="Ann")
    scope.on_answer(seen.append)
    scope.on_answer(seen.append)  # as when a cell is run again
    student = Student(scope)
    student.vote(0)
    student.send()
    student.vote(2, sure=False)
    assert seen == scope.answers
    scope.on_answer(seen.append, remove=True)
    Student(scope, "b").vote(0)
    assert len(seen) == 2
    scope.on_answer(print, remove=True)  # was never added
    with pytest.raises(TypeError, match="callback=3: must be a function"):
        scope.on_answer(3)  # type: ignore[arg-type]


def test_an_exception_in_a_callback_is_shown_and_stops_nothing(
    scope: EpochScope, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_answer: object) -> None:
        raise ZeroDivisionError("in my callback")

    seen: list[Any] = []
    question = scope.ask("choice", **POLL)
    scope.on_answer(broken)
    scope.on_answer(lambda answer: answer.clear())
    scope.on_answer(seen.append)
    Student(scope).vote(0)
    Student(scope, "b").vote(1)
    assert seen == scope.answers
    assert (len(seen), len(question.answers), len(scope.player.answers)) == (2, 2, 2)
    assert capsys.readouterr().err.count("ZeroDivisionError: in my callback") == 2


def test_a_callback_may_ask_the_next_question(scope: EpochScope) -> None:
    scope.ask("choice", **POLL)
    scope.on_answer(lambda answer: scope.ask("last_learned") if answer["kind"] == "choice" else None)
    Student(scope).vote(0)
    assert scope.player.question["kind"] == "last_learned"
    assert len(scope.player.answers) == 1


def test_saved_answers_are_counted_with_those_of_other_files(scope: EpochScope, tmp_path: Path) -> None:
    scope.ask("last_learned")
    Student(scope, "x").vote(2)
    question = scope.ask("choice", **POLL)
    for page in ("a", "b"):
        Student(scope, page).vote(1)
    count_hands(scope, [[2, 9]])
    scope.save_answers(tmp_path / "one.json")
    question.clear()
    for page in ("b", "c"):
        Student(scope, page).vote(2)
    scope.save_answers(str(tmp_path / "two.json"))
    table = scope.tally(tmp_path)
    assert table["votes"].tolist() == [0, 2, 1]
    assert table["hands"].tolist() == [0, 0, 9]
    content = json.loads((tmp_path / "one.json").read_text("utf-8"))
    assert (content["format"], content["version"]) == ("epochscope-answers", 1)
    assert [each["kind"] for each in content["questions"]] == ["last_learned", "choice"]
    assert "answer" not in content["questions"][0]
    with pytest.raises(OSError, match="existing, writable folder"):
        scope.save_answers(tmp_path / "missing" / "a.json")


def test_the_warning_of_a_file_without_an_answer_points_to_the_call(scope: EpochScope, tmp_path: Path) -> None:
    scope.ask("last_learned")
    scope.save_answers(tmp_path / "one.json")
    question = scope.ask("choice", **POLL)
    for call in (scope.tally, question.tally):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call(tmp_path / "one.json")
        assert [Path(each.filename).name for each in caught] == ["test_ask.py"]


def test_a_question_cannot_be_copied_and_a_scope_that_asked_is_not_kept_alive() -> None:
    scope = untrained()
    question = scope.ask("choice", **POLL)
    with pytest.raises(TypeError, match="write the answers with save_answers"):
        copy.copy(question)
    assert isinstance(question, Question)
    questions = weakref.ref(scope._questions)
    scope.close()
    del scope, question
    gc.collect()
    assert questions() is None


def test_a_question_is_shown_beside_a_trainer_that_was_trained_alone() -> None:
    trainer = Trainer(TEXT, seed=next(SEEDS))
    trainer.train(12)
    scope = EpochScope.from_trainer(trainer, epochs=30)
    assert scope.ask("first_all_correct", epoch=11).answer == next(
        (e for e in range(12) if trainer.history.n_correct[e] == 6), None
    )
    scope.close()
