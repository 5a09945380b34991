"""What a page gets of a long recording: small columns of all epochs, and a sample of the records.

A page keeps a limited number of records and asks for others when it shows them. `js/player/record-blocks.ts` has the same
limits, and thins the records of a run that it has watched in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .growing import GrowingColumn
from .records import LOSS_STEPS, Records

if TYPE_CHECKING:
    import numpy.typing as npt

    from .recording import Recording

#: A recording with more bytes of records is long.
PAGE_BYTES = 64_000_000
#: The most bytes of the records in a sample, and their most number; there are at least two.
SAMPLE_BYTES = 4_000_000
SAMPLES = 1024
#: The bytes of records that are read at once.
READ_BYTES = 4_000_000


def is_long(recording: Recording) -> bool:
    """Return whether a page keeps only some records of a recording."""
    return len(recording) * recording.bytes_per_epoch > PAGE_BYTES


@dataclass(frozen=True)
class Summary:
    """What is known of every epoch: of the positions `start` to `stop` - 1.

    Attributes
    ----------
    start, stop
        The positions.
    losses
        Mean loss of the positions that have a target, in nats, (E,).
    correct
        Number of correct positions, (E,).
    first_errors
        The first wrong position, counted from `start`; `stop` - `start` if all are correct, (E,).
    """

    start: int
    stop: int
    losses: GrowingColumn
    correct: GrowingColumn
    first_errors: GrowingColumn


class Overview:
    """The overview of a growing recording; each update reads only the epochs that are new since the last one.

    Parameters
    ----------
    recording
        The recording.
    spans
        The positions (start, stop) of each probe, or of all.
    """

    def __init__(self, recording: Recording, spans: Sequence[tuple[int, int]]) -> None:
        self._recording = recording
        self.summaries: tuple[Summary, ...] = tuple(
            Summary(start, stop, GrowingColumn("<f8"), GrowingColumn("<u4"), GrowingColumn("<u4"))
            for start, stop in spans
        )
        #: The last epoch at which each position was wrong, (P,); -1 if none.
        self.last_wrong: npt.NDArray[np.int32] = np.full(recording.positions, -1, np.int32)
        #: The sample has every `stride`-th record.
        self.stride: int = 1
        self._most: int = max(2, min(SAMPLES, SAMPLE_BYTES // recording.bytes_per_epoch))
        self._sample = Records.empty(self._most, recording.positions, len(recording.alphabet))
        self.epochs: int = 0

    @property
    def sample(self) -> Records:
        """The records of epochs 0, `stride`, 2 `stride` and so on."""
        return self._sample.rows(0, -(-self.epochs // self.stride))

    def update(self, *, most: int | None = None) -> None:
        """Read new records: all, or at most `most` bytes of them."""
        size = self._recording.bytes_per_epoch
        stop = len(self._recording)
        if most is not None:
            stop = min(stop, self.epochs + max(1, most // size))
        while self.epochs < stop:
            count = min(stop - self.epochs, max(1, READ_BYTES // size))
            self._add(self._recording.records(self.epochs, self.epochs + count))

    def _add(self, records: Records) -> None:
        count, targets, counted = len(records.losses), self._recording.targets, self._recording.counted
        correct = records.top_tokens[:, :, 0] == targets
        wrong = counted & ~correct
        for each in self.summaries:
            span, length = slice(each.start, each.stop), each.stop - each.start
            each.correct.extend(correct[:, span].sum(axis=1))
            some = wrong[:, span].any(axis=1)
            each.first_errors.extend(np.where(some, wrong[:, span].argmax(axis=1), length))
            sums = records.position_losses[:, span].sum(axis=1, where=counted[span], dtype=np.int64)
            with np.errstate(invalid="ignore"):  # a probe without targets has no loss
                each.losses.extend(sums / LOSS_STEPS / counted[span].sum())
        some = ~correct.all(axis=0)
        last = self.epochs + count - 1 - (~correct)[::-1].argmax(axis=0)
        self.last_wrong = np.where(some, last, self.last_wrong).astype(np.int32)
        self._collect(records, count)
        self.epochs += count

    def _collect(self, records: Records, count: int) -> None:
        while self.epochs + count > self.stride * self._most:
            self.stride *= 2
            kept = -(-self.epochs // self.stride)
            for column in self._sample:
                column[:kept] = column[: 2 * kept : 2].copy()
        first = -self.epochs % self.stride
        row = (self.epochs + first) // self.stride
        for column, values in zip(self._sample, records, strict=True):
            chosen = values[first::self.stride]
            column[row : row + len(chosen)] = chosen
