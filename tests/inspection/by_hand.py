"""Networks as a student writes them, with torch's cells in a loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from epochscope.recording.network import Layer, Network, Output

CELLS: dict[str, type[nn.RNNCell | nn.LSTMCell | nn.GRUCell]] = {
    "rnn": nn.RNNCell,
    "lstm": nn.LSTMCell,
    "gru": nn.GRUCell,
}
#: Changes the states of all layers before a position: h, and c of an LSTM, (1, H) each.
Change = Callable[[int, list[Any]], list[Any]]


class Made(NamedTuple):
    """A network with random weights, in torch and as a description with flat weights."""

    network: Network
    weights: np.ndarray
    embedding: nn.Embedding | None
    cells: list[nn.RNNCell | nn.LSTMCell | nn.GRUCell]
    output: nn.Linear | None


class Loop(NamedTuple):
    """What the loop computed: the states after each token, and the logits (T, V)."""

    states: list[list[Any]]
    logits: np.ndarray


def make(
    layers: Sequence[tuple[str, int]],
    tokens: int,
    *,
    embedding: int | None = None,
    output: bool = True,
    bias: bool = True,
    nonlinearity: Any = "tanh",
    seed: int = 0,
    scale: float = 6.0,
) -> Made:
    """Return a network of layers (cell, hidden size); large weights make its gates open and close."""
    torch.manual_seed(seed)
    size = embedding or tokens
    embed = None if embedding is None else nn.Embedding(tokens, embedding)
    cells, described = [], []
    for cell, hidden in layers:
        options = {"nonlinearity": nonlinearity} if cell == "rnn" else {}
        cells.append(CELLS[cell](size, hidden, bias, **options))
        described.append(Layer(cell, size, hidden, bias, nonlinearity))  # pyright: ignore[reportArgumentType]
        size = hidden
    linear = nn.Linear(size, tokens, bias) if output else None
    modules = [module.double() for module in (embed, *cells, linear) if module is not None]
    parameters = [parameter for module in modules for parameter in module.parameters()]
    with torch.no_grad():
        for parameter in parameters:
            if parameter.ndim == 2:
                parameter *= scale
    weights = torch.cat([parameter.detach().flatten() for parameter in parameters]).numpy()
    network = Network(tokens, tuple(described), embedding, Output(bias) if output else None, "float64")
    return Made(network, weights, embed, cells, linear)


def loop(made: Made, tokens: Sequence[int], change: Change = lambda _, states: states) -> Loop:
    """Read tokens one by one from a state of zeros; `change` may replace the states before each position."""
    states: list[Any] = [None] * len(made.cells)
    after, logits = [], []
    for position, token in enumerate(tokens):
        index = torch.tensor([token])
        x = (
            nn.functional.one_hot(index, made.network.tokens).double()
            if made.embedding is None
            else made.embedding(index)
        )
        states = change(position, states) if position else states
        new = []
        for cell, state in zip(made.cells, states, strict=True):
            new.append(cell(x, state))
            x = new[-1][0] if isinstance(new[-1], tuple) else new[-1]
        states = new
        after.append([tuple(t.detach().numpy()[0] for t in (s if isinstance(s, tuple) else (s,))) for s in states])
        logits.append((x if made.output is None else made.output(x)).detach().numpy()[0])
    return Loop(after, np.array(logits))


def windows(tokens: Sequence[int], window: int) -> list[tuple[Sequence[int], int]]:
    """Return for each position the window that shows it, and its index in there."""
    return [
        (tokens[:window], p) if p < window else (tokens[p - window + 1 : p + 1], window - 1) for p in range(len(tokens))
    ]
