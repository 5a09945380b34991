"""The store under a `History`: records in blocks of a fixed size, so that memory grows by what is recorded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .records import Records, bytes_per_epoch

_MOST_BYTES = 256 * 1024
_MOST_EPOCHS = 512


class Blocks:
    """E records of P positions over V tokens. A row that was written never changes: views stay what they were.

    A block holds up to 256 KiB (at least one epoch), and only the last one is ever partly empty.
    """

    def __init__(self, positions: int, tokens: int) -> None:
        self.positions, self.tokens = positions, tokens
        self.length = 0
        self.size = max(1, min(_MOST_EPOCHS, _MOST_BYTES // bytes_per_epoch(positions, tokens)))  # epochs
        self._blocks: list[Records] = []

    def add(self, new: Records) -> None:
        """Add n records: all or, where an error or an interrupt comes in between, none."""
        done = 0
        while done < len(new.losses):
            number, row = divmod(self.length + done, self.size)
            if number == len(self._blocks):
                self._blocks.append(Records.empty(self.size, self.positions, self.tokens))
            count = min(self.size - row, len(new.losses) - done)
            room = self._blocks[number].rows(row, row + count)
            for column, values in zip(room, new.rows(done, done + count), strict=True):
                column[...] = values
            done += count
        self.length += done  # last: until now, nothing of this is there

    def rows(self, start: int, stop: int) -> Records:
        """Records `start` to `stop` - 1 (0 <= start <= stop <= E): views where they lie in one block, else copies."""
        parts = [
            block.rows(max(start - first, 0), stop - first)
            for number, block in enumerate(self._blocks[start // self.size : -(-stop // self.size)], start // self.size)
            for first in [number * self.size]
        ]
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return Records.empty(0, self.positions, self.tokens)
        return Records(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def column(self, pick: Callable[[Records], np.ndarray]) -> np.ndarray:
        """What `pick` makes of every record, (E, ...), in an array of its own."""
        starts = range(0, max(self.length, 1), self.size)
        return np.concatenate([pick(self.rows(start, min(start + self.size, self.length))) for start in starts])

    def cut(self, length: int) -> None:
        """Keep the first `length` records."""
        whole, rest = divmod(length, self.size)
        kept = self._blocks[:whole]
        if rest:  # its empty rows will be written anew, and views of what stood there are still about
            kept.append(Records(*(column.copy() for column in self._blocks[whole])))
        self._blocks, self.length = kept, length

    def fork(self, length: int) -> Blocks:
        """The first `length` records, sharing the full blocks with this."""
        fork = Blocks(self.positions, self.tokens)
        fork._blocks, fork.size = self._blocks, self.size
        fork.cut(length)
        return fork
