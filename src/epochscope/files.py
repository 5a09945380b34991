"""Atomic writing: an interrupt or a full disk leaves the old file, never half of the new one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_atomic(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` atomically: write a temporary file beside it, then rename it.

    Raises
    ------
    OSError
        If the path cannot be written: a folder (IsADirectoryError), in a folder that does not exist
        (FileNotFoundError), without permission (PermissionError), or the disk is full. The message names the path.
    TypeError
        If `path` is not a path.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path={path!r}: must be a str or a Path; pass e.g. path='run.html'")
    target = Path(path).resolve()  # through a symbolic link, which stays
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        try:
            temporary.write_bytes(data)
            temporary.replace(target)
        finally:
            with suppress(OSError):  # do not mask the original error
                temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(
            error.errno,
            f"path={os.fspath(path)!r}: {error.strerror}; pass the name of a file in an existing, writable folder",
        ) from error
