"""What a described network computes, against torch's cells in a loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.reading import read
from epochscope.recording.network import Layer, Network

from .by_hand import Made, loop, make, windows

TEXT = np.array([0, 3, 1, 4, 4, 2, 0, 1, 3, 2, 2, 4, 0, 1, 1, 3])
V = 5


def agrees(made: Made, tokens: np.ndarray, window: int | None = None) -> None:
    """Assert that all arrays of all layers equal those of the loop."""
    reading = read(NumpyNetwork(made.network, made.weights), tokens, window)
    for position, (part, index) in enumerate(windows(tokens.tolist(), window or len(tokens))):
        by_hand = loop(made, part)
        np.testing.assert_allclose(reading.logits[position], by_hand.logits[index], atol=1e-6)
        for trace, state in zip(reading.layers, by_hand.states[index], strict=True):
            np.testing.assert_allclose(trace.hidden[position], state[0], atol=1e-6)
            assert (trace.cell is None) == (len(state) == 1)
            if trace.cell is not None:
                np.testing.assert_allclose(trace.cell[position], state[1], atol=1e-6)
    assert reading.predictions.tolist() == reading.logits.argmax(axis=1).tolist()


@pytest.mark.parametrize("window", [None, 1, 6])
@pytest.mark.parametrize("embedding", [None, 3])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_network_computes_what_torchs_cells_compute(
    cell: str, layers: int, bias: bool, embedding: int | None, window: int | None
) -> None:
    agrees(make([(cell, 7)] * layers, V, bias=bias, embedding=embedding), TEXT, window)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_without_an_output_layer_the_hidden_state_is_the_logits(cell: str) -> None:
    made = make([(cell, V)], V, output=False)
    agrees(made, TEXT)
    reading = read(NumpyNetwork(made.network, made.weights), TEXT)
    assert reading.logits.tolist() == reading.layers[0].hidden.tolist()


def test_a_relu_network_computes_what_torchs_cell_computes() -> None:
    agrees(make([("rnn", 7), ("rnn", 4)], V, nonlinearity="relu", scale=1), TEXT)


def test_layers_may_differ_in_cell_and_size() -> None:
    agrees(make([("gru", 3), ("lstm", 8), ("rnn", 4)], V, embedding=2), TEXT, 5)


@given(st.integers(0, 10_000), st.lists(st.integers(0, V - 1), min_size=1, max_size=30), st.data())
def test_any_text_with_any_window(seed: int, tokens: list[int], data: st.DataObject) -> None:
    window = data.draw(st.none() | st.integers(1, len(tokens)))
    agrees(make([("lstm", 3), ("gru", 4)], V, seed=seed), np.array(tokens), window)


def test_the_gates_give_the_states() -> None:
    lstm, gru = make([("lstm", 7)], V), make([("gru", 7)], V)
    layer = read(NumpyNetwork(lstm.network, lstm.weights), TEXT).layers[0]
    assert layer.cell is not None
    before = np.vstack([np.zeros(7), layer.cell[:-1]])
    gates = layer.gates
    np.testing.assert_allclose(gates["forget"] * before + gates["input"] * gates["candidate"], layer.cell, atol=1e-12)
    np.testing.assert_allclose(gates["output"] * np.tanh(layer.cell), layer.hidden, atol=1e-12)
    assert gates["forget"].min() < 0.1
    assert gates["forget"].max() > 0.9

    layer = read(NumpyNetwork(gru.network, gru.weights), TEXT).layers[0]
    before = np.vstack([np.zeros(7), layer.hidden[:-1]])
    z = layer.gates["update"]
    np.testing.assert_allclose((1 - z) * layer.gates["candidate"] + z * before, layer.hidden, atol=1e-12)


def test_logits_that_are_equal_in_the_networks_precision_are_a_tie() -> None:
    """Saturated units: torch rounds them to the same number, and its argmax is the first one."""
    network = Network(2, (Layer("rnn", 2, 2, bias=False),))
    weights = [12, 0, 13, 0, 0, 0, 0, 0]  # tanh(12) and tanh(13) are 1 in float32, and differ in float64
    reading = read(NumpyNetwork(network, weights), np.array([0]))
    assert reading.logits[0, 0] < reading.logits[0, 1]
    assert reading.predictions.tolist() == [0]


def test_weights_that_are_not_numbers_give_states_that_are_not_numbers() -> None:
    made = make([("lstm", 4)], V)
    reading = read(NumpyNetwork(made.network, np.full(len(made.weights), np.nan)), TEXT)
    assert np.isnan(reading.logits).all()
    assert np.isnan(reading.layers[0].hidden).all()


def test_very_large_weights_overflow_nothing() -> None:
    made = make([("lstm", 4), ("gru", 4)], V, scale=1e4)
    reading = read(NumpyNetwork(made.network, made.weights), TEXT)
    assert np.isfinite(reading.logits).all()


def test_a_wrong_number_of_weights_is_refused() -> None:
    made = make([("lstm", 4)], V)
    with pytest.raises(ValueError, match=r"weights \(3,\): must be \(\d+,\), as the network describes"):
        NumpyNetwork(made.network, [1, 2, 3])
