"""Files that are written whole: an interrupt or a full disk leaves what was there before, never half of a file."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path`, at once for all who look: a draft beside it takes its place when it is complete.

    Raises
    ------
    OSError
        The path cannot be written: it is a folder (IsADirectoryError), its folder does not exist (FileNotFoundError)
        or may not be written to (PermissionError), the disk is full. The message says what to do.
    """
    target = Path(path).resolve()  # behind a link, the file itself: the link stays
    if target.is_dir():
        raise IsADirectoryError(f"path={str(path)!r}: it is a folder; give the name of a file, with its folder if any")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"path={str(path)!r}: there is no folder {str(target.parent)!r}; make it first")
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise OSError(error.errno, f"path={str(path)!r}: {why}; give a place that can be written") from error
    finally:
        draft.unlink(missing_ok=True)
