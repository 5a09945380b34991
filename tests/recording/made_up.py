"""Recordings made without a network."""

from __future__ import annotations

from typing import Any

import numpy as np

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet


def history(epochs: int, text: str = "hello world", seed: int = 0, lr: float = 0.1) -> History:
    """Return a recording of random logits."""
    alphabet = Alphabet.from_text(text)
    indices = alphabet.encode(text)
    made = History(alphabet, indices[:-1], indices[1:], metadata={"model": "LSTM", "lr": lr, "seed": seed})
    grow(made, epochs, seed, lr)
    return made


def grow(made: History, epochs: int, seed: int = 0, lr: float = 0.1) -> None:
    """Append epochs of random logits to a recording."""
    rng = np.random.default_rng(seed)
    for start in range(0, epochs, 1000):
        n = min(1000, epochs - start)
        logits = rng.normal(size=(n, made.positions, len(made.alphabet))).astype(np.float32)
        made.append(rng.uniform(1, 3, n), logits, lr)


def with_losses(losses: list[float], lrs: list[float] | float = 0.1, correct: list[bool] | None = None) -> History:
    """Return a recording of two tokens and one position, which is wrong at every epoch by default."""
    made = History(Alphabet("ab"), [0], [1])
    predictions = np.array(correct if correct is not None else [False] * len(losses), dtype=int)
    made.append(losses, np.eye(2, dtype=np.float32)[predictions][:, None], lrs)
    return made


def loop(epochs: int, *, every: int = 1, text: str = "hello world", other: str = "who? low", **options: Any) -> History:
    """Return a recording of random logits as a loop makes it: on an axis, with two probes and a scalar."""
    alphabet = Alphabet.from_text(text + other)
    parts = [alphabet.encode(text), alphabet.encode(other)]
    inputs, targets = (np.concatenate([part[at] for part in parts]) for at in (slice(-1), slice(1, None)))
    targets[-1] = -1
    probes = [("train", 0, len(text) - 1), ("held out", len(text) - 1, len(inputs))]
    options = {"axis": "step", "probes": probes, "metadata": {"source": "monitor"}, **options}
    path = options.pop("path", None)
    made = (
        History(alphabet, inputs, targets, **options)
        if path is None
        else History.open(path, alphabet, inputs, targets, **options)
    )
    grow_loop(made, epochs, every=every)
    return made


def grow_loop(made: History, epochs: int, seed: int = 0, every: int = 1) -> None:
    """Append records to a recording of a loop; each depends on its number alone, and each third one has a scalar."""
    for number in range(len(made), len(made) + epochs):
        rng = np.random.default_rng([seed, number])
        scalars = {} if number % 3 else {"gradient norm": rng.uniform(0, 9, 1)}
        place = every + made.places[-1] if number else 0.0
        made.append(rng.uniform(1, 3, 1), logits(made, 1, 10_000 * seed + number), 0.1, places=[place], scalars=scalars)


def logits(made: History, epochs: int, seed: int = 0) -> np.ndarray:
    """Return random logits (n, P, V) for a recording."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(epochs, made.positions, len(made.alphabet))).astype(np.float32)
