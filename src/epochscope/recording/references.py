"""Losses that can be known without training: what a run is held against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from epochscope.history import History

MAX_PREVIOUS = 8  # beyond so many previous tokens, one more line tells a reader little
DEEPEST = 256  # tokens of a window that are looked at to find the loss that cannot be avoided


@dataclass(frozen=True)
class Reference:
    """A loss to compare with, in nats per predicted token; `tokens` says how many are known, for kind "previous"."""

    kind: Literal["uniform", "previous", "saturation"]
    loss: float
    tokens: int | None = None


def references(history: History) -> tuple[Reference, ...]:
    """The reference losses of a recording; none where its loss is not the cross entropy that they are."""
    if "criterion" in history.metadata:
        return ()
    return reference_losses(
        history.inputs,
        history.targets,
        len(history.alphabet),
        window=history.metadata.get("window"),
        saturates=history.metadata.get("readout") is False,
    )


def reference_losses(
    inputs: Any, targets: Any, tokens: int, *, window: int | None = None, saturates: bool = False
) -> tuple[Reference, ...]:
    """The reference losses of a text.

    ``uniform``
        ln V: every token is held equally likely.
    ``previous``
        The lowest loss for one who sees the last k tokens and no more, k = 0, 1, 2, ..., up to where more would not
        help: the entropy of the target given those tokens, counted over the text (Shannon 1948, section 7, with the
        text's own frequencies). With a window, every window counts, and what lies before it is never seen: a window's
        first prediction knows one token whatever the net, so that the last of these is a loss that no net can
        avoid, more than 0 for most texts. At most k = 8, and for windows the whole of one.
    ``saturation``
        ln(1 + (V - 1) e^-2): without a readout the logits are hidden states, in (-1, 1), and the most decided that they
        can be is 1 for the target and -1 for all others.

    Parameters
    ----------
    inputs, targets
        (P,) indices of the shown positions.
    tokens
        V, how many there are in the alphabet.
    window
        How many tokens a window reads, None where the whole text is read at once.
    saturates
        Whether the logits lie in (-1, 1).
    """
    found = [Reference("uniform", math.log(tokens))]
    found += [Reference("previous", loss, k) for k, loss in _previous(np.asarray(inputs), np.asarray(targets), window)]
    if saturates:
        found.append(Reference("saturation", math.log1p((tokens - 1) * math.exp(-2))))
    return tuple(found)


def _previous(inputs: np.ndarray, targets: np.ndarray, window: int | None) -> list[tuple[int, float]]:
    """(k, loss) for k = 0, 1, 2, ... and, for windows, the whole of one."""
    length = min(window or len(inputs), len(inputs))  # T
    windows = len(inputs) - length + 1  # N
    places = np.arange(len(inputs))
    # Place p is seen once with each depth d (how many tokens of its window lie at or before it) of this range.
    shallowest, deepest = np.maximum(places - windows + 2, 1), np.minimum(places + 1, length)
    contexts = np.zeros(len(inputs), dtype=np.int64)  # numbers that stand for the last k tokens at each place
    found: list[tuple[int, float]] = []
    short = 0.0  # nats, summed over what is seen with a depth of less than k
    for k in range(min(length, DEEPEST) + 1):
        if k:  # one token more: the context of the place before, and the token here
            before = np.concatenate([[0], contexts[:-1]])
            contexts = np.unique(before * (inputs.max() + 1) + inputs, return_inverse=True)[1]
        often = np.clip(deepest - np.maximum(shallowest, k) + 1, 0, None)  # p is seen this often with a depth >= k
        loss = (short + _surprise(contexts, targets, often)) / (windows * length)
        short += _surprise(contexts, targets, (shallowest <= k) & (k <= deepest))
        settled = k == length or _surprise(contexts, targets, places >= k - 1) == 0  # more tokens would tell no more
        if k <= MAX_PREVIOUS:
            found.append((k, loss))
        elif settled and window:
            found.append((length, loss))
        if settled or (k == MAX_PREVIOUS and not window):
            break
    return found


def _surprise(contexts: np.ndarray, targets: np.ndarray, counts: np.ndarray) -> float:
    """Nats that the targets cost in all, each `counts` times, for one who knows how often each follows its context."""
    seen = counts > 0
    context = np.unique(contexts[seen], return_inverse=True)[1]
    pair = np.unique(context * (targets.max() + 1) + targets[seen], return_inverse=True)[1]
    weight = counts[seen].astype(float)
    often = np.bincount(pair, weight)[pair] / np.bincount(context, weight)[context]
    return float(-(weight * np.log(often)).sum())
