"""A lock by which a reader knows whether a file's writer is running. The system releases it when the writer ends."""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def lock(file: BinaryIO) -> None:
    """Lock a file until it is closed; do nothing where the system or the disk has no locks."""
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)


def is_locked(file: BinaryIO) -> bool:
    """Return whether another handle locks a file. Where there are no locks, it is assumed to."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False
