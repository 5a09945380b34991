"""Recordings made without a network."""

from __future__ import annotations

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
