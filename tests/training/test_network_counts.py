"""The numbers of weights that the player shows are those of torch: both sides read one file of counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from torch import nn

from epochscope.recording.network import Layer, Network, Output

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = Path(__file__).parents[1] / "fixtures" / "network_counts.json"
V, D = 14, 6
LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def layers(cell: str, first: int, size: int, n: int = 1, bias: bool = True) -> tuple[Layer, ...]:
    sizes = [first, *[size] * (n - 1)]
    return tuple(Layer(cell, read, size, bias) for read in sizes)  # type: ignore[arg-type]


def recurrent(layer: Layer) -> nn.Module:
    return LAYERS[layer.cell](layer.input_size, layer.hidden_size, bias=layer.bias)


NETWORKS = {
    "classic lstm": Network(V, layers("lstm", V, V)),
    "classic gru": Network(V, layers("gru", V, V)),
    "classic rnn": Network(V, layers("rnn", V, V)),
    "2-layer lstm, output": Network(V, layers("lstm", V, 20, n=2), None, Output()),
    "embedding, 2-layer gru, output": Network(V, layers("gru", D, 20, n=2), D, Output()),
    "gru without bias, output without bias": Network(V, layers("gru", V, 9, bias=False), None, Output(bias=False)),
}


def modules(network: Network) -> Sequence[nn.Module]:
    """Return the modules of torch that a description names, one for each part."""
    found: list[nn.Module] = [] if network.embedding is None else [nn.Embedding(network.tokens, network.embedding)]
    found += map(recurrent, network.layers)
    if network.output is not None:
        found.append(nn.Linear(network.layers[-1].hidden_size, network.tokens, bias=network.output.bias))
    return found


def counted(network: Network) -> dict[str, Any]:
    parts = [sum(parameter.numel() for parameter in module.parameters()) for module in modules(network)]
    return {"network": network.to_json(), "parameters": sum(parts), "parts": parts}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_file_of_counts_is_what_torch_counts(name: str) -> None:
    known = json.loads(FILE.read_text())
    assert known[name] == counted(NETWORKS[name])
    assert known[name]["parameters"] == NETWORKS[name].n_weights


def test_the_classic_network_has_1680_weights() -> None:
    assert counted(NETWORKS["classic lstm"])["parameters"] == 1680 == 4 * (14 * 14 + 14 * 14 + 2 * 14)
