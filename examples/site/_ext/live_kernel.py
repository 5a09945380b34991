"""In the kernel of an example: instead of a widget, a frame with its exported page is shown.

A player that is shown before it has trained should contain all that the notebook records, so pages are exported once the
last cell has run. What is shown several times has one page.
"""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

from epochscope import Comparison, EpochScope, Monitor, Sweep

FRAME = "application/x-epochscope-frame+json"
FRAMES = "frames.json"

_shown: list[Any] = []


def begin() -> None:
    """Show frames from now on: their numbers, which `live_examples` replaces with addresses."""
    shell: Any = get_ipython()
    formatter = shell.display_formatter.mimebundle_formatter
    for kind in (EpochScope, Comparison, Sweep):
        formatter.for_type(kind, _frame)
    formatter.for_type(Monitor, lambda monitor: _frame(monitor.scope))


def _frame(shown: Any) -> dict[str, Any]:
    number = next((i for i, each in enumerate(_shown) if each is shown), None)
    if number is None:
        number = len(_shown)
        _shown.append(shown)
    return {FRAME: {"number": number}, "text/plain": repr(shown)}


def finish(folder: str) -> None:
    """Write the page of each frame, and a list of them: the title of each, and the epoch that it shows first."""
    frames = []
    for number, shown in enumerate(_shown):
        if not isinstance(shown, Sweep) and shown.head < 0:
            shown.train()  # a notebook leaves it to its reader to press Play
        page = shown.to_html(embed=True) or ""
        Path(folder, f"{number}.html").write_text(page, encoding="utf-8")
        (heading,) = re.findall("<title>(.*?)</title>", page, re.DOTALL)
        epoch = None if isinstance(shown, Sweep) or shown.epoch == shown.head else shown.epoch
        frames.append({"title": f"{type(shown).__name__} {number + 1}: {unescape(heading)}", "epoch": epoch})
    Path(folder, FRAMES).write_text(json.dumps(frames), encoding="utf-8")
