"""The batch that one epoch trains on, and how its logits become the positions that are shown."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch

from epochscope.recording.alphabet import Alphabet
from epochscope.recording.records import IGNORED
from epochscope.validation import check_int

from .size import check_inputs


class Batch:
    """All windows of a text as one batch of N windows of T tokens each.

    Parameters
    ----------
    alphabet
        The V tokens.
    text
        The text as token indices (P + 1,). All but the last are inputs, all but the first are targets.
    window
        T, the length of a window; there are N = P + 1 - T windows, with stride 1. None: T = P, so N = 1.
    index
        Whether the network reads token indices (N, T) instead of one-hot vectors (N, T, V). Defaults to False.

    Raises
    ------
    ValueError
        If `window` is not an integer from 1 to P, or if the inputs would take gigabytes.
    """

    def __init__(self, alphabet: Alphabet, text: np.ndarray, window: int | None, *, index: bool = False) -> None:
        positions = len(text) - 1
        self.alphabet: Alphabet = alphabet
        self.index: bool = index
        self.window: int | None = None if window is None else check_int("window", window, 1, positions)
        length = self.window or positions
        check_inputs(positions - length + 1, length, len(alphabet), self.window)
        positions_of = np.arange(positions - length + 1)[:, None] + np.arange(length)  # (N, T)
        self.shown_inputs: np.ndarray = text[:-1]  # (P,)
        self.shown_targets: np.ndarray = text[1:]  # (P,)
        self.logits_shape: tuple[int, ...] = (*positions_of.shape, len(alphabet))  # (N, T, V)
        inputs = text[positions_of] if index else alphabet.one_hot(text[positions_of])
        self.inputs: torch.Tensor = torch.from_numpy(inputs)
        self.targets: torch.Tensor = torch.from_numpy(text[positions_of + 1].reshape(-1))  # (N * T,)

    def part(self, positions: int) -> Batch:
        """Return the first windows, with at most about this many positions; of a single window, its beginning."""
        windows, length, tokens = self.logits_shape
        windows, length = max(1, positions // length), min(length, positions)
        part = copy.copy(self)
        part.inputs = self.inputs[:windows, :length].clone()
        part.targets = self.targets.view(self.logits_shape[:2])[:windows, :length].flatten()
        part.logits_shape = (*part.inputs.shape[:2], tokens)
        return part

    def to(self, device: torch.device, dtype: torch.dtype) -> None:
        """Move the tensors to `device`; one-hot vectors get the floating-point type `dtype`."""
        self.inputs = self.inputs.to(device, torch.int64 if self.index else dtype)
        self.targets = self.targets.to(device)

    def shown_targets_of(self, criterion: object) -> np.ndarray:
        """Return the shown targets (P,), with -1 for those that the criterion ignores by its `ignore_index`."""
        ignored = self.shown_targets == getattr(criterion, "ignore_index", None)
        return np.where(ignored, IGNORED, self.shown_targets)

    def encode(self, indices: torch.Tensor) -> torch.Tensor:
        """Return token indices (1, T) in the form, on the device and with the type that the network reads."""
        if not self.index:
            indices = torch.from_numpy(self.alphabet.one_hot(indices.numpy()))
        return indices.to(self.inputs)

    def copy_shown(self, logits: torch.Tensor) -> torch.Tensor:
        """Return a detached copy (1, P, V) of the shown positions of logits (N, T, V), on their device.

        These are all positions of the first window and the last one of each later window.
        """
        logits = logits.detach()
        return logits.clone() if len(logits) == 1 else torch.cat([logits[:1], logits[1:, -1:].transpose(0, 1)], dim=1)

    @staticmethod
    def stack_shown(epochs: Sequence[torch.Tensor]) -> np.ndarray:
        """Return what `copy_shown` returned for n epochs as one float32 or float64 array (n, P, V)."""
        logits = torch.cat(tuple(epochs))
        if logits.dtype not in (torch.float32, torch.float64):  # float64 is kept: rounding could change the argmax
            logits = logits.float()
        return logits.cpu().numpy()
