"""A comparison asks questions: about one of its runs, or about all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from epochscope import Comparison, EpochScope, Trainer, compare
from tests.widget.asked import SEEDS, Student, count_hands

TEXT = "hihello"


@pytest.fixture
def comparison() -> Iterator[Comparison]:
    """Return a comparison after 30 epochs."""
    made = compare(TEXT, cell=["rnn", "gru", "lstm"], epochs=30, seed=next(SEEDS))
    made.train()
    yield made
    made.close()


def first(of: Any) -> float:
    """Return the first epoch of a run that is all correct; infinite without one."""
    complete = np.flatnonzero(of.history.n_correct == of.history.n_counted)
    return float(complete[0]) if len(complete) else np.inf


def winners(scores: list[float]) -> Any:
    found = [("RNN", "GRU", "LSTM")[i] for i, score in enumerate(scores) if score == min(scores)]
    return found[0] if len(found) == 1 else found


def test_the_winner_follows_from_all_recordings(comparison: Comparison) -> None:
    histories = [run.history for run in comparison.runs]
    firsts = [first(run) for run in comparison.runs]
    assert comparison.ask("which_run").answer == (winners(firsts) if min(firsts) < np.inf else None)
    assert comparison.ask("which_run", by="loss", epoch=17).answer == winners([each.losses[17] for each in histories])
    assert comparison.ask("which_run", by="correct").answer == winners([-each.n_correct[29] for each in histories])


def test_a_question_about_one_run_is_that_of_the_run_alone(comparison: Comparison) -> None:
    run = comparison["GRU"]
    assert comparison.ask("free_run", run="GRU", epoch=9).answer == next(
        (i for i, (a, b) in enumerate(zip(run.free_run(9), TEXT[1:], strict=True)) if a != b), None
    )
    assert comparison.player.question["run"] == 1
    cut = comparison.ask("memory_cut", after=1, run=1, epoch=9).answer
    assert cut == tuple(
        i for i, (a, b) in enumerate(zip(run.cut_memory(1, epoch=9), run.history.text(9), strict=True)) if a != b
    )
    assert comparison.ask("prediction", position=0, epoch=9, run=-1).answer == comparison[2].history.text(9)[0]
    assert comparison.ask("first_all_correct", run="GRU").answer == (None if first(run) == np.inf else first(run))


def test_a_scope_refuses_a_race_and_names_compare() -> None:
    scope = EpochScope(TEXT, seed=next(SEEDS))
    with pytest.raises(ValueError, match=r"compare\("):
        scope.ask("which_run")
    scope.close()


def test_a_run_that_ended_earlier_counts_with_its_last_epoch() -> None:
    short, long = Trainer(TEXT, seed=next(SEEDS)).train(3), Trainer(TEXT, seed=next(SEEDS)).train(8)
    comparison = compare(short, long, labels=["short", "long"])
    question = comparison.ask("which_run", by="loss")
    assert comparison.player.question["epoch"] == 7
    assert question.answer == ("short" if short.losses[-1] < long.losses[7] else "long")
    comparison.close()


def test_the_winner_becomes_known_while_all_are_trained() -> None:
    async def work() -> None:
        comparison = compare(TEXT, cell=["rnn", "lstm"], epochs=40, seed=next(SEEDS))
        comparison.ask("which_run", by="loss")
        assert (comparison.player.question["answer"], comparison.player.question["shown"]) == (None, -1)
        comparison.play(speed=None)
        await comparison.finished()
        assert len(comparison.player.question["answer"]) == 1
        comparison.rewind(20, run="LSTM")
        assert comparison.player.question["answer"] is None
        comparison.close()

    asyncio.run(work())


def test_pages_vote_and_a_run_may_have_two_players(comparison: Comparison) -> None:
    question = comparison.ask("which_run", by="loss")
    for i in range(30):
        Student(comparison, f"page {i}").vote(i % 3)
    Student(comparison, "none").vote(-1)
    count_hands(comparison, [[2, 11], [-1, 1]])
    assert comparison.tally().index.get_level_values("answer").tolist() == ["RNN", "GRU", "LSTM", "none"]
    assert comparison.tally()["votes"].tolist() == [10, 10, 10, 1]
    assert comparison.tally()["hands"].tolist() == [0, 0, 11, 1]
    assert comparison.answers[-1]["choice"] is None
    assert "epochscope-asking" in comparison._dom_classes
    question.reveal()
    assert "epochscope-asking" not in comparison._dom_classes


def test_a_page_without_a_kernel_has_the_question(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    comparison.ask("which_run")
    sent: list[Any] = []
    monkeypatch.setattr(comparison.player, "send_state", sent.append)
    comparison.player.send_everything()
    assert {"question", "answers", "hands"} < set(sent[0])
    assert {"question", "answers", "hands"} < set(comparison.player.get_state())


def test_answers_among_several_messages_are_handled_and_those_that_do_not_fit_are_refused(
    comparison: Comparison,
) -> None:
    question = comparison.ask("which_run")
    sent: list[Any] = []
    comparison.player.send = lambda content, buffers=None: sent.append(content)  # noqa: ARG005

    def answer(page: str, choice: int, **more: Any) -> dict[str, Any]:
        rounds = [{"choice": choice, "sure": True}]
        message = {"kind": "answer", "page": page, "question": question.id, "generation": 0}
        return {**message, "rounds": rounds, "revealed": False, **more}

    messages = [answer("a", 0), answer("b", 3), answer("c", 1, run=0), answer("d", 2)]
    comparison._display._receive(None, {"kind": "several", "messages": messages}, None)
    assert [each["page"] for each in comparison.answers] == ["a", "d"]
    (refused,) = sent
    assert [each["message"] for each in refused["messages"]] == [
        "message refused: choice=3: must be an integer from -1 to 2",
        "message refused: run=0; expected a number from 0 to 2",
    ]
