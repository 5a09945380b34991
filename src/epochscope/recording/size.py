"""What is said before a recording or a batch takes gigabytes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .recording import Recording

#: Bytes from which a size is said.
LARGE = 10**9


def gigabytes(size: float) -> str:
    """Return a number of bytes as e.g. "9.9 GB"."""
    return f"{size / 1e9:.1f} GB"


def warn_if_large(recording: Recording, epochs: int) -> None:
    """Warn if `epochs` more epochs of a recording take more than a gigabyte."""
    size = epochs * recording.bytes_per_epoch
    if size > LARGE:
        fitting = LARGE // recording.bytes_per_epoch
        warnings.warn(
            f"{epochs:,} epochs of {recording.positions:,} positions: their recording will take {gigabytes(size)} of "
            f"memory, {recording.bytes_per_epoch:,} bytes per epoch; train {fitting:,} epochs or fewer, or record a "
            "shorter text",
            stacklevel=4,
        )
