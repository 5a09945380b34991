"""Storage of a `Recording`: records in blocks of a fixed size, so that memory grows with the number of epochs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .records import Records, bytes_per_epoch

if TYPE_CHECKING:
    import numpy.typing as npt

_MAX_BYTES = 256 * 1024
_MAX_EPOCHS = 512


class Blocks:
    """E records of P positions over V tokens. A written row never changes, so views of it stay valid.

    A block has up to 256 KiB (at least one epoch). Only the last one may be partly empty.
    """

    def __init__(self, positions: int, tokens: int) -> None:
        self.positions: int = positions
        self.tokens: int = tokens
        self.length: int = 0
        self.size: int = max(1, min(_MAX_EPOCHS, _MAX_BYTES // bytes_per_epoch(positions, tokens)))  # epochs per block
        self._blocks: list[Records] = []

    def add(self, new: Records) -> None:
        """Add n records; if an exception is raised, none of them."""
        done = 0
        while done < len(new.losses):
            number, row = divmod(self.length + done, self.size)
            if number == len(self._blocks):
                self._blocks.append(Records.empty(self.size, self.positions, self.tokens))
            count = min(self.size - row, len(new.losses) - done)
            free = self._blocks[number].rows(row, row + count)
            for column, values in zip(free, new.rows(done, done + count), strict=True):
                column[...] = values
            done += count
        self.length += done  # only now do the new rows count

    def rows(self, start: int, stop: int) -> Records:
        """Return records `start` to `stop` - 1 (0 <= start <= stop <= E): views if one block has them, else copies."""
        parts = [
            block.rows(max(start - first, 0), stop - first)
            for number, block in enumerate(self._blocks[start // self.size : -(-stop // self.size)], start // self.size)
            for first in [number * self.size]
        ]
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return Records.empty(0, self.positions, self.tokens)
        return Records._make(np.concatenate(columns) for columns in zip(*parts, strict=True))

    def column(self, pick: Callable[[Records], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return `pick` of all records, (E, ...), as a new array."""
        starts = range(0, max(self.length, 1), self.size)
        return np.concatenate([pick(self.rows(start, min(start + self.size, self.length))) for start in starts])

    def cut(self, length: int) -> None:
        """Delete all but the first `length` records."""
        full, rest = divmod(length, self.size)
        kept = self._blocks[:full]
        if rest:  # copied, as its free rows will be written again while views of the old ones may exist
            kept.append(Records._make(column.copy() for column in self._blocks[full]))
        self._blocks, self.length = kept, length

    def fork(self, length: int) -> Blocks:
        """Return the first `length` records; full blocks are shared."""
        fork = Blocks(self.positions, self.tokens)
        fork._blocks, fork.size = self._blocks, self.size
        fork.cut(length)
        return fork
