"""Atomic writing: an interrupt or a full disk leaves the old file, never half of the new one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary file to write, which replaces `path` if no exception is raised; errors as in `write_atomic`."""
    target = _checked(path).resolve()  # through a symbolic link, which stays
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        try:
            yield temporary
            temporary.replace(target)
        finally:
            with suppress(OSError):  # do not mask the original error
                temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _told(path, error) from error


def check_new(path: str | os.PathLike[str]) -> Path:
    """Return the full path of a file that can be made.

    Raises
    ------
    FileExistsError
        If it exists.
    FileNotFoundError
        If its folder does not exist.
    TypeError
        If `path` is not a path.
    """
    target = _checked(path).resolve()
    if target.exists():
        fresh = f"{target.with_suffix('').name}-%Y%m%d-%H%M%S{target.suffix}"
        told = (
            f"path={os.fspath(path)!r}: this file exists, and no recording is written over another. If an earlier run "
            "of this cell wrote it, EpochScope.load(path) shows it. Delete it, or pass another path, e.g. "
            f"path=time.strftime({os.fspath(Path(path).with_name(fresh))!r}), a new one for each run"
        )
        raise FileExistsError(errno.EEXIST, told)
    if not target.parent.is_dir():
        told = f"path={os.fspath(path)!r}: its folder does not exist; make it, or pass another path"
        raise FileNotFoundError(errno.ENOENT, told)
    return target


def write_new(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write `data` to a file that does not exist, which appears with all of them; return its full path.

    Raises OSError if it cannot be written, and what `check_new` raises.
    """
    target = check_new(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        try:
            temporary.write_bytes(data)
            try:
                os.link(temporary, target)
            except OSError:
                check_new(path)  # made in between?
                temporary.replace(target)  # a disk without hard links
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    except FileExistsError:
        raise
    except OSError as error:
        raise _told(path, error) from error
    return target


def _checked(path: str | os.PathLike[str]) -> Path:
    """Return `path` as a Path. Raises TypeError if it is not a path."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path={path!r}: must be a str or a Path; pass e.g. path='run.html'")
    return Path(path)


def _told(path: str | os.PathLike[str], error: OSError) -> OSError:
    """Return an error of the same kind that names the path and what to do."""
    told = f"path={os.fspath(path)!r}: {error.strerror}; pass the name of a file in an existing, writable folder"
    return OSError(error.errno, told)
