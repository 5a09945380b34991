"""The weights in a recording's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .packed_weights import unpack_weights
from .recording import Recording
from .trained import Trained
from .weights import Weights

WEIGHTS = "weights.bin"


def recorded_weights(recording: Recording, weights: Weights | None) -> Weights | None:
    """Return the weights of the epochs that are recorded; None if there are none."""
    known = None if weights is None else weights.fork(len(recording))
    return known or None


def weights_of(data: bytes, header: Mapping[str, Any], recording: Recording, max_bytes: int) -> Weights:
    """Unpack the weights. Raises ValueError if they are not of a network over this alphabet, or of other epochs."""
    weights = unpack_weights(data, max_bytes)
    tokens = weights.network.tokens
    if tokens != len(recording.alphabet):
        raise ValueError(f"its weights are of a network over {tokens} tokens, not {len(recording.alphabet)}")
    if not len(weights) or weights.epochs[-1] >= len(recording):
        raise ValueError(f"its weights are of epochs {weights.epochs[:5]}..., but {len(recording)} epochs are recorded")
    weights.trained = Trained.from_json(header["trained"]) if "trained" in header else None
    return weights
