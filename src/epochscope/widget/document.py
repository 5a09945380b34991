"""An exported page as HTML: its skeleton, and what its content security policy allows."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path
from typing import Any
from zlib import compress

from epochscope.picture.svg import xml
from epochscope.words import words

MAX_TITLE = 80  # characters, if the text is the title

_PAGE = """\
<!doctype html>
<html lang="{lang}"{embedded}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="epochscope {version}">
<meta name="description" content="{description}">
<link rel="icon" href="data:,">
<title>{title}</title>
{sheet}
<style>{style}</style>
</head>
<body>
{before}<noscript><p>{description}</p><p>Enable JavaScript to {purpose}.</p></noscript>
<div id="epochscope" class="{classes}" data-lang="{chosen_lang}">
<div class="epochscope-player"></div>
{chart}</div>
{after}{scripts}
</body>
</html>
"""
_MAIN = "<main>\n<h1>{}</h1>\n", "</main>\n"
_CHART = '<div class="{}" role="{}" aria-label="{}">{}</div>\n'
_LEGEND = '<div class="epochscope-legend">{}</div>'


def document(
    data: list[str],
    figure: dict[str, Any] | None,
    title: str,
    description: str,
    lang: str,
    *,
    asking: bool = False,
    training: bool = False,
    embed: bool = False,
    purpose: str = "replay this recording",
) -> str:
    """Return a page.

    Its scripts and the style sheet of the player are zlib data, which `js/page/loader.ts` unpacks; the policy has the
    hashes of what they unpack to. The heading and the margins have a style element, so they look right at once.

    Parameters
    ----------
    data
        Elements that `data_element` made.
    figure
        The loss chart, see `js/page/figure.ts`; None: none.
    title, description
        The heading, and what the page says where JavaScript is off.
    lang
        "en", "ko", or "" for the reader's language.
    asking
        Whether the page has a question. Defaults to False.
    training
        Whether the page can train, in a worker. Defaults to False.
    embed
        Whether the page is for a frame in another page, see `EpochScope.to_html`. Defaults to False.
    purpose
        What JavaScript is needed for, after "Enable JavaScript to".
    """
    scripts = [("", _static("page.js"))]  # module, source
    data = [*data]
    if training:
        data.append(data_element("worker", _deflated(_static("worker.js"))))
    if figure is not None:
        data.append(data_element("figure", json.dumps(figure, allow_nan=False).replace("<", "\\u003c")))
        scripts = [("", _static("figure.js")), *((each, _installed(each)) for each in _modules(figure)), *scripts]
    loader, sheet, style = _static("loader.js"), _static("widget.css"), _static("page.css")
    classes = ["epochscope"]
    if figure is not None:
        classes.append("epochscope-with-chart")
    if asking:
        classes.append("epochscope-asking")
    before, after = ("", "") if embed else _MAIN
    return _PAGE.format(
        lang=lang or "en",
        embedded=" data-embed" if embed else "",
        before=before.format(xml(title)),
        after=after,
        chosen_lang=lang,
        policy=_policy(
            [*(source for _, source in scripts), loader],
            None if figure is not None else [sheet, style],  # bqplot adds style sheets and style attributes
            training=training,
        ),
        version=_version(),
        description=xml(description),
        purpose=xml(purpose),
        title=xml(title),
        sheet=_packed("style", sheet),
        style=style,
        classes=" ".join(classes),
        chart="" if figure is None else _chart(figure, lang),
        scripts="\n".join(
            [*data, *(_packed("script", source, module) for module, source in scripts), f"<script>{loader}</script>"]
        ),
    )


def _chart(figure: dict[str, Any], lang: str) -> str:
    """Return the place of the chart, with its legend if it has one."""
    legend = _LEGEND.format(figure["legend"]) if figure["legend"] else ""
    # The parts of an image have no texts for screen readers.
    return _CHART.format(
        figure["classes"], "figure" if legend else "img", xml(words(lang or "en")["loss_axis"]), legend
    )


def _policy(scripts: list[str], styles: list[str] | None, *, training: bool) -> str:
    """Return the content security policy of a page with these sources; None: any style."""
    allowed = "'unsafe-inline'" if styles is None else " ".join(map(_hash, styles))
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; style-src {allowed}; "
        f"{'worker-src blob:; ' if training else ''}img-src data:; base-uri 'none'; form-action 'none'"
    )


def data_element(name: str, text: str) -> str:
    """Return an element with data that `js/page/contents.ts` reads."""
    return f'<script type="text/plain" id="epochscope-{name}">{text}</script>'


def shortened(title: str) -> str:
    """Return a title of at most `MAX_TITLE` characters."""
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"


def _version() -> str:
    """Return the version without the number of commits, with which the same page would differ from commit to commit."""
    try:
        return re.sub(r"\.dev\d+.*", ".dev", version("epochscope"))
    except PackageNotFoundError:
        return "unknown"


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


@lru_cache(maxsize=16)
def _deflated(text: str) -> str:
    """Return a text as zlib data in base64."""
    return b64encode(compress(text.encode(), 9)).decode()


def _packed(kind: str, text: str, module: str = "") -> str:
    """Return an element whose text `js/page/packed.ts` unpacks and inserts; `kind`: "script" or "style"."""
    named = f' data-module="{module}"' if module else ""
    return f'<script type="text/plain" data-packed="{kind}"{named}>{_deflated(text)}</script>'


@lru_cache(maxsize=16)
def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
