"""What the texts of lesson 2 rely on."""

from __future__ import annotations

import re

import pytest

from epochscope.training.trainer import Trainer
from tests.notebooks.comparing import assert_same_recording, committed
from tests.notebooks.conftest import RunOf
from tests.notebooks.executed import printed, recordings, widgets
from tests.notebooks.recorded import THINK

pytestmark = pytest.mark.usefixtures("one_thread")

STEMS = ("02-a-teacher-at-its-side", "02-a-teacher-at-its-side-ko")

each = pytest.mark.parametrize("stem", STEMS)


@each
def test_most_is_right_with_a_teacher_and_little_alone(stem: str) -> None:
    target, teacher, alone = re.findall(r"'(.*)'", printed(committed(stem), "two"))
    assert matches(teacher, target) > len(target) * 3 / 4
    assert matches(alone, target) < len(target) / 2


@each
def test_one_wrong_letter_costs_most_of_a_free_run(stem: str) -> None:
    teacher, alone = re.findall(r"'(.*)'", printed(committed(stem), "alone-look"))
    target = THINK[1:]
    assert matches(teacher, target) == len(target) - 1
    assert matches(alone, target) < len(target) / 2 + 1


@each
def test_the_free_run_leaves_the_text_at_the_first_wrong_position_at_every_epoch(stem: str) -> None:
    assert sorted(re.findall(r"\d+", printed(committed(stem), "theorem"))) == ["30", "30"]


@each
def test_corrections_are_needed_where_teacher_forcing_is_wrong(stem: str) -> None:
    positions = re.findall(r"\[.*?\]", printed(committed(stem), "corrections"))
    assert len(positions) == 8
    assert positions[::2] == positions[1::2]


@each
def test_the_free_run_has_far_fewer_correct_characters_on_average_and_the_gap_closes(stem: str) -> None:
    shares = [int(share) for share in re.findall(r"(\d+)%", printed(committed(stem), "report"))]
    gaps = [teacher - alone for teacher, alone in zip(shares[::2], shares[1::2], strict=True)]
    assert min(gaps) > 10
    assert max(gaps) > 30
    assert gaps[-1] < max(gaps) / 1.5


@each
def test_a_free_run_repeats_itself_although_most_is_right_with_a_teacher(stem: str) -> None:
    teacher, alone = re.findall(r"'(.*)'", printed(committed(stem), "loops"))
    assert matches(teacher, THINK[1:]) > 17
    assert "think think think" in alone


def test_the_theorem_holds_for_other_cells() -> None:
    for cell in ("rnn", "gru"):
        trainer = Trainer(THINK, cell=cell, seed=2)
        history = trainer.train(30)
        for epoch in range(0, 30, 5):
            said = trainer.free_run(epoch)
            differs = [p for p in range(history.positions) if said[p] != THINK[p + 1]]
            assert (differs or [history.positions])[0] == history.first_error[epoch]


@pytest.mark.thorough
@each
def test_the_saved_notebook_contains_the_recordings_of_an_independent_training(stem: str, run_of: RunOf) -> None:
    saved = recordings(run_of(stem).notebook)
    expected = [Trainer(THINK, seed=2).train(30), Trainer(THINK, cell="rnn", seed=0).train(31)]
    assert len(saved) == len(expected)
    for one, history in zip(saved, expected, strict=True):
        assert_same_recording(one, history)


@pytest.mark.thorough
@each
def test_the_question_is_revealed_in_the_saved_notebook(stem: str, run_of: RunOf) -> None:
    models = widgets(run_of(stem).notebook).values()
    asked = [model["state"]["question"] for model in models if model["state"].get("question")]
    assert [(question["kind"], question["revealed"]) for question in asked] == [("free_run", True)]


def matches(said: str, target: str) -> int:
    """Return how many characters are those of the target."""
    return sum(a == b for a, b in zip(said, target, strict=True))
