"""The page computes with recorded weights what torch predicted while it trained, at every epoch and position."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from epochscope.recording.network import Layer, Network, Output
from tests.thoroughness import count

from .torch_network import TorchNetwork

ROOT = Path(__file__).parents[2]
TEXT = " I think therefore I am."
ALPHABET = sorted(set(TEXT))
V = len(ALPHABET)
TOKENS = [ALPHABET.index(letter) for letter in TEXT]
EPOCHS = count(12, 300)

Predict = Callable[..., np.ndarray]


@pytest.fixture(scope="module")
def predict(tmp_path_factory: pytest.TempPathFactory) -> Predict:
    """Return a function that returns the predictions (E, P) of the page's code for weights (E, W)."""
    folder = tmp_path_factory.mktemp("predictions")
    bundle = folder / "predictions.mjs"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={bundle}"]
    subprocess.run([esbuild, ROOT / "js" / "testing" / "predictions.ts", *options], check=True, cwd=ROOT)

    def predictions(network: Network, weights: np.ndarray, tokens: Sequence[int], window: int | None) -> np.ndarray:
        contents = {"network": network.to_json(), "tokens": list(tokens), "window": window}
        (folder / "contents.json").write_text(json.dumps(contents))
        weights.astype(weights.dtype.newbyteorder("<")).tofile(folder / "weights.bin")
        command = ["node", bundle, folder / "contents.json", folder / "weights.bin"]
        return np.array(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=folder).stdout))

    return predictions


class Training(NamedTuple):
    """What a loop recorded."""

    weights: np.ndarray  # (E, W), before each update
    logits: np.ndarray  # (E, P, V)


def train(network: Network, seed: int, lr: float, window: int | None) -> Training:
    """Train on the text, or on all of its windows, whose predictions are joined to one text."""
    torch.manual_seed(seed)
    model = TorchNetwork(network)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    pairs = torch.tensor(TOKENS).unfold(0, (window or len(TOKENS) - 1) + 1, 1)  # (B, T + 1)
    weights, shown = [], []
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        logits = model(pairs[:, :-1])  # (B, T, V)
        nn.functional.cross_entropy(logits.flatten(0, 1), pairs[:, 1:].flatten()).backward()
        weights.append(model.flat_weights())
        shown.append(torch.cat([logits[0], logits[1:, -1]]).detach().numpy())
        optimizer.step()
    return Training(np.array(weights), np.array(shown))


def network(cell: Any, *sizes: int, bias: bool = True, **options: Any) -> Network:
    """A network whose layers have these sizes; without an output layer if it ends in V."""
    size, layers = options.get("embedding", V), []
    for hidden in sizes:
        layers.append(Layer(cell, size, hidden, bias))
        size = hidden
    return Network(V, tuple(layers), output=None if size == V else Output(bias), **options)


CASES: dict[str, tuple[Network, float, int | None]] = {
    "lstm": (network("lstm", V), 0.1, None),
    "gru": (network("gru", V), 0.1, None),
    "rnn": (network("rnn", V), 0.1, None),
    "lstm of 2 layers": (network("lstm", 12, 10), 0.1, None),
    "gru with embedding": (network("gru", 16, embedding=8), 0.01, None),
    "lstm without bias": (network("lstm", 16, bias=False), 0.1, None),
    "rnn of 2 layers, windows": (network("rnn", V, V), 0.1, 10),
    "rnn, saturated": (network("rnn", V), 1.0, None),
    "gru, saturated": (network("gru", V), 1.0, None),
    "lstm, float64": (network("lstm", V, dtype="float64"), 0.1, None),
}


@pytest.mark.parametrize("name", CASES)
def test_the_page_predicts_what_torch_predicted_at_every_epoch_and_position(name: str, predict: Predict) -> None:
    """Where torch's two largest logits are nearly equal, its rounding decides: this may happen once in 1,000."""
    described, lr, window = CASES[name]
    weights, logits = train(described, 9, lr, window)
    actual, expected = predict(described, weights, TOKENS[:-1], window), logits.argmax(2)
    assert len(np.unique(expected)) > 5
    wrong = np.argwhere(actual != expected)
    margins = [
        np.ptp(logits[epoch, position, [actual[epoch, position], expected[epoch, position]]])
        for epoch, position in wrong
    ]
    assert [margin for margin in margins if margin > 1e-6] == []
    assert len(wrong) <= expected.size // 1_000, f"{len(wrong)} of {expected.size} differ"
