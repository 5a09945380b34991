"""Gradient reach and memory reach, against autograd and nets made by hand."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochscope.inspection.experiments import cut_memory, memory_reach
from epochscope.inspection.gradient_reach import gradient_reach, steps_back
from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.reading import read
from epochscope.recording.network import Layer, Network, Output
from tests.network import torch_reach
from tests.network.fixture import FOLDER, NETWORKS, WINDOW
from tests.thoroughness import count

TEXT = np.array([0, 3, 1, 4, 4, 2, 0, 1, 3, 2, 2, 4, 0, 1, 1, 3])
TARGETS = np.array([*TEXT[1:], 0])
V, P = 5, len(TEXT)
CELLS: list[Any] = ["rnn", "lstm", "gru"]


def described(
    *cells: Any, size: int = 4, embedding: int | None = None, output: bool = True, bias: bool = True, **options: Any
) -> Network:
    """Return a network of float64; without output layer, the last hidden state is the logits."""
    sizes = [embedding or V, *[size] * (len(cells) - 1), size if output else V]
    layers = tuple(
        Layer(cell, before, hidden, bias, **options)
        for cell, before, hidden in zip(cells, sizes[:-1], sizes[1:], strict=True)
    )
    return Network(V, layers, embedding, Output(bias) if output else None, "float64")


def random_weights(network: Network, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-scale, scale, network.n_weights)


def agrees(network: Network, weights: np.ndarray, tokens: Any, targets: Any, window: int | None = None) -> None:
    """Assert that the reach is that of autograd, NaN in the same places, and 1 at lag 0."""
    reach = gradient_reach(NumpyNetwork(network, weights), np.array(tokens), np.array(targets), window)
    stepper = torch_reach.in_float64(network, weights)
    expected = torch_reach.gradient_reach(stepper, list(tokens), list(targets), window)
    np.testing.assert_allclose(reach, expected, rtol=1e-9)
    assert set(reach[:, 0][~np.isnan(reach[:, 0])]) <= {1}


def scaling(factor: float, own: float = 1.0) -> NumpyNetwork:
    """Return a relu network without output layer whose state is the one before times a factor, plus what it reads.

    All of its units stay positive, so that the relu changes nothing; what it reads adds `own` to the unit of the token.
    """
    network = Network(V, (Layer("rnn", V, V, bias=False, nonlinearity="relu"),), dtype="float64")
    return NumpyNetwork(network, [*(1 + own * np.eye(V)).ravel(), *(factor * np.eye(V)).ravel()])


@pytest.mark.parametrize("window", [None, 1, 6])
@pytest.mark.parametrize("output", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_the_reach_is_that_of_autograd(cell: Any, output: bool, window: int | None) -> None:
    network = described(cell, output=output)
    agrees(network, random_weights(network), TEXT, TARGETS, window)


@pytest.mark.parametrize("options", [{"embedding": 3}, {"bias": False}])
@pytest.mark.parametrize("cell", CELLS)
def test_the_reach_is_that_of_autograd_with_an_embedding_or_no_bias(cell: Any, options: dict[str, Any]) -> None:
    network = described(cell, **options)
    agrees(network, random_weights(network), TEXT, TARGETS)


@pytest.mark.parametrize("window", [None, 6])
@pytest.mark.parametrize("cells", [("rnn", "rnn"), ("lstm", "lstm"), ("gru", "gru"), ("lstm", "gru", "rnn")])
def test_the_state_is_that_of_all_layers(cells: tuple[Any, ...], window: int | None) -> None:
    network = described(*cells)
    agrees(network, random_weights(network), TEXT, TARGETS, window)


def test_the_reach_of_relu_layers_is_that_of_autograd() -> None:
    network = described("rnn", "rnn", nonlinearity="relu")
    agrees(network, random_weights(network, seed=3, scale=0.6), TEXT, TARGETS)


@settings(max_examples=count(40, 400), deadline=None)
@given(
    st.lists(st.sampled_from(CELLS), min_size=1, max_size=2),
    st.integers(0, 10_000),
    st.sampled_from([0.3, 1.0, 2.0]),
    st.booleans(),
    st.lists(st.integers(0, V - 1), min_size=1, max_size=9),
    st.data(),
)
def test_the_reach_of_any_small_network_is_that_of_autograd(
    cells: list[Any], seed: int, scale: float, output: bool, tokens: list[int], data: st.DataObject
) -> None:
    network = described(*cells, output=output)
    length = len(tokens)
    targets = data.draw(st.lists(st.integers(-1, V - 1), min_size=length, max_size=length))
    window = data.draw(st.none() | st.integers(1, length))
    agrees(network, random_weights(network, seed, scale), tokens, targets, window)


@pytest.mark.parametrize("window", [None, 40])
def test_a_state_that_is_halved_halves_the_gradient(window: int | None) -> None:
    tokens = np.resize(TEXT, 700)
    reach = gradient_reach(scaling(0.5), tokens, np.roll(tokens, -1), window)
    lags = np.arange(window or 700)
    for t in (0, 1, 39, 40, 41, 699):
        seen = lags[: t + 1]
        assert reach[t, seen].tolist() == (0.5**seen).tolist()
        assert np.isnan(reach[t, len(seen) :]).all()


def test_an_ignored_position_has_no_gradient_and_changes_no_other() -> None:
    network = described("lstm")
    made = NumpyNetwork(network, random_weights(network))
    whole, targets = gradient_reach(made, TEXT, TARGETS), TARGETS.copy()
    targets[[2, 9]] = -1
    reach = gradient_reach(made, TEXT, targets)
    assert np.isnan(reach[[2, 9]]).all()
    others = np.delete(np.arange(P), [2, 9])
    assert np.array_equal(reach[others], whole[others], equal_nan=True)
    assert np.isnan(gradient_reach(made, TEXT, np.full(P, -1))).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e308])
@pytest.mark.parametrize("cell", CELLS)
def test_weights_that_are_not_finite_give_nan_and_no_warning(cell: Any, value: float) -> None:
    network = described(cell, cell)
    weights = random_weights(network)
    tokens = np.array([0, 0, 1, 2])  # the first two without the weights below
    rows = {name: part.copy() for name, part in network.split(weights).items()}
    rows["0.weight_ih"][:, 1:] = value
    flat = np.concatenate([part.ravel() for part in rows.values()])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        broken = gradient_reach(NumpyNetwork(network, np.full_like(weights, value)), tokens, tokens)
        reach = gradient_reach(NumpyNetwork(network, flat), tokens, tokens)
        memory_reach(NumpyNetwork(network, flat), tokens)
    assert not np.isinf(broken).any()
    if np.isnan(value):
        assert np.isnan(broken).all()
        assert np.isnan(reach[2:]).all()
    clean = gradient_reach(NumpyNetwork(network, weights), tokens, tokens)
    np.testing.assert_allclose(reach[:2, :2], clean[:2, :2])


def test_a_loss_of_zero_has_no_gradient() -> None:
    network = described("rnn")
    parts = network.split(random_weights(network))
    parts["output_bias"][:] = [0, 0, 0, 2000, 0]  # 3 is certain
    weights = np.concatenate([part.ravel() for part in parts.values()])
    reach = gradient_reach(NumpyNetwork(network, weights), TEXT, TARGETS)
    assert np.isnan(reach[TARGETS == 3]).all()
    assert (reach[TARGETS != 3, 0] == 1).all()


def test_an_almost_certain_target_has_the_gradient_of_the_others() -> None:
    """In float64 the probability of the target is exactly 1; what is left is that of the others."""
    reach = gradient_reach(scaling(0.5, own=100), TEXT, TEXT)
    assert reach[P - 1].tolist() == (0.5 ** np.arange(P)).tolist()


def test_the_smallest_gradients_are_not_rounded_to_zero() -> None:
    reach = gradient_reach(scaling(2.0**-60), TEXT, TARGETS)
    assert reach[P - 1].tolist() == (2.0 ** (-60 * np.arange(P))).tolist()


def test_a_text_of_one_position_has_lag_0_alone() -> None:
    network = described("gru")
    reach = gradient_reach(NumpyNetwork(network, random_weights(network)), np.array([2]), np.array([1]))
    assert reach.tolist() == [[1.0]]
    assert steps_back(reach) == 0


def test_many_windows_are_computed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    network = described("lstm")
    made = NumpyNetwork(network, random_weights(network))
    tokens = np.resize(TEXT, 60)
    targets = np.roll(tokens, -1)
    whole = gradient_reach(made, tokens, targets, 5)
    monkeypatch.setattr("epochscope.inspection.gradient_reach._BLOCK", 32)
    np.testing.assert_allclose(gradient_reach(made, tokens, targets, 5), whole, rtol=1e-12)


def test_steps_back_is_the_median_of_the_largest_lags_of_the_later_positions() -> None:
    reach = np.full((30, 30), np.nan)
    for t in range(30):
        reach[t, : t + 1] = 0.5 ** np.arange(t + 1)
    assert steps_back(reach) == 6  # 0.5 ** 7 < 0.01
    assert steps_back(reach, 0.5) == 1
    assert steps_back(reach, 0.25) == 2
    assert steps_back(reach, 1e-9) == 20.5  # of 12 .. 29
    assert steps_back(reach[:7, :7], 1e-9) == 5  # of 4 .. 6
    reach[20:] = np.nan
    assert steps_back(reach, 1e-9) == 15.5  # of 12 .. 19
    reach[15, 1:4] = 0
    assert steps_back(reach[:16, :16], 1e-9) == 11.5  # a gap does not end it
    reach[12:] = np.nan
    assert np.isnan(steps_back(reach))


@pytest.mark.parametrize("share", [0, -1, 1.5, np.nan, "1 %", True])
def test_a_share_is_from_0_to_1(share: Any) -> None:
    with pytest.raises(ValueError, match=rf"share={share!r}: must be above 0 and at most 1; pass e.g. share=0.01"):
        steps_back(np.ones((1, 1)), share)


@pytest.mark.parametrize("window", [None, 1, 6])
@pytest.mark.parametrize("cells", [("rnn",), ("lstm",), ("gru", "lstm")])
def test_memory_reach_is_a_cut_after_every_position(cells: tuple[Any, ...], window: int | None) -> None:
    network = described(*cells)
    made = NumpyNetwork(network, random_weights(network, seed=10, scale=3))
    changes = memory_reach(made, TEXT, window)
    uncut = read(made, TEXT, window).predictions
    cuts = [cut_memory(made, TEXT, after, window=window) != uncut for after in range(P)]
    expected = [[lag <= t and bool(cuts[t - lag][t]) for lag in range(P)] for t in range(P)]
    assert changes.tolist() == expected
    assert changes.any() == (window != 1)


def test_a_prediction_may_depend_on_what_no_gradient_reaches() -> None:
    """A saturated unit keeps what it read, while its gradient is zero."""
    network = Network(2, (Layer("rnn", 2, 2, bias=False),), dtype="float64")
    weights = np.array([90, 0, 0, 0, 60, 0, 0, 0])  # the first unit is 1 once it has read a 0, and stays so
    made, tokens = NumpyNetwork(network, weights), np.array([1, 0, 1, 1, 1])
    assert gradient_reach(made, tokens, np.ones(5, dtype=int))[4].tolist() == [1, 0, 0, 0, 0]
    made = NumpyNetwork(network, -weights * [1, 1, 1, 1, -1, 1, 1, 1])  # -1 once it has read a 0: it says 1
    assert read(made, tokens).predictions.tolist() == [0, 1, 1, 1, 1]
    assert np.argwhere(memory_reach(made, tokens)).tolist() == [[2, 1], [3, 1], [3, 2], [4, 1], [4, 2], [4, 3]]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_reach_is_that_of_the_files_for_the_page(name: str) -> None:
    contents = json.loads((FOLDER / f"{name}.json").read_text())
    network = Network.from_json(contents["network"])
    made = NumpyNetwork(network, np.array(contents["weights"], dtype=network.dtype))
    tokens, reach = np.array(contents["tokens"]), contents["reach"]
    for window, expected in ((None, reach), (WINDOW, reach["window"])):
        actual = gradient_reach(made, tokens, np.array(reach["targets"]), window)
        for row, values in zip(actual, expected["gradient"], strict=True):
            np.testing.assert_allclose(row[: len(values)], np.array(values, dtype=float), rtol=1e-9)
        assert steps_back(actual) == expected["steps_back"]
        changes = memory_reach(made, tokens, window)
        assert [row[: len(x)].tolist() for row, x in zip(changes, expected["memory"], strict=True)] == expected[
            "memory"
        ]
