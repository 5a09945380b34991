"""The fingerprint of a run: hashes of its first losses, which tell whether another one repeats it bit for bit."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import numpy.typing as npt

#: Numbers of epochs that have a hash, besides all.
PARTS = (2, 10, 100)
DIGITS = 8


def parts(epochs: int) -> tuple[int, ...]:
    """Return of how many first epochs a run has hashes."""
    return (*(part for part in PARTS if part < epochs), epochs)


def hashed(losses: npt.ArrayLike) -> str:
    """Return 8 hexadecimal digits of the SHA-256 of losses (E,) as little-endian float64; all NaN are equal."""
    values = np.array(losses, dtype="<f8")
    values[np.isnan(values)] = np.nan
    return sha256(values.tobytes()).hexdigest()[:DIGITS]


def fingerprint(losses: npt.NDArray[np.float64]) -> tuple[str, ...]:
    """Return the hashes of the losses of epochs 0 to 1, 0 to 9, 0 to 99 and all; fewer if there are fewer epochs."""
    return tuple(hashed(losses[:part]) for part in parts(len(losses))) if len(losses) else ()
