"""Described networks as modules of torch, and what torch computes inside them, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from epochscope.recording.network import GATES, Layer, Network

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class State(NamedTuple):
    """The state of a layer after a position: h (1, H) and, of an LSTM, c (1, H)."""

    h: Tensor
    c: Tensor | None


class TorchNetwork(nn.Module):
    """A described network made of torch's own layers. It reads token indices (B, T) and returns logits (B, T, V)."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        dtype = getattr(torch, network.dtype)
        if network.embedding is not None:
            self.embed = nn.Embedding(network.tokens, network.embedding, dtype=dtype)
        self.layers = nn.ModuleList(self._layer(layer, dtype) for layer in network.layers)
        if network.output is not None:
            size = network.layers[-1].hidden_size
            self.out = nn.Linear(size, network.tokens, bias=network.output.bias, dtype=dtype)

    def _layer(self, layer: Layer, dtype: torch.dtype) -> nn.RNNBase:
        options = {"nonlinearity": layer.nonlinearity} if layer.cell == "rnn" else {}
        kind = LAYERS[layer.cell]
        return kind(layer.input_size, layer.hidden_size, bias=layer.bias, batch_first=True, dtype=dtype, **options)

    @property
    def dtype(self) -> torch.dtype:
        return getattr(torch, self.network.dtype)

    def load(self, weights: np.ndarray) -> TorchNetwork:
        """Take flat weights (W,), in the order of the description: the order of the parameters."""
        nn.utils.vector_to_parameters(torch.tensor(weights, dtype=self.dtype), self.parameters())
        return self

    def flat_weights(self) -> np.ndarray:
        return nn.utils.parameters_to_vector(self.parameters()).detach().numpy().copy()

    def encode(self, tokens: Tensor) -> Tensor:
        if self.network.embedding is not None:
            return self.embed(tokens)
        return functional.one_hot(tokens, self.network.tokens).to(self.dtype)

    def decode(self, hidden: Tensor) -> Tensor:
        return hidden if self.network.output is None else self.out(hidden)

    def forward(self, tokens: Tensor) -> Tensor:
        values = self.encode(tokens)  # (B, T, D)
        for layer in self.layers:
            values = layer(values)[0]  # (B, T, H)
        return self.decode(values)


class Stepper:
    """Computes a network position by position with torch's cells; keeps the gates of the last position.

    Its weights are constants: gradients exist with respect to states alone.
    """

    def __init__(self, model: TorchNetwork) -> None:
        self.model = model.requires_grad_(requires_grad=False)
        self.cells = [self._cell(layer) for layer in model.layers]
        self.gates: list[dict[str, np.ndarray]] = []

    @staticmethod
    def _cell(layer: nn.Module) -> nn.RNNCellBase:
        assert isinstance(layer, nn.RNNBase)
        kind = {nn.RNN: nn.RNNCell, nn.LSTM: nn.LSTMCell, nn.GRU: nn.GRUCell}[type(layer)]
        options = {"nonlinearity": layer.nonlinearity} if isinstance(layer, nn.RNN) else {}
        cell = kind(layer.input_size, layer.hidden_size, bias=layer.bias, dtype=layer.weight_ih_l0.dtype, **options)
        cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
        return cell.requires_grad_(requires_grad=False)

    def start(self) -> list[State]:
        zeros = [torch.zeros(1, layer.hidden_size, dtype=self.model.dtype) for layer in self.model.network.layers]
        kinds = [layer.cell for layer in self.model.network.layers]
        return [State(zero, zero if kind == "lstm" else None) for zero, kind in zip(zeros, kinds, strict=True)]

    def step(self, states: Sequence[State], token: int) -> list[State]:
        value = self.model.encode(torch.tensor([token]))  # (1, D)
        after: list[State] = []
        self.gates = []
        for cell, state in zip(self.cells, states, strict=True):
            self.gates.append(gates_of(cell, value, state.h))
            if isinstance(cell, nn.LSTMCell):
                assert state.c is not None
                after.append(State(*cell(value, (state.h, state.c))))
            else:
                after.append(State(cell(value, state.h), None))
            value = after[-1].h
        return after

    def logits(self, states: Sequence[State]) -> Tensor:
        """Return the logits (V,) from a state."""
        return self.model.decode(states[-1].h)[0]

    def predict(self, states: Sequence[State]) -> int:
        return int(self.logits(states).argmax())


@torch.no_grad()
def gates_of(cell: nn.RNNCellBase, x: Tensor, h: Tensor) -> dict[str, np.ndarray]:
    """Return the gates (H,) of a cell by name: torch has no function that returns them."""
    ih = functional.linear(x, cell.weight_ih, cell.bias_ih if cell.bias else None)
    hh = functional.linear(h, cell.weight_hh, cell.bias_hh if cell.bias else None)
    gates: dict[str, Tensor] = {}
    if isinstance(cell, nn.LSTMCell):
        i, f, g, o = (ih + hh).chunk(4, 1)
        gates = dict(zip(GATES["lstm"], (i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()), strict=True))
    elif isinstance(cell, nn.GRUCell):
        (ir, iz, in_), (hr, hz, hn) = ih.chunk(3, 1), hh.chunk(3, 1)
        r = (ir + hr).sigmoid()
        gates = dict(zip(GATES["gru"], (r, (iz + hz).sigmoid(), (in_ + r * hn).tanh()), strict=True))
    return {name: gate[0].numpy() for name, gate in gates.items()}


def cleared(states: Sequence[State], what: str) -> list[State]:
    """Set states to zero, or only their hidden or cell states."""
    return [
        State(
            state.h if what == "c" else torch.zeros_like(state.h),
            None if state.c is None else state.c if what == "h" else torch.zeros_like(state.c),
        )
        for state in states
    ]


def free_run(stepper: Stepper, tokens: Sequence[int], given: int, corrections: Mapping[int, int]) -> list[int]:
    """Return what the network says at each position (T,), with corrections in place, if it reads `given` tokens."""
    states, said = stepper.start(), []
    for position in range(len(tokens)):
        states = stepper.step(states, tokens[position] if position < given else said[-1])
        said.append(corrections.get(position, stepper.predict(states)))
    return said


def transplant(stepper: Stepper, tokens: Sequence[int], source: int, to: int, what: str) -> list[int]:
    """Return the predictions from `to` on after its state was replaced by that after `source`."""
    states, after = stepper.start(), []
    for token in tokens:
        states = stepper.step(states, token)
        after.append(states)
    states = [
        State(old.h if what == "c" else new.h, old.c if what == "h" else new.c)
        for old, new in zip(after[to], after[source], strict=True)
    ]
    predictions = [stepper.predict(states)]
    while len(predictions) < len(tokens) - to:
        states = stepper.step(states, predictions[-1])
        predictions.append(stepper.predict(states))
    return predictions
