"""The weights of a module that a loop of the user's trains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .network_of import RecognizedNetwork, UnknownNetwork, logits_difference, network_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from epochscope.recording.network import Network


class ModelWeights:
    """Reads the weights of a module. Neither the module nor torch's random state changes.

    Parameters
    ----------
    model
        The module.
    inputs
        Token indices (P,) of the text that it reads.
    tokens
        V, the number of tokens.
    window
        T, if it reads the text in windows of T tokens; None: as a whole.
    """

    def __init__(self, model: nn.Module, inputs: np.ndarray, tokens: int, window: int | None) -> None:
        self._model, self._inputs, self._tokens, self._window = model, inputs, tokens, window
        self._recognized: RecognizedNetwork | None = None

    @property
    def network(self) -> Network:
        """The description of the module. Raises UnknownNetwork if it has none."""
        if self._recognized is None:
            self._recognized = self._recognize()
        return self._recognized.network

    def read(self, logits: np.ndarray | None) -> np.ndarray:
        """Return the current weights (W,).

        Raises UnknownNetwork if the module cannot be described, or if `logits` (P, V) are given and are not those of
        the current weights. They cannot be compared while dropout is on.
        """
        network = self.network
        assert self._recognized is not None  # noqa: S101 - `network` has set it
        weights = self._recognized.weights(self._model)
        if logits is not None and not _has_dropout(self._model):
            own = logits.astype(np.float64)
            eps = float(np.finfo(logits.dtype).eps)
            found, allowed = logits_difference(own, network, weights, self._inputs, self._window, eps)
            if not (found <= allowed).all():
                raise UnknownNetwork(
                    "the logged logits are not those of the model's weights: call monitor.log(...) before "
                    "optimizer.step(), with the logits of this model for the inputs that monitor() got"
                )
        return weights

    def _recognize(self) -> RecognizedNetwork:
        """Recognize the module. It likely reads token indices if it has an embedding, otherwise one-hot vectors."""
        embeds = any(isinstance(module, nn.Embedding) for module in self._model.modules())
        likely, other = (self._indices, self._one_hot) if embeds else (self._one_hot, self._indices)
        try:
            return self._try(likely)
        except UnknownNetwork as error:
            try:
                return self._try(other)
            except UnknownNetwork:
                raise error from None

    def _try(self, encode: Callable[[torch.Tensor], torch.Tensor]) -> RecognizedNetwork:
        return network_of(self._model, encode, self._inputs, self._tokens, self._window)

    def _indices(self, indices: torch.Tensor) -> torch.Tensor:
        return indices.to(next(self._model.parameters()).device)

    def _one_hot(self, indices: torch.Tensor) -> torch.Tensor:
        return functional.one_hot(indices, self._tokens).to(next(self._model.parameters()))


def _has_dropout(model: nn.Module) -> bool:
    """Return whether a module drops units at random in its current mode."""
    return any(
        module.training
        and (
            (isinstance(module, nn.modules.dropout._DropoutNd) and module.p > 0)  # noqa: SLF001 - their base class
            or (isinstance(module, nn.RNNBase) and module.dropout > 0)
        )
        for module in model.modules()
    )
