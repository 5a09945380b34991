"""Files that are written whole: an interrupt or a full disk leaves what was there before, never half of a file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_atomic(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path`, at once for all who look: a draft beside it takes its place when it is complete.

    Raises
    ------
    OSError
        The path cannot be written: it is a folder (IsADirectoryError), its folder does not exist (FileNotFoundError)
        or is not to be written to (PermissionError), the disk is full. The message names the path and says what to do.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path={path!r}: it is the name of a file, a str or a Path; give such a name, like 'run.html'")
    try:
        _write(Path(path).resolve(), data)  # behind a link, the file itself: the link stays
    except OSError as error:
        raise OSError(
            error.errno,
            f"path={os.fspath(path)!r}: {error.strerror}; give the name of a file, in a folder that exists and that "
            "you may write to",
        ) from error


def _write(target: Path, data: bytes) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    finally:
        with suppress(OSError):  # the fault above is the one to be heard of
            draft.unlink(missing_ok=True)
