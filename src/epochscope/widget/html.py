"""A recording as one HTML page that replays in any browser, without kernel and network."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path
from typing import Any

import numpy as np
from ipywidgets.embed import dependency_state

from epochscope.history import History
from epochscope.picture.svg import xml
from epochscope.recording.packed_weights import pack_refusal, pack_weights
from epochscope.recording.records import IGNORED
from epochscope.recording.weights import Weights
from epochscope.runs.branches import OldBranch
from epochscope.words import words

from .optional_chart import make_chart
from .wire import pack_recording

MAX_TITLE = 80  # characters, if the text is the title

_PAGE = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="epochscope {version}">
<meta name="description" content="{description}">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<noscript><p>{description}</p><p>Enable JavaScript to replay this recording.</p></noscript>
<div id="epochscope" class="{classes}" data-lang="{chosen_lang}">
<div class="epochscope-player"></div>
{chart}</div>
</main>
{scripts}
</body>
</html>
"""
_CHART = '<div class="epochscope-chart" role="img" aria-label="{}"></div>\n'


def page(
    history: History,
    title: str | None = None,
    *,
    chart: bool = True,
    lang: str = "",
    old_branches: Sequence[OldBranch] = (),
    weights: Weights | str | None = None,
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

    Raises
    ------
    ValueError
        If nothing is recorded, or the title is not a str.
    FileNotFoundError
        If bqplot is installed without its JavaScript.
    """
    if not len(history):
        raise ValueError("the recording is empty, so there is nothing to replay; train first, e.g. with train()")
    if title is not None and not isinstance(title, str):
        raise ValueError(f"title={title!r}: must be a str, or None for the text itself")
    packed = pack_recording(history, references=history.references, old_branches=old_branches)
    figure = _figure(history, old_branches, lang) if chart else None
    data = [_data("recording", b64encode(zlib.compress(packed, 9)).decode())]
    if weights is not None:
        packed_weights = pack_refusal(weights) if isinstance(weights, str) else pack_weights(weights)
        data.append(_data("weights", b64encode(packed_weights).decode()))
    scripts = [("", _static("page.js"))]  # module, source
    if figure is not None:
        data.append(_data("figure", json.dumps(figure, allow_nan=False).replace("<", "\\u003c")))
        scripts = [("", _static("figure.js")), *((each, _installed(each)) for each in _modules(figure)), *scripts]
    scripts = [(module, _escaped(source)) for module, source in scripts]
    style = (_static("widget.css") + _static("page.css")).replace("</", "<\\/")
    # bqplot adds style sheets and style attributes; the player alone does not need that permission.
    styles = _hash(style) if figure is None else "'unsafe-inline'"
    policy = (
        f"default-src 'none'; script-src {' '.join(_hash(source) for _, source in scripts)}; style-src {styles}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return _PAGE.format(
        lang=lang or "en",
        chosen_lang=lang,
        policy=policy,
        version=_version(),
        description=xml(repr(history).strip("<>")),
        title=xml(_title(history) if title is None else title),
        style=style,
        classes="epochscope" if figure is None else "epochscope epochscope-with-chart",
        chart="" if figure is None else _CHART.format(xml(words(lang or "en")["loss_axis"])),
        scripts="\n".join([*data, *(_script(*each) for each in scripts)]),
    )


def _title(history: History) -> str:
    # The next input stands for a target that is ignored: between padded sequences, that is the text as it is read.
    following = np.where(history.counted, history.targets, np.append(history.inputs[1:], IGNORED))
    text = history.join([history.inputs[0], *following[following != IGNORED]]).strip() or "epochscope"
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1] + "…"


def _version() -> str:
    try:
        return version("epochscope")
    except PackageNotFoundError:
        return "unknown"


def _figure(history: History, old_branches: Sequence[OldBranch], lang: str) -> dict[str, Any] | None:
    """Return what `js/page/figure.ts` draws, or None without bqplot.

    The chart is made for this page: the one of the scope may be some epochs behind.
    """
    chart = make_chart(history.references, len(history), lang)
    if chart is None:
        return None
    try:
        chart.show(history, len(history), old_branches)
        chart.point(len(history) - 1, history)
        models = dependency_state([chart.figure], drop_defaults=False)
        figure = {
            "figure": chart.figure.model_id,
            "refs": {**chart.refs, "dom_class": "epochscope-chart"},
            "state": {"version_major": 2, "version_minor": 0, "state": models},
        }
    finally:
        chart.close()
    # Model ids are random: number the models instead, so that the same recording gives the same page.
    names = {model: f"model-{i}" for i, model in enumerate(models)}
    return json.loads(re.sub("|".join(names), lambda match: names[match[0]], json.dumps(figure, allow_nan=False)))


def _modules(figure: dict[str, Any]) -> list[str]:
    """Return the JavaScript modules of a figure's models, except Jupyter's own."""
    models = figure["state"]["state"].values()
    return sorted({model["model_module"] for model in models} - {"@jupyter-widgets/base"})


def _static(name: str) -> str:
    return (Path(__file__).parent / "static" / name).read_text(encoding="utf-8")


def _installed(module: str) -> str:
    """Return the source of the AMD module that the distribution of the same name installs for notebooks."""
    with suppress(PackageNotFoundError):
        for file in files(module) or []:
            if file.match(f"nbextensions/{module}/index.js"):
                return Path(str(file.locate())).read_text(encoding="utf-8")
    raise FileNotFoundError(
        f"{module} is installed without its JavaScript (share/jupyter/nbextensions/{module}/index.js), which the chart "
        "needs; reinstall it with pip, or pass chart=False"
    )


def _escaped(source: str) -> str:
    """Escape a script for HTML; the escapes mean the same in JavaScript's strings and regular expressions."""
    source = re.sub("</(script)", r"<\\/\1", source, flags=re.IGNORECASE)
    return source.replace("<!--", "<\\x21--").replace("\r\n", "\n")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _script(module: str, source: str) -> str:
    return f'<script data-module="{module}">{source}</script>' if module else f"<script>{source}</script>"


def _data(name: str, text: str) -> str:
    return f'<script type="text/plain" id="epochscope-{name}">{text}</script>'
