"""Storage of a `Recording`: records in blocks of a fixed size, so that memory grows with the number of epochs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .extras import NO_EXTRAS, ExtraColumns, Extras
from .records import Records, bytes_per_epoch

if TYPE_CHECKING:
    import numpy.typing as npt

    from .store import Store

_MAX_BYTES = 256 * 1024
_MAX_EPOCHS = 512


class Blocks:
    """E records of P positions over V tokens. A written row never changes, so views of it stay valid.

    A block has up to 256 KiB (at least one epoch). Only the last one may be partly empty.

    Parameters
    ----------
    positions, tokens
        P and V.
    has_places
        Whether the recording has an axis. Defaults to False.
    """

    def __init__(self, positions: int, tokens: int, *, has_places: bool = False) -> None:
        self.positions: int = positions
        self.tokens: int = tokens
        self.has_places: bool = has_places
        self.length: int = 0
        self.size: int = block_size(positions, tokens)
        self._blocks: list[Records] = []
        self._extras = ExtraColumns(has_places)

    def losses(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the losses of records `start` to `stop` - 1; do not write to them."""
        return self._joined(start, stop, lambda records: records.losses)

    def lrs(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the learning rates of records `start` to `stop` - 1; do not write to them."""
        return self._joined(start, stop, lambda records: records.lrs)

    @property
    def scalar_names(self) -> tuple[str, ...]:
        """The names of the scalars, in the order in which they were first recorded."""
        return self._extras.names

    def add(self, new: Records, extras: Extras = NO_EXTRAS) -> None:
        """Add n records; if an exception is raised, none of them."""
        self._extras.check(self.length, len(new.losses), extras)
        self._extras.write(self.length, len(new.losses), extras)
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
        parts = self._parts(start, stop)
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return Records.empty(0, self.positions, self.tokens)
        return Records._make(np.concatenate(columns) for columns in zip(*parts, strict=True))

    def extras(self, start: int, stop: int) -> Extras:
        """Return the places and scalars of records `start` to `stop` - 1, as copies."""
        return self._extras.rows(start, stop)

    def column(self, pick: Callable[[Records], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return `pick` of all records, (E, ...), as a new array."""
        return column_of(self, pick)

    def cut(self, length: int) -> None:
        """Delete all but the first `length` records."""
        full, rest = divmod(length, self.size)
        kept = self._blocks[:full]
        if rest:  # copied, as its free rows will be written again while views of the old ones may exist
            kept.append(Records._make(column.copy() for column in self._blocks[full]))
        self._blocks, self.length = kept, length
        self._extras.cut(length)

    def fork(self, length: int) -> Blocks:
        """Return the first `length` records; full blocks are shared."""
        fork = Blocks(self.positions, self.tokens, has_places=self.has_places)
        fork._blocks, fork.size, fork._extras = self._blocks, self.size, self._extras.fork(length)
        fork.cut(length)
        return fork

    def _parts(self, start: int, stop: int) -> list[Records]:
        """Return records `start` to `stop` - 1 as views of the blocks that have them."""
        return [
            block.rows(max(start - first, 0), stop - first)
            for number, block in enumerate(self._blocks[start // self.size : -(-stop // self.size)], start // self.size)
            for first in [number * self.size]
        ]

    def _joined(self, start: int, stop: int, pick: Callable[[Records], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        parts = [pick(part) for part in self._parts(start, stop)]
        return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0), *parts])


def block_size(positions: int, tokens: int) -> int:
    """Return the number of epochs in a block of at most 256 KiB; at least 1."""
    return max(1, min(_MAX_EPOCHS, _MAX_BYTES // bytes_per_epoch(positions, tokens)))


def copied(store: Store, length: int) -> Blocks:
    """Return the first `length` records of a store as a copy in memory."""
    copy = Blocks(store.positions, store.tokens, has_places=store.has_places)
    for start in range(0, length, store.size):
        stop = min(start + store.size, length)
        copy.add(store.rows(start, stop), store.extras(start, stop))
    return copy


def column_of(store: Store, pick: Callable[[Records], npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return `pick` of all records of a store, (E, ...), as a new array."""
    starts = range(0, max(store.length, 1), store.size)
    return np.concatenate([pick(store.rows(start, min(start + store.size, store.length))) for start in starts])
