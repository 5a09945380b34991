"""Lesson 3 says what is true: its findings are computed again with torch alone, and compared with what is committed."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from epochscope.training.trainer import Trainer
from tests.notebooks.comparing import committed, text_of

pytestmark = pytest.mark.usefixtures("one_thread")

SENTENCE = " I think therefore I am."
TOKENS = sorted(set(SENTENCE))
TARGETS = [TOKENS.index(token) for token in SENTENCE[1:]]
SHORT, LONG = len(" I th") - 1, len(" I think th") - 1
State = tuple[torch.Tensor, torch.Tensor]

both_languages = pytest.mark.parametrize("stem", ["03-where-is-the-memory", "03-where-is-the-memory-ko"])


@cache
def lstm() -> nn.LSTM:
    """Return the network of the lesson at epoch 29, whose hidden state is the score of each character."""
    trainer = Trainer(SENTENCE, seed=9)
    trainer.train(29)
    (module,) = (part for part in trainer.model.modules() if isinstance(part, nn.LSTM))
    return module


def read(text: str, state: State | None = None) -> tuple[str, State]:
    """Return the predictions while a text is read, and the state after it."""
    one_hot = nn.functional.one_hot(torch.tensor([TOKENS.index(token) for token in text]), len(TOKENS)).float()
    network = lstm()
    with torch.no_grad():
        output, after = network(one_hot, state)
    return "".join(TOKENS[i] for i in output.argmax(1)), after


def goes_on(state: State, count: int) -> str:
    """Return what the network says alone from a state on."""
    said = TOKENS[int(state[0].argmax())]
    while len(said) < count:
        prediction, state = read(said[-1], state)
        said += prediction
    return said


def quoted(stem: str, cell: str) -> list[list[str]]:
    """Return the quoted texts of each line that a cell of the lesson prints."""
    return [re.findall(r"'([^']*)'", line) for line in text_of(committed(stem), cell).splitlines()]


def numbers(stem: str, cell: str) -> list[list[float]]:
    """Return the numbers of each line that a cell of the lesson prints."""
    lines = text_of(committed(stem), cell).splitlines()
    return [[float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", line)] for line in lines]


@both_languages
def test_reading_changes_the_state_and_not_the_weights(stem: str) -> None:
    output = text_of(committed(stem), "weights-look")
    states = torch.cat([read(SENTENCE[:n])[1][0] for n in range(1, len(SENTENCE))])
    weights = sum(parameter.numel() for parameter in lstm().parameters())
    counts = [len({tuple(state) for state in states.round(decimals=6).tolist()}), len(states)]
    assert sorted(numbers(stem, "weights-look")[0]) == sorted(counts) == [23, 23]
    assert [line[-1] for line in numbers(stem, "weights-look")[1:3]] == [2 * states.shape[1], weights]
    assert re.findall("True|False", output) == ["False", "True"]


@both_languages
def test_after_a_cut_the_network_starts_again_as_at_the_beginning(stem: str) -> None:
    cuts = quoted(stem, "cut-others")
    assert [len(SENTENCE) - 1 == len(said) for _, said in cuts] == [True] * 4
    for before, said in cuts:
        assert said == read(before)[0] + read(SENTENCE[len(before) : -1])[0]
    changed = [[p for p in range(23) if said[p] != SENTENCE[p + 1]] for _, said in cuts]
    assert [len(positions) == 0 for positions in changed] == [False, False, True, False], "one cut changes nothing"
    assert changed[0] == [8]
    assert changed[3] == [20]


@both_languages
def test_in_every_network_the_cuts_change_the_positions_that_follow_from_the_beginning(stem: str) -> None:
    lines = text_of(committed(stem), "cut-seeds").splitlines()
    assert len(lines) >= 5
    for line in lines:
        first, last = re.findall(r"\[([\d, ]+)\]", line)
        assert "9" in first.split(", ")
        assert "21" in last.split(", ")


@both_languages
def test_with_the_state_of_another_position_the_network_goes_on_as_there(stem: str) -> None:
    states = [read(SENTENCE[: n + 1])[1] for n in range(len(TARGETS))]
    (*_, there), (*_, back) = quoted(stem, "move-look")
    assert there == goes_on(states[SHORT], 13) == SENTENCE[SHORT + 1 :][:13]
    assert back == goes_on(states[LONG], 19)
    for source, state in enumerate(states):
        assert goes_on(state, 13)[: len(TARGETS) - source] == SENTENCE[source + 1 :][:13]
    assert set(numbers(stem, "move-all")[0]) == {23}


@both_languages
def test_the_first_character_comes_from_h_and_only_with_an_output_layer_the_rest_too(stem: str) -> None:
    without, with_layer = (quoted(stem, cell)[1:] for cell in ("parts-look", "parts-readout"))
    assert len(without) == len(with_layer) >= 5
    for whole, hidden, cell in (*without, *with_layer):
        assert (whole, hidden[0], cell[0]) == ("ink therefore", "i", "e")
    words = [[hidden == "ink therefore" for _, hidden, _ in table] for table in (without, with_layer)]
    assert not any(words[0])
    assert sum(words[1]) >= len(words[1]) - 1


@both_languages
def test_without_an_output_layer_a_cut_of_c_alone_changes_more_than_one_of_h_alone(stem: str) -> None:
    rows = numbers(stem, "parts-cuts")
    assert len(rows) >= 5
    assert all(h < c for _, h, c in rows)
    _, h, _ = next(row for row in rows if row[0] == 9)
    state = [read(SENTENCE[: after + 1])[1] for after in range(22)]
    said = [read(SENTENCE[after + 1 : -1], (torch.zeros_like(s[0]), s[1]))[0] for after, s in enumerate(state)]
    assert sum(a != b for n, text in enumerate(said) for a, b in zip(text, SENTENCE[n + 2 :], strict=True)) == h


def gates(trainer: Trainer) -> np.ndarray:
    """Return the forget gates (23, 14) of a network without output layer, from its weights."""
    weights = {name.rsplit(".", 1)[-1]: value.double() for name, value in trainer.model.state_dict().items()}
    h = c = torch.zeros(len(TOKENS), dtype=torch.double)
    forget = []
    for token in SENTENCE[:-1]:
        x = torch.eye(len(TOKENS), dtype=torch.double)[TOKENS.index(token)]
        sums = weights["weight_ih_l0"] @ x + weights["bias_ih_l0"] + weights["weight_hh_l0"] @ h + weights["bias_hh_l0"]
        i, f, g, o = sums.chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        forget.append(f.sigmoid())
    return torch.stack(forget).numpy()


@both_languages
def test_the_forget_gate_of_a_unit_is_low_after_its_character_was_the_answer(stem: str) -> None:
    rows = numbers(stem, "gate-seeds")
    assert len(rows) >= 5
    assert all(own < 0.3 < 0.6 < others for _, own, others in rows)
    trainer = Trainer(SENTENCE, seed=9)
    trainer.train(29)
    forget = gates(trainer)
    unit = TOKENS.index("i")
    assert forget[:, unit].argmin() == SENTENCE.index("i"), "the right answer"
    own = np.eye(len(TOKENS), dtype=bool)[TARGETS[:-1]]
    medians = [float(np.median(forget[1:][mask])) for mask in (own, ~own)]
    assert next(row for row in rows if row[0] == 9)[1:] == pytest.approx(medians, abs=0.006)


@both_languages
def test_what_is_computed_by_hand_is_what_the_network_has(stem: str) -> None:
    assert text_of(committed(stem), "gate-equation").endswith("True\n")
    (f, before, i, g, o), (c, h) = numbers(stem, "gate-equation")
    assert c == pytest.approx(f * before + i * g, abs=0.03)
    assert h == pytest.approx(o * np.tanh(c), abs=0.02)


@both_languages
def test_exchanged_memories_go_on_with_the_other_continuation(stem: str) -> None:
    for line, row in zip(text_of(committed(stem), "make-look").splitlines(), quoted(stem, "make-look"), strict=True):
        one, other, said = row
        text, source = (one, other) if len(one) > len(other) else (other, one)
        assert text.startswith(source), line
        assert said.strip()


@pytest.mark.parametrize("seed", [3, 7, 10])
def test_a_longer_training_makes_the_difference_between_forget_gates_larger(seed: int) -> None:
    trainer = Trainer(SENTENCE, seed=seed)
    own = np.eye(len(TOKENS), dtype=bool)[TARGETS[:-1]]
    differences = []
    for epochs in (29, 90):
        trainer.train(epochs)
        forget = gates(trainer)[1:]
        differences.append(np.median(forget[~own]) - np.median(forget[own]))
    assert 0.3 < differences[0] < differences[1]
