"""What the texts of lesson 1 rely on."""

from __future__ import annotations

import re

import numpy as np
import pytest

from epochscope.history import History
from epochscope.training.trainer import Trainer
from tests.notebooks.comparing import assert_same_recording, committed
from tests.notebooks.conftest import RunOf
from tests.notebooks.executed import printed, recordings
from tests.notebooks.recorded import THINK, calm, fall, think

pytestmark = pytest.mark.usefixtures("one_thread")

STEMS = ("01-i-think-therefore-i-am", "01-i-think-therefore-i-am-ko")
#: The sentences that the plain RNN of part 5 learns.
MINE = {STEMS[0]: "To be, or not to be", STEMS[1]: "가는 말이 고와야 오는 말이 곱다."}

each = pytest.mark.parametrize("stem", STEMS)


@pytest.mark.thorough  # hundreds of epochs: processors round differently
def test_the_run_relapses_after_a_long_stable_time_and_its_branch_does_not() -> None:
    history = think()
    first, worst = fall(history)
    relapses = (history.n_correct[first:] < history.n_correct[first]).sum()
    assert history.n_correct[first] == history.positions
    assert worst - first > 50
    assert history.n_correct[worst] < history.positions - 1
    assert history.n_correct[-1] > history.n_correct[worst]
    branched = calm()
    assert (branched.n_correct[first:] < branched.positions).sum() < relapses / 10
    assert history.losses.min() > 1


@pytest.mark.thorough  # hundreds of epochs: processors round differently
def test_the_loss_rises_at_some_updates_but_not_in_the_beginning() -> None:
    rises = np.flatnonzero(np.diff(think().losses) > 0)
    assert 0 < len(rises) < 50
    assert rises[0] > 30


@each
def test_the_untrained_network_is_slightly_worse_than_a_uniform_guess_and_predicts_few_characters(stem: str) -> None:
    output = printed(committed(stem), "guess")
    loss, guess = map(float, re.findall(r"(?:loss|손실) ([\d.]+)", output))
    assert 0 < loss - guess < 0.1
    assert len(set(re.findall(r"'(.*)'", output)[0])) <= 3


@each
def test_the_number_of_weights_is_that_of_the_network(stem: str) -> None:
    (count,) = re.findall(r"(?:weights|가중치): (\d+)", printed(committed(stem), "guess"))
    assert int(count) == Trainer(THINK).history.metadata["parameters"]


@pytest.mark.thorough  # hundreds of epochs: processors round differently
@each
def test_a_sentence_with_the_same_words_twice_is_learned_by_the_lstm_only(stem: str) -> None:
    rnn, lstm = (Trainer(MINE[stem], cell=cell, seed=0).train(300) for cell in ("rnn", "lstm"))
    assert rnn.n_correct[-1] < rnn.positions
    assert lstm.n_correct[-1] == lstm.positions


def test_hihello_loses_a_position_while_its_loss_falls() -> None:
    history = Trainer("hihello", cell="rnn", seed=2).train(30)
    best = int(history.n_correct.argmax())
    assert history.n_correct[best] == history.positions
    assert (history.n_correct[best:] < history.positions).any()
    assert history.losses[best] > history.losses[-1]


@each
def test_one_character_of_memory_is_not_enough_for_any_of_the_texts(stem: str) -> None:
    counts = re.findall(r"(\d+) of +(\d+): ", printed(committed(stem), "memory"))
    if not counts:
        counts = [(known, of) for of, known in re.findall(r"(\d+)개 중 +(\d+)개: ", printed(committed(stem), "memory"))]
    assert len(counts) == 3
    assert all(int(known) < int(positions) for known, positions in counts)


@each
def test_with_an_output_layer_the_plain_rnn_learns_the_sentence_and_without_one_it_does_not(stem: str) -> None:
    output = printed(committed(stem), "draws")
    losses = [float(loss) for loss in re.findall(r"(?:loss|손실) ([\d.]+)", output)]
    counts = counted(output)
    (rnn, _), (lstm, _), (rnn_layer, rnn_end), (lstm_layer, lstm_end) = counts
    assert rnn < lstm, "the usual explanation"
    assert rnn_layer == rnn_end == lstm_layer == lstm_end == 5
    assert losses[0] < losses[1], "the RNN has the lower loss and fewer correct sentences"
    assert max(losses[2:]) < 0.01


def counted(output: str) -> list[tuple[int, int]]:
    """Return how many runs were ever right, and at the end, for each line."""
    pairs = re.findall(r"(\d) of 5 ever, (\d) of 5|5개 중 (\d)개, 끝에 5개 중 (\d)개", output)
    return [(int(a or c), int(b or d)) for a, b, c, d in pairs]


@each
def test_the_lowest_possible_loss_is_the_reference_loss_and_is_not_reached(stem: str) -> None:
    _, floor, reached = re.findall(r"\d\.\d{3}", printed(committed(stem), "saturation"))
    reference = min(each.loss for each in Trainer(THINK).history.references if each.kind == "saturation")
    assert float(floor) == round(reference, 3)
    assert float(floor) < float(reached)


@pytest.mark.thorough
@each
def test_the_saved_notebook_contains_the_recordings_of_an_independent_training(stem: str, run_of: RunOf) -> None:
    saved = recordings(run_of(stem).notebook)
    expected: list[History] = [calm(), Trainer(MINE[stem], cell="rnn", seed=0).train(300)]
    assert len(saved) == len(expected)
    for one, history in zip(saved, expected, strict=True):
        assert_same_recording(one, history)


@each
def test_the_last_cell_prints_the_plain_program_of_the_run(stem: str) -> None:
    program = printed(committed(stem), "code")
    assert f"text = {MINE[stem]!r}".replace("'", '"') in program
    assert "nn.RNN(" in program
    assert "epochscope import" not in program
