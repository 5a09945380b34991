"""A text as the batch that an epoch trains on, and the way back from its logits to the text that is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from epochscope.recording.alphabet import Alphabet
from epochscope.validation import check_int


class Batch:
    """All windows of a text, or the text as the only one.

    Parameters
    ----------
    alphabet
        The V tokens.
    text
        The tokens of the text, (P + 1,) indices: all but the last are read, all but the first should be said.
    window
        T, how many tokens each of the N = P + 1 - T windows reads, one place after another; None for T = P, N = 1.
    index
        Whether a net reads (N, T) indices instead of one-hot vectors, (N, T, V) floats.
    """

    def __init__(self, alphabet: Alphabet, text: np.ndarray, window: int | None, *, index: bool = False) -> None:
        positions = len(text) - 1
        self.alphabet, self.index = alphabet, index
        self.window = None if window is None else check_int("window", window, 1, positions)
        length = self.window or positions
        places = np.arange(positions - length + 1)[:, None] + np.arange(length)  # (N, T)
        self.read, self.said = text[:-1], text[1:]  # (P,) of the shown positions
        self.shape = (*places.shape, len(alphabet))  # (N, T, V)
        self.inputs = torch.from_numpy(text[places] if index else alphabet.one_hot(text[places]))
        self.targets = torch.from_numpy(text[places + 1].reshape(-1))  # (N * T,)

    def to(self, device: torch.device, dtype: torch.dtype) -> None:
        """Move to where, and if floats to what, the net computes."""
        self.inputs = self.inputs.to(device, torch.int64 if self.index else dtype)
        self.targets = self.targets.to(device)

    def encode(self, indices: torch.Tensor) -> torch.Tensor:
        """Indices (1, T) as the net reads them."""
        if not self.index:
            indices = torch.from_numpy(self.alphabet.one_hot(indices.numpy()))
        return indices.to(self.inputs)

    def shown(self, logits: torch.Tensor) -> torch.Tensor:
        """A copy (1, P, V) of the shown positions of logits (N, T, V): all of the first window, the last of each later.

        It has no graph, and lies where the logits do.
        """
        logits = logits.detach()
        return logits.clone() if len(logits) == 1 else torch.cat([logits[:1], logits[1:, -1:].transpose(0, 1)], dim=1)

    @staticmethod
    def gather(epochs: Sequence[torch.Tensor]) -> np.ndarray:
        """What `shown` gave of n epochs as one array (n, P, V)."""
        logits = torch.cat(tuple(epochs))
        if logits.dtype not in (torch.float32, torch.float64):  # float64 stays: its argmax is to be recorded
            logits = logits.float()
        return logits.cpu().numpy()
