"""Gradient reach in a picture: how much of the gradient of each position arrives so many steps back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from epochscope.inspection.experiments import memory_reach
from epochscope.inspection.gradient_reach import gradient_reach, steps_back

from .panel_contents import Map, PanelContents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from epochscope.inspection.numpy_network import NumpyNetwork
    from epochscope.recording.recording import Recording

DECADES = 6  # shares of 10^-6 and less have the palest shade, as in js/drawing/reach.ts
ROWS, ROWS_OF_LINES = 24, 16  # most rows of a text of one line, and of several
LABELLED = 5  # steps between two rows with a label


def reach_contents(
    recording: Recording, network: NumpyNetwork, words: Mapping[str, str], columns: int, lines: int
) -> PanelContents:
    """Return the map of gradient reach of the positions that are shown: `lines` of `columns` positions."""
    count = min(recording.positions, columns * lines)  # what is read later changes nothing
    tokens = recording.inputs[:count]
    targets = np.where(recording.counted, recording.targets, -1)[:count]
    window = min(recording.metadata.get("window") or count, count)
    reach = gradient_reach(network, tokens, targets, window)
    rows = min(window, ROWS if recording.positions <= columns else ROWS_OF_LINES)
    with np.errstate(divide="ignore"):
        shades = np.clip(1 + np.log10(reach[:, :rows]) / DECADES, 0, 1)
    labels = [words["reach_here"], *(words["reach_back"].format(steps=lag) for lag in range(1, rows))]
    units = [label if lag % LABELLED == 0 else "" for lag, label in enumerate(labels)]
    steps = steps_back(reach)
    sentence = words["picture_reach_none" if np.isnan(steps) else "picture_reach_result"].format(steps=f"{steps:g}")
    rings = memory_reach(network, tokens, window)[:, :rows]
    each = Map(words["picture_gradient_reach"], shades, units, rings=rings)
    return PanelContents(words["gradient_reach"], sentence, [], [each])
