"""The answers to questions about a run follow from the recording and its network."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from epochscope import EpochScope, History, monitor
from tests.widget.asked import POLL, trained, untrained

scope = pytest.fixture(trained)


def test_the_answers_follow_from_the_recording_and_its_network(scope: EpochScope) -> None:
    history = scope.history
    wrong = history.targets != history.predictions  # (E, P)
    complete = np.flatnonzero(~wrong.any(axis=1)).tolist()
    last = complete[0] if complete else 29
    since = [max([e + 1 for e in range(last + 1) if wrong[e, p]], default=0) for p in range(6)]
    said = scope.history.alphabet.encode(scope.trainer.free_run(20))
    cut = scope.history.alphabet.encode(scope.trainer.cut_memory(2, epoch=20))

    assert scope.ask("prediction", position=4, epoch=20).answer == history.text(20)[4]
    assert scope.ask("first_all_correct").answer == (complete[0] if complete else None)
    learned = scope.ask("last_learned").answer
    assert (learned if isinstance(learned, list) else [learned]) == [p for p in range(6) if since[p] == max(since)]
    parted = np.flatnonzero(said != history.targets)
    assert scope.ask("free_run", epoch=20).answer == (parted[0] if len(parted) else None)
    assert scope.ask("memory_cut", after=2, epoch=20).answer == tuple(np.flatnonzero(cut != history.predictions[20]))
    assert scope.ask("choice", **POLL, answer=[0, "Cho"]).answer == ["Ann", "Cho"]
    with pytest.raises(RuntimeError, match="no answer is right"):
        _ = scope.ask("choice", **POLL).answer


def test_a_loaded_recording_answers_from_its_weights(scope: EpochScope, tmp_path: Path) -> None:
    def answers(of: EpochScope) -> list[Any]:
        cuts = [
            of.ask("memory_cut", after=after, epoch=12, what=what).answer for after in (0, 3) for what in ("all", "c")
        ]
        return [*cuts, of.ask("free_run", epoch=12, given=2).answer, of.ask("first_all_correct").answer]

    scope.save(tmp_path / "run.npz", weights="all")
    loaded = EpochScope.load(tmp_path / "run.npz")
    assert answers(loaded) == answers(scope)
    loaded.close()


def test_a_recording_without_weights_says_why_it_cannot_be_asked_about_its_network(scope: EpochScope) -> None:
    replay = EpochScope.from_history(History.from_bytes(scope.history.to_bytes()))
    with pytest.raises(ValueError, match="this recording has no weights"):
        replay.ask("free_run")
    assert replay.question is None
    assert replay.ask("prediction", position=0, epoch=7).answer == scope.history.text(7)[0]
    replay.close()


def test_a_loop_of_ones_own_can_be_asked_about_before_and_after_it() -> None:
    watched = monitor("abcab")
    scope, targets = watched.scope, torch.tensor([1, 2, 0, 1])
    with pytest.raises(ValueError, match="the length of the run is not known yet"):
        scope.ask("first_all_correct")
    question = scope.ask("first_all_correct", epoch=4)
    assert (scope.player.question["answer"], scope.player.question["shown"]) == (None, -1)
    logits = torch.zeros(4, 3)
    for epoch in watched.epochs(9):
        logits[range(epoch), targets[:epoch]] = 5.0  # one more position is correct in each epoch
        watched.log(loss=nn.functional.cross_entropy(logits, targets), logits=logits.clone())
        if epoch == 2:
            break
    assert scope.player.question["answer"] is None
    for epoch in watched.epochs(3):
        logits[range(min(4, 3 + epoch)), targets[: 3 + epoch]] = 5.0
        watched.log(loss=nn.functional.cross_entropy(logits, targets), logits=logits.clone())
    assert scope.player.question["answer"] == [4]
    assert question.answer == 4
    assert scope.ask("last_learned").answer == 3
    assert scope.ask("first_all_correct").id != question.id
    scope.close()


@pytest.mark.parametrize("kind", ["prediction", "first_all_correct", "last_learned"])
def test_an_answer_becomes_known_while_the_run_is_trained_in_the_background(kind: str) -> None:
    async def work() -> None:
        scope = untrained()
        what: dict[str, Any] = {"position": 1, "epoch": 11} if kind == "prediction" else {}
        question = scope.ask(kind, **what)
        assert scope.player.question["answer"] is None
        with pytest.raises(RuntimeError, match="the answer is not known yet: it needs epoch"):
            _ = question.answer
        scope.play(speed=None)
        await scope.finished()
        assert scope.player.question["answer"] is not None
        replay = EpochScope.from_history(scope.history)
        same = replay.ask(kind, **what)
        assert same.answer == question.answer
        scope.close()
        replay.close()

    asyncio.run(work())


def test_an_answer_becomes_known_before_the_training_ends() -> None:
    scope = untrained()
    scope.ask("prediction", position=0, epoch=3)
    known: list[tuple[Any, str]] = []
    scope.player.observe(lambda change: known.append((change["new"]["answer"], scope.status)), "question")
    history = scope.train()
    assert known == [([int(history.predictions[3, 0])], "training")]
    scope.close()


def test_a_paused_run_that_is_cut_has_no_answer_any_more() -> None:
    scope = untrained()
    scope.train(12)
    scope.ask("prediction", position=0, epoch=10)
    scope.rewind(4)
    assert (scope.status, scope.player.question["answer"]) == ("paused", None)
    scope.close()


def test_more_epochs_cost_a_comparison_of_two_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = untrained(epochs=400)
    scope.ask("prediction", position=0, epoch=399)
    looks: list[int] = []
    refresh = scope._questions.refresh
    monkeypatch.setattr(scope._questions, "refresh", lambda: (looks.append(scope.head), refresh()))
    for _ in range(399):
        scope._questions.on_epochs()
        scope.trainer.run(1, None)
    assert looks == []
    scope.trainer.run(1, None)
    scope._questions.on_epochs()
    scope._questions.on_epochs()
    assert looks == [399]
    assert scope.player.question["answer"] is not None
    scope.close()


def test_an_answer_that_may_be_known_early_is_looked_for_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = untrained(epochs=400)
    scope.ask("first_all_correct")
    monkeypatch.setattr("epochscope.questions.first_all_correct.first_all_correct", lambda *_: None)
    looks: list[int] = []
    refresh = scope._questions.refresh
    monkeypatch.setattr(scope._questions, "refresh", lambda: (looks.append(scope.trainer.epoch), refresh()))
    for _ in range(400):
        scope.trainer.run(1, None)
        scope._questions.on_epochs()
    assert looks == [16, 32, 64, 128, 256, 400]
    scope.close()


def test_a_cut_or_a_branch_changes_the_answer(scope: EpochScope) -> None:
    question = scope.ask("prediction", position=3, epoch=25)
    known = question.answer
    scope.rewind(10)
    assert scope.player.question["answer"] is None
    scope.train(20)
    assert scope.player.question["answer"] is not None
    assert question.answer == known == scope.history.text(25)[3]
    free = scope.ask("free_run", epoch=25)
    scope.branch(5, lr=1.0)
    assert scope.player.question["answer"] is None
    scope.train(25)
    targets = scope.history.join(scope.history.targets)
    said = scope.trainer.free_run(25)
    parted = next((i for i in range(6) if said[i] != targets[i]), None)
    assert free.answer == parted


def test_a_network_that_cannot_be_read_again_makes_the_answer_unknown(
    scope: EpochScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = scope.ask("free_run", epoch=5)

    def broken(*_: object) -> Any:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(type(scope.trainer), "_inspection", broken)
    scope.rewind(20)
    assert scope.player.question["answer"] is None
    with pytest.raises(RuntimeError, match="the answer cannot be computed: no"):
        _ = question.answer
