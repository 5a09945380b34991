"""Which modules are recognized as described networks, and what is said about the others."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.reading import read
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.network import Layer, Network, Output
from epochscope.training.batch import Batch
from epochscope.training.model import CharRNN
from epochscope.training.network_of import RecognizedNetwork, UnknownNetwork, network_of
from epochscope.training.train_state import logits_of

from .nets import Dropping

TEXT = "hihello, 안녕🙂"
ALPHABET = Alphabet.from_text(TEXT)
V, P = len(ALPHABET), len(TEXT) - 1


class Net(nn.Module):
    """Parts in the order in which they are used; of a recurrent part's output, the first item is passed on."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for part in self.parts:
            x = logits_of(part(x))
        return x


class Loop(nn.Module):
    """A cell in a loop, with what is kept in a list, and the output layer registered first."""

    def __init__(self, cell: nn.Module, size: int) -> None:
        super().__init__()
        self.out = nn.Linear(size, V)
        self.cells = nn.ModuleDict({"first": cell})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state, outputs = None, []
        for t in range(x.shape[1]):
            state = self.cells["first"](x[:, t], state)
            outputs.append(self.out(state[0] if isinstance(state, tuple) else state))
        return torch.stack(outputs, dim=1)


class Tied(nn.Module):
    """Its output layer has the weights of its embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Embedding(V, 6)
        self.drop = nn.Dropout(0.5)
        self.rnn = nn.LSTM(6, 6, 2, dropout=0.5, batch_first=True)
        self.decoder = nn.Linear(6, V)
        self.decoder.weight = self.encoder.weight

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, Any]:
        hidden, state = self.rnn(self.drop(self.encoder(x)))
        return self.decoder(self.drop(hidden)), state


class TiedByHand(nn.Module):
    """Multiplies by its embedding instead of having an output layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(V, 6)
        self.rnn = nn.GRU(6, 6, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rnn(self.embed(x))[0] @ self.embed.weight.T


class TimeMajor(nn.Module):
    """Swaps the axes for a layer that is not batch-first, and packs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(V, 6)
        self.out = nn.Linear(6, V)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.rnn(x.transpose(0, 1))[0]).transpose(0, 1)


def recognize(model: nn.Module, *, index: bool = False, window: int | None = None) -> RecognizedNetwork:
    batch = Batch(ALPHABET, ALPHABET.encode(TEXT), window, index=index)
    batch.to(torch.device("cpu"), next(model.parameters()).dtype)
    return network_of(model, batch.encode, batch.shown_inputs, V, window)


def layer(cell: Any, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: Any = "tanh") -> Layer:
    return Layer(cell, input_size, hidden_size, bias, nonlinearity)


RECOGNIZED: dict[str, tuple[Callable[[], nn.Module], bool, Network]] = {
    "CharRNN": (lambda: CharRNN(V), False, Network(V, (layer("lstm", V, V),))),
    "CharRNN with readout": (
        lambda: CharRNN(V, cell="gru", hidden_size=5, num_layers=2, readout=True),
        False,
        Network(V, (layer("gru", V, 5), layer("gru", 5, 5)), None, Output()),
    ),
    "bare LSTM": (lambda: nn.LSTM(V, V, batch_first=True), False, Network(V, (layer("lstm", V, V),))),
    "bare RNN without bias": (
        lambda: nn.RNN(V, V, 2, nonlinearity="relu", bias=False, batch_first=True),
        False,
        Network(V, (layer("rnn", V, V, False, "relu"), layer("rnn", V, V, False, "relu"))),
    ),
    "embedding, GRU, Linear": (
        lambda: Net(nn.Embedding(V, 4), nn.GRU(4, 6, batch_first=True), nn.Dropout(0.9), nn.Linear(6, V, bias=False)),
        True,
        Network(V, (layer("gru", 4, 6),), 4, Output(bias=False)),
    ),
    "embedding of more tokens": (
        lambda: Net(nn.Embedding(V + 30, 4, padding_idx=V + 3), nn.RNN(4, V, batch_first=True)),
        True,
        Network(V, (layer("rnn", 4, V),), 4),
    ),
    "layers of different cells": (
        lambda: Net(nn.RNN(V, 3, batch_first=True), nn.Identity(), nn.LSTM(3, 7, batch_first=True), nn.Linear(7, V)),
        False,
        Network(V, (layer("rnn", V, 3), layer("lstm", 3, 7)), None, Output()),
    ),
    "RNNCell": (
        lambda: Loop(nn.RNNCell(V, 6, nonlinearity="relu"), 6),
        False,
        Network(V, (layer("rnn", V, 6, nonlinearity="relu"),), None, Output()),
    ),
    "LSTMCell": (
        lambda: Loop(nn.LSTMCell(V, 6, bias=False), 6),
        False,
        Network(V, (layer("lstm", V, 6, False),), None, Output()),
    ),
    "GRUCell": (lambda: Loop(nn.GRUCell(V, 6), 6), False, Network(V, (layer("gru", V, 6),), None, Output())),
    "tied weights": (Tied, True, Network(V, (layer("lstm", 6, 6), layer("lstm", 6, 6)), 6, Output())),
    "tied without a layer": (TiedByHand, True, Network(V, (layer("gru", 6, 6),), 6, Output(bias=False))),
    "axes swapped inside": (TimeMajor, False, Network(V, (layer("gru", V, 6),), None, Output())),
    "log_softmax at the end": (
        lambda: Net(nn.LSTM(V, 6, batch_first=True), nn.Linear(6, V), nn.LogSoftmax(dim=-1)),
        False,
        Network(V, (layer("lstm", V, 6),), None, Output()),
    ),
    "weight_norm": (
        lambda: Net(nn.LSTM(V, 6, batch_first=True), parametrizations.weight_norm(nn.Linear(6, V))),
        False,
        Network(V, (layer("lstm", V, 6),), None, Output()),
    ),
    "double precision": (
        lambda: CharRNN(V, cell="rnn").double(),
        False,
        Network(V, (layer("rnn", V, V),), dtype="float64"),
    ),
    "half precision": (
        lambda: Net(nn.Embedding(V, 4), nn.GRU(4, 6, batch_first=True), nn.Linear(6, V)).bfloat16(),
        True,
        Network(V, (layer("gru", 4, 6),), 4, Output()),
    ),
}


@pytest.mark.parametrize("window", [None, 4])
@pytest.mark.parametrize("name", RECOGNIZED)
def test_a_network_is_recognized_by_its_parts(name: str, window: int | None) -> None:
    make, index, expected = RECOGNIZED[name]
    torch.manual_seed(0)
    model = make()
    recognized = recognize(model, index=index, window=window)
    assert recognized.network == expected
    weights = recognized.weights(model)
    assert weights.dtype == expected.dtype
    assert weights.shape == (expected.n_weights,)


@pytest.mark.parametrize("name", RECOGNIZED)
def test_the_weights_of_a_copy_after_an_update_are_those_of_the_copy(name: str) -> None:
    make, index, _ = RECOGNIZED[name]
    torch.manual_seed(0)
    model = make()
    recognized = recognize(model, index=index)
    before = recognized.weights(model)
    other = copy.deepcopy(model).eval()
    with torch.no_grad():
        for parameter in other.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    batch = Batch(ALPHABET, ALPHABET.encode(TEXT), None, index=index)
    batch.to(torch.device("cpu"), next(model.parameters()).dtype)
    with torch.no_grad():
        own = logits_of(other(batch.inputs))[0].double().numpy()
    ours = read(NumpyNetwork(recognized.network, recognized.weights(other)), batch.shown_inputs).logits
    difference = (own - own.mean(1, keepdims=True)) - (ours - ours.mean(1, keepdims=True))
    assert np.abs(difference).max() < (0.1 if name == "half precision" else 1e-5)
    assert recognized.weights(model).tolist() == before.tolist()


class Scaled(nn.LSTM):
    """A subclass whose output is not that of its weights."""

    def forward(self, x: torch.Tensor) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().forward(x)[0] * 1.01


class OwnWeights(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(V, V, batch_first=True)
        self.start = nn.Parameter(torch.zeros(1, 1, V))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rnn(x, (self.start, self.start))[0]


class Remembering(nn.Module):
    """Starts from the state at the end of the text it read before."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(V, V, batch_first=True)
        self.state = torch.ones(1, 1, V)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden, state = self.rnn(x, self.state.expand(1, len(x), V).contiguous())
        self.state = state[:, :1].detach()
        return hidden


class Named(nn.Module):
    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": x}


class OwnCell(nn.RNNCellBase):
    def forward(self, x: torch.Tensor, _state: Any) -> torch.Tensor:
        return x @ self.weight_ih.T


def lazy() -> nn.Module:
    with warnings.catch_warnings():  # some versions warn that they may change
        warnings.simplefilter("ignore")
        return Net(nn.LSTM(V, 6, batch_first=True), nn.LazyLinear(V))


def old_weight_norm() -> nn.Module:
    with pytest.warns(FutureWarning):
        return Net(nn.LSTM(V, 6, batch_first=True), nn.utils.weight_norm(nn.Linear(6, V)))


REFUSED: dict[str, tuple[Callable[[], nn.Module], bool, str]] = {
    "no recurrent layer": (
        lambda: Net(nn.Linear(V, V)),
        False,
        r"^no recurrent layer of torch found in Net: nn\.RNN, nn\.LSTM, nn\.GRU, or their cells$",
    ),
    "Transformer": (
        lambda: Net(nn.Linear(V, 8), nn.TransformerEncoderLayer(8, 2, batch_first=True), nn.Linear(8, V)),
        False,
        r"^no recurrent layer of torch found in Net",
    ),
    "bidirectional": (
        lambda: Net(nn.GRU(V, 6, bidirectional=True, batch_first=True), nn.Linear(12, V)),
        False,
        r"^GRU 'parts\.0' is bidirectional: .* has read the answer, the next token; make it with bidirectional=False$",
    ),
    "projected": (
        lambda: nn.LSTM(V, 30, proj_size=V, batch_first=True),
        False,
        rf"^LSTM has proj_size={V}, which projects its hidden state",
    ),
    "LayerNorm": (
        lambda: Net(nn.LSTM(V, 6, batch_first=True), nn.LayerNorm(6), nn.Linear(6, V)),
        False,
        r"^LayerNorm 'parts\.1' has weights of its own \('weight', 'bias'\): only networks of recurrent layers",
    ),
    "BatchNorm": (lambda: Dropping(V), False, r"^BatchNorm1d 'norm' has weights of its own"),
    "own parameter": (OwnWeights, False, r"^OwnWeights has weights of its own \('start'\)"),
    "several Linear": (
        lambda: Net(nn.LSTM(V, 6, batch_first=True), nn.Linear(6, 9), nn.ReLU(), nn.Linear(9, V)),
        False,
        r"^it has 2 Linear layers \('parts\.1', 'parts\.3'\): at most one can be looked into$",
    ),
    "several Embedding": (
        lambda: Net(nn.Embedding(V, V), nn.Identity(), nn.LSTM(V, V, batch_first=True), nn.Embedding(2, 2)),
        True,
        r"^it has 2 Embedding layers",
    ),
    "Linear before": (
        lambda: Net(nn.Linear(V, 4), nn.LSTM(4, V, batch_first=True)),
        False,
        r"^its layers do not fit each other in the order in which they were registered: input_size=4",
    ),
    "layers registered in another order": (
        lambda: Net(nn.LSTM(V, V, batch_first=True), nn.LSTM(V, 5, batch_first=True), nn.LSTM(6, V, batch_first=True)),
        False,
        r"^its layers do not fit each other",
    ),
    "max_norm": (
        lambda: Net(nn.Embedding(V, 4, max_norm=1), nn.LSTM(4, V, batch_first=True)),
        True,
        r"^Embedding 'parts\.0' has max_norm=1, which changes its weights while it reads$",
    ),
    "a subclass that computes something else": (
        lambda: Scaled(V, V, batch_first=True),
        False,
        r"^its output is not what these layers' weights give: it differs by 0\.00\d+; the forward of Scaled does",
    ),
    "a function in the forward": (
        lambda: Net(nn.LSTM(V, 6, batch_first=True), nn.ReLU(), nn.Linear(6, V)),
        False,
        r"^its output is not what these layers' weights give",
    ),
    "a state that is kept": (Remembering, False, r"^its output is not what these layers' weights give"),
    "lazy": (lazy, False, r"^LazyLinear 'parts\.1' has no weights before its first forward pass"),
    "old weight_norm": (
        old_weight_norm,
        False,
        r"^weight of Linear 'parts\.1' is no parameter .* use torch\.nn\.utils\.parametrizations\.weight_norm$",
    ),
    "another input": (
        lambda: Net(nn.Embedding(V, 4), nn.GRU(4, V, batch_first=True)),
        False,
        r"^Net failed on its text: RuntimeError: ",
    ),
    "another output": (
        lambda: Net(nn.GRU(V, V, batch_first=True), Named()),
        False,
        r"^Net returned dict: must be logits \(B, T, V\)",
    ),
    "another cell": (lambda: Loop(OwnCell(V, 6, True, 1), 6), False, r"^no recurrent layer of torch found in Loop"),
    "another shape": (
        lambda: Net(nn.GRU(V, V, batch_first=True), nn.Flatten()),
        False,
        rf"^Net returned torch\.float32 \(1, {P * V}\): must be logits \(B, T, V\) = \(1, {P}, {V}\)$",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_another_module_is_refused_with_the_reason(name: str) -> None:
    make, index, reason = REFUSED[name]
    torch.manual_seed(0)
    with pytest.raises(UnknownNetwork, match=reason):
        recognize(make(), index=index)


def test_a_network_is_not_refused_because_rounding_errors_grow() -> None:
    """A chaotic network: after some positions float32 and float64 have nothing in common."""
    torch.manual_seed(0)
    model = CharRNN(V, cell="rnn", hidden_size=100, readout=True)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter *= 6 if "weight_hh" in name else 1
    batch = Batch(ALPHABET, ALPHABET.encode(TEXT * 30), None)
    recognized = network_of(model, batch.encode, batch.shown_inputs, V)
    ours = read(NumpyNetwork(recognized.network, recognized.weights(model)), batch.shown_inputs).logits
    with torch.no_grad():
        assert np.abs(model(batch.inputs)[0][0].numpy() - ours).max() > 0.5


def test_recognizing_leaves_no_trace() -> None:
    torch.manual_seed(0)
    model = Remembering()
    model.rnn.eval()
    state, random = model.state.clone(), torch.get_rng_state()
    with pytest.raises(UnknownNetwork):
        recognize(model)
    assert torch.equal(model.state, state)
    assert torch.equal(torch.get_rng_state(), random)
    assert (model.training, model.rnn.training) == (True, False)
    noisy = Tied()
    random = torch.get_rng_state()
    recognize(noisy, index=True)
    assert torch.equal(torch.get_rng_state(), random)
    assert all(module.training for module in noisy.modules())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in noisy.parameters())
