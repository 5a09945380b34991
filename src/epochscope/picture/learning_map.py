"""The learning map as a small PNG: a column per position, a row per epoch, blue if correct, orange if wrong.

A higher probability makes a stronger colour. Strength is opacity, so that one image suits light and dark backgrounds.
The column of an ignored position is transparent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from epochscope.recording.overview import is_long
from epochscope.recording.recording import Recording
from epochscope.recording.records import PROBABILITY_STEPS
from epochscope.recording.references import Reference

from .png import indexed_png

CORRECT, WRONG = (0x44, 0x81, 0xE0), (0xDE, 0x7B, 0x45)
SHARES, LEVELS = 5, 48  # of correct epochs in a row of several; of strength: 240 colours in all
TRANSPARENT = SHARES * LEVELS  # one more
MIN_OPACITY = 0.16
FEW = 8  # epochs of a row that count in a long recording, of which not all records can be read for each picture
GAP = 2  # px between two columns


def max_probability(references: Sequence[Reference]) -> float:
    """Return the highest probability that a network can give: below 1 without an output layer."""
    return next((math.exp(-each.loss) for each in references if each.kind == "saturation"), 1.0)


def strength(probability: npt.ArrayLike, max_probability: float) -> npt.NDArray[np.float64]:
    """Return how strong the colour of a probability is, 0 to 1, as in `js/drawing/color.ts`.

    `max_probability` is the highest one that the network can give.
    """
    return np.clip(np.asarray(probability, dtype=float) / max_probability, 0, 1) ** 0.75


def row_epochs(row: int, height: int, epochs: int) -> tuple[int, int]:
    """Return the epochs [start, stop) of a row of pixels: several if there are more epochs than rows."""
    start = row * epochs // height
    return start, max(start + 1, (row + 1) * epochs // height)


def map_colours(
    recording: Recording, positions: Sequence[int], height: int, max_probability: float
) -> npt.NDArray[np.uint8]:
    """Return the colours of the map of these positions, (height, len(positions)), which `learning_map` takes."""
    colours = np.empty((height, len(positions)), dtype=np.uint8)
    done, long = (-1, -1), is_long(recording)
    for row in range(height):
        epochs = row_epochs(row, height, len(recording))
        if epochs == done:
            colours[row] = colours[row - 1]
            continue
        records = recording.records(*(epochs if not long else (epochs[0], min(epochs[1], epochs[0] + FEW))))
        share = (records.top_tokens[:, positions, 0] == recording.targets[positions]).mean(axis=0)
        probabilities = records.top_probabilities[:, positions, 0] / PROBABILITY_STEPS
        level = strength(probabilities, max_probability).mean(axis=0)
        colours[row] = np.rint(share * (SHARES - 1)) * LEVELS + np.rint(level * (LEVELS - 1))
        done = epochs
    colours[:, ~recording.counted[positions]] = TRANSPARENT
    return colours


def learning_map(colours: npt.NDArray[np.uint8], pitch: int) -> bytes:
    """Return the map with these colours, (height, n), from left to right, as a PNG of (n * pitch - GAP, height) px."""
    pixels = np.repeat(colours, pitch, axis=1)
    pixels[:, np.arange(pixels.shape[1]) % pitch >= pitch - GAP] = TRANSPARENT
    return _png(pixels[:, : pixels.shape[1] - GAP])


def _png(pixels: npt.NDArray[np.uint8]) -> bytes:
    share = np.repeat(np.arange(SHARES) / (SHARES - 1), LEVELS)[:, None]
    palette = share * CORRECT + (1 - share) * WRONG
    alpha = 255 * np.tile(np.linspace(MIN_OPACITY, 1, LEVELS), SHARES)
    return indexed_png(pixels, [*palette, (0, 0, 0)], [*alpha, 0])
