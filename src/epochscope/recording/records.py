"""What is kept of an epoch, and how it is made small: the columns of a recording."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

MAX_TOP = 5  # how many of the likeliest tokens are kept at every position
LOSS_STEPS = 2048  # a position's loss is kept in steps of 1/2048 nat
PROBABILITY_STEPS = 255
SORTED_UP_TO = 32  # tokens; beyond, looking for the maximum five times is faster than sorting


class Records(NamedTuple):
    """n epochs as they are kept; P positions, the K likeliest tokens of each."""

    losses: np.ndarray  # (n,) float64, nats per predicted token
    lrs: np.ndarray  # (n,) float64, the learning rate of the update that followed; NaN where it is not known
    position_losses: np.ndarray  # (n, P) uint16, 1/2048 nat, 65535 for all from 32 nats on
    top_tokens: np.ndarray  # (n, P, K) uint8, or uint16 where V > 256; the likeliest first
    top_probabilities: np.ndarray  # (n, P, K) uint8, 1/255

    @classmethod
    def empty(cls, epochs: int, positions: int, tokens: int) -> Records:
        """Room for so many epochs of P positions over an alphabet of V tokens; the values are not set."""
        return cls(*(np.empty(shape, kind) for kind, shape in layout(epochs, positions, tokens)))

    def rows(self, start: int, stop: int) -> Records:
        """Epochs `start` to `stop` - 1 of these, as views."""
        return Records(*(column[start:stop] for column in self))


Shapes: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]


def layout(epochs: int, positions: int, tokens: int) -> Shapes:
    """Little-endian dtype and shape of every column of `Records`."""
    top = min(MAX_TOP, tokens)
    return (
        ("<f8", (epochs,)),
        ("<f8", (epochs,)),
        ("<u2", (epochs, positions)),
        ("|u1" if tokens <= 256 else "<u2", (epochs, positions, top)),
        ("|u1", (epochs, positions, top)),
    )


def bytes_per_epoch(positions: int, tokens: int) -> int:
    """16 + P * (2 + 2K) bytes, or 16 + P * (2 + 3K) where the alphabet has more than 256 tokens."""
    top = min(MAX_TOP, tokens)
    return 16 + positions * (2 + top * (2 if tokens <= 256 else 3))


def condense(logits: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits (n, P, V) and targets (P,) as the last three columns of `Records`."""
    n, positions, tokens = logits.shape
    rows = logits.reshape(-1, tokens)  # (n * P, V)
    starts = np.arange(len(rows)) * tokens  # of the rows in a flat array, where numpy picks fastest
    with np.errstate(all="ignore"):  # logits of a run that blew up are recorded like any others
        top = _likeliest(rows, min(MAX_TOP, tokens))
        chosen = rows.reshape(-1)[top + starts[:, None]]  # (n * P, K)
        highest = chosen[:, 0]
        normalizer = np.log(np.exp(rows - highest[:, None]) @ np.ones(tokens, rows.dtype)) + highest
        losses = normalizer - rows.reshape(-1)[starts + np.tile(targets, n)]
        probabilities = np.exp(chosen - normalizer[:, None])
        # fmin and fmax make 65535 and 0 of NaN.
        steps = np.fmin(np.rint(np.maximum(losses, 0) * LOSS_STEPS), 65535).astype(np.uint16)
        shares = np.fmax(np.rint(probabilities * PROBABILITY_STEPS), 0).astype(np.uint8)
    shape = (n, positions, top.shape[1])
    return (
        steps.reshape(shape[:2]),
        top.astype(np.uint8 if tokens <= 256 else np.uint16).reshape(shape),
        shares.reshape(shape),
    )


def _likeliest(rows: np.ndarray, top: int) -> np.ndarray:
    """The indices of the `top` highest of every row, ties by index. Rank 0 is numpy's argmax: NaN before all else."""
    if rows.shape[1] <= SORTED_UP_TO:
        order = np.argsort(-rows, axis=1, kind="stable")  # NaN goes last
        if not np.isnan(rows[np.arange(len(rows)), order[:, -1]]).any():
            return order[:, :top]
    left = np.maximum(rows, np.finfo(rows.dtype).min)  # so that only what was taken is -inf
    ranks = np.empty((len(rows), top), np.intp)
    for rank in range(top):
        ranks[:, rank] = left.argmax(axis=1)
        np.put_along_axis(left, ranks[:, rank, None], -np.inf, axis=1)
    return ranks
