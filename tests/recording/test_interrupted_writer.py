"""A recording that is written to a file survives an interrupt at any line."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count as numbers
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from epochscope.growing_file import GrowingFile
from epochscope.history import History
from epochscope.recording.buffer import EpochBuffer
from tests.thoroughness import count

from . import made_up

PACKAGE = str(Path(sys.modules[EpochBuffer.__module__].__file__ or "").parent)


@contextmanager
def interrupt(line: int) -> Iterator[Callable[[], bool]]:
    """Raise KeyboardInterrupt before the given line that is run in the package `recording`; yield whether it was."""
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        locks = "with self._lock" in linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        if event in ("line", "return") and not locks:  # Python takes no signal where it releases a lock
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        yield lambda: left <= 0
    finally:
        sys.settrace(None)


def extended(history: History, source: History, at_once: int) -> None:
    """Extend a recording to the length of another one, as a buffer does: from where it is."""
    while (start := len(history)) < len(source):
        history.extend(source.records(start, start + at_once), source.extras(start, start + at_once))


@pytest.mark.parametrize("complete", [False, True])
def test_an_interrupt_at_any_line_neither_loses_nor_repeats_a_record(complete: bool, tmp_path: Path) -> None:
    source = made_up.loop(5)
    for line in numbers(1, count(9, 1)):
        path = tmp_path / f"{line}.npz"
        history = made_up.loop(1, path=path)
        if complete:
            history.complete()
        follower = GrowingFile(path)
        with interrupt(line) as interrupted:
            try:
                extended(history, source, 2)
                history.complete()
            except KeyboardInterrupt:
                pass
        assert follower.read_new() == len(history) - 1, line
        assert len(History.load(path)) == len(history), line
        extended(history, source, 3)
        follower.read_new()
        assert history == source == follower.history == History.load(path), line
        history.complete()
        assert follower.state == "complete"
        follower.close()
        if not interrupted():
            assert line > 500
            return
