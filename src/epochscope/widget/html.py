"""A recording as a page: one HTML file that replays by itself, with no kernel and no network, years later."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path
from typing import Any

from ipywidgets.embed import dependency_state

from epochscope.history import History
from epochscope.picture.svg import xml
from epochscope.recording.references import Reference, references
from epochscope.runs.branches import OldBranch
from epochscope.words import words

from .wire import pack_recording

_STATIC = Path(__file__).parent / "static"
_MOST_TITLE = 80  # characters of the text, where it is the title

_PAGE = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="epochscope {version}">
<meta name="description" content="{about}">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<noscript><p>{about}</p><p>This recording is replayed by a script, and scripts are turned off here.</p></noscript>
<div id="epochscope" class="{kind}" data-lang="{asked}">
<div class="epochscope-player"></div>
{place}</div>
</main>
{parts}
</body>
</html>
"""
_PLACE = '<div class="epochscope-chart" role="img" aria-label="{}"></div>\n'


def page(
    history: History,
    title: str | None = None,
    *,
    chart: bool = True,
    lang: str = "",
    old_branches: Sequence[OldBranch] = (),
) -> bytes:
    """The page of a recording, UTF-8. The same recording gives the same bytes (where the same zlib compresses).

    Parameters
    ----------
    title
        The heading; the text itself, or its beginning, unless told.
    chart
        Whether the loss chart stands beside the player. Without bqplot there is none.
    lang
        "en", "ko", or "" for the reader's.
    old_branches
        The lines that branches left.

    Raises
    ------
    ValueError
        Nothing is recorded yet, or the title is no text.
    FileNotFoundError
        bqplot is installed without its JavaScript.
    """
    if not len(history):
        raise ValueError("the recording is empty: there is nothing to replay; play(), step() or train() first")
    if title is not None and not isinstance(title, str):
        raise ValueError(f"title={title!r}: it is a str, or None for the text itself; give such a title")
    levels = references(history)
    recording = zlib.compress(pack_recording(history, references=levels, old_branches=old_branches), 9)
    figure = _figure(history, levels, old_branches, lang) if chart else None
    scripts, data = [(_static("page.js"), "")], [_data("recording", b64encode(recording).decode())]
    if figure is not None:
        data.append(_data("figure", json.dumps(figure, allow_nan=False).replace("<", "\\u003c")))
        drawn = [(_installed(module), module) for module in _modules(figure)]
        scripts = [(_static("figure.js"), ""), *drawn, *scripts]
    style = (_static("widget.css") + _static("page.css")).replace("</", "<\\/")
    written = [(_inline(script), module) for script, module in scripts]
    # bqplot adds sheets of its own and, like the player, places what it draws: only the player's ways need no leave.
    styles = "'unsafe-inline'" if figure is not None else _hash(style)
    policy = (
        f"default-src 'none'; script-src {' '.join(_hash(script) for script, _ in written)}; style-src {styles}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    text = _PAGE.format(
        lang=lang or "en",
        asked=lang,
        policy=policy,
        version=_version(),
        about=xml(repr(history).strip("<>")),
        title=xml(title if title is not None else _title(history)),
        style=style,
        kind="epochscope" if figure is None else "epochscope epochscope-with-chart",
        place="" if figure is None else _PLACE.format(xml(words(lang or "en")["loss_axis"])),
        parts="\n".join([*data, *(_script(*script) for script in written)]),
    )
    return text.encode()


def _title(history: History) -> str:
    text = history.join([history.inputs[0], *history.targets]).strip() or "epochscope"
    return text if len(text) <= _MOST_TITLE else text[: _MOST_TITLE - 1] + "…"


def _version() -> str:
    try:
        return version("epochscope")
    except PackageNotFoundError:
        return "unknown"


def _figure(
    history: History, levels: Sequence[Reference], old_branches: Sequence[OldBranch], lang: str
) -> dict[str, Any] | None:
    """What `js/page/figure.ts` draws, of a chart made for this page: the one on show may be some epochs behind."""
    try:
        from .loss_chart import LossChart
    except ImportError:
        return None
    chart = LossChart(levels, len(history), lang)
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
    # Models are named by chance; here, in the order in which they are found.
    names = {model: f"model-{i}" for i, model in enumerate(models)}
    return json.loads(re.sub("|".join(names), lambda match: names[match[0]], json.dumps(figure, allow_nan=False)))


def _modules(figure: dict[str, Any]) -> list[str]:
    """The JavaScript modules that the models of a figure come from, Jupyter's own apart."""
    models: Iterable[dict[str, Any]] = figure["state"]["state"].values()
    return sorted({model["model_module"] for model in models} - {"@jupyter-widgets/base"})


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _installed(module: str) -> str:
    """The AMD module that the distribution of the same name brings for notebooks."""
    with suppress(PackageNotFoundError):  # imported from somewhere that no installer knows of
        for file in files(module) or []:
            if file.match(f"nbextensions/{module}/index.js"):
                return Path(str(file.locate())).read_text(encoding="utf-8")
    raise FileNotFoundError(
        f"{module} is installed without its JavaScript (share/jupyter/nbextensions/{module}/index.js), which the chart "
        "needs; install it anew with pip, or give chart=False"
    )


def _inline(script: str) -> str:
    """A script as HTML can hold it; strings and patterns, where alone these stand, mean the same as before."""
    script = re.sub("</(script)", r"<\\/\1", script, flags=re.IGNORECASE)
    return script.replace("<!--", "<\\x21--").replace("\r\n", "\n")


def _hash(inline: str) -> str:
    return f"'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'"


def _script(script: str, module: str) -> str:
    return f'<script data-module="{module}">{script}</script>' if module else f"<script>{script}</script>"


def _data(name: str, text: str) -> str:
    return f'<script type="text/plain" id="epochscope-{name}">{text}</script>'
