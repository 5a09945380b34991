"""What a sweep shows: a row of figures and a loss curve for each run, and how many of the runs of a box succeed."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from .rate import Rate
from .recording import Recording

if TYPE_CHECKING:
    import numpy.typing as npt

#: Of one run: not trained yet; trained; stopped by a loss that is not finite; stopped by an exception.
RunState: TypeAlias = Literal["waiting", "trained", "diverged", "failed"]


@dataclass(frozen=True)
class Axis:
    """An option that varies.

    Parameters
    ----------
    name
        The name of the option, e.g. "lr".
    values
        Its values as texts that name them, e.g. ("lr 0.1", "lr 0.01").
    """

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class RunSummary:
    """One run.

    Parameters
    ----------
    state
        Whether it was trained, and how it ended.
    losses
        The recorded losses in nats per token, (E,).
    first
        The first epoch at which all predictions were correct, or None.
    n_correct
        The number of correct predictions of the last epoch.
    n_counted
        The number of positions that count.
    first_error
        The first wrong position of the last epoch, from 0 on; P if all are correct, None if nothing is recorded.
    message
        Why the run failed; "" if it did not.
    """

    state: RunState
    losses: npt.NDArray[np.float64]
    first: int | None = None
    n_correct: int = 0
    n_counted: int = 0
    first_error: int | None = None
    message: str = ""

    @property
    def epochs(self) -> int:
        """The number of recorded epochs."""
        return len(self.losses)

    @property
    def final_loss(self) -> float:
        """The loss of the last epoch; NaN if nothing is recorded."""
        return float(self.losses[-1]) if len(self.losses) else math.nan

    @property
    def correct_at_end(self) -> bool:
        """Whether all predictions of the last epoch are correct; a run that diverged or failed has no such end."""
        return self.state == "trained" and self.n_correct == self.n_counted


WAITING = RunSummary("waiting", np.zeros(0))


@dataclass(frozen=True)
class Box:
    """The runs that differ in their seeds only.

    Parameters
    ----------
    at
        The number of the value of each axis, from 0 on.
    start
        The number of its first run.
    runs
        Its runs, in the order of the seeds.
    """

    at: tuple[int, ...]
    start: int
    runs: tuple[RunSummary, ...]

    @property
    def done(self) -> tuple[RunSummary, ...]:
        """The runs that are not waiting."""
        return tuple(run for run in self.runs if run.state != "waiting")

    @property
    def ever(self) -> Rate:
        """How many runs had all predictions correct at some epoch."""
        return Rate(sum(run.first is not None for run in self.done), len(self.done))

    @property
    def at_end(self) -> Rate:
        """How many runs had all predictions correct at the last epoch; one that diverged or failed does not count."""
        return Rate(sum(run.correct_at_end for run in self.done), len(self.done))

    @property
    def failed(self) -> int:
        """The number of runs that diverged or failed."""
        return sum(run.state in ("diverged", "failed") for run in self.runs)

    @property
    def median_first(self) -> float | None:
        """The median of the first epochs at which all predictions were correct; None if no run got there."""
        firsts = [run.first for run in self.runs if run.first is not None]
        return statistics.median(firsts) if firsts else None

    @property
    def median_loss(self) -> float | None:
        """The median of the last losses of the runs that were trained to their end; None without such a run."""
        losses = [run.final_loss for run in self.runs if run.state == "trained"]
        return statistics.median(losses) if losses else None

    @property
    def median(self) -> npt.NDArray[np.float64]:
        """The median of the losses at each epoch, (E,), of the runs that have recorded it."""
        longest = max((run.epochs for run in self.runs), default=0)
        table = np.full((len(self.runs), longest), np.nan)
        for row, run in zip(table, self.runs, strict=True):
            row[: run.epochs] = run.losses
        table[~np.isfinite(table)] = np.nan
        recorded = ~np.isnan(table).all(axis=0)
        median = np.full(longest, np.nan)
        median[recorded] = np.nanmedian(table[:, recorded], axis=0)
        return median


@dataclass(frozen=True)
class SweepSummary:
    """All runs of a sweep, in the order of the grid: the seeds vary fastest, the first axis slowest.

    Parameters
    ----------
    text
        The text, as it is written.
    epochs
        The number of epochs of each run.
    positions
        The number of positions that count.
    axes
        The options that vary, without the seed.
    seeds
        The seeds.
    runs
        The runs; as many as the product of the axes' lengths and the number of seeds.
    """

    text: str
    epochs: int
    positions: int
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    runs: tuple[RunSummary, ...]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The runs by their options, in the order of the grid."""
        shape, n = tuple(len(axis.values) for axis in self.axes), len(self.seeds)
        return tuple(Box(at, i * n, self.runs[i * n : (i + 1) * n]) for i, at in enumerate(np.ndindex(*shape)))

    @property
    def done(self) -> int:
        """The number of runs that are not waiting."""
        return sum(run.state != "waiting" for run in self.runs)


def summarize(recording: Recording | None, message: str = "") -> RunSummary:
    """Return the figures of a run.

    Parameters
    ----------
    recording
        What it has recorded; None if it failed before.
    message
        Why it failed; "" if it did not.
    """
    if recording is None or not len(recording):
        return RunSummary("failed", np.zeros(0), message=message)
    losses = recording.losses
    n_correct = recording.n_correct
    right = np.flatnonzero(n_correct == recording.n_counted)
    wrong = np.flatnonzero(recording.counted & ~recording.correct[-1])
    state: RunState = "failed" if message else "trained" if math.isfinite(losses[-1]) else "diverged"
    return RunSummary(
        state,
        losses,
        int(right[0]) if len(right) else None,
        int(n_correct[-1]),
        recording.n_counted,
        int(wrong[0]) if len(wrong) else recording.positions,
        message,
    )


def labels_of(axes: Sequence[Axis], at: Sequence[int]) -> tuple[str, ...]:
    """Return the value of each axis as a text, e.g. ("LSTM", "lr 0.1")."""
    return tuple(axis.values[i] for axis, i in zip(axes, at, strict=True))
