"""Storage of a `Recording` in a file: what is small stays in memory, the rest is read when it is needed."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .archive import MAX_BYTES
from .blocks import Blocks, column_of, copied
from .extras import NO_EXTRAS, ExtraColumns, Extras
from .growing_column import GrowingColumn
from .records import Records

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from .frame_file import FrameReader
    from .frame_writer import FrameWriter

_CACHED = 8 * 1024 * 1024  # bytes


class FileBlocks:
    """E records of P positions over V tokens in a file.

    One thread adds, others may read. An interrupt in `add` leaves the records of a frame either recorded, in memory and
    in the file, or not at all.

    Parameters
    ----------
    path
        The file.
    reader
        Reads it. What it has not found yet is found by `find`.
    writer
        Appends to it; None if this process only reads.
    """

    def __init__(self, path: Path, reader: FrameReader, writer: FrameWriter | None = None) -> None:
        self.path = path
        self.positions: int = reader.frame.positions
        self.tokens: int = reader.frame.tokens
        self.has_places: bool = reader.frame.has_places
        self.size: int = reader.frame.size
        self._reader = reader
        self._writer = writer
        self._losses, self._lrs = GrowingColumn(np.float64(np.nan)), GrowingColumn(np.float64(np.nan))
        self._extras = ExtraColumns(self.has_places)
        self._cache = _Cache()
        self._pending: bytes | None = None  # a frame that may be in the file, but does not count yet
        self._lock = threading.RLock()  # held while records are written
        self._thread = 0  # which has written last
        self._finalizer = weakref.finalize(self, _close, reader, writer)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy all records as `Blocks` in memory."""
        return Blocks.fork, (copied(self, self.length), self.length)

    @property
    def is_written(self) -> bool:
        """Whether this process appends to the file."""
        return self._writer is not None

    @property
    def length(self) -> int:
        """E, the number of records."""
        if self._pending is not None and self._thread == threading.get_ident():  # after an interrupt
            self._settle()
        return self._reader.records

    @property
    def scalar_names(self) -> tuple[str, ...]:
        """The names of the scalars, in the order in which they were first recorded."""
        return self._extras.names

    def losses(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the losses of records `start` to `stop` - 1."""
        return self._losses.read(start, stop)

    def lrs(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Return the learning rates of records `start` to `stop` - 1."""
        return self._lrs.read(start, stop)

    def extras(self, start: int, stop: int) -> Extras:
        """Return the places and scalars of records `start` to `stop` - 1, as copies."""
        return self._extras.rows(start, stop)

    def find(self, max_bytes: int = MAX_BYTES) -> int:
        """Find the records that were appended to the file; return their number.

        Raises ValueError if it was forged, or what is kept of all records takes more than `max_bytes`.
        """
        before = self.length
        while (frame := self._reader.following()) is not None:
            self._count(frame)
            size = 8 * self._reader.records * (2 + self.has_places + len(self.scalar_names))
            if size > max_bytes:
                raise ValueError(f"losses and scalars take more than {max_bytes:,} bytes; pass a larger max_bytes")
        return self.length - before

    def add(self, new: Records, extras: Extras = NO_EXTRAS) -> None:
        """Append n records to the file, as one frame or several.

        Raises
        ------
        ValueError
            If the file is only read, or the extras are invalid.
        OSError
            If the file cannot be written, or another program has changed it; records of a frame before may be recorded.
        """
        if self._writer is None:
            raise self._refusal("extended")
        n = len(new.losses)
        with self._lock:
            self._thread = threading.get_ident()
            self._settle()
            self._extras.check(self._reader.records, n, extras)
            for start in range(0, n, self.size):
                records, at = new.rows(start, start + self.size), self._reader.frames
                self._pending = frame = self._reader.frame.pack(records, extras.rows(start, start + self.size))
                self._writer.append(frame)
                self._settle()
                if self._reader.frames == at:
                    raise OSError(f"{self.path}: another program has changed the file; pass another path")
                self._cache.put(at, Records._make(column.copy() for column in records))

    def rows(self, start: int, stop: int) -> Records:
        """Return records `start` to `stop` - 1 (0 <= start <= stop <= E). Raises ValueError if the file has changed."""
        parts = [
            self._frame(number).rows(max(start - first, 0), stop - first)
            for number in self._reader.numbers(start, stop)
            for first in [self._reader.first(number)]
        ]
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return Records.empty(0, self.positions, self.tokens)
        return Records._make(np.concatenate(columns) for columns in zip(*parts, strict=True))

    def column(self, pick: Callable[[Records], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return `pick` of all records, (E, ...), as a new array."""
        return column_of(self, pick)

    def cut(self, length: int) -> None:  # noqa: ARG002 - refuses all
        """Raise ValueError."""
        raise self._refusal("cut")

    def fork(self, length: int) -> Blocks:
        """Return the first `length` records as a copy in memory."""
        return copied(self, length)

    def complete(self) -> None:
        """Complete the file, so that zip tools and numpy read it, too; `add` goes on."""
        if self._writer is not None:
            with self._lock:
                self._settle()
                self._writer.complete()

    def close(self) -> None:
        """Complete the file, and close it: nothing more is read or written."""
        self._finalizer()

    def _settle(self) -> None:
        """Count the frame that was given to the writer, if it is in the file."""
        with self._lock:
            frame = self._pending
            if frame is not None and self._writer is not None and self._writer.has_appended(frame):
                self._count(frame)
            self._pending = None

    def _count(self, frame: bytes) -> None:
        course, at = self._reader.course(frame), self._reader.records
        self._losses.write(at, course.losses)
        self._lrs.write(at, course.lrs)
        self._extras.check(at, len(course.losses), course.extras)
        self._extras.write(at, len(course.losses), course.extras)
        self._reader.add(frame)  # only now do the records count

    def _frame(self, number: int) -> Records:
        records = self._cache.get(number)
        if records is None:
            records, _ = self._reader.read(number)
            self._cache.put(number, records)
        return records

    def _refusal(self, verb: str) -> ValueError:
        return ValueError(
            f"{self.path}: a recording in a file cannot be {verb}; history.fork(len(history)) is a copy in memory that "
            f"can be {verb}"
        )


class _Cache:
    """The frames that were used last, at most 8 MiB, and at least one. Thread-safe."""

    def __init__(self) -> None:
        self._frames: OrderedDict[int, Records] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, number: int) -> Records | None:
        with self._lock:
            if number in self._frames:
                self._frames.move_to_end(number)
            return self._frames.get(number)

    def put(self, number: int, records: Records) -> None:
        with self._lock:
            if number in self._frames:
                self._bytes -= _size_of(self._frames[number])
            self._frames[number] = records
            self._frames.move_to_end(number)
            self._bytes += _size_of(records)
            while self._bytes > _CACHED and len(self._frames) > 1:
                self._bytes -= _size_of(self._frames.popitem(last=False)[1])


def _size_of(records: Records) -> int:
    return sum(column.nbytes for column in records)


def _close(reader: FrameReader, writer: FrameWriter | None) -> None:
    try:
        if writer is not None:
            writer.close()
    finally:
        reader.close()
