"""Recognizes recurrent networks in modules: their description, and where their weights are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.reading import read
from epochscope.recording.network import Network

from .generate import reading
from .network_parts import RecognizedNetwork as RecognizedNetwork
from .network_parts import UnknownNetwork as UnknownNetwork
from .network_parts import network_of_parts
from .torch_state import RandomState
from .train_state import logits_of

#: Largest difference from the module's own logits, relative to their size.
TOLERANCE = 1e-4


def network_of(
    model: nn.Module,
    encode: Callable[[torch.Tensor], torch.Tensor],
    inputs: np.ndarray,
    tokens: int,
    window: int | None = None,
) -> RecognizedNetwork:
    """Recognize a module by its parts, and check that its logits are what their weights give.

    A network has recurrent layers (`nn.RNN`, `nn.LSTM`, `nn.GRU` or their cells) that are used in the order in which
    they were registered, at most one `nn.Embedding` before and at most one `nn.Linear` after them, and no other
    parameters. The module runs once, in eval mode; it and torch's random state stay as they are.

    Parameters
    ----------
    model
        The module.
    encode
        Converts token indices (B, T) to its input, see `Batch.encode`.
    inputs
        Token indices (P,) of the text that it reads.
    tokens
        V, the number of tokens.
    window
        T, as in `Batch`. Defaults to None, which means P.

    Raises
    ------
    UnknownNetwork
        If it is no such network. The message says why.
    """
    recognized = network_of_parts(model, tokens)
    _check(model, recognized, encode, inputs, window)
    return recognized


def _check(
    model: nn.Module,
    recognized: RecognizedNetwork,
    encode: Callable[[torch.Tensor], torch.Tensor],
    inputs: np.ndarray,
    window: int | None,
) -> None:
    """Raise UnknownNetwork if the module's logits of the shown positions are not what the description gives."""
    length = window or len(inputs)
    starts = np.arange(len(inputs) - length + 1)
    texts = torch.from_numpy(inputs[starts[:, None] + np.arange(length)])  # (N, T)
    name = type(model).__name__
    with reading(model, RandomState(next(model.parameters()).device)):
        try:
            logits = logits_of(model(encode(texts)))
        except Exception as error:  # the user's code may raise anything
            raise UnknownNetwork(f"{name} failed on its text: {type(error).__name__}: {error}") from error
        weights = recognized.weights(model)
    expected = (*texts.shape, recognized.network.tokens)
    if not isinstance(logits, torch.Tensor) or tuple(logits.shape) != expected or not logits.is_floating_point():
        found = f"{logits.dtype} {tuple(logits.shape)}" if isinstance(logits, torch.Tensor) else type(logits).__name__
        raise UnknownNetwork(f"{name} returned {found}: must be logits (B, T, V) = {expected}")
    own = torch.cat([logits[0], logits[1:, -1]]).cpu().double().numpy()  # (P, V)
    difference, allowed = logits_difference(
        own, recognized.network, weights, inputs, window, torch.finfo(logits.dtype).eps
    )
    if not (difference <= allowed).all():
        raise UnknownNetwork(
            f"its output is not what these layers' weights give: it differs by {difference.max():.2g}; "
            f"the forward of {name} does something else with its layers or their output"
        )


def logits_difference(
    own: np.ndarray, network: Network, weights: np.ndarray, inputs: np.ndarray, window: int | None, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return how much logits (P, V) differ from what a description gives, and how much they may, (P,) each.

    A number added to all logits of a position, as by log_softmax, changes no probability and is no difference. Rounding
    errors grow from position to position, in some networks until nothing is left in common, so they are measured: by
    how much the logits change if each weight changes by a rounding error.
    """

    def centered(logits: np.ndarray) -> np.ndarray:
        return logits - logits.mean(axis=1, keepdims=True)

    noise = np.random.default_rng(0).uniform(-eps, eps, len(weights))
    with np.errstate(invalid="ignore", over="ignore"):
        ours, changed = (
            centered(read(NumpyNetwork(network, values), inputs, window).logits)
            for values in (weights.astype(np.float64), weights * (1 + noise))
        )
        own = centered(own)
        difference = np.abs(own - ours).max(axis=1)
        growth = np.maximum.accumulate(np.nan_to_num(np.abs(changed - ours), nan=0).max(axis=1))
        size = max(1, np.nan_to_num(np.abs(own)).max())
    not_numbers = np.isnan(own).any(axis=1) & np.isnan(ours).any(axis=1)  # a network that diverged
    return np.where(not_numbers, 0, np.nan_to_num(difference, nan=np.inf)), TOLERANCE * size + 30 * growth
