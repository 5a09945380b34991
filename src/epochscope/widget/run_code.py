"""The program that repeats a run, as pages show it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from epochscope.history import History
from epochscope.recording.recorded_spec import KEY, recorded_spec
from epochscope.recording.run_script import script
from epochscope.recording.run_spec import RunSpec
from epochscope.recording.spec_text import to_text
from epochscope.runs.run import Run

#: The most characters of a text whose program is sent: the page has it as part of its recording, too.
MAX_TEXT = 50_000


def pack_code(run: Run) -> dict[str, Any]:
    """Return the program of a run as `js/player/run-code.ts` reads it; empty while the run trains."""
    with run.lock:
        return {} if run.status().state == "training" else _packed(run.spec, run.history)


def pack_recorded_code(history: History) -> dict[str, Any]:
    """Return the program of a recording, see `pack_code`."""
    return _packed(lambda: recorded_spec(history), history)


def _packed(spec_of: Callable[[], RunSpec], history: History) -> dict[str, Any]:
    if history.positions > MAX_TEXT:
        return {"refused": "long"}
    try:
        spec = spec_of()
    except ValueError:
        return {"refused": _reason(history)}
    packed: dict[str, Any] = {"code": script(spec), "epochs": len(history)}
    with suppress(ValueError):  # the text is too long for an address
        packed["spec"] = to_text(spec)
    return packed


def _reason(history: History) -> str:
    """Return why a recording has no program, as the end of the name of a word."""
    metadata = history.metadata
    if metadata.get("source") == "monitor" or history.axis is not None or history.probes:
        return "loop"
    if metadata.get("source") == "page" or "trained_in_page" in metadata:
        return "page"
    told = metadata.get(KEY)
    if not isinstance(told, dict):
        return "unknown"
    return "own" if "refused" in told else "long"
