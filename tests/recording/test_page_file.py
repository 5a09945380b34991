"""Python reads the files of recordings that a page writes."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.network import Layer, Network, Output
from epochscope.recording.weights import Weights
from epochscope.widget.scope import EpochScope
from tests.thoroughness import count

ROOT = Path(__file__).parents[2]
SEEDS = range(count(40, 400))
COLUMNS = ("losses", "lrs", "positionLosses", "topTokens", "topProbabilities")
CHARACTERS = [*"abc I'\"\\\n\t", "한", "글", "👍", "\ufffd", "\u0301", "𝒳", "\x00"]
WORDS = ["나는", "생각한다", "so", "👩‍🚀", "</script>"]


def made(seed: int) -> History:
    """Return a random recording: of any alphabet, with or without ignored positions, weights and branches."""
    rng = np.random.default_rng(seed)
    alphabet = Alphabet(alphabet_of(rng))
    positions, epochs = int(rng.integers(1, 40)), int(rng.choice([0, 1, 2, 30]))
    targets = rng.integers(0, len(alphabet), positions)
    if rng.random() < 0.5:
        targets[rng.random(positions) < 0.4] = -1
        targets[-1] = 0
    history = History(
        alphabet,
        rng.integers(0, len(alphabet), positions),
        targets,
        separator=str(rng.choice(["", " "])),
        metadata={"source": "page", "model": "LSTM", "lr": 0.1, "seed": 2**32 - 1, "window": None, "notes": "한👍\n"},
        branches=tuple(range(0, epochs + 1, 3))[: rng.integers(0, 4)],
    )
    losses = np.where(rng.random(epochs) < 0.1, rng.choice([np.nan, np.inf]), rng.exponential(2, epochs))
    logits = rng.normal(0, 3, (epochs, positions, len(alphabet)))
    logits[rng.random(logits.shape) < 0.02] = np.nan
    history.append(losses, logits, np.where(rng.random(epochs) < 0.1, np.nan, 0.1))
    if epochs and rng.random() < 0.7:
        history.weights = weights_of(rng, len(alphabet), epochs)
    return history


def alphabet_of(rng: np.random.Generator) -> list[str]:
    kind = rng.integers(3)
    if kind == 0:
        return [chr(0xAC00 + i) for i in range(int(rng.integers(256, 300)))]
    tokens = CHARACTERS if kind == 1 else WORDS
    return [tokens[i] for i in rng.permutation(len(tokens))[: rng.integers(2, len(tokens) + 1)]]


def weights_of(rng: np.random.Generator, tokens: int, epochs: int) -> Weights:
    dtype = rng.choice(["float32", "float64"])
    layers = (Layer("lstm", 2, 3), Layer("gru", 3, 2, bias=False), Layer("rnn", 2, 2, nonlinearity="relu"))
    network = Network(tokens, layers, 2, Output(bool(rng.integers(2))), dtype)
    weights = Weights(network)
    values = rng.normal(size=network.n_weights)
    for epoch in range(0, epochs, int(rng.integers(1, 5))):
        values = values + rng.normal(0, 1e-3, len(values))
        weights.add(epoch, np.where(rng.random(len(values)) < 0.01, np.nan, values))
    return weights


def contents(history: History) -> dict[str, Any]:
    """Return a recording as `js/testing/recording-files.ts` reads it."""
    weights = history.weights
    arrays = {
        "inputs": history.inputs.astype("<u4"),
        "targets": history.targets.astype("<u4"),
        **dict(zip(COLUMNS, history.records(), strict=True)),
    }
    return {
        "alphabet": history.alphabet.tokens,
        "separator": history.separator,
        "metadata": history.metadata,
        "epochs": len(history),
        "columns": {name: encoded(array) for name, array in arrays.items()},
        "branches": history.branches,
        "weights": weights
        and {
            "network": weights.network.to_json(),
            "epochs": weights.epochs,
            "weights": [encoded(weights.at(epoch)) for epoch in weights.epochs],
        },
    }


def encoded(array: np.ndarray) -> str:
    return b64encode(array.tobytes()).decode()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the files of `made(seed)`, named "<seed>.npz", as the page's code writes them."""
    folder = tmp_path_factory.mktemp("files")
    bundle = folder / "recording-files.mjs"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={bundle}"]
    subprocess.run([esbuild, ROOT / "js" / "testing" / "recording-files.ts", *options], check=True, cwd=ROOT)
    (folder / "contents.json").write_text(json.dumps([contents(made(seed)) for seed in SEEDS]))
    subprocess.run(["node", bundle, folder / "contents.json", folder], check=True, cwd=folder)
    return folder


def test_every_file_restores_the_recording(files: Path) -> None:
    for seed in SEEDS:
        loaded, expected = History.load(files / f"{seed}.npz"), made(seed)
        assert loaded == expected, seed
        assert loaded.to_bytes() == expected.to_bytes(), seed  # the metadata, branches and weights too


def test_a_file_has_the_members_of_one_that_python_writes(files: Path) -> None:
    versions = set()
    for seed in SEEDS:
        with zipfile.ZipFile(files / f"{seed}.npz") as page, zipfile.ZipFile(io.BytesIO(made(seed).to_bytes())) as own:
            assert page.testzip() is None
            attributes = ("filename", "compress_type", "date_time", "file_size", "flag_bits", "extra")
            for one, other in zip(page.infolist(), own.infolist(), strict=True):
                exact = one.filename.endswith(".npy")
                for attribute in attributes if exact else attributes[:3]:
                    assert getattr(one, attribute) == getattr(other, attribute), (seed, one.filename, attribute)
            header = json.loads(page.read("header.json"))
            assert header == json.loads(own.read("header.json"))
            versions.add(header["version"])
    assert versions == {1, 2, 3}


def test_numpy_opens_the_arrays_without_pickle(files: Path) -> None:
    expected = made(0)
    with np.load(files / "0.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["inputs"], expected.inputs)
        np.testing.assert_array_equal(arrays["position_losses"], expected.records().position_losses)


def test_one_changed_bit_is_found(files: Path) -> None:
    data = bytearray((files / "0.npz").read_bytes())
    data[len(data) // 2] ^= 4
    with pytest.raises(ValueError, match="cannot read this recording"):
        History.from_bytes(bytes(data))


def test_a_file_opens_in_the_player(files: Path) -> None:
    scope = EpochScope.load(files / "1.npz")
    assert scope.history == made(1)
