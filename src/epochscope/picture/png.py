"""Small indexed PNG images. Strength is opacity, so that one image suits light and dark backgrounds."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt


def indexed_png(pixels: npt.NDArray[np.uint8], palette: npt.ArrayLike, alpha: npt.ArrayLike) -> bytes:
    """Return a PNG of (width, height) px.

    Parameters
    ----------
    pixels
        Indices of colours, (height, width).
    palette
        Colours (n, 3), red, green and blue from 0 to 255.
    alpha
        Their opacities (n,), from 0 to 255.
    """
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each begins with its filter, 0: none
    rows[:, 1:] = pixels
    chunks = (
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 3, 0, 0, 0)),  # 8 bits, indexed
        (b"PLTE", np.rint(palette).astype(np.uint8).tobytes()),
        (b"tRNS", np.rint(alpha).astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
