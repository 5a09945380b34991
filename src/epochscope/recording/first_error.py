"""The first wrong position of each epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .recording import Recording


def first_error(recording: Recording) -> npt.NDArray[np.int64]:
    """Return the first wrong position that has a target, (E,); P where all are correct."""
    found = np.full(len(recording), recording.positions)
    ends = [probe.stop for probe in recording.probes] or [recording.positions]
    starts = [0, *ends[:-1]]
    for start, end, figures in reversed(list(zip(starts, ends, recording.figures(), strict=True))):
        found = np.where(figures.first_errors < end - start, start + figures.first_errors, found)
    return found
