"""`BatchLosses`: the training loss of a step of Transformers, which the trainer does not give to its callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch


class BatchLosses:
    """Adds up the losses that a model returns for the batches of a step, if they are wanted.

    It is a forward hook of the model, made with `with_kwargs=True`. It refers to nothing that could not be copied with
    the model.
    """

    def __init__(self) -> None:
        self.wanted: bool = False
        self._total: torch.Tensor | None = None
        self._batches = 0
        self._shares = False  # each is divided by the number of tokens in all batches of the step

    def __call__(self, model: torch.nn.Module, args: Any, kwargs: Mapping[str, Any], output: Any) -> None:
        """Add the loss of a batch."""
        loss = output.get("loss") if isinstance(output, Mapping) else None
        if self.wanted and loss is not None:
            loss = loss.detach().float().mean()
            self._total = loss if self._total is None else self._total + loss
            self._batches += 1
            self._shares = kwargs.get("num_items_in_batch") is not None

    def take(self, processes: int) -> float | None:
        """Return the loss of a step, and forget it; None if the model has returned none.

        `processes` is the number of processes that a step's tokens are counted over.
        """
        total, batches = self._total, self._batches
        self._total, self._batches, self.wanted = None, 0, False
        if total is None:
            return None
        return total.item() * (processes if self._shares else 1 / batches)
