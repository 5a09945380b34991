"""What a page gets of a long recording: small columns of all epochs, and a sample of the records.

A page keeps a limited number of records and asks for others when it shows them. `js/player/record-blocks.ts` has the
same limits, and thins the records of a run that it has watched in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .records import Records, bytes_per_epoch

if TYPE_CHECKING:
    import numpy.typing as npt

    from .recording import Recording

#: A recording with more bytes of records is long.
PAGE_BYTES = 64_000_000
#: The most bytes of the records in a sample, and their largest number; there are at least two.
SAMPLE_BYTES = 4_000_000
SAMPLES = 1024
#: The bytes of records that are read at once.
READ_BYTES = 4_000_000


def is_long(recording: Recording) -> bool:
    """Return whether a page keeps only some records of a recording."""
    return len(recording) * recording.bytes_per_epoch > PAGE_BYTES


class Overview:
    """The overview of one growing recording; every call reads only the epochs that are new since the last one.

    Parameters
    ----------
    positions, tokens
        P and V of the recording.
    """

    def __init__(self, positions: int, tokens: int) -> None:
        #: Number of epochs that were read.
        self.epochs: int = 0
        #: The sample has every `stride`-th record.
        self.stride: int = 1
        #: The last epoch at which each position was wrong, (P,); -1 if none.
        self.last_wrong: npt.NDArray[np.int32] = np.full(positions, -1, np.int32)
        most = max(2, min(SAMPLES, SAMPLE_BYTES // bytes_per_epoch(positions, tokens)))
        self._sample = Records.empty(most, positions, tokens)

    @property
    def sample(self) -> Records:
        """The records of epochs 0, `stride`, 2 `stride` and so on."""
        return self._sample.rows(0, -(-self.epochs // self.stride))

    def update(self, recording: Recording, *, most: int | None = None) -> None:
        """Read new records: all, or about `most` bytes of them. Pass the same recording in every call."""
        size, stop = recording.bytes_per_epoch, len(recording)
        if most is not None:
            stop = min(stop, self.epochs + max(1, most // size))
        while self.epochs < stop:
            records = recording.records(self.epochs, min(stop, self.epochs + max(1, READ_BYTES // size)))
            count = len(records.losses)
            wrong = records.top_tokens[:, :, 0] != recording.targets
            last = self.epochs + count - 1 - wrong[::-1].argmax(axis=0)
            self.last_wrong[:] = np.where(wrong.any(axis=0), last, self.last_wrong)
            self._collect(records, count)
            self.epochs += count

    def _collect(self, records: Records, count: int) -> None:
        """Add to the sample what belongs to it of the next records; first double the stride until they fit."""
        sample = self._sample
        while self.epochs + count > self.stride * len(sample.losses):
            self.stride *= 2
            kept = -(-self.epochs // self.stride)
            for column in sample:
                column[:kept] = column[: 2 * kept : 2].copy()
        first = -self.epochs % self.stride
        row = (self.epochs + first) // self.stride
        for column, values in zip(sample, records, strict=True):
            chosen = values[first :: self.stride]
            column[row : row + len(chosen)] = chosen
