"""Recordings without a net."""

from __future__ import annotations

import numpy as np

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet


def history(epochs: int, text: str = "hello world", seed: int = 0, lr: float = 0.1) -> History:
    """So many epochs of random logits."""
    alphabet = Alphabet.from_text(text)
    indices = alphabet.encode(text)
    made = History(alphabet, indices[:-1], indices[1:], metadata={"model": "LSTM", "lr": lr, "seed": seed})
    grow(made, epochs, seed, lr)
    return made


def grow(made: History, epochs: int, seed: int = 0, lr: float = 0.1) -> None:
    rng = np.random.default_rng(seed)
    for start in range(0, epochs, 1000):
        n = min(1000, epochs - start)
        logits = rng.normal(size=(n, made.positions, len(made.alphabet))).astype(np.float32)
        made.append(rng.uniform(1, 3, n), logits, lr)


def with_losses(losses: list[float], lrs: list[float] | float = 0.1, right: list[bool] | None = None) -> History:
    """Two tokens, one position; right (or wrong) where told, and wrong unless told."""
    made = History(Alphabet("ab"), [0], [1])
    says = np.array(right if right is not None else [False] * len(losses), dtype=int)
    made.append(losses, np.eye(2, dtype=np.float32)[says][:, None], lrs)
    return made
