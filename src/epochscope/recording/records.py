"""`Records`, the columns of a recording, and how the logits of an epoch are condensed to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_TOP = 5  # most probable tokens kept per position
LOSS_STEPS = 2048  # per nat, of a position's loss
PROBABILITY_STEPS = 255
IGNORED = -1  # the target of a position that has none
NO_TARGET = "–"  # stands for it in a text
_SORTED_UP_TO = 32  # tokens; for larger alphabets five searches for the maximum are faster than sorting


class Records(NamedTuple):
    """n condensed epochs of P positions, with the K most probable tokens of each position."""

    losses: npt.NDArray[np.float64]  # (n,) nats per predicted token
    lrs: npt.NDArray[np.float64]  # (n,) learning rate of the update after each epoch; NaN if unknown
    position_losses: npt.NDArray[np.uint16]  # (n, P) in steps of 1/2048 nat; 65535 for 32 nats and more
    top_tokens: npt.NDArray[np.uint8 | np.uint16]  # (n, P, K), uint16 if V > 256; most probable first
    top_probabilities: npt.NDArray[np.uint8]  # (n, P, K) in steps of 1/255

    @classmethod
    def empty(cls, epochs: int, positions: int, tokens: int) -> Records:
        """Return uninitialized records of P positions over an alphabet of V tokens."""
        return cls._make(np.empty(shape, kind) for kind, shape in layout(epochs, positions, tokens))

    def rows(self, start: int, stop: int) -> Records:
        """Return epochs `start` to `stop` - 1 of these, as views."""
        return Records._make(column[start:stop] for column in self)

    def at(self, start: int, stop: int) -> Records:
        """Return these records with positions `start` to `stop` - 1 alone, as views."""
        return Records._make((self.losses, self.lrs, *(column[:, start:stop] for column in self[2:])))


Layout: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]


def layout(epochs: int, positions: int, tokens: int) -> Layout:
    """Return the little-endian dtype and the shape of every column of `Records`."""
    top = min(MAX_TOP, tokens)
    return (
        ("<f8", (epochs,)),
        ("<f8", (epochs,)),
        ("<u2", (epochs, positions)),
        ("|u1" if tokens <= 256 else "<u2", (epochs, positions, top)),
        ("|u1", (epochs, positions, top)),
    )


def bytes_per_epoch(positions: int, tokens: int) -> int:
    """Return 16 + P (2 + 2K), or 16 + P (2 + 3K) if the alphabet has more than 256 tokens."""
    top = min(MAX_TOP, tokens)
    return 16 + positions * (2 + top * (2 if tokens <= 256 else 3))


def condense(
    logits: npt.NDArray[np.floating[Any]], targets: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8 | np.uint16], npt.NDArray[np.uint8]]:
    """Condense logits (n, P, V) and targets (P,) to the last three columns of `Records`; the loss is 0 if ignored."""
    n, positions, tokens = logits.shape
    rows = logits.reshape(-1, tokens)  # (n * P, V)
    starts = np.arange(len(rows)) * tokens  # of the rows in the flat array, which numpy indexes fastest
    with np.errstate(all="ignore"):  # logits of a diverged run are recorded like any others
        top = _most_probable(rows, min(MAX_TOP, tokens))
        chosen = rows.reshape(-1)[top + starts[:, None]]  # (n * P, K)
        highest = chosen[:, 0]
        normalizer = np.log(np.exp(rows - highest[:, None]) @ np.ones(tokens, rows.dtype)) + highest
        losses = normalizer - rows.reshape(-1)[starts + np.tile(np.maximum(targets, 0), n)]
        probabilities = np.exp(chosen - normalizer[:, None])
        # fmin and fmax turn NaN into 65535 and 0.
        steps = np.fmin(np.rint(np.maximum(losses, 0) * LOSS_STEPS), 65535).astype(np.uint16)
        shares = np.fmax(np.rint(probabilities * PROBABILITY_STEPS), 0).astype(np.uint8)
    steps = steps.reshape(n, positions)
    steps[:, targets == IGNORED] = 0
    shape = (n, positions, top.shape[1])
    return (
        steps,
        top.astype(np.uint8 if tokens <= 256 else np.uint16).reshape(shape),
        shares.reshape(shape),
    )


def _most_probable(rows: npt.NDArray[np.floating[Any]], top: int) -> npt.NDArray[np.intp]:
    """Return the indices of the `top` highest logits of every row; the lower index first if some are equal.

    The first one is numpy's argmax, for which NaN is the highest.
    """
    if rows.shape[1] <= _SORTED_UP_TO:
        rising = -rows
        order = np.argsort(rising, axis=1)  # NaN last; several times as fast as a stable sort
        if not np.isnan(rows[np.arange(len(rows)), order[:, -1]]).any():
            first = rows.reshape(-1)[order[:, : top + 1] + np.arange(len(rows))[:, None] * rows.shape[1]]
            tied = (first[:, 1:] == first[:, :-1]).any(axis=1)
            if tied.any():
                order[tied] = np.argsort(rising[tied], axis=1, kind="stable")
            return order[:, :top]
    left = np.maximum(rows, np.finfo(rows.dtype).min)  # so that only indices already taken are -inf
    ranks = np.empty((len(rows), top), np.intp)
    for rank in range(top):
        ranks[:, rank] = left.argmax(axis=1)
        np.put_along_axis(left, ranks[:, rank, None], -np.inf, axis=1)
    return ranks
