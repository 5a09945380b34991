"""A recording as one HTML page that replays in any browser, without kernel and network."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from ipywidgets import embed

from epochscope.history import History
from epochscope.recording.overview import is_long
from epochscope.recording.packed_weights import pack_refusal, pack_weights
from epochscope.recording.records import IGNORED
from epochscope.recording.weights import Weights
from epochscope.runs.branches import OldBranch

from .document import data_element, document, shortened
from .exported_training import ExportedTraining, of_recording
from .optional_chart import make_chart, make_comparison_chart, may_have_lines
from .run_code import pack_recorded_code
from .wire import pack_recording

if TYPE_CHECKING:
    from .chart_base import BaseChart
    from .comparison_chart import ComparisonChart
    from .loss_chart import LossChart

#: The description of a page with a question: that of its recording would tell the answer.
_ABOUT_QUESTION = "A question about a small network that learns a text."

Chart = TypeVar("Chart", bound="BaseChart")


def page(
    history: History,
    title: str | None = None,
    *,
    chart: bool = True,
    lang: str = "",
    old_branches: Sequence[OldBranch] = (),
    weights: Weights | str | None = None,
    training: ExportedTraining | None = None,
    question: Mapping[str, Any] | None = None,
    embed: bool = False,
) -> str:
    """Return the page of a recording. The same recording and the same version of zlib give the same page.

    Parameters
    ----------
    title
        The heading. Defaults to the text, shortened if it is long.
    chart
        Whether to include the loss chart; without bqplot it is left out. Defaults to True.
    lang
        "en", "ko", or "" for the reader's language.
    old_branches
        Drawn faintly in the chart.
    weights
        The weights of some epochs, for the inspection panels, or why there are none. Defaults to none.
    training
        How the page goes on with the training. Defaults to what the recording tells.
    question
        A question, see `Poll.exported`; then nothing outside the data tells what is recorded. Defaults to none.
    embed
        Whether the page is for a frame in another page, see `EpochScope.to_html`. Defaults to False.

    Raises
    ------
    ValueError
        If nothing is recorded, or the title is not a str.
    FileNotFoundError
        If bqplot is installed without its JavaScript.
    """
    _check([history], title, question)
    data = [
        _recording("recording", _packed_recording(history, old_branches)),
        *_network(history, weights, training),
        _code(history),
        *_question(question),
    ]

    def draw(made: LossChart) -> None:
        made.show(history, len(history), old_branches)
        made.point(len(history) - 1 if question is None else question["shown"], history)

    has_lines = may_have_lines(history)
    figure = _figure(make_chart(history.references, len(history), lang, has_lines=has_lines), draw) if chart else None
    description = repr(history).strip("<>") if question is None else _ABOUT_QUESTION
    title = _title(history) if title is None else title
    return document(data, figure, title, description, lang, asking=question is not None, training=True, embed=embed)


def comparison_page(
    histories: Sequence[History],
    labels: Sequence[str],
    title: str | None = None,
    *,
    chart: bool = True,
    lang: str = "",
    old_branches: Sequence[Sequence[OldBranch]] | None = None,
    weights: Sequence[Weights | str | None] = (),
    training: Sequence[ExportedTraining] = (),
    question: Mapping[str, Any] | None = None,
    embed: bool = False,
) -> str:
    """Return the page of a comparison; see `page`.

    Parameters
    ----------
    histories, labels
        The recordings and their names.
    title
        The heading. Defaults to the text, or to the labels if the runs have several texts.
    chart, lang
        See `page`.
    old_branches, weights, training
        Those of each recording, see `page`.
    question, embed
        See `page`.
    """
    _check(histories, title, question)
    data = [data_element("labels", json.dumps(list(labels)).replace("<", "\\u003c"))]
    for i, history in enumerate(histories):
        older = old_branches[i] if old_branches is not None else ()
        data.append(_recording(f"recording-{i}", _packed_recording(history, older)))
    for i, history in enumerate(histories):
        known = weights[i] if weights else None
        data += [*_network(history, known, training[i] if training else None, f"-{i}"), _code(history, f"-{i}")]
    data += _question(question)
    epochs = max(map(len, histories))

    def draw(made: ComparisonChart) -> None:
        made.show(histories, epochs)
        made.point(epochs - 1 if question is None else question["shown"], histories)

    figure = _figure(make_comparison_chart(labels, epochs, lang), draw) if chart else None
    described = "; ".join(f"{label}: {repr(each).strip('<>')}" for label, each in zip(labels, histories, strict=True))
    description = described if question is None else _ABOUT_QUESTION
    if title is None:
        texts = {_title(history) for history in histories}
        title = texts.pop() if len(texts) == 1 else shortened(", ".join(labels))
    return document(data, figure, title, description, lang, asking=question is not None, training=True, embed=embed)


def _check(histories: Sequence[History], title: object, question: Mapping[str, Any] | None) -> None:
    if not any(len(history) for history in histories):
        raise ValueError("the recording is empty, so there is nothing to replay; train first, e.g. with train()")
    if title is not None and not isinstance(title, str):
        raise ValueError(f"title={title!r}: must be a str, or None for the text itself")
    if question is not None and any(is_long(history) for history in histories):
        raise ValueError(
            f"a question about a recording of {max(map(len, histories)):,} records: its page would have only some of "
            "them, perhaps without those asked about; reveal the question, or record less often"
        )


def _packed_recording(history: History, old_branches: Sequence[OldBranch]) -> bytes:
    """Pack a recording; of a long one an overview, since no browser reads a page of hundreds of MB."""
    return pack_recording(history, references=history.references, old_branches=old_branches, thinned=is_long(history))


def _recording(name: str, packed: bytes) -> str:
    return data_element(name, b64encode(zlib.compress(packed, 9)).decode())


def _network(
    history: History, weights: Weights | str | None, training: ExportedTraining | None, suffix: str = ""
) -> list[str]:
    """Return the weights, and how the page goes on with them; `suffix`: of which run of a comparison."""
    training = of_recording(history.metadata, weights) if training is None else training
    elements = [data_element(f"training{suffix}", training.to_base64())]
    elements += [_packed(f"moments-{k}{suffix}", pack_weights(moment)) for k, moment in enumerate(training.moments)]
    if weights is None:
        return elements
    packed = pack_refusal(weights) if isinstance(weights, str) else pack_weights(weights)
    return [_packed(f"weights{suffix}", packed), *elements]


def _packed(name: str, packed: bytes) -> str:
    return data_element(name, b64encode(packed).decode())


def _code(history: History, suffix: str = "") -> str:
    """Return the program that repeats a recording, or why there is none."""
    return data_element(f"code{suffix}", _json(pack_recorded_code(history)))


def _json(value: Mapping[str, Any]) -> str:
    """Return JSON as base64: no HTML parser misreads it, and nobody reads an answer in it by chance."""
    return b64encode(json.dumps(value).encode()).decode()


def _question(question: Mapping[str, Any] | None) -> list[str]:
    """Return the data of a question."""
    return [] if question is None else [data_element("question", _json(question))]


def _title(history: History) -> str:
    history = history.probe(history.probes[0].name) if history.probes else history
    # The next input stands for a target that is ignored: between padded sequences, that is the text as it is read.
    following = np.where(history.counted, history.targets, np.append(history.inputs[1:], IGNORED))
    text = history.join([history.inputs[0], *following[following != IGNORED]]).strip() or "epochscope"
    return shortened(text)


def _figure(chart: Chart | None, draw: Callable[[Chart], None]) -> dict[str, Any] | None:
    """Return what `js/page/figure.ts` draws, or None without bqplot.

    The chart is made for this page: the one of the scope may be some epochs behind.
    """
    if chart is None:
        return None
    try:
        draw(chart)
        models = embed.dependency_state([chart.figure], drop_defaults=False)
        figure = {
            "figure": chart.figure.model_id,
            "classes": " ".join(chart.classes),
            "legend": chart.legend,
            "refs": {**chart.refs, "dom_class": "epochscope-chart"},
            "state": {"version_major": 2, "version_minor": 0, "state": models},
        }
    finally:
        chart.close()
    # Model ids are random: number the models instead, so that the same recording gives the same page.
    names = {model: f"model-{i}" for i, model in enumerate(models)}
    return json.loads(re.sub("|".join(names), lambda match: names[match[0]], json.dumps(figure, allow_nan=False)))
