"""The usual reasons why a loss is not the cross entropy of the logits that are logged with it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from epochscope.recording.records import IGNORED

from .arrays import as_array
from .loop_data import LoopData

#: The largest number of losses that the search for another order of sequences may compute.
MAX_LOSSES = 1_000_000
MAX_TOKENS = 256  # that are tried as ignore_index
SMOOTHING = (0.05, 0.1, 0.15, 0.2)  # usual values of label_smoothing


@dataclass(frozen=True)
class Compared:
    """The logits of one epoch, N = B*T positions, and their losses."""

    data: LoopData
    rows: np.ndarray  # (N, V) logits
    normalizers: np.ndarray  # (N,) log of the sum of their exponentials
    losses: np.ndarray  # (N,) nats; of an ignored position with the token `ignore_index`, if it is one
    counted: np.ndarray  # (N,) whether a position is not ignored
    exact: bool  # whether the logits have at least 32 bits

    @cached_property
    def mean(self) -> float:
        """The cross entropy."""
        return float(self.losses[self.counted].mean(dtype=np.float64))

    def explains(self, expected: float, loss: float) -> bool:
        """Return whether a loss is an expected one, so closely that this is no coincidence."""
        return abs(loss - expected) <= (1e-4 if self.exact else 5e-3) * (1 + abs(loss))


def compare(data: LoopData, logits: Any) -> Compared:
    """Return the losses of logits from `copy_logits`."""
    rows = as_array(logits).reshape(-1, len(data.alphabet))
    exact = rows.dtype in (np.float32, np.float64) and getattr(logits, "itemsize", 4) >= 4
    if rows.dtype not in (np.float32, np.float64):
        rows = rows.astype(np.float32)
    targets = data.targets.reshape(-1)
    pad = data.ignore_index if 0 <= data.ignore_index < len(data.alphabet) else 0
    with np.errstate(all="ignore"):  # the logits of a diverged run are not finite
        highest = rows.max(1)
        normalizers = np.log(np.exp(rows - highest[:, None]).sum(1)) + highest
        losses = normalizers - rows[np.arange(len(rows)), np.where(targets == IGNORED, pad, targets)]
    return Compared(data, rows, normalizers, losses, targets != IGNORED, exact)


def between(earlier: Compared, loss: float, later: Compared, later_loss: float) -> str | None:
    """Return the cause if losses and logits are those of different epochs; `later` is the next epoch."""
    if earlier.explains(later.mean, loss):
        return "The loss is that of the next epoch, after optimizer.step(): log loss and logits of one forward pass."
    if earlier.explains(earlier.mean, later_loss):
        return (
            "The logits are those of the next epoch, after optimizer.step(): log loss and logits of one forward pass."
        )
    return None


def causes(compared: Compared) -> Iterator[tuple[float, str]]:
    """Yield for each mistake the loss that it would give, and a sentence that names it and says what to do."""
    yield from _other_scale(compared)
    yield from _other_positions(compared)
    yield from _other_order(compared)
    yield from _other_criterion(compared)


def guess(compared: Compared, loss: float) -> str:
    """Return what is most likely wrong if none of the causes explains the loss."""
    best = _best_order(compared)
    if compared.data.targets.shape[0] > 1 and loss < compared.mean and best < compared.mean - 0.02:
        return (
            "Most likely the logits are of other sequences than those that monitor() got, or in another order, as from "
            "a DataLoader with shuffle=True: log loss and logits of model(inputs) with the inputs that monitor() got."
        )
    return (
        "Log the loss and the logits of the same forward pass, before optimizer.step(), and the plain mean over all "
        "positions: without class weights, label smoothing or a penalty, and not an average over batches."
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean(dtype=np.float64)) if values.size else math.nan


def _other_scale(compared: Compared) -> Iterator[tuple[float, str]]:
    mean, n, (b, t) = compared.mean, int(compared.counted.sum()), compared.data.targets.shape
    for count, what in ((n, "positions"), (t, "positions of a sequence"), (b, "sequences")):
        if count > 1:
            yield (
                mean * count,
                f"The loss is the sum over the {count} {what}, not the mean: log loss / {count}, or make the criterion "
                "with reduction='mean'.",
            )
            yield mean / count, f"The loss is a mean that is divided by {count} once more: log it as it is."
    if n < b * t:
        yield mean * n / (b * t), f"The loss is divided by all {b * t} positions: divide by the {n} with a target."
    yield mean / math.log(2), "The loss is in bits: log loss * math.log(2), which is in nats."
    yield math.exp(min(mean, 700.0)), "The value is the perplexity: log the loss, which is its logarithm."


def _other_positions(compared: Compared) -> Iterator[tuple[float, str]]:
    data, losses, counted = compared.data, compared.losses, compared.counted
    if not counted.all() and 0 <= data.ignore_index < len(data.alphabet):
        yield (
            _mean(losses),
            "The loss counts the ignored positions too: make the criterion with "
            f"nn.CrossEntropyLoss(ignore_index={data.ignore_index}).",
        )
    targets = data.targets.reshape(-1)
    sums, counts = np.bincount(targets[counted], losses[counted]), np.bincount(targets[counted])
    for token in np.flatnonzero(counts)[:MAX_TOKENS]:
        if counts[token] < counted.sum():
            yield (
                float((losses[counted].sum() - sums[token]) / (counted.sum() - counts[token])),
                f"The loss leaves out the target {data.alphabet[token]!r}: call monitor(..., ignore_index={token}).",
            )
    last = np.zeros(data.targets.shape, bool)
    last[:, -1] = True
    yield (
        _mean(losses[counted & last.reshape(-1)]),
        "The loss is that of the last position alone: log the mean over all positions, or ignore the others with "
        "targets of -100.",
    )


def _other_order(compared: Compared) -> Iterator[tuple[float, str]]:
    data, n = compared.data, len(compared.rows)
    b, t = data.targets.shape
    if b > 1 and t > 1:
        turned = data.targets.T.reshape(-1)
        losses = compared.normalizers - compared.rows[np.arange(n), np.maximum(turned, 0)]
        yield (
            _mean(losses[turned >= 0]),
            f"The logits have the time axis first, ({t}, {b}, {len(data.alphabet)}): log outputs.transpose(0, 1), or "
            "make the module with batch_first=True.",
        )
    if b > 1:
        yield (
            _best_order(compared),
            "The sequences are in another order than in monitor(), as from a DataLoader with shuffle=True: log loss "
            "and logits of model(inputs) with the inputs that monitor() got.",
        )
    inputs = data.inputs.reshape(-1)
    copied = compared.normalizers - compared.rows[np.arange(n), inputs]
    yield (
        _mean(copied[compared.counted]),
        "The loss compares the logits with the inputs: compare them with the targets.",
    )


def _best_order(compared: Compared) -> float:
    """Return the mean loss if each sequence of logits has the sequence of targets that fits best; NaN if too many."""
    data = compared.data
    b, t = data.targets.shape
    if b * b * t > MAX_LOSSES:
        return math.nan
    rows, counted = compared.rows.reshape(b, t, -1), data.targets >= 0  # (B, T)
    chosen = rows[:, np.arange(t), np.maximum(data.targets, 0)]  # (B logits, B targets, T)
    losses = (compared.normalizers.reshape(b, 1, t) - chosen) * counted
    numbers = counted.sum(1)  # (B targets,)
    best = (losses.sum(2) / np.maximum(numbers, 1) + np.where(numbers, 0, np.inf)).argmin(1)
    return float(losses[np.arange(b), best].sum() / max(1, numbers[best].sum()))


def _other_criterion(compared: Compared) -> Iterator[tuple[float, str]]:
    rows, counted, mean = compared.rows[compared.counted], compared.counted, compared.mean
    chosen = (compared.normalizers - compared.losses)[counted]  # the logit of each target
    if (rows >= 0).all() and (abs(rows.sum(1) - 1) < 0.01).all():
        yield (
            _mean(-np.log(np.maximum(chosen, 1e-300))),
            "The logits are probabilities: log the values before softmax.",
        )
    yield (
        -_mean(chosen),
        "The loss is that of nn.NLLLoss without log_softmax: use nn.CrossEntropyLoss, or apply log_softmax.",
    )
    uniform = _mean((compared.normalizers - compared.rows.mean(1))[counted])
    for share in SMOOTHING:
        yield (
            mean + share * (uniform - mean),
            f"The loss has label_smoothing={share}: log the cross entropy without it.",
        )
