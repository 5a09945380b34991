"""Losses that are known without training, to compare a run with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from .probe_blocks import ProbeBlocks
from .records import IGNORED

if TYPE_CHECKING:
    import numpy.typing as npt

    from .recording import Recording

MAX_PREVIOUS = 8  # previous tokens; references for more of them would be close together
MAX_COUNTED = 2**18  # positions in all windows; counting more would take over a second


@dataclass(frozen=True)
class Reference:
    """A loss to compare with.

    Attributes
    ----------
    kind
        "uniform", "previous" or "saturation"; `reference_losses` defines them.
    loss
        In nats per predicted token.
    tokens
        Number of previous tokens that are known, for "previous"; else None.
    """

    kind: Literal["uniform", "previous", "saturation"]
    loss: float
    tokens: int | None = None


def references(recording: Recording) -> tuple[Reference, ...]:
    """Return the reference losses of a recording; none if its loss is not the cross entropy.

    With an axis or probes it is only ``uniform``: the others describe a text that the network was trained on as a
    whole.
    """
    if "criterion" in recording.metadata:
        return ()
    if recording.axis is not None or recording.probes or isinstance(recording.store, ProbeBlocks):
        return (Reference("uniform", math.log(len(recording.alphabet))),)
    return reference_losses(
        recording.inputs,
        recording.targets,
        len(recording.alphabet),
        window=recording.metadata.get("window"),
        saturates=recording.metadata.get("readout") is False,
    )


def reference_losses(
    inputs: npt.ArrayLike, targets: npt.ArrayLike, tokens: int, *, window: int | None = None, saturates: bool = False
) -> tuple[Reference, ...]:
    """Return the reference losses of a text.

    ``uniform``
        ln V: the loss if all tokens are equally probable.
    ``previous``
        The minimum loss of a prediction that depends on the last k tokens only, for k = 0, 1, 2, ... up to 8 or where
        more tokens do not reduce it. With a window, also for all tokens of the window: every network reads only one
        token before its first prediction in a window, so no network can go below this loss. Ignored positions are
        read, but not counted. None of these if all windows together have more than 2^18 positions.
    ``saturation``
        ln(1 + (V - 1) e^-2): without an output layer the logits are hidden states between -1 and 1, and the loss is
        lowest with 1 for the target and -1 for all other tokens.

    Parameters
    ----------
    inputs, targets
        (P,) indices of the shown positions; a target of -1 is ignored.
    tokens
        V, the size of the alphabet.
    window
        Number of tokens in a window. Defaults to None: the whole text is one sequence.
    saturates
        Whether the logits are between -1 and 1. Defaults to False.

    Returns
    -------
    tuple of Reference
        In the order above.
    """
    previous = _previous(np.asarray(inputs), np.asarray(targets), window)
    found = [Reference("uniform", math.log(tokens)), *(Reference("previous", loss, k) for k, loss in previous)]
    if saturates:
        found.append(Reference("saturation", math.log1p((tokens - 1) * math.exp(-2))))
    return tuple(found)


def _previous(
    inputs: npt.NDArray[np.int64], targets: npt.NDArray[np.int64], window: int | None
) -> Iterator[tuple[int, float]]:
    """Yield k and the entropy of a target given the last k tokens, in nats, with the frequencies of the text itself.

    In every window, every position that is not ignored is counted: how often its context (the last k tokens, fewer at
    the beginning of a window) occurs, and how often this target follows it. The entropy is the mean of
    -ln(n(context, target) / n(context)), the N-gram entropy of Shannon, "Prediction and Entropy of Printed English"
    (1951).

    Examples
    --------
    In "abacab" as one sequence, the targets "bacab" follow the contexts "abaca". For k = 1, "a" occurs three times,
    followed by b, c and b, and "b" and "c" once, followed by a: (2 ln(3/2) + ln 3) / 5 = 0.382 nats.
    """
    length = min(window or len(inputs), len(inputs))  # T
    if (len(inputs) - length + 1) * length > MAX_COUNTED:
        return
    read = np.lib.stride_tricks.sliding_window_view(inputs, length)  # (N, T)
    following = np.lib.stride_tricks.sliding_window_view(targets, length)
    minimum = _minimum(read, following) if window else 0.0
    contexts = np.zeros(read.shape, dtype=np.int64)  # a number for the last k tokens at every position
    for k in range(min(length, MAX_PREVIOUS) + 1):
        if k:  # the last k tokens are the last k - 1 tokens at the position before, and this one
            contexts = _number_pairs(np.pad(contexts[:, :-1], ((0, 0), (1, 0))), read) + 1  # 0: no tokens
        loss = _entropy(contexts, following)
        yield k, loss
        if loss < minimum + 1e-12:
            return
    if window:
        yield length, minimum


def _minimum(read: npt.NDArray[np.int64], following: npt.NDArray[np.int64]) -> float:
    """Return the entropy of a target given all tokens since the beginning of its window, in nats."""
    contexts = np.zeros(len(read), dtype=np.int64)
    losses: list[float] = []
    shares = (following != IGNORED).mean(axis=0)  # (T,) of the windows whose target at this place is not ignored
    for column, targets, share in zip(read.T, following.T, shares, strict=True):
        contexts = _number_pairs(contexts, column)
        losses.append(_entropy(contexts, targets) * share)
    return math.fsum(losses) / math.fsum(shares)


def _entropy(contexts: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> float:
    """Return the entropy of the targets that are not ignored, in nats; 0 if all are."""
    counted = targets != IGNORED
    if not counted.any():
        return 0.0
    contexts, targets = contexts[counted], targets[counted]
    pairs = _number_pairs(contexts, targets)
    frequencies = np.bincount(pairs)[pairs] / np.bincount(contexts)[contexts]
    return abs(float(np.log(frequencies).mean()))


def _number_pairs(first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return a number for each pair of elements, 0, 1, 2, ..., the same one for equal pairs."""
    pairs = first * (second.max() + 1) + second
    return np.unique(pairs, return_inverse=True)[1].reshape(pairs.shape)
