"""The data of a user's own training loop: inputs, targets, and which positions are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from epochscope.recording.alphabet import Alphabet
from epochscope.recording.records import IGNORED

from .arrays import stack


@dataclass(frozen=True)
class LoopData:
    """A batch of B sequences of T tokens to predict.

    Of sliding windows of stride 1, all positions of the first window are shown and the last of each later one, which
    gives the text once. Other batches are shown one sequence after another.
    """

    alphabet: Alphabet
    inputs: np.ndarray  # (B, T) indices
    targets: np.ndarray  # (B, T) indices, or IGNORED
    ignore_index: int  # the user's value for IGNORED
    positions: np.ndarray  # (P,) which of the B*T positions are shown
    separator: str  # between tokens: "" for a str
    one_hot: Any  # the user's inputs, (B, T, V) or (T, V), if they are one-hot; else None

    @classmethod
    def of(
        cls,
        alphabet: Alphabet,
        inputs: np.ndarray,
        targets: np.ndarray,
        *,
        ignore_index: int,
        separator: str,
        one_hot: Any = None,
    ) -> LoopData:
        """Return the data for inputs and targets (B, T)."""
        return cls(alphabet, inputs, targets, ignore_index, _shown(inputs, targets), separator, one_hot)

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The accepted shapes of an epoch's logits: (B, T, V) and (B*T, V)."""
        (b, t), v = self.inputs.shape, len(self.alphabet)
        return (b, t, v), (b * t, v)

    @property
    def shown_inputs(self) -> np.ndarray:
        """The input at each shown position, (P,) indices."""
        return self.inputs.reshape(-1)[self.positions]

    @property
    def shown_targets(self) -> np.ndarray:
        """The target at each shown position, (P,) indices, or IGNORED."""
        return self.targets.reshape(-1)[self.positions]

    def stack_shown(self, epochs: Sequence[Any]) -> np.ndarray:
        """Return the shown positions (n, P, V) of the logits of n epochs, which `copy_logits` returned."""
        n, v = len(epochs), len(self.alphabet)
        rows = stack(epochs).reshape(n, -1, v)
        return rows if len(self.positions) == rows.shape[1] else rows[:, self.positions]


def _shown(inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return which of the B*T positions are shown, (P,)."""
    b, t = inputs.shape
    every = np.arange(b * t)
    once = np.concatenate([every[:t], every[2 * t - 1 :: t]])
    at = np.arange(b)[:, None] + np.arange(t)  # (B, T) position in the text, if these are windows of one
    slides = (inputs == inputs.reshape(-1)[once][at]) & (
        (targets == targets.reshape(-1)[once][at]) | (targets == IGNORED)
    )
    return once if b > 1 and slides.all() else every
