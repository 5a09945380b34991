"""Where a record stands, as captions, in the format of the player (`js/text/places.ts`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .captions import grouped

if TYPE_CHECKING:
    from epochscope.recording.extras import Axis
    from epochscope.recording.recording import Recording


def place_number(recording: Recording, epoch: int) -> str:
    """Return the number of a place, e.g. "1,638,400"; of epochs with as many decimals as tell them apart."""
    place = float(recording.places[epoch])
    if recording.axis != "epoch":
        return grouped(round(place))
    first = recording.places[:2]
    distance = float(first[1] - first[0]) if len(first) == 2 else 1.0
    if distance.is_integer():
        return grouped(round(place)) if place.is_integer() else f"{place:,.2f}"
    return f"{place:,.{max(2, math.ceil(-math.log10(distance)))}f}"


def place_caption(recording: Recording, epoch: int, words: Mapping[str, str]) -> str:
    """Return a place with what it counts, e.g. "epoch 12", "step 600" or "1,638,400 tokens"."""
    return words[f"at_{recording.axis or 'epoch'}"].format(place=place_number(recording, epoch))


def axis_caption(axis: Axis | None, words: Mapping[str, str]) -> str:
    """Return what places count: "epoch", "step" or "tokens"."""
    return words[f"axis_{axis or 'epoch'}"]


def tick_caption(axis: Axis | None, place: float) -> str:
    """Return the number of a round place on an axis."""
    return grouped(round(place)) if axis != "epoch" else f"{place:,.10g}"
