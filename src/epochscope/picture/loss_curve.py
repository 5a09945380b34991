"""The loss over the epochs as part of a picture: axes, reference losses, the curve, events and the cursor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from epochscope.recording.events import Event
from epochscope.recording.references import Reference

from .svg import Pen, number

SHAPES = {
    "all_correct": ("M0 -4L4.5 4H-4.5Z", "correct"),
    "spike": ("M0 4L4.5 -4H-4.5Z", "wrong"),
    "diverged": ("M-4 -4L4 4M4 -4L-4 4", "wrong"),
    "lr": ("M0 -4.5L4.5 0L0 4.5L-4.5 0Z", "quiet"),
    "branch": ("M0 -4.5L4.5 0L0 4.5L-4.5 0Z", "quiet"),
}
"""The mark of every kind of event, around 0, and its ink: told apart by their form, not by colour alone."""

LEFT, BELOW = 46, 34  # px for the numbers at the axes
MAX_NAMED = 3  # epochs of a kind that are named in the legend


class Box(NamedTuple):
    """A rectangle, px."""

    left: float
    top: float
    width: float
    height: float


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`, about `most`: steps of 1, 2 or 5 times a power of ten."""
    rough = max((high - low) / most, 1e-9)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def loss_range(losses: np.ndarray, references: Sequence[Reference]) -> tuple[float, float, list[Reference]]:
    """Lowest and highest loss in view, and the references that are: a runaway loss does not flatten all else."""
    finite = losses[np.isfinite(losses)]
    if not len(finite):
        finite = np.array([0.0, max((each.loss for each in references), default=1.0)])
    uniform = max((each.loss for each in references), default=0.0)
    top = max(min(float(finite.max()), 1.5 * max(float(finite[0]), uniform)), uniform)
    bottom = min(float(finite.min()), top)
    room = max(top - bottom, 0.1)
    shown: list[Reference] = []
    for each in references:
        apart = all(abs(each.loss - other.loss) >= room / 9 for other in shown)
        if apart and each.loss >= bottom - 0.25 * room:
            shown.append(each)
    bottom = min([bottom, *(each.loss for each in shown)])
    spread = 0.06 * room + max(0.0, room - (top - bottom)) / 2  # a loss that hardly moves looks as if it hardly moved
    return max(bottom - spread, min(bottom, 0.0)), top + spread, shown


def loss_curve(
    pen: Pen,
    box: Box,
    losses: np.ndarray,
    epoch: int,
    references: Sequence[Reference],
    events: Sequence[Event],
    words: Mapping[str, str],
) -> list[str]:
    """Elements that show losses (E,) in nats, with the cursor at `epoch`."""
    low, high, shown = loss_range(losses, references)
    left, right = box.left + LEFT, box.left + box.width - 8
    top, bottom = box.top + 18, box.top + box.height - BELOW
    last = max(len(losses) - 1, 1)

    def x(at: float) -> float:
        return left + (right - left) * at / last

    def y(loss: float) -> float:
        return bottom - (bottom - top) * (min(max(loss, low), high) - low) / (high - low)

    parts = [pen.text(box.left, box.top + 6, words["axis"], fill="quiet", font_size=12)]
    levels = ticks(low, high, 5)
    decimals = max(0, -math.floor(math.log10(levels[1] - levels[0]) + 1e-9)) if len(levels) > 1 else 2
    grid = "".join(f"M{number(left)} {number(y(level))}H{number(right)}" for level in levels)
    parts.append(pen.draw("path", d=grid, fill_opacity=0, stroke="edge"))
    numbers = [pen.text(left - 8, y(level) + 4, f"{level:.{decimals}f}") for level in levels]
    parts.append(pen.draw("g", *numbers, fill="quiet", font_size=12, text_anchor="end"))
    epochs = [at for at in ticks(0, last, 4) if at == int(at)]
    numbers = [pen.text(x(at), bottom + 26, f"{at:.0f}") for at in epochs]
    parts.append(pen.draw("g", *numbers, fill="quiet", font_size=12, text_anchor="middle"))
    parts.append(pen.text(left - 12, bottom + 26, words["epoch"], fill="quiet", font_size=12, text_anchor="end"))
    for each in shown:
        line = f"M{number(left)} {number(y(each.loss))}H{number(right)}"
        parts.append(pen.draw("path", d=line, kind="reference", stroke="quiet", stroke_dasharray="4 3"))
    parts += [_name(pen, right - 2, y(each.loss) - 6, each, words) for each in shown]
    curve: dict[str, Any] = {"stroke_width": 2, "stroke_linejoin": "round", "stroke_linecap": "round"}
    path = _path([(x(at), y(loss)) if math.isfinite(loss) else None for at, loss in _points(losses, int(right - left))])
    parts.append(pen.draw("path", d=path, kind="loss", stroke="correct", fill_opacity=0, **curve))
    cursor = f"M{number(x(epoch))} {number(top - 4)}V{number(bottom)}"
    parts.append(pen.draw("path", d=cursor, kind="cursor", stroke="ink", stroke_width=1.5))
    if math.isfinite(losses[epoch]):
        dot: dict[str, Any] = {"cx": x(epoch), "cy": y(losses[epoch]), "r": 4.5, "stroke_width": 1.5}
        parts.append(pen.draw("circle", kind="dot", fill="ink", stroke="ground", **dot))
    parts += [mark(pen, event.kind, x(event.epoch), bottom + 8) for event in events]
    return parts


