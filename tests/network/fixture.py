"""The fixtures that js/network/ is tested on: made-up networks, and what torch computes with them.

`python -m tests.network.fixture` writes them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from epochscope.recording.network import Layer, Network, Output

from .torch_network import State, Stepper, TorchNetwork, cleared, free_run, transplant
from .torch_reach import gradient_reach, in_float64, memory_reach, steps_back

FOLDER = Path(__file__).parents[1] / "fixtures" / "networks"
TOKENS = 7
LENGTH = 20
WINDOW = 6
GIVEN = 3
CUT_AFTER = 8
SOURCE, TO = 4, 11
IGNORED = 5


def layers(cell: Literal["rnn", "lstm", "gru"], *sizes: int, **options: Any) -> tuple[Layer, ...]:
    """Layers of a cell; `sizes` are that of the input and of the hidden states."""
    return tuple(Layer(cell, size, hidden, **options) for size, hidden in pairwise(sizes))


#: The networks and their seeds, with which predictions vary and every cut and transplant changes some of them.
NETWORKS: dict[str, tuple[Network, int]] = {
    "rnn": (Network(TOKENS, layers("rnn", TOKENS, TOKENS)), 49),
    "lstm": (Network(TOKENS, layers("lstm", TOKENS, TOKENS)), 210),
    "gru": (Network(TOKENS, layers("gru", TOKENS, TOKENS)), 137),
    "rnn-relu": (Network(TOKENS, layers("rnn", TOKENS, 5, nonlinearity="relu"), output=Output()), 155),
    "lstm-2-layers": (Network(TOKENS, layers("lstm", TOKENS, 6, 6), output=Output()), 139),
    "rnn-2-layers": (Network(TOKENS, layers("rnn", TOKENS, 6, TOKENS)), 204),
    "gru-embedding": (Network(TOKENS, layers("gru", 4, 6), embedding=4, output=Output()), 166),
    "lstm-no-bias": (Network(TOKENS, layers("lstm", TOKENS, 6, bias=False), output=Output(bias=False)), 12),
    "gru-no-bias": (Network(TOKENS, layers("gru", TOKENS, TOKENS, bias=False)), 191),
    "lstm-gru": (Network(TOKENS, (*layers("lstm", 3, 6), *layers("gru", 6, 5)), embedding=3, output=Output()), 340),
    "lstm-float64": (Network(TOKENS, layers("lstm", TOKENS, 6), output=Output(), dtype="float64"), 23),
    "rnn-relu-float64": (Network(TOKENS, layers("rnn", TOKENS, TOKENS, nonlinearity="relu"), dtype="float64"), 16),
}


def make_weights(network: Network, seed: int) -> np.ndarray:
    """Weights (W,) that open and close gates; smaller ones for the relu, whose states would grow without end."""
    scale = 0.6 if network.layers[0].nonlinearity == "relu" else 1.6
    return np.random.default_rng(seed).uniform(-scale, scale, network.n_weights).astype(network.dtype)


def make_tokens(seed: int) -> list[int]:
    return np.random.default_rng(seed).integers(TOKENS, size=LENGTH).tolist()


def contents_of(network: Network, weights: np.ndarray, tokens: list[int]) -> dict[str, Any]:
    """What torch computes, as a JSON object."""
    model = TorchNetwork(network).load(weights)
    stepper = Stepper(model)
    parts = ("all", "h", "c") if any(layer.cell == "lstm" for layer in network.layers) else ("all",)
    correction = (GIVEN + 2, (free_run(stepper, tokens, GIVEN, {})[GIVEN + 2] + 1) % TOKENS)
    with torch.no_grad():
        logits = model(torch.tensor([tokens]))[0]  # (T, V)
        windows = torch.tensor(tokens).unfold(0, WINDOW, 1)
        windowed = torch.cat([logits[:WINDOW], model(windows)[1:, -1]])
    return {
        "network": network.to_json(),
        "weights": short(weights),
        "tokens": tokens,
        **predicted(logits),
        "layers": traces_of(stepper, tokens),
        "window": {"size": WINDOW, **predicted(windowed)},
        "cuts": [{"after": CUT_AFTER, "what": what, **predicted(cut(stepper, tokens, what))} for what in parts],
        "free_run": {"given": GIVEN, "said": free_run(stepper, tokens, GIVEN, {})},
        "corrected": {
            "given": GIVEN,
            "corrections": [correction],
            "said": free_run(stepper, tokens, GIVEN, dict([correction])),
        },
        "transplants": [
            {"source": SOURCE, "to": TO, "what": what, "predictions": transplant(stepper, tokens, SOURCE, TO, what)}
            for what in parts
        ],
        "reach": reach_of(in_float64(network, weights), tokens),
    }


def reach_of(stepper: Stepper, tokens: list[int]) -> dict[str, Any]:
    """Return the reach at each position t in float64, as lists of lags 0 .. t. None: there is no gradient."""
    targets = [*tokens[1:], tokens[0]]
    targets[IGNORED] = -1
    return {
        "targets": targets,
        **windowed_reach_of(stepper, tokens, targets, None),
        "window": {"size": WINDOW, **windowed_reach_of(stepper, tokens, targets, WINDOW)},
    }


def windowed_reach_of(stepper: Stepper, tokens: list[int], targets: list[int], window: int | None) -> dict[str, Any]:
    reach = gradient_reach(stepper, tokens, targets, window)
    lags = [slice(min(t + 1, window or LENGTH)) for t in range(LENGTH)]
    return {
        "gradient": [
            [None if value != value else float(f"{value:.12g}") for value in row[lag].tolist()]
            for row, lag in zip(reach, lags, strict=True)
        ],
        "steps_back": steps_back(reach),
        "memory": [row[lag].tolist() for row, lag in zip(memory_reach(stepper, tokens, window), lags, strict=True)],
    }


def predicted(logits: torch.Tensor) -> dict[str, Any]:
    return {"logits": [short(row.numpy()) for row in logits], "predictions": logits.argmax(1).tolist()}


def cut(stepper: Stepper, tokens: Sequence[int], what: str) -> torch.Tensor:
    """Return the logits (T, V) if the state after CUT_AFTER is set to zero."""
    states, logits = stepper.start(), []
    for position, token in enumerate(tokens):
        states = stepper.step(states, token)
        logits.append(stepper.logits(states))
        if position == CUT_AFTER:
            states = cleared(states, what)
    return torch.stack(logits)


def traces_of(stepper: Stepper, tokens: Sequence[int]) -> list[dict[str, Any]]:
    """Return states and gates (T, H) of each layer."""
    states, positions = stepper.start(), []
    for token in tokens:
        states = stepper.step(states, token)
        positions.append(list(zip(states, stepper.gates, strict=True)))
    return [trace_of([position[layer] for position in positions]) for layer in range(len(states))]


def trace_of(steps: Sequence[tuple[State, dict[str, np.ndarray]]]) -> dict[str, Any]:
    cells = [state.c for state, _ in steps]
    return {
        "hidden": [short(state.h[0].numpy()) for state, _ in steps],
        "cell": None if cells[0] is None else [short(c[0].numpy()) for c in cells if c is not None],
        "gates": {name: [short(gates[name]) for _, gates in steps] for name in steps[0][1]},
    }


def short(values: np.ndarray) -> list[float]:
    """Return the numbers whose shortest decimal forms are those of `values`, in float32 too."""
    return [float(str(value)) for value in values]


def make_contents() -> dict[str, dict[str, Any]]:
    """The contents of all fixtures by the names of their files."""
    return {
        f"{name}.json": contents_of(network, make_weights(network, seed), make_tokens(seed))
        for name, (network, seed) in NETWORKS.items()
    }


def lines(contents: dict[str, Any]) -> str:
    """JSON with one line for each item."""
    items = (f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in contents.items())
    return "{\n" + ",\n".join(items) + "\n}\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, contents in make_contents().items():
        (FOLDER / name).write_text(lines(contents))
