"""`GrowingFile`: a recording that another process writes."""

from __future__ import annotations

import os
from os import PathLike, fspath
from pathlib import Path
from typing import Literal

from epochscope.history import History
from epochscope.recording import frames_file
from epochscope.recording.archive import MAX_BYTES, reasons
from epochscope.recording.file_blocks import FileBlocks
from epochscope.recording.file_lock import is_locked

#: Whether a process is writing the file, its writer has completed it, its writer has ended without completing it, or it
#: was deleted, perhaps for another file of this name.
FileState = Literal["growing", "complete", "abandoned", "gone"]


class GrowingFile:
    """Follow the file of `History.open`.

    Parameters
    ----------
    path
        The file.

    Attributes
    ----------
    history
        What has been read. Its records stay in the file, and it cannot be extended.

    Raises
    ------
    ValueError
        If the file is no recording, its beginning is damaged, or it is not of version 4, the one that grows.
    FileNotFoundError
        If there is none: it is made when the loop begins.
    OSError
        If the file cannot be read.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._path = Path(path)
        try:
            self._file = self._path.open("rb", buffering=0)
        except FileNotFoundError as error:
            told = "there is no such file: the loop that writes it has not begun yet, or the path is another one"
            raise FileNotFoundError(error.errno, f"{fspath(path)}: {told}") from None
        try:
            with reasons(f"{fspath(path)}: cannot follow this recording"):
                if not frames_file.begins(self._file.read(frames_file.MIN_BYTES)):
                    raise ValueError("it is not a recording that a monitor writes; use epochscope.History.load(path)")
                self._opened = frames_file.opened(self._file, History, MAX_BYTES)
                self._store = FileBlocks(self._path.resolve(), self._opened.reader)
                self.history: History = self._opened.recording
                self.history.store = self._store
                self.read_new()
        except BaseException:
            self._file.close()
            raise

    @property
    def state(self) -> FileState:
        """What is known of the writer. A complete file may grow again, and so may one that seemed abandoned.

        Where the system or the disk has no locks, one that is not complete is "growing".
        """
        if not self._is_there:
            return "gone"
        if frames_file.state_of(self._opened) == "complete":
            return "complete"
        return "growing" if is_locked(self._file) else "abandoned"

    @property
    def _is_there(self) -> bool:
        """Whether the file still has its name."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return False

    def read_new(self) -> int:
        """Read what was appended since the last call; return the number of new records. Raises ValueError if forged."""
        return self._store.find()

    def close(self) -> None:
        """Close the file: no record of the history can be read any more."""
        self._store.close()