def legend(events: Sequence[Event], words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Kinds of events that there are, each with its name and where it came."""
    lines: list[tuple[str, str]] = []
    for kind in SHAPES:
        at = [str(event.epoch) for event in events if event.kind == kind]
        if at:
            rest = f", … ({len(at)})" if len(at) > MAX_NAMED else ""
            lines.append((kind, f"{words[kind]}: {', '.join(at[:MAX_NAMED])}{rest}"))
    return lines


def mark(pen: Pen, kind: str, x: float, y: float) -> str:
    """The mark of a kind of event."""
    shape, ink = SHAPES[kind]
    where = f"translate({number(x)} {number(y)})"
    if kind == "diverged":
        return pen.draw("path", d=shape, kind=kind, stroke=ink, stroke_width=2, transform=where)
    return pen.draw("path", d=shape, kind=kind, fill=ink, transform=where)


def _name(pen: Pen, x: float, y: float, reference: Reference, words: Mapping[str, str]) -> str:
    kind: str = reference.kind
    if kind == "previous":
        kind = {0: "frequencies", 1: "one"}.get(reference.tokens or 0, "previous")
    # An edge in the colour of the ground keeps lines behind it from striking it out; the curve itself runs over it.
    halo: dict[str, Any] = {"stroke": "ground", "stroke_width": 4, "stroke_linejoin": "round", "paint_order": "stroke"}
    name = words[kind].format(reference.tokens)
    return pen.text(x, y, name, fill="quiet", font_size=12, text_anchor="end", **halo)


def _points(losses: np.ndarray, width: int) -> list[tuple[int, float]]:
    """Epochs and losses to draw: of every pixel the lowest and the highest, and one that is not finite."""
    if len(losses) <= 2 * width:
        return list(enumerate(losses.tolist()))
    kept: set[int] = {0, len(losses) - 1}
    for part in np.array_split(np.arange(len(losses)), width):
        finite = part[np.isfinite(losses[part])]
        if len(finite):
            kept |= {int(finite[losses[finite].argmin()]), int(finite[losses[finite].argmax()])}
        if len(finite) < len(part):
            kept.add(int(part[~np.isfinite(losses[part])][0]))
    return [(at, float(losses[at])) for at in sorted(kept)]


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    parts, drawing = [], False
    for point in points:
        if point is not None:
            parts.append(f"{'L' if drawing else 'M'}{number(point[0])} {number(point[1])}")
            if not drawing:
                parts.append("h0")  # a lone point is seen too, for its round ends
        drawing = point is not None
    return "".join(parts)
