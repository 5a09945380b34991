"""A recording as one static picture, an SVG: for handouts and slides, and for pages where nothing can run."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from epochscope.recording.references import references
from epochscope.validation import check_choice, check_int

from .captions import CAPTIONS, grouped, loss3, model_parts
from .glyphs import glyph
from .loss_curve import BELOW, Box, legend, loss_curve, mark
from .svg import SANS, Pen, xml
from .text_rows import GUTTER, SPACE, TextRows, lay_out

if TYPE_CHECKING:
    from epochscope.history import History

EDGE, BETWEEN, CHART = 24, 36, 210  # px around all, between text and chart, the height of a chart below the text
MAX_SAID = 500  # characters of the text in the description
MAX_NAME = 48  # characters of a name that comes from outside


class Sheet(NamedTuple):
    """What is drawn, with which pen, in whose words, and how broad (px)."""

    pen: Pen
    history: History
    epoch: int
    width: int
    lang: str

    @property
    def words(self) -> Mapping[str, str]:
        """The captions."""
        return CAPTIONS[self.lang]

    @property
    def loss(self) -> str:
        """The loss at the epoch, in words."""
        return self.words["loss"].format(loss3(self.history[self.epoch].loss))

    @property
    def score(self) -> str:
        """How many positions are right, in words."""
        right = self.history[self.epoch].n_correct
        return self.words["score"].format(grouped(right), grouped(self.history.positions))

    @property
    def made_with(self) -> list[str]:
        """The model and how it was trained, in parts; its name first."""
        lr = float(self.history.records(self.epoch, self.epoch + 1).lrs[0])
        name = str(self.history.metadata.get("model") or "epochscope")
        parts = [name, *model_parts(self.history.metadata, lr, self.words)]
        return [part if len(part) <= MAX_NAME else part[: MAX_NAME - 1] + "…" for part in parts]


def picture(history: History, epoch: int | None, width: int, lines: int, theme: str, lang: str) -> str:
    """What `History.to_svg` gives."""
    width, lines = check_int("width", width, 320, 4096), check_int("lines", lines, 1)
    pen = Pen(check_choice("theme", theme, ("auto", "light", "dark")))
    lang = check_choice("lang", lang, CAPTIONS)
    if not len(history):
        raise ValueError("nothing is recorded yet, so there is no picture to make: train first, then to_svg()")
    here = history[-1 if epoch is None else epoch].epoch
    sheet = Sheet(pen, history, here, width, lang)
    known = references(history)
    parts, top = _header(sheet)

    widest = max(glyph(history.alphabet[int(index)]).columns for index in {*history.inputs, *history.targets})
    layout = lay_out(history.positions, widest, int(0.6 * (width - 2 * EDGE - BETWEEN)))
    beside = width >= 640 and layout.lines == 1
    if not beside:
        layout = lay_out(history.positions, widest, width - 2 * EDGE)
    most = next((math.exp(-each.loss) for each in known if each.kind == "saturation"), 1.0)
    rows = TextRows(pen, history, here, layout, most, sheet.words)
    shown = min(lines, layout.lines)
    for line in range(shown):
        parts += rows.line(line, EDGE, top + line * layout.line_height)
    bottom = top + shown * layout.line_height - SPACE
    if shown < layout.lines:
        left_out = grouped(history.positions - shown * layout.columns)
        parts.append(pen.text(EDGE + GUTTER, bottom + 24, sheet.words["more"].format(left_out), fill="quiet"))
        bottom += 30

    if beside:
        start = EDGE + GUTTER + layout.columns * layout.pitch + BETWEEN
        box = Box(start, top, width - EDGE - start, bottom - top + BELOW)
    else:
        box = Box(EDGE, bottom + 30, width - 2 * EDGE, CHART)
    parts += loss_curve(pen, box, history.losses, here, known, history.events, sheet.words)
    marks, bottom = _legend(sheet, box.top + box.height)
    height = math.ceil(bottom + EDGE)
    frame: dict[str, Any] = {"x": 0.5, "y": 0.5, "width": width - 1, "height": height - 1, "rx": 10}
    ground = pen.draw("rect", fill="ground", stroke="edge", **frame)
    return _document(sheet, height, "\n".join([ground, *parts, *marks]))


def _document(sheet: Sheet, height: int, body: str) -> str:
    history, words = sheet.history, sheet.words
    title = f"{words['at'].format(sheet.epoch)}: {sheet.score}, {sheet.loss}"
    losses = (loss3(history[0].loss), loss3(history[-1].loss), len(history) - 1)
    told = [
        " · ".join(sheet.made_with),
        words["should"].format(_brief(history.join(history.targets))),
        words["said"].format(sheet.epoch, _brief(history.text(sheet.epoch))),
        words["course"].format(*losses),
        *(f"{event}." for _, event in legend(history.events, words)),
    ]
    name = f"epochscope-{zlib.crc32((title + body).encode()):08x}"  # its style and its description are its own
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{name}" lang="{sheet.lang}" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" width="{sheet.width}" height="{height}" '
        f'viewBox="0 0 {sheet.width} {height}" font-family="{xml(SANS)}" font-size="13">\n'
        f'<title id="{name}-title">{xml(title)}</title>\n<desc id="{name}-desc">{xml(chr(10).join(told))}</desc>\n'
        f"{sheet.pen.style(name)}\n{body}\n</svg>\n"
    )


def _brief(text: str) -> str:
    return text if len(text) <= MAX_SAID else text[:MAX_SAID] + "…"


def _wide(text: str) -> float:
    """About how wide a text of the common size is, px; rather too wide than too narrow."""
    return 6.7 * sum(2 if char >= "\u1100" and not "\u2000" <= char < "\u2100" else 1 for char in text)


def _header(sheet: Sheet) -> tuple[list[str], int]:
    """The model at the left, the score at the right or, where that is too narrow, below; and the y below both."""
    pen, room = sheet.pen, sheet.width - 2 * EDGE
    at, score = sheet.words["at"].format(sheet.epoch), f" · {sheet.score} · {sheet.loss}"
    right = _wide(at + score) + EDGE
    below = right > 0.6 * room
    model, *rest = sheet.made_with
    lines, used = [[pen.draw("tspan", xml(model), fill="ink", font_weight=700)]], 1.15 * _wide(model)
    for part in rest:
        between = " · " if len(lines) > 1 or len(lines[0]) > 1 else "\u2003"
        if used + _wide(between + part) > room - (right if len(lines) == 1 and not below else 0):
            lines.append([xml(part)])
            used = _wide(part)
        else:
            lines[-1].append(xml(between + part))
            used += _wide(between + part)
    top = EDGE + 12
    parts = [pen.draw("text", *line, x=EDGE, y=top + 20 * i, fill="quiet") for i, line in enumerate(lines)]
    epoch = pen.draw("tspan", xml(at), fill="ink", font_weight=700)
    place: dict[str, Any] = {"x": sheet.width - EDGE, "y": top, "text_anchor": "end"}
    if below:
        place = {"x": EDGE, "y": top + 20 * len(lines)}
    parts.append(pen.draw("text", epoch, xml(score), kind="score", fill="quiet", **place))
    return parts, top + 20 * (len(lines) - 1 + below) + 22


def _legend(sheet: Sheet, y: float) -> tuple[list[str], float]:
    """The kinds of events, below y, and the y below them."""
    x = float(EDGE)
    parts: list[str] = []
    for kind, text in legend(sheet.history.events, sheet.words):
        if x == EDGE:
            y += 24
        elif x + 16 + _wide(text) > sheet.width - EDGE:
            x, y = float(EDGE), y + 20
        parts += [mark(sheet.pen, kind, x + 5, y - 4), sheet.pen.text(x + 16, y, text, fill="quiet", font_size=12)]
        x += 16 + 0.95 * _wide(text) + 20
    return parts, y
