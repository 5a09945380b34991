"""A recording as one static SVG, for handouts, slides and pages on which nothing can run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.recording.events import Event
from epochscope.recording.network import Network
from epochscope.recording.recording import Recording
from epochscope.recording.references import Reference
from epochscope.validation import check_choice, check_int
from epochscope.words import LANGUAGES

from .captions import loss3
from .direction import direction
from .document import document
from .first_error_line import first_error_line
from .glyphs import glyph
from .learning_map import max_probability
from .loss_curve import BELOW, Box, loss_curve, mark
from .panel import PanelOptions
from .panel_lines import left_out, panel_lines
from .places import place_caption
from .sheet import EDGE, Sheet
from .svg import Pen, hatch, number, text_width, xml
from .text_rows import (
    GUTTER,
    HATCHED,
    SPACE,
    TextRows,
    lay_out,
)

BETWEEN, CHART = 36, 210  # px between text and chart, and of the height of a chart below the text
MAX_DESCRIBED = 500  # characters of the text in the description


def picture(
    recording: Recording,
    epoch: int | None,
    events: Sequence[Event],
    references: Sequence[Reference],
    *,
    width: int,
    lines: int,
    theme: str,
    lang: str,
    panel: PanelOptions | None = None,
    network: NumpyNetwork | Network | None = None,
) -> str:
    """Return the SVG of a recording with its events and reference losses; `History.to_svg` explains the options.

    `network` is that of the epoch, for panels that are computed from its weights, or its description.
    """
    width, lines = check_int("width", width, 320, 4096), check_int("lines", lines, 1)
    pen = Pen(check_choice("theme", theme, ("auto", "light", "dark")))
    lang = check_choice("lang", lang, LANGUAGES)
    if not len(recording):
        raise ValueError("nothing is recorded, so there is nothing to draw; train first, then call to_svg()")
    sheet = Sheet(pen, recording, events, recording[-1 if epoch is None else epoch].epoch, width, lang)
    parts, top = _header(sheet)

    used = {*recording.inputs, *recording.targets[recording.counted]}
    widest = max(glyph(recording.alphabet[int(index)]).columns for index in used)
    reading = direction(recording.alphabet.decode(recording.inputs))
    layout = lay_out(recording.positions, widest, int(0.6 * (width - 2 * EDGE - BETWEEN)), reading)
    beside = width >= 640 and layout.lines == 1 and panel is None
    if not beside:
        layout = lay_out(recording.positions, widest, width - 2 * EDGE, reading)
    rows = TextRows(pen, recording, sheet.epoch, layout, max_probability(references), sheet.words, lines)
    if panel is not None:
        drawn, bottom = panel_lines(sheet, rows, lines, top, panel, network)
        return _document(sheet, math.ceil(bottom + EDGE), [*parts, *drawn])
    shown = min(lines, layout.lines)
    for line in range(shown):
        parts += rows.line(line, EDGE, top + line * layout.line_height)
    bottom = top + shown * layout.line_height - SPACE
    parts += left_out(sheet, layout, lines, bottom)
    bottom += 30 * (shown < layout.lines)

    if beside:
        start = EDGE + GUTTER + layout.columns * layout.pitch + BETWEEN
        box = Box(start, top, width - EDGE - start, bottom - top + BELOW)
    else:
        box = Box(EDGE, bottom + 30, width - 2 * EDGE, CHART)
    parts += loss_curve(pen, box, recording, sheet.epoch, references, events, sheet.words)
    marks, bottom = _legend(sheet, box.top + box.height)
    return _document(sheet, math.ceil(bottom + EDGE), [*parts, *marks])


def _document(sheet: Sheet, height: int, parts: Sequence[str]) -> str:
    recording, captions = sheet.recording, sheet.words
    title = f"{sheet.at}: {sheet.score}, {sheet.loss}"
    first, last = loss3(recording[0].loss), loss3(recording[-1].loss)
    start, end = (place_caption(recording, epoch, captions) for epoch in (0, len(recording) - 1))
    description = [
        " · ".join(sheet.made_with),
        captions["picture_target"].format(text=_shortened(recording.join(recording.targets))),
        captions["picture_prediction"].format(at=sheet.at, text=_shortened(recording.text(sheet.epoch))),
        captions["picture_losses"].format(first=first, start=start, last=last, end=end),
        *(f"{text}." for _, text in sheet.legend),
    ]
    return document(sheet.pen, title, description, parts, (sheet.width, height), sheet.lang)


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_DESCRIBED else text[:MAX_DESCRIBED] + "…"


def _header(sheet: Sheet) -> tuple[list[str], int]:
    """Return the model at the left, the score at the right, or below if there is no space, and the y below both."""
    pen, width = sheet.pen, sheet.width - 2 * EDGE
    at, score = sheet.at, f" · {sheet.score} · {sheet.loss}"
    score_width = text_width(at + score) + EDGE
    below = score_width > 0.6 * width
    model, *rest = sheet.made_with
    lines, used = [[pen.draw("tspan", xml(model), fill="ink", font_weight=700)]], 1.15 * text_width(model)
    for part in rest:
        between = " · " if len(lines) > 1 or len(lines[0]) > 1 else "\u2003"
        if used + text_width(between + part) > width - (score_width if len(lines) == 1 and not below else 0):
            lines.append([xml(part)])
            used = text_width(part)
        else:
            lines[-1].append(xml(between + part))
            used += text_width(between + part)
    top = EDGE + 12
    parts = [pen.draw("text", *line, x=EDGE, y=top + 20 * i, fill="quiet") for i, line in enumerate(lines)]
    epoch = pen.draw("tspan", xml(at), fill="ink", font_weight=700)
    place: dict[str, Any] = {"x": sheet.width - EDGE, "y": top, "text_anchor": "end"}
    if below:
        place = {"x": EDGE, "y": top + 20 * len(lines)}
    parts.append(pen.draw("text", epoch, xml(score), kind="score", fill="quiet", **place))
    return parts, top + 20 * (len(lines) - 1 + below) + 22


def _legend(sheet: Sheet, y: float) -> tuple[list[str], float]:
    """Return the hatching of ignored positions and the kinds of events, below y, and the y below them."""
    x = float(EDGE)
    parts: list[str] = []
    for kind, text in sheet.legend:
        if x == EDGE:
            y += 24
        elif x + 16 + text_width(text) > sheet.width - EDGE:
            x, y = float(EDGE), y + 20
        hatched = sheet.pen.draw("path", d=hatch(x - 1, y - 10, 12, 12), **HATCHED)
        sign = {
            "ignored": [hatched],
            "first-error": first_error_line(sheet.pen, f"M{number(x + 5)} {number(y - 10)}v12"),
        }
        parts += [
            *(sign.get(kind) or [mark(sheet.pen, kind, x + 5, y - 4)]),
            sheet.pen.text(x + 16, y, text, fill="quiet", font_size=12),
        ]
        x += 16 + 0.95 * text_width(text) + 20
    return parts, y
