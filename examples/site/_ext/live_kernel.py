"""In the kernel of an example: instead of a widget, a frame with its exported page is shown.

A player that is shown before it has trained should contain all that the notebook records, so pages are exported once the
last cell has run, or just before a player goes back to an earlier epoch or to another branch: the text of a lesson speaks
of the run that was there when its cell had run. Frames of the same run have one page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from html import unescape
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

from epochscope import Comparison, EpochScope, Monitor, Sweep

FRAME = "application/x-epochscope-frame+json"
FRAMES = "frames.json"


@dataclass
class _Page:
    shown: Any
    number: int
    title: str | None = None  # once it is written
    head: int = -1

    def write(self, folder: Path) -> None:
        """Write the page, and train its scope before if nothing is recorded: a notebook leaves it to its reader."""
        shown = self.shown
        if not isinstance(shown, Sweep):
            if shown.head < 0:
                shown.train()
            self.head = shown.head
        html = shown.to_html(embed=True) or ""
        (folder / f"{self.number}.html").write_text(html, encoding="utf-8")
        (heading,) = re.findall("<title>(.*?)</title>", html, re.DOTALL)
        self.title = unescape(heading)


@dataclass
class _Frame:
    page: _Page
    epoch: int | None = None  # that is shown first, once its cell has run

    def description(self, number: int) -> dict[str, Any]:
        """Return what the site is told of the frame. Without an epoch, the page shows its last one."""
        epoch = self.epoch if self.epoch != self.page.head else None
        title = f"{type(self.page.shown).__name__} {number}: {self.page.title}"
        return {"page": self.page.number, "title": title, "epoch": epoch}


_pages: list[_Page] = []
_frames: list[_Frame] = []


def begin(folder: str) -> None:
    """Show frames from now on: their numbers, which `examples_run` replaces with addresses."""
    shell: Any = get_ipython()
    formatter = shell.display_formatter.mimebundle_formatter
    for kind in (EpochScope, Comparison, Sweep):
        formatter.for_type(kind, _frame)
    formatter.for_type(Monitor, lambda monitor: _frame(monitor.scope))
    shell.events.register("post_run_cell", _note_epochs)
    for kind in (EpochScope, Comparison):
        for name in ("branch", "rewind", "reset", "switch_to"):
            setattr(kind, name, _writing_before(getattr(kind, name), Path(folder)))


def _writing_before(go_back: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    @wraps(go_back)
    def write_and_go_back(shown: Any, *args: Any, **options: Any) -> Any:
        _note_epochs()  # also of what the same cell has shown before
        for page in _pages:
            if page.shown is shown and page.title is None and shown.head >= 0:
                page.write(folder)
        return go_back(shown, *args, **options)

    return write_and_go_back


def _frame(shown: Any) -> dict[str, Any]:
    page = next((page for page in _pages if page.shown is shown and page.title is None), None)
    if page is None:
        page = _Page(shown, len(_pages))
        _pages.append(page)
    _frames.append(_Frame(page))
    return {FRAME: {"number": len(_frames) - 1}, "text/plain": repr(shown)}


def _note_epochs(_: object = None) -> None:
    for frame in _frames:
        if frame.epoch is None and not isinstance(frame.page.shown, Sweep):
            frame.epoch = max(0, frame.page.shown.epoch)


def finish(folder: str) -> None:
    """Write the pages that are not written yet, and what each frame shows: its page, title and first epoch."""
    for page in _pages:
        if page.title is None:
            page.write(Path(folder))
    frames = [frame.description(number) for number, frame in enumerate(_frames, 1)]
    Path(folder, FRAMES).write_text(json.dumps(frames), encoding="utf-8")
