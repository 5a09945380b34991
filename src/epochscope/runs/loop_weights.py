"""The weights of logged epochs: read while a page shows them, or when a loop asks for them."""

from __future__ import annotations

import sys
import time
from typing import Any

from epochscope.history import History
from epochscope.recording.weights import Weights

from .arrays import kind_of
from .loop_data import LoopData

#: The shortest time, in seconds, between two comparisons of logged logits with the model: one takes milliseconds.
CHECK_S = 0.5
#: How long, in seconds, weights are read after a page asked for some: one epoch of a loop may take long.
WANTED_S = 60.0


class LoopWeights:
    """Adds the weights of a loop's model to its recording.

    Parameters
    ----------
    data
        The data of the loop.
    model
        The module that the loop trains.

    Raises
    ------
    ValueError
        If `model` is no `torch.nn.Module`.
    """

    def __init__(self, data: LoopData, model: Any) -> None:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(model, torch.nn.Module):
            raise ValueError(f"model is {kind_of(model)}: must be the torch.nn.Module that the loop trains")
        from epochscope.training.model_weights import ModelWeights

        (b, t), shown = data.inputs.shape, len(data.positions)
        #: T, if the text is read in windows of T tokens.
        self.window: int | None = t if b > 1 else None
        #: Why no weights are recorded, and what to do; None if they are.
        self.reason: str | None = None
        if shown != t + b - 1:
            self.reason = (
                f"monitor() shows a batch of {b} sequences, but only the network of one text can be looked into: pass "
                "it one sequence, inputs[:1] and targets[:1], and log the logits of this one"
            )
        self._data = data
        self._model = ModelWeights(model, data.shown_inputs, len(data.alphabet), self.window)
        self._wanted_until = self._checked_at = -1e9

    def want(self) -> None:
        """Read the weights of the epochs of the next minute."""
        self._wanted_until = time.monotonic() + WANTED_S

    def log(self, epoch: int, logits: Any, history: History, *, keep: bool) -> None:
        """Add the weights of an epoch with these logits, from `copy_logits`, if a page wants them or to `keep` them."""
        now = time.monotonic()
        if self.reason is not None or not (keep or now < self._wanted_until):
            return
        check = now - self._checked_at >= CHECK_S
        try:
            weights = self._model.read(self._data.stack_shown([logits])[0] if check else None)
        except ValueError as error:
            self.reason = str(error)
            return
        if check:
            self._checked_at = time.monotonic()
        if history.weights is None:
            history.weights = Weights(self._model.network)
        history.weights.add(epoch, weights)
