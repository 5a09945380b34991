"""Several recordings as one static SVG: a row of predictions and a learning map for each run, and all losses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from epochscope.recording.recording import Recording
from epochscope.recording.references import references
from epochscope.validation import check_choice, check_int
from epochscope.words import LANGUAGES, words

from .captions import grouped, loss3
from .comparison_maps import ComparedRecording, maps, pale
from .direction import direction
from .document import document
from .glyphs import glyph
from .learning_map import max_probability
from .loss_curve import Box, loss_curves
from .sheet import EDGE
from .svg import DASHES, Pen, text_width
from .text_rows import CELL_HEIGHT, CELL_TOP, GUTTER, Layout, TextRows, lay_out

#: Px: of the mark above columns that differ, between two rows, between two lines, and of the losses.
MARK, ROW, BETWEEN, CHART = 10, CELL_HEIGHT + 5, 22, 210
MAX_LABEL = 24  # characters of a label


def draw_comparison(
    recordings: Sequence[Recording],
    labels: Sequence[str],
    epoch: int,
    *,
    width: int = 960,
    lines: int = 6,
    theme: str = "auto",
    lang: str = "en",
    **others: Any,
) -> str:
    """Return the SVG of a comparison at an epoch; a run that ended before is drawn pale, at its last epoch.

    Parameters
    ----------
    recordings, labels
        The runs and their names.
    epoch
        The epoch, from 0 on.
    width, lines, theme, lang
        See `History.to_svg`.
    others
        Other options of `History.to_svg`, which a comparison does not have.

    Raises
    ------
    TypeError
        If there are other options.
    ValueError
        If an option is invalid.
    """
    if others:
        raise TypeError(
            f"{', '.join(others)}: a picture of a comparison has no such option; draw one run, e.g. "
            "comparison.runs[0].to_svg(panel='inside')"
        )
    width, lines = check_int("width", width, 320, 4096), check_int("lines", lines, 1)
    pen = Pen(check_choice("theme", theme, ("auto", "light", "dark")))
    captions = words(check_choice("lang", lang, LANGUAGES))
    names = [label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…" for label in labels]
    runs = [
        ComparedRecording(recording, i, names[i], min(epoch, len(recording) - 1))
        for i, recording in enumerate(recordings)
    ]
    top = EDGE + 12
    title = f"{captions['epoch_number'].format(epoch=grouped(epoch))}"
    parts = [
        pen.text(EDGE, top, captions["runs_count"].format(count=len(runs)), fill="ink", font_weight=700),
        pen.text(width - EDGE, top, title, fill="ink", font_weight=700, text_anchor="end"),
    ]
    y = float(top + 18)
    for group in _groups(runs):
        drawn, y = _text(pen, group, epoch, y, width, lines, captions)
        parts += drawn
        y += BETWEEN
    drawn, y = maps(pen, [run for run in runs if run.epoch >= 0], epoch, y, width)
    box = Box(EDGE, y + 8, width - 2 * EDGE, CHART)
    parts += [*drawn, *loss_curves(pen, box, [run.recording.losses for run in runs], names, epoch, captions)]
    height = math.ceil(box.top + box.height + EDGE)
    described = [_described(run, captions) for run in runs]
    return document(pen, title, described, parts, (width, height), lang)


def _groups(runs: Sequence[ComparedRecording]) -> list[list[ComparedRecording]]:
    """Return the runs by text: those that read the same with the same alphabet together."""
    groups: list[list[ComparedRecording]] = []
    for run in runs:
        for group in groups:
            a, b = run.recording, group[0].recording
            same = a.alphabet == b.alphabet and np.array_equal(a.inputs, b.inputs)
            if same and np.array_equal(a.targets, b.targets):
                group.append(run)
                break
        else:
            groups.append([run])
    return groups


def _text(
    pen: Pen, runs: Sequence[ComparedRecording], epoch: int, top: float, width: int, lines: int, captions: Any
) -> tuple[list[str], float]:
    """Return input, target and the predictions of runs with one text, and the y below them."""
    recording = runs[0].recording
    gutter = int(max(GUTTER, 34 + max(max(text_width(run.label) * 1.12, 90.0) for run in runs)))
    used = {*recording.inputs, *recording.targets[recording.counted]}
    widest = max(glyph(recording.alphabet[int(index)]).columns for index in used)
    reading = direction(recording.alphabet.decode(recording.inputs))
    left = EDGE + gutter - GUTTER
    layout = lay_out(recording.positions, widest, width - EDGE - left, reading)
    rows = [
        TextRows(
            pen, run.recording, max(run.epoch, 0), layout, max_probability(references(run.recording)), captions, lines
        )
        for run in runs
    ]
    predictions = [_predictions(run) for run in runs]
    known = np.array([each for each in predictions if each is not None])
    differs = (known != known[0]).any(axis=0) if len(known) else np.zeros(recording.positions, dtype=bool)
    parts: list[str] = []
    for line in range(min(lines, layout.lines)):
        positions, start = rows[0].columns(line, left)
        for kind, tokens, at in (("input", recording.inputs, 16), ("target", recording.targets, 40)):
            parts.append(rows[0].glyphs(tokens[positions], start, top + at, kind))
            name = {"fill": "quiet", "font_size": 12, "text_anchor": "end"}
            parts.append(pen.text(start - 8, top + at, captions[kind], **name))
        parts += _marks(pen, layout, differs[positions], start, top + CELL_TOP - 1)
        y = top + CELL_TOP + MARK
        for run, row, predicted in zip(runs, rows, predictions, strict=True):
            drawn = _name(pen, run, EDGE, y, captions)
            if predicted is not None:
                tones = _tones(run.recording, predicted)
                tiles = row.tiles(predicted[positions], [tones[p] for p in positions], start, int(y), "prediction")
                drawn += tiles
            parts.append(pen.draw("g", *drawn, kind="run", **pale(run, epoch)))
            y += ROW
        top = y + BETWEEN
    if lines < layout.lines:
        count = recording.positions - lines * layout.columns
        rest = captions["picture_more"].format(count=grouped(count))
        parts.append(pen.text(EDGE, top, rest, fill="quiet", font_size=12))
        top += 20
    return parts, top - BETWEEN


def _predictions(run: ComparedRecording) -> np.ndarray | None:
    """Return the predicted tokens (P,) of a run; None without an epoch."""
    if run.epoch < 0:
        return None
    return run.recording.records(run.epoch, run.epoch + 1).top_tokens[0, :, 0].astype(np.int64)


def _tones(recording: Recording, predicted: np.ndarray) -> list[str]:
    right = np.where(predicted == recording.targets, "correct", "wrong")
    return np.where(recording.counted, right, "plain").tolist()


def _marks(pen: Pen, layout: Layout, differs: np.ndarray, left: int, top: float) -> list[str]:
    """Return a bar above each column in which the runs differ."""
    box: dict[str, Any] = {"y": top, "width": layout.pitch - 2, "height": 4, "rx": 2}
    return [
        pen.draw("rect", x=left + int(i) * layout.pitch, kind="differs", fill="ink", **box)
        for i in np.flatnonzero(differs)
    ]


def _name(pen: Pen, run: ComparedRecording, x: int, top: float, captions: Any) -> list[str]:
    """Return the line, the name, and the score and the loss of a run."""
    dash = {"stroke_dasharray": DASHES[run.number]} if DASHES[run.number] else {}
    middle = top + 11
    parts = [
        pen.draw("path", d=f"M{x} {middle - 4:g}h20", stroke=f"run-{run.number + 1}", stroke_width=2, **dash),
        pen.text(x + 28, middle, run.label, fill="ink", font_size=12, font_weight=700),
    ]
    if run.epoch >= 0:
        recording = run.recording
        score = f"{recording.count_correct(run.epoch)}/{recording.n_counted}"
        facts = f"{score} · {loss3(recording[run.epoch].loss)}"
        parts.append(pen.text(x + 28, middle + 14, facts, fill="quiet", font_size=11))
    else:
        parts.append(pen.text(x + 28, middle + 14, captions["nothing_recorded"], fill="quiet", font_size=11))
    return parts


def _described(run: ComparedRecording, captions: Any) -> str:
    if run.epoch < 0:
        return f"{run.label}: {captions['nothing_recorded']}"
    recording = run.recording
    score = captions["score"].format(correct=recording.count_correct(run.epoch), positions=recording.n_counted)
    text = recording.text(run.epoch)
    return f"{run.label}: {score}, {captions['loss'].format(loss=loss3(recording[run.epoch].loss))}: {text[:500]}"
