"""The description of a network, and the weights of some epochs of a recording."""

from __future__ import annotations

import numpy as np
import pytest

from epochscope.recording.network import Layer, Network, Output
from epochscope.recording.weights import Weights

SMALL = Network(3, (Layer("lstm", 3, 3),))
DEEP = Network(5, (Layer("gru", 4, 6, bias=False), Layer("rnn", 6, 2, nonlinearity="relu")), 4, Output(bias=False))


def weights_at(*epochs: int, budget: int = 2**20) -> Weights:
    """Return weights of a network whose values are all the epoch."""
    made = Weights(SMALL, budget)
    for epoch in epochs:
        made.add(epoch, np.full(SMALL.n_weights, epoch))
    return made


def test_a_network_counts_its_weights_as_torch_does() -> None:
    classic = Network(14, (Layer("lstm", 14, 14),))
    assert classic.n_weights == 4 * (14 * 14 + 14 * 14 + 2 * 14)
    assert DEEP.n_weights == 5 * 4 + 3 * (6 * 4 + 6 * 6) + (2 * 6 + 2 * 2 + 2 * 2) + 5 * 2


def test_flat_weights_are_split_in_the_order_of_torch() -> None:
    parts = DEEP.split(np.arange(DEEP.n_weights, dtype=np.float32))
    assert list(parts) == [
        *("embedding", "0.weight_ih", "0.weight_hh"),
        *("1.weight_ih", "1.weight_hh", "1.bias_ih", "1.bias_hh", "output_weight"),
    ]
    assert parts["embedding"].tolist()[0] == [0, 1, 2, 3]
    assert parts["0.weight_ih"][0, 0] == 20
    assert parts["output_weight"][-1, -1] == DEEP.n_weights - 1


@pytest.mark.parametrize("network", [SMALL, DEEP, Network(2, (Layer("gru", 2, 7),), None, Output(), "float64")])
def test_a_description_is_read_back_from_json(network: Network) -> None:
    assert Network.from_json(network.to_json()) == network


@pytest.mark.parametrize(
    ("field", "value"),
    [("cell", "lstm2"), ("hidden_size", 0), ("hidden_size", 2), ("input_size", "3"), ("nonlinearity", None)],
)
def test_a_forged_layer_is_refused(field: str, value: object) -> None:
    written = SMALL.to_json()
    written["layers"][0][field] = value
    with pytest.raises(ValueError, match=r"must|at least"):
        Network.from_json(written)


@pytest.mark.parametrize("layers", [(), (Layer("rnn", 2, 3),), (Layer("rnn", 3, 2),)])
def test_layers_that_do_not_lead_from_tokens_to_logits_are_refused(layers: tuple[Layer, ...]) -> None:
    with pytest.raises(ValueError, match="must"):
        Network(3, layers)


def test_weights_are_copied_and_read_only() -> None:
    given = np.zeros(SMALL.n_weights, dtype=np.float32)
    made = Weights(SMALL)
    made.add(4, given)
    given += 1
    assert made.at(4).max() == 0
    with pytest.raises(ValueError, match="read-only"):
        made.at(4)[0] = 1


def test_weights_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match=rf"must be \({SMALL.n_weights},\)"):
        Weights(SMALL).add(0, np.zeros(3))


def test_the_nearest_known_epoch_is_the_earlier_of_two() -> None:
    made = weights_at(9, 4, 0)
    assert made.epochs == (0, 4, 9)
    assert [made.nearest(epoch) for epoch in (0, 2, 3, 6, 7, 1000)] == [0, 0, 4, 4, 9, 9]
    with pytest.raises(ValueError, match="no weights"):
        weights_at().nearest(0)


def test_beyond_the_budget_weights_are_spread_evenly_and_the_last_epoch_stays() -> None:
    size = SMALL.n_weights * 4
    made = weights_at(*range(40), budget=10 * size)
    assert made.nbytes <= 10 * size
    assert made.spacing == 8
    assert {0, 8, 16, 24, 32, 39} <= set(made.epochs)
    assert all((made.at(epoch) == epoch).all() for epoch in made.epochs)


def test_a_cut_discards_later_epochs_and_a_fork_keeps_its_own() -> None:
    made = weights_at(0, 3, 5)
    fork = made.fork(5)
    made.truncate(3)
    assert (made.epochs, fork.epochs) == ((0,), (0, 3))
    fork.add(1, np.ones(SMALL.n_weights))
    assert 1 not in made
