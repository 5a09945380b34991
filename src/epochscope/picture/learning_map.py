"""The learning map as a small PNG: a column per position, an epoch per row, blue where right, orange where wrong.

The surer, the stronger: strength is opacity, so that the one image stands on a light and on a dark ground.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from epochscope.recording.records import PROBABILITY_STEPS

if TYPE_CHECKING:
    from epochscope.history import History

RIGHT, WRONG = (0x44, 0x81, 0xE0), (0xDE, 0x7B, 0x45)
SHARES, LEVELS = 5, 48  # of right epochs in a row of several; of strength: 240 colours in all
FAINTEST = 0.16  # opacity of the least sure
GAP = 2  # px between two columns


def strength(probability: Any, most: float) -> np.ndarray:
    """How strong a probability looks, 0..1, where `most` is the highest that the net can give: `js/color.ts`."""
    return np.clip(np.asarray(probability, dtype=float) / most, 0, 1) ** 0.75


def row_epochs(row: int, height: int, epochs: int) -> tuple[int, int]:
    """The epochs [start, stop) that a row of pixels shows: several where there are more epochs than rows."""
    start = row * epochs // height
    return start, max(start + 1, (row + 1) * epochs // height)


def learning_map(history: History, first: int, last: int, pitch: int, height: int, most: float) -> bytes:
    """The map of the positions first to last - 1 as the bytes of a PNG of ((last - first) * pitch - GAP, height) px."""
    colours = np.empty((height, last - first), dtype=np.uint8)
    done = (-1, -1)
    for row in range(height):
        epochs = row_epochs(row, height, len(history))
        if epochs == done:
            colours[row] = colours[row - 1]
            continue
        records = history.records(*epochs)
        right = (records.top_tokens[:, first:last, 0] == history.targets[first:last]).mean(axis=0)
        sure = strength(records.top_probabilities[:, first:last, 0] / PROBABILITY_STEPS, most).mean(axis=0)
        colours[row] = np.rint(right * (SHARES - 1)) * LEVELS + np.rint(sure * (LEVELS - 1))
        done = epochs
    pixels = np.repeat(colours, pitch, axis=1)
    pixels[:, np.arange(pixels.shape[1]) % pitch >= pitch - GAP] = SHARES * LEVELS  # the transparent one
    return _png(pixels[:, : pixels.shape[1] - GAP])


def _png(pixels: np.ndarray) -> bytes:
    height, width = pixels.shape
    share = np.repeat(np.arange(SHARES) / (SHARES - 1), LEVELS)[:, None]
    palette = np.rint(share * RIGHT + (1 - share) * WRONG).astype(np.uint8)
    alpha = np.rint(255 * np.tile(np.linspace(FAINTEST, 1, LEVELS), SHARES)).astype(np.uint8)
    lines = np.zeros((height, width + 1), dtype=np.uint8)  # each begins with its filter, 0: none
    lines[:, 1:] = pixels
    chunks = (
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 3, 0, 0, 0)),  # 8 bits, indexed
        (b"PLTE", palette.tobytes() + bytes(3)),
        (b"tRNS", alpha.tobytes() + bytes(1)),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
