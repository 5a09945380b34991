"""The learning maps of a comparison: small ones beside each other, on one axis of epochs."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

from epochscope.recording.recording import Recording
from epochscope.recording.references import references

from .direction import direction
from .learning_map import learning_map, map_colours, max_probability
from .sheet import EDGE
from .svg import Pen, text_width

MAP, MAP_SPACE = 110, 24  # px: height, and between two
MAPS_IN_A_ROW, MAPS_IN_A_NARROW_ROW, NARROW = 3, 2, 560  # below this width, px
MAX_MAPPED = 400  # positions in a map, from the first on


class ComparedRecording(NamedTuple):
    """A recording, its number, its name and the epoch at which it is drawn; -1: nothing is recorded."""

    recording: Recording
    number: int
    label: str
    epoch: int


def pale(run: ComparedRecording, epoch: int) -> dict[str, Any]:
    """Return the attributes of what belongs to a run: pale if it ended before the epoch."""
    return {"opacity": 0.5} if run.epoch < epoch else {}


def maps(pen: Pen, runs: Sequence[ComparedRecording], epoch: int, top: float, width: int) -> tuple[list[str], float]:
    """Return the learning maps, up to three beside each other, on one axis of epochs, and the y below them."""
    if not runs:
        return [], top
    count = min(len(runs), MAPS_IN_A_NARROW_ROW if width < NARROW else MAPS_IN_A_ROW)
    size = (width - 2 * EDGE - (count - 1) * MAP_SPACE) / count
    epochs = max(len(run.recording) for run in runs)
    bold: dict[str, Any] = {"font_size": 12, "font_weight": 700}
    parts: list[str] = []
    for i, run in enumerate(runs):
        column = i % count
        if column == 0 and i > 0:
            top += MAP + 40
        left, recording = EDGE + column * (size + MAP_SPACE), run.recording
        shown = min(recording.positions, MAX_MAPPED)
        pitch = max(4, int(size / shown))
        height = max(1, round(MAP * len(recording) / epochs))
        positions = range(shown)
        if direction(recording.alphabet.decode(recording.inputs)) == "rtl":
            positions = positions[::-1]
        colours = map_colours(recording, positions, height, max_probability(references(recording)))
        image = learning_map(colours, pitch)
        y = top + MAP * (run.epoch + 0.5) / epochs + 20
        box: dict[str, Any] = {"x": left, "y": top + 20, "width": size, "height": height, "kind": "map"}
        rest: dict[str, Any] = {"x": left, "y": top + 20 + height, "width": size, "height": MAP - height}
        parts += [
            *([pen.draw("rect", kind="missing", fill="edge", fill_opacity=0.4, **rest)] if height < MAP else []),
            pen.text(left, top + 12, _fitting(run.label, size), fill=f"run-{run.number + 1}", **bold),
            pen.draw(
                "image", href=f"data:image/png;base64,{base64.b64encode(image).decode()}",
                preserveAspectRatio="none", style="image-rendering:pixelated", **box,
            ),
            pen.draw(
                "path", d=f"M{left:g} {y:g}h{size:g}", kind="cursor", stroke="ink", stroke_width=1.5,
                **pale(run, epoch),
            ),
        ]  # fmt: skip
    return parts, top + MAP + 40


def _fitting(label: str, width: float) -> str:
    """Return a label that is at most `width` px wide in bold."""
    if 1.12 * text_width(label) <= width:
        return label
    while label and 1.12 * text_width(label + "…") > width:
        label = label[:-1]
    return label + "…"
