"""Lesson 4 says what is true: its findings are computed again, and compared with what is committed."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn

from epochscope.inspection.gradient_reach import steps_back
from epochscope.training.trainer import Trainer
from tests.notebooks.comparing import committed, text_of

pytestmark = pytest.mark.usefixtures("one_thread")

THINK = " I think therefore I am."
SHIP = (
    "if you want to build a ship, don't drum up people together to collect wood and don't assign them tasks and work, "
    "but rather teach them to long for the endless immensity of the sea."
)
WINDOWED = {"cell": "rnn", "num_layers": 2, "readout": True, "window": 10}
THREE = [{"cell": "rnn"}, {"cell": "rnn", "readout": True}, {"cell": "lstm"}]

both_languages = pytest.mark.parametrize("stem", ["04-how-far-back", "04-how-far-back-ko"])


def bracket(gap: int) -> str:
    filler = "123456789abcdefghijklmnopqrstuvwxyz"[:gap]
    return f"({filler})[{filler}]"


def numbers(text: str) -> list[list[float]]:
    """Return the numbers of each line."""
    return [[float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e-\d+)?", line)] for line in text.splitlines()]


@both_languages
def test_after_one_character_the_network_comes_to_the_share_in_the_sentence(stem: str) -> None:
    follows = Counter(SHIP[start + 1] for start in range(len(SHIP) - 10) if SHIP[start] == "i")
    share = follows["f"] / follows.total()
    *_, counted, probabilities = numbers(text_of(committed(stem), "window-look"))
    assert counted == [pytest.approx(share, abs=0.006)]
    first, others = probabilities
    assert first == pytest.approx(share, abs=0.1)
    assert others > 0.9


@pytest.mark.thorough
def test_only_the_first_prediction_of_a_long_sentence_stays_uncertain() -> None:
    p_target = Trainer(SHIP, **WINDOWED).train(100).p_target[-1]
    assert p_target.argmin() == 0
    assert p_target[0] < 0.3 < np.partition(p_target, 1)[1]


@both_languages
def test_the_lowest_loss_that_the_lesson_computes_is_the_reference_loss(stem: str) -> None:
    known, mean, reached = (line[-10:] for line in numbers(text_of(committed(stem), "lowest-loss")))
    lowest = min(reference.loss for reference in Trainer(SHIP, **WINDOWED).history.references)
    assert mean == [pytest.approx(lowest, abs=6e-4)]
    assert np.mean(known) == pytest.approx(lowest, abs=6e-4)
    assert known[-1] == 0
    assert known == sorted(known, reverse=True)
    assert reached[0] > lowest


@both_languages
def test_a_bracket_outside_of_the_window_cannot_be_known(stem: str) -> None:
    rows = numbers(text_of(committed(stem), "outside-look"))
    assert [int(row[0]) for row in rows] == [8, 9, 10, 12]
    for gap, low, *p_target in rows:
        text = bracket(int(gap))
        ends = text.index(")"), text.index("]")
        same = len({text[max(0, end - 10) : end] for end in ends}) == 1
        assert same == (gap >= 10) == (low > 0)
        assert not same or max(p_target) <= 0.5, "the same window, the same prediction"
    assert min(rows[0][2:]) > 0.9
    lowest = min(reference.loss for reference in Trainer(bracket(10), window=10, readout=True).history.references)
    assert rows[2][1] == pytest.approx(lowest, abs=6e-4)


def test_a_window_that_contains_the_bracket_and_the_gap_is_enough() -> None:
    p_target = Trainer(bracket(4), cell="lstm", window=5, hidden_size=16, readout=True).train(100).p_target[-1]
    assert p_target[[4, 10]].min() > 0.9
    p_target = Trainer(bracket(4), cell="lstm", window=4, hidden_size=16, readout=True).train(30).p_target[-1]
    assert p_target[[4, 10]].min() <= 0.5


def reach_by_autograd(trainer: Trainer, targets: list[int]) -> np.ndarray:
    """Return the gradient reach (P, P) of a network with one layer, by backward passes in float64."""
    (module,) = (part for part in trainer.model.modules() if isinstance(part, nn.RNNBase))
    cell = (nn.RNNCell if isinstance(module, nn.RNN) else nn.LSTMCell)(module.input_size, module.hidden_size).double()
    with torch.no_grad():
        for name, value in cell.named_parameters():
            value.copy_(getattr(module, f"{name}_l0"))
    tokens = sorted(set(THINK))
    state = (torch.zeros(1, module.hidden_size, dtype=torch.double, requires_grad=True),) * (
        1 if isinstance(module, nn.RNN) else 2
    )
    states, reach = [], np.full((len(targets), len(targets)), np.nan)
    layers = [part for part in trainer.model.modules() if isinstance(part, nn.Linear)]
    for t, target in enumerate(targets):
        x = torch.eye(len(tokens), dtype=torch.double)[[tokens.index(THINK[t])]]
        state = (cell(x, state[0]),) if len(state) == 1 else cell(x, state)
        state = tuple(part * 1 for part in state)  # what the next step reads: h does not depend on this c
        states.append(state)
        logits = state[0]
        for layer in layers:
            logits = logits @ layer.weight.double().T + layer.bias.double()
        loss = nn.functional.cross_entropy(logits, torch.tensor([target]))
        parts = [part for old in states for part in old]
        grads = torch.autograd.grad(loss, parts, retain_graph=True, allow_unused=True)
        size = len(state)
        norms = [
            math.sqrt(sum(float((g**2).sum()) for g in grads[k * size : (k + 1) * size] if g is not None))
            for k in range(t + 1)
        ]
        reach[t, : t + 1] = np.array(norms[::-1]) / norms[-1]
    return reach


@both_languages
def test_before_training_the_gradient_reaches_equally_far_in_all_three_networks(stem: str) -> None:
    _, *rows = numbers(text_of(committed(stem), "reach-look"))
    steps = [row[:5] for row in rows[::2]]
    start = []
    for options in THREE:
        trainer = Trainer(THINK, seed=9, **options)
        reach = reach_by_autograd(trainer, list(trainer.history.targets))
        assert np.allclose(trainer.gradient_reach(), reach, rtol=1e-6, equal_nan=True)
        start.append(steps_back(reach))
    assert [row[0] for row in steps] == start
    assert max(start) - min(start) <= 2


@both_languages
def test_the_plain_rnn_loses_its_reach_after_it_has_stopped_improving_and_with_an_output_layer_keeps_it(
    stem: str,
) -> None:
    _, rnn, rnn_correct, layer, layer_correct, lstm, _ = numbers(text_of(committed(stem), "reach-look"))
    assert rnn_correct[4] - rnn_correct[2] <= 1
    assert rnn[2] >= 5 > rnn[4], "at epoch 20 the gradient still comes from before"
    assert layer_correct[-1] == 23
    assert min(layer[4], lstm[4]) >= 2 * rnn[4]
    _, passed, kept = numbers(text_of(committed(stem), "reach-tanh"))
    assert passed[0] == kept[0] > 0.8
    assert passed[4] < 0.1 < kept[4]


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [0, 1, 2, 4])
def test_that_holds_for_other_seeds_and_the_oldest_memory_has_hardly_any_gradient(seed: int) -> None:
    rnn, layer, lstm = (Trainer(THINK, seed=seed, **options) for options in THREE)
    start = [steps_back(trainer.gradient_reach()) for trainer in (rnn, layer, lstm)]
    assert max(start) - min(start) <= 2
    for trainer in (rnn, layer, lstm):
        trainer.train(100)
    ends = [steps_back(trainer.gradient_reach(99)) for trainer in (rnn, layer, lstm)]
    assert ends[0] < min(ends[1:])
    right, reach = rnn.history.text(-1), rnn.gradient_reach(99)
    lag, position = max(
        (p - after, p)
        for after in range(len(right) - 1)
        for p, said in enumerate(rnn.cut_memory(after, epoch=99))
        if said != right[p]
    )
    assert reach[position, lag] < 0.002


@both_languages
def test_a_state_without_gradient_holds_a_memory(stem: str) -> None:
    (_, lag), (share,) = sorted(numbers(text_of(committed(stem), "reach-memory")), key=len, reverse=True)
    assert lag >= 4
    assert share < 0.002


@both_languages
def test_gradient_and_success_decrease_with_the_gap_and_a_forget_bias_helps(stem: str) -> None:
    lines = [line for line in text_of(committed(stem), "bracket-table").splitlines() if "%" in line]
    rows = [numbers(re.sub(r"%.*", "", line))[0] for line in lines]
    korean = stem.endswith("-ko")
    closed = np.array([row[1 if korean else 0] for row in rows]).reshape(3, 3)  # gap, network
    arrives = np.array([row[2] for row in rows]).reshape(3, 3)
    assert (closed[0] == 4).all()
    assert closed[2, 0] <= 2 <= 3 <= closed[2, 2]
    assert closed[1, 0] < closed[1, 1], "though at first the gradient is the same"
    assert (np.diff(arrives, axis=0) < 0).all()
    assert (np.maximum(arrives[:, 0], arrives[:, 1]) < 3 * np.minimum(arrives[:, 0], arrives[:, 1])).all()
    assert arrives[2, 2] > 30 * arrives[2, 1]


@both_languages
def test_the_gradient_that_arrives_grows_with_the_forget_bias(stem: str) -> None:
    rows = numbers(text_of(committed(stem), "bias-look"))
    biases, _, left, arrives = np.array([[row[0], *row[-3:]] for row in rows]).T
    assert left == pytest.approx(100 * (1 / (1 + np.exp(-biases))) ** 16, abs=6e-4)
    assert (np.diff(arrives) > 0).all()
    assert arrives[-1] > 1_000 * arrives[0]


@both_languages
def test_the_example_of_ones_own_text_needs_the_memory_that_is_said(stem: str) -> None:
    output = text_of(committed(stem), "make-look")
    length = next(number for line in numbers(output) for number in line)
    source = next(cell.source for cell in committed(stem).cells if cell.id == "make-look")
    text = re.findall(r'text = "(.*)"', source)[0]
    before, after = sorted((found for found in re.findall(r"'([^']*)'", output)), key=len, reverse=True)
    assert text.startswith(before + after)
    stretch = before[-int(length) + 1 :]
    assert text.count(stretch) == 2, "one character less is ambiguous"
    assert text.count(before[-int(length) :]) == 1
