"""Sweeps as one `.npz` file.

A file is a zip of `header.json` (format, version, the grid, why runs failed) and `run-0.npz`, `run-1.npz`, ...,
the file of the recording of each run that has one. They are stored as they are, since they are compressed already.
"""

from __future__ import annotations

import json
import zipfile
from typing import Any

from epochscope.recording.alphabet import Alphabet
from epochscope.recording.archive import (
    HEADER,
    MAX_BYTES,
    MAX_HEADER,
    check_crc,
    entry,
    member,
    opened,
    read_header,
    reasons,
    sealed,
)
from epochscope.recording.file_header import FORMAT_OF_SWEEP, check_format
from epochscope.validation import check_int

from .grid import MAX_RUNS, Unsaved, label, make_grid
from .job import Outcome
from .sweep_runs import SweepRuns

FORMAT = FORMAT_OF_SWEEP
VERSION = 1


def pack(runs: SweepRuns) -> bytes:
    """Return the bytes of a sweep's file; equal sweeps give equal bytes (with the same version of zlib).

    Options that are functions, classes or modules are saved as their labels: such a sweep cannot be resumed from its
    file.

    Raises ValueError if the options take more than 8 MiB.
    """
    grid, summary = runs.grid, runs.summary
    messages = {str(i): run.message for i, run in enumerate(summary.runs) if run.message}
    longest = MAX_HEADER // 8 // (len(messages) or 1)
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "text": grid.text,
        "written": summary.text,
        "positions": summary.positions,
        "epochs": grid.epochs,
        "seeds": grid.seeds,
        "fixed": {name: _saved(value, label(name, value)) for name, value in grid.fixed.items()},
        "varied": {
            axis.name: [_saved(*each) for each in zip(grid.varied[axis.name], axis.values, strict=True)]
            for axis in grid.axes
        },
        "messages": {run: message[:longest] for run, message in messages.items()},
    }
    header = json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()
    if len(header) > MAX_HEADER:
        raise ValueError(f"the options take {len(header):,} bytes: at most {MAX_HEADER:,} can be saved")

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr(entry(HEADER), header)
        for i, (run, recording) in enumerate(zip(summary.runs, runs.recordings, strict=True)):
            if recording is not None and run.state != "waiting":  # others may have been added since
                archive.writestr(entry(_member(i), zipfile.ZIP_STORED), recording)

    return sealed(write)


def unpack(data: bytes, max_bytes: int = MAX_BYTES) -> SweepRuns:
    """Return the sweep in the bytes of a file.

    Parameters
    ----------
    data
        What `pack` returned.
    max_bytes
        Maximum size of `data`, and of each recording in memory. Defaults to 512 MiB.

    Raises
    ------
    ValueError
        If `data` is not a sweep, is damaged, was written by a later epochscope or is larger than `max_bytes`.
    """
    with reasons("cannot read this sweep"), opened(data, max_bytes, 16 * MAX_RUNS) as archive:  # with their members
        header = read_header(archive)
        check_format(header["format"], FORMAT)
        if header["version"] != VERSION:
            raise ValueError(f"its version is {header['version']!r}, expected {VERSION}; update epochscope")
        check_crc(data, "Sweep.save")
        options = {name: _loaded(value) for name, value in header["fixed"].items()}
        options |= {name: [_loaded(value) for value in values] for name, values in header["varied"].items()}
        grid = make_grid(header["text"], header["seeds"], header["epochs"], options)
        runs = SweepRuns(grid, str(header["written"]), check_int("positions", header["positions"], 0))
        messages, found = dict(header["messages"]), set(archive.namelist()) - {HEADER}
        for i in range(len(grid)):
            message, name = str(messages.pop(str(i), "")), _member(i)
            recording = member(archive, name, max_bytes) if name in found else None
            found.discard(name)
            if recording is not None or message:
                with reasons(f"run {i}"):
                    runs.add(Outcome(i, recording, message), max_bytes)
                    if runs.state(i).epochs > grid.epochs:
                        raise ValueError(f"it has {runs.state(i).epochs} epochs, expected at most {grid.epochs}")
        if found or messages:
            raise ValueError(f"it has runs that its options do not: {', '.join([*sorted(found), *messages])}")
        return runs


def _member(run: int) -> str:
    return f"run-{run}.npz"


def _saved(value: Any, name: str) -> Any:
    """Return an option as JSON; of what JSON cannot hold, its label."""
    if isinstance(value, Alphabet):
        return {"alphabet": value.tokens}
    if isinstance(value, Unsaved):
        return {"label": value.label}
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
        return list(value)
    return {"label": name}


def _loaded(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return Alphabet(value["alphabet"]) if "alphabet" in value else Unsaved(str(value["label"]))
