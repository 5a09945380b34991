"""The axis of a recording whose records are not numbered by epochs: where records stand that are still to come."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def place_of(places: npt.NDArray[np.float64], number: int) -> float:
    """Return where record `number` stands, as `js/player/extras.ts` does.

    Records that are still to come are taken to follow at the same distance. That is the largest of the last three:
    the last record of a loop, and the first one after it, may be closer to the one before.

    Parameters
    ----------
    places : (E,)
        Where the records stand.
    """
    last = len(places) - 1
    if number <= last:
        return float(places[number])
    distances = np.diff(places[-4:])
    distance = (float(distances.max()) if len(distances) else 0.0) or 1.0
    return (float(places[last]) if last >= 0 else 0.0) + (number - max(last, 0)) * distance
