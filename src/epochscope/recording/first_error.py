"""The first wrong position of each epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .recording import Recording


def first_error(recording: Recording) -> npt.NDArray[np.int64]:
    """Return the first wrong position that has a target, (E,); P where all are correct."""
    wrong = recording.counted & ~recording.correct
    return np.where(wrong.any(axis=1), wrong.argmax(axis=1), recording.positions)
