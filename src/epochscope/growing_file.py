"""`GrowingFile`: a recording that another process writes."""

from __future__ import annotations

from os import PathLike
from typing import Literal

from epochscope.history import History

#: Whether a process is writing the file, its writer has completed it, or its writer has ended without completing it.
FileState = Literal["growing", "complete", "abandoned"]


class GrowingFile:
    """Follow the file of `History.open`.

    Parameters
    ----------
    path
        The file.

    Attributes
    ----------
    history
        What has been read. Its records stay in the file; it cannot be extended.

    Raises
    ------
    ValueError
        If the file is not a recording of version 4.
    OSError
        If the file cannot be read.
    """

    history: History

    def __init__(self, path: str | PathLike[str]) -> None:
        raise NotImplementedError

    @property
    def state(self) -> FileState:
        """What is known of the writer. A complete file may grow again."""
        raise NotImplementedError

    def read_new(self) -> int:
        """Read what was appended since the last call; return the number of new records."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the file."""
