"""The fixtures that learning in js/network/ and js/training/ is tested on: gradients, optimizers and runs of torch.

`python -m tests.network.learning_fixture` writes them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import optim
from torch.nn import functional

from epochscope.recording.network import Network
from epochscope.training.trainer import Trainer

from .fixture import IGNORED, NETWORKS, WINDOW, lines, make_tokens, make_weights, short
from .torch_network import TorchNetwork

FOLDER = Path(__file__).parents[1] / "fixtures" / "learning"
CLASSIC = " I think therefore I am."
EPOCHS = 20
PAUSE = 15
#: Options of torch's optimizers.
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "adam": ("adam", {}),
    "adam-options": ("adam", {"betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.02}),
    "sgd": ("sgd", {}),
    "sgd-decay": ("sgd", {"weight_decay": 0.1}),
    "sgd-momentum": ("sgd", {"momentum": 0.9}),
    "sgd-dampening": ("sgd", {"momentum": 0.8, "dampening": 0.3, "weight_decay": 0.05}),
    "sgd-nesterov": ("sgd", {"momentum": 0.7, "nesterov": True}),
}
#: Options of trainers; the first is the classic lab.
RUNS: dict[str, dict[str, Any]] = {
    "classic": {},
    "rnn": {"cell": "rnn", "lr": 0.03},
    "gru-output": {"cell": "gru", "hidden_size": 10, "readout": True, "lr": 0.03},
    "lstm-2-layers": {"num_layers": 2, "hidden_size": 9, "readout": True, "lr": 0.03},
    "windows": {"window": 8, "lr": 0.03},
    "sgd": {"optimizer": "sgd", "lr": 1.0},
}
KINDS: dict[str, Any] = {"adam": optim.Adam, "sgd": optim.SGD}


def gradient_of(network: Network, weights: np.ndarray, tokens: list[int], window: int | None) -> dict[str, Any]:
    """The mean loss over all windows and its gradient (W,), in float64."""
    model = TorchNetwork(replace(network, dtype="float64")).load(weights)
    targets = targets_of(tokens)
    length = window or len(tokens)
    logits = model(torch.tensor(tokens).unfold(0, length, 1))
    expected = torch.tensor(targets).unfold(0, length, 1)
    loss = functional.cross_entropy(logits.flatten(0, 1), expected.flatten(), ignore_index=-1)
    loss.backward()
    gradient = torch.nn.utils.parameters_to_vector([parameter.grad for parameter in model.parameters()])  # type: ignore[misc]
    return {"loss": loss.item(), "gradient": gradient.tolist()}


def targets_of(tokens: list[int]) -> list[int]:
    """The next tokens; one of them is ignored."""
    targets = [*tokens[1:], tokens[0]]
    targets[IGNORED] = -1
    return targets


def gradients() -> dict[str, Any]:
    """Loss and gradient of each network of the other fixtures, of the whole text and of windows."""
    found = {}
    for name, (network, seed) in NETWORKS.items():
        weights, tokens = make_weights(network, seed), make_tokens(seed)
        whole, windows = (gradient_of(network, weights, tokens, window) for window in (None, WINDOW))
        found[name] = {"targets": targets_of(tokens), "whole": whole, "windows": {"size": WINDOW, **windows}}
    return found


def optimizers() -> dict[str, Any]:
    """What optimizers make of weights in float64, update after update."""
    generator = np.random.default_rng(5)
    start, slopes = generator.normal(size=6), generator.normal(size=(8, 6))
    found = {}
    for name, (kind, options) in OPTIMIZERS.items():
        weights = torch.tensor(start, requires_grad=True)
        optimizer = KINDS[kind]([weights], lr=0.1, **options)
        rows = []
        for row, slope in enumerate(slopes):
            optimizer.param_groups[0]["lr"] = 0.1 / (1 + row)
            weights.grad = torch.tensor(slope)
            optimizer.step()
            rows.append(weights.tolist())
        found[name] = {"options": {"kind": kind, **options}, "weights": rows}
    return {"start": start.tolist(), "slopes": slopes.tolist(), "optimizers": found}


def run_of(options: dict[str, Any]) -> dict[str, Any]:
    """The first weights of a training, and its losses, in float32."""
    trainer = Trainer(CLASSIC, **options)
    weights = trainer.weights.collect([0])
    history = trainer.train(EPOCHS)
    optimizer = type(trainer.optimizer).__name__.lower()
    return {
        "network": weights.network.to_json(),
        "weights": short(weights.at(0)),
        "inputs": history.inputs.tolist(),
        "targets": history.targets.tolist(),
        "window": options.get("window"),
        "optimizer": {"kind": optimizer},
        "lr": trainer.lr,
        "losses": history.losses.tolist(),
        "predictions": history.predictions.tolist(),
    }


def moments_of(trainer: Trainer) -> list[list[float]]:
    """The moments of Adam (W,), in the order of the weights."""
    states = [trainer.optimizer.state[parameter] for parameter in trainer.model.parameters()]
    return [short(torch.cat([state[name].flatten() for state in states]).numpy()) for name in ("exp_avg", "exp_avg_sq")]


def adopted() -> dict[str, Any]:
    """The classic lab at a pause, its weights and moments there, and how it goes on."""
    trainer = Trainer(CLASSIC)
    trainer.train(PAUSE)
    moments = moments_of(trainer)
    history = trainer.train(PAUSE)
    weights = trainer.weights.collect([0, PAUSE])
    return {
        "network": weights.network.to_json(),
        "epochs": list(weights.epochs),
        "weights": [short(weights.at(epoch)) for epoch in weights.epochs],
        "moments": moments,
        "alphabet": list(history.alphabet.tokens),
        "inputs": history.inputs.tolist(),
        "targets": history.targets.tolist(),
        "losses": history.losses.tolist(),
    }


def make_contents() -> dict[str, dict[str, Any]]:
    """The contents of all fixtures by the names of their files."""
    return {
        "gradients.json": gradients(),
        "optimizers.json": optimizers(),
        "adopted.json": adopted(),
        "runs.json": {name: run_of(options) for name, options in RUNS.items()},
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, contents in make_contents().items():
        (FOLDER / name).write_text(lines(contents))
