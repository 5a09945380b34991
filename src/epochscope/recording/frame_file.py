"""Frames one after another in a file: how they are found and read."""

from __future__ import annotations

import threading
import zlib
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from .frames import Course, FrameFormat, FrameHead

if TYPE_CHECKING:
    from .extras import Extras
    from .records import Records


class _End(NamedTuple):
    """What is known up to the end of the last whole frame."""

    at: int  # byte of the file
    crc: int  # of all frames
    frames: int
    records: int


class FrameReader:
    """Reads the frames of a file, which may grow. Thread-safe.

    Parameters
    ----------
    file
        Opened for reading without a buffer, which would keep what is overwritten; it is read nowhere else.
    start
        The byte at which the first frame begins.
    frame
        The format of the frames.
    """

    def __init__(self, file: BinaryIO, start: int, frame: FrameFormat) -> None:
        self.start = start
        self.frame = frame
        self._file = file
        self._lock = threading.Lock()
        self._offsets = array("q")  # of each frame
        self._firsts = array("q")  # the first record of each frame
        self._end = _End(start, 0, 0, 0)

    @property
    def records(self) -> int:
        """The number of records in the frames that have been found."""
        return self._end.records

    @property
    def frames(self) -> int:
        """The number of frames that have been found."""
        return self._end.frames

    @property
    def end(self) -> int:
        """The byte after the last frame that has been found."""
        return self._end.at

    @property
    def crc(self) -> int:
        """The CRC-32 of all frames that have been found."""
        return self._end.crc

    def following(self) -> bytes | None:
        """Return the frame after the last one that is known, which `add` makes known; None if there is no whole one."""
        return self._read(self._end.at)

    def course(self, frame: bytes) -> Course:
        """Return the course of a whole frame. Raises ValueError if it was forged."""
        return self.frame.course(self._head(frame), frame)

    def add(self, frame: bytes) -> None:
        """Note that a whole frame follows the last one that is known."""
        end = self._end
        del self._offsets[end.frames :], self._firsts[end.frames :]  # after an interrupt in here
        self._offsets.append(end.at)
        self._firsts.append(end.records)
        records = end.records + self._head(frame).records
        self._end = _End(end.at + len(frame), zlib.crc32(frame, end.crc), end.frames + 1, records)

    def numbers(self, start: int, stop: int) -> range:
        """Return the numbers of the frames with records `start` to `stop` - 1."""
        if start >= stop:
            return range(0)
        return range(bisect_right(self._firsts, start) - 1, bisect_right(self._firsts, stop - 1))

    def first(self, number: int) -> int:
        """Return the first record of a frame."""
        return self._firsts[number]

    def read(self, number: int) -> tuple[Records, Extras]:
        """Read the records of a frame. Raises ValueError if it has changed since it was found."""
        frame = self._read(self._offsets[number])
        if frame is None:
            raise ValueError(
                f"the file has changed at byte {self._offsets[number]:,}, where records are that were read before; "
                "load it again"
            )
        return self.frame.unpack(self._head(frame), frame)

    def read_bytes(self, start: int, count: int) -> bytes:
        """Return `count` bytes from byte `start` on; fewer at the end of the file."""
        with self._lock:
            self._file.seek(start)
            return self._file.read(count)

    def size(self) -> int:
        """Return the size of the file."""
        with self._lock:
            return self._file.seek(0, 2)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _head(self, frame: bytes) -> FrameHead:
        head = self.frame.head(frame)
        if head is None:
            raise ValueError(f"these {len(frame):,} bytes are no frame of this recording")
        return head

    def _read(self, offset: int) -> bytes | None:
        """Return the frame at a byte; None if there is no whole one."""
        with self._lock:
            self._file.seek(offset)
            start = self._file.read(self.frame.HEAD)
            head = self.frame.head(start)
            frame = start if head is None else start + self._file.read(head.length)
        return frame if head and len(frame) == len(start) + head.length and self.frame.is_whole(frame) else None
