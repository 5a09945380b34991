"""Appends frames to the file of a recording, and completes it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

from .frame_file import FrameReader
from .stored_zip import Member, directory, local_header


class FrameWriter:
    """Writes the end of a file; its `FrameReader` says where that is.

    Nothing before the end of the last whole frame is written again, except the sizes in the header of the member.

    Parameters
    ----------
    file
        Opened for reading and writing, without a buffer.
    reader
        The reader of the same file, which has another handle.
    members
        The members of the zip; the last one has the frames.
    """

    def __init__(self, file: BinaryIO, reader: FrameReader, members: Sequence[Member]) -> None:
        self._file = file
        self._reader = reader
        self._members = members
        self._process = os.getpid()  # a forked process has the handle, but must not write

    def append(self, frame: bytes) -> None:
        """Write a frame, which does not count before `reader.add`. Raises OSError if it cannot be written."""
        if os.getpid() != self._process:
            raise OSError(
                "this process is a fork of the one that writes the file, and must not write to it; history.fork("
                "len(history)) is a copy in memory that can be extended"
            )
        self._write(self._reader.end, frame)

    def has_appended(self, frame: bytes) -> bool:
        """Return whether a frame that was given to `append` is in the file as a whole."""
        if self._file.closed:
            return False
        end = self._reader.end
        return self._reader.size() == end + len(frame) and self._reader.read_bytes(end, 4) == frame[:4]

    def complete(self) -> None:
        """Write what makes the file a zip; `append` overwrites it."""
        if self._file.closed or os.getpid() != self._process:
            return
        last = self._members[-1]
        member = last._replace(size=self._reader.end - self._reader.start, crc=self._reader.crc)
        self._file.seek(member.offset)
        self._file.write(local_header(member))
        self._write(self._reader.end, directory([*self._members[:-1], member], self._reader.end))

    def close(self) -> None:
        """Complete the file if it can be written, and close it: it can be read without its end, too."""
        with suppress(OSError):
            self.complete()
        with suppress(OSError):
            self._file.close()

    def _write(self, at: int, data: bytes) -> None:
        """Write `data` at a byte; what follows it is lost."""
        self._file.truncate(at)  # a write that was interrupted, or the end of the zip
        self._file.seek(at)
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
