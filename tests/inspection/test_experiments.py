"""Free run, memory cut and transplant, against loops by hand and nets made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.inspection.experiments import cut_memory, free_run, transplant
from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.reading import read
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.network import Layer, Network
from tests.thoroughness import count

from .by_hand import Made, loop, make, windows

TEXT = np.array([0, 3, 1, 4, 4, 2, 0, 1, 3, 2, 2, 4, 0, 1, 1, 3])
V, P = 5, len(TEXT)
CELLS = ["rnn", "lstm", "gru"]


def of(made: Made) -> NumpyNetwork:
    return NumpyNetwork(made.network, made.weights)


def varied(*layers: tuple[str, int]) -> Made:
    """Return a network that says several tokens, when it reads the text and alone."""
    for seed in range(1_000):
        made = make(layers, V, seed=seed)
        if min(len(set(read(of(made), TEXT).predictions)), len(set(free_run(of(made), TEXT)))) >= 3:
            return made
    raise AssertionError("no seed gives such a network")


def cycle() -> NumpyNetwork:
    """Return a network that says b after a, c after b and a after c, whatever was before."""
    successor = 5 * np.eye(3)[[2, 0, 1]]  # row: token said, column: token read
    return NumpyNetwork(Network(3, (Layer("rnn", 3, 3, bias=False),)), [*successor.ravel(), *np.zeros(9)])


def free_run_by_hand(made: Made, n: int, corrections: dict[int, int]) -> list[int]:
    said: list[int] = []
    inputs: list[int] = []
    for position in range(P):
        inputs.append(int(TEXT[position]) if position < n else said[position - 1])
        prediction = int(loop(made, inputs).logits[-1].argmax())  # reads all again
        said.append(corrections.get(position, prediction))
    return said


def test_a_network_made_to_cycle_says_the_cycle() -> None:
    tokens = np.array([0, 0, 2, 1, 1, 0, 2])
    assert free_run(cycle(), tokens).tolist() == [1, 2, 0, 1, 2, 0, 1]
    assert free_run(cycle(), tokens, given=4).tolist() == [1, 1, 0, 2, 0, 1, 2]
    assert free_run(cycle(), tokens, corrections={2: 2, 5: 1}).tolist() == [1, 2, 2, 0, 1, 1, 2]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("n", [1, 2, 9, P])
def test_a_free_run_reads_its_own_predictions_and_the_corrections(cell: str, n: int) -> None:
    made = varied((cell, 6), (cell, 6))
    plain = free_run(of(made), TEXT, n)
    assert plain.tolist() == free_run_by_hand(made, n, {})
    corrections = {3: (int(plain[3]) + 1) % V, 10: (int(plain[10]) + 2) % V}
    corrected = free_run(of(made), TEXT, n, corrections)
    assert corrected.tolist() == free_run_by_hand(made, n, corrections)
    assert corrected.tolist() != plain.tolist()


@settings(max_examples=count(200, 1_000))
@given(st.integers(0, 10_000), st.sampled_from(CELLS), st.lists(st.integers(0, 2), min_size=2, max_size=9), st.data())
def test_a_free_run_first_differs_from_the_text_where_its_first_prediction_is_wrong(
    seed: int, cell: str, text: list[int], data: st.DataObject
) -> None:
    made = make([(cell, 4)], 3, seed=seed)
    inputs, targets = np.array(text[:-1]), np.array(text[1:])
    reading = read(of(made), inputs)
    if data.draw(st.booleans()):  # a text that it knows, up to one position
        targets = reading.predictions.copy()
        inputs[1:] = targets[:-1]
        targets = read(of(made), inputs).predictions.copy()
        targets[data.draw(st.integers(0, len(targets) - 1))] = data.draw(st.integers(0, 2))
        inputs[1:] = targets[:-1]
    reading = read(of(made), inputs)
    history = History(Alphabet("abc"), inputs, targets)
    history.append([1.0], reading.logits[None])
    said = free_run(of(made), inputs)
    wrong = np.flatnonzero(said != targets)
    assert history.first_error.tolist() == [wrong[0] if len(wrong) else len(targets)]
    assert np.array_equal(said, targets) == bool(history.correct.all())


@pytest.mark.parametrize("what", ["all", "h", "c"])
@pytest.mark.parametrize("window", [None, 6])
@pytest.mark.parametrize("after", [0, 4, 5, 9, P - 2])
def test_a_cut_sets_the_state_to_zero(what: Any, window: int | None, after: int) -> None:
    made = varied(("lstm", 6), ("lstm", 5))
    expected = []
    for position, (part, index) in enumerate(windows(TEXT.tolist(), window or P)):
        start = position - index

        def cut(offset: int, states: list[Any], start: int = start) -> list[Any]:
            if start + offset != after + 1:
                return states
            return [
                (h if what == "c" else torch.zeros_like(h), c if what == "h" else torch.zeros_like(c))
                for h, c in states
            ]

        expected.append(int(loop(made, part, cut).logits[index].argmax()))
    assert cut_memory(of(made), TEXT, after, what, window).tolist() == expected


def test_the_parts_of_a_cut_differ() -> None:
    made = varied(("lstm", 6))
    uncut = read(of(made), TEXT).predictions
    results = [
        {tuple(uncut), *(tuple(cut_memory(of(made), TEXT, after, what)) for what in ("all", "h", "c"))}
        for after in range(P)
    ]
    assert max(map(len, results)) == 4


@pytest.mark.parametrize("cell", CELLS)
def test_what_follows_a_cut_is_what_a_network_says_that_begins_there(cell: str) -> None:
    made = varied((cell, 6))
    reading = read(of(made), TEXT).predictions.tolist()
    rest = read(of(made), TEXT[7:]).predictions.tolist()
    assert cut_memory(of(made), TEXT, 6).tolist() == [*reading[:7], *rest]
    assert cut_memory(of(made), TEXT, P - 1).tolist() == reading


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("window", [None, 6])
def test_the_state_of_a_position_put_back_in_its_own_place_changes_nothing(cell: str, window: int | None) -> None:
    made = varied((cell, 6), (cell, 6))
    for position in range(P if window is None else 6):
        moved = transplant(of(made), TEXT, position, position, window=window)
        assert moved.tolist() == free_run(of(made), TEXT, position + 1)[position:].tolist()


@pytest.mark.parametrize("what", ["all", "h", "c"])
@pytest.mark.parametrize("window", [None, 6])
@pytest.mark.parametrize(("source", "to"), [(2, 9), (9, 2), (14, 3), (0, P - 1)])
def test_a_transplant_goes_on_with_the_other_state(what: Any, window: int | None, source: int, to: int) -> None:
    made = varied(("lstm", 6), ("lstm", 5))

    def states_after(position: int) -> list[Any]:
        part, index = windows(TEXT.tolist(), window or P)[position]
        return loop(made, part).states[index]

    new, old = states_after(source), states_after(to)
    states = [
        tuple(torch.from_numpy(part[None]) for part in (old[k][0] if what == "c" else new[k][0],
                                                       old[k][1] if what == "h" else new[k][1]))
        for k in range(2)
    ]  # fmt: skip
    assert made.output is not None
    said = [int(made.output(states[-1][0]).argmax())]
    while len(said) < P - to:
        x = torch.nn.functional.one_hot(torch.tensor(said[-1:]), V).double()
        for k, cell in enumerate(made.cells):
            states[k] = cell(x, states[k])
            x = states[k][0]
        said.append(int(made.output(x).argmax()))
    assert transplant(of(made), TEXT, source, to, what, window).tolist() == said
