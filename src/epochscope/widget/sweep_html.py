"""A sweep as one HTML page: small multiples, and a player for each run, without kernel and network."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from .document import data_element, document, shortened

#: The most runs whose recordings a page keeps.
MAX_PAGE_RUNS = 100


def sweep_page(
    state: Mapping[str, Any],
    curves: bytes,
    recordings: Sequence[bytes],
    title: str,
    description: str,
    *,
    lang: str = "",
    embed: bool = False,
) -> str:
    """Return the page of a sweep. The same sweep and the same version of zlib give the same page.

    Parameters
    ----------
    state, curves
        See `sweep_wire`.
    recordings
        That of each run, deflated; empty for a run without.
    title
        The heading, shortened if it is long.
    description
        What the page says where JavaScript is off.
    lang
        "en", "ko", or "" for the reader's language.
    embed
        Whether the page is for a frame in another page, see `EpochScope.to_html`. Defaults to False.

    Raises
    ------
    ValueError
        If nothing is recorded, or there are more than 100 runs.
    """
    runs = len(state["runs"])
    if runs > MAX_PAGE_RUNS:
        raise ValueError(
            f"{runs} runs: a page keeps the recordings of at most {MAX_PAGE_RUNS}; use to_svg(path) for the picture, "
            "table() for the figures, save(path) for everything, or sweep fewer options at a time"
        )
    if not any(recordings):
        raise ValueError("nothing is recorded, so there is nothing to show; wait for a run; if all failed, see table()")
    if not isinstance(title, str):
        raise ValueError(f"title={title!r}: must be a str, or None for the text itself")
    data = [
        data_element("sweep", json.dumps(state, allow_nan=False).replace("<", "\\u003c")),
        data_element("curves", _base64(zlib.compress(curves, 9))),
        *(data_element(f"recording-{run}", _base64(each)) for run, each in enumerate(recordings) if each),
    ]
    return document(data, None, shortened(title) or "epochscope", description, lang, embed=embed)


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
