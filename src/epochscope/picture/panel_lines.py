"""The lines of a picture that shows a panel in place of learning map and loss."""

from __future__ import annotations

from typing import Any

from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.recording.network import Network

from .captions import grouped
from .network_rows import KIND_HEIGHT, LINE, NetworkRows, formulas, recorded_network
from .panel import PanelOptions, contents
from .panel_contents import PanelContents
from .panel_rows import PanelRows
from .sheet import EDGE, Sheet
from .svg import text_width, xml
from .text_rows import GUTTER, MAP_TOP, SPACE, Layout, TextRows


def panel_lines(
    sheet: Sheet, text: TextRows, lines: int, top: int, options: PanelOptions, network: NumpyNetwork | Network | None
) -> tuple[list[str], float]:
    """Return the elements of a panel below y = `top` px, at most `lines` lines of the text, and the y below them."""
    if isinstance(network, NumpyNetwork):
        columns, count = text.layout.columns, min(lines, text.layout.lines)
        shown = contents(sheet.recording, sheet.epoch, network, options, sheet.words, columns=columns, lines=count)
        return _contents(sheet, text, lines, top, shown)
    return _network(sheet, text, lines, top, network or recorded_network(sheet.recording))


def left_out(sheet: Sheet, layout: Layout, lines: int, bottom: float) -> list[str]:
    """Return a sentence below the last line, if there are more lines than are shown."""
    if lines >= layout.lines:
        return []
    count = grouped(sheet.recording.positions - lines * layout.columns)
    more = sheet.words["picture_more"].format(count=count)
    return [sheet.pen.text(EDGE + GUTTER, bottom + 24, more, fill="quiet")]


def _contents(sheet: Sheet, text: TextRows, lines: int, top: int, shown: PanelContents) -> tuple[list[str], float]:
    rows = PanelRows(sheet.pen, text, shown)
    parts, top = _title(sheet, shown.title, shown.result, top)
    height = MAP_TOP + rows.height + SPACE
    count = min(lines, text.layout.lines)
    for y in range(top + 14, top + 14 + count * height, height):
        line = (y - top) // height
        parts += text.tokens(line, EDGE, y)
        parts += rows.line(line, EDGE, y + MAP_TOP)
    bottom = top + 14 + count * height - SPACE
    return [*parts, *left_out(sheet, text.layout, lines, bottom)], bottom + 30 * (count < text.layout.lines)


def _network(sheet: Sheet, text: TextRows, lines: int, top: int, network: Network | None) -> tuple[list[str], float]:
    rows = NetworkRows(sheet.pen, text, network, sheet.words)
    parts, top = _title(sheet, sheet.words["network"], sheet.words["network_idea"], top)
    parts += rows.kinds(EDGE, top + 20, sheet.width - 2 * EDGE)
    y = top + 20 + KIND_HEIGHT + 26
    positions = grouped(sheet.recording.positions)
    shared = sheet.words["network_shared_model"].format(positions=positions)
    if network is not None:
        shared = sheet.words["network_shared"].format(positions=positions, count=grouped(network.n_weights))
    parts.append(sheet.pen.text(EDGE, y, shared, fill="ink", font_weight=700))
    y += 12
    count = min(lines, text.layout.lines)
    for line in range(count):
        parts += rows.line(line, EDGE, y)
        y += rows.height + SPACE
    parts += left_out(sheet, text.layout, lines, y - SPACE)
    y += 30 * (count < text.layout.lines)
    for formula in formulas(network, sheet.words) if network is not None else [sheet.words["network_unknown"]]:
        y += LINE
        parts.append(sheet.pen.text(EDGE, y - SPACE + 12, formula, fill="quiet"))
    return parts, y


def _title(sheet: Sheet, title: str, sentence: str, top: int) -> tuple[list[str], int]:
    """Return the title and, next to it, a sentence on as many lines as it needs, and the y of the last line."""
    name = sheet.pen.draw("tspan", xml(title), fill="ink", font_weight=700)
    lines, used = [[name, "  "]], 1.15 * text_width(title)
    for word in sentence.split(" "):
        used += text_width(f" {word}")
        if used > sheet.width - 2 * EDGE:
            lines.append([])
            used = text_width(word)
        lines[-1].append(xml(f"{word} "))
    place: dict[str, Any] = {"kind": "panel-title", "x": EDGE, "fill": "quiet"}
    parts = [
        sheet.pen.draw("text", "".join(line).rstrip(), y=top + 4 + 18 * i, **place) for i, line in enumerate(lines)
    ]
    return parts, top + 18 * (len(lines) - 1)
