"""The fixtures that Python and JavaScript decode: a recording, its overview and two chunks, and their contents as JSON.

There are three of them: in the second one, whose files are named "ignored-...", some positions have no target; the
third one, "probes-...", has an axis, two probes and scalars. The overview
has a sample of two records, and the last two.

`python -m tests.widget.fixture` writes it, after an intended change of the format.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from epochscope.history import History
from epochscope.recording import overview
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.extras import Extras
from epochscope.runs.branches import OldBranch
from epochscope.widget import overview_wire
from epochscope.widget.wire import pack_chunk, pack_recording

FOLDER = Path(__file__).parents[1] / "fixtures"
TEXT = 'a👍한\n"<b>\u0301 a'
EPOCHS = 7
IGNORED = (1, 2, -1)  # positions


def make_history(ignored: tuple[int, ...] = ()) -> History:
    """Seven epochs over a text with an emoji, Hangul, a newline, a quote, a tag and a combining mark."""
    alphabet = Alphabet.from_text(TEXT)
    indices = alphabet.encode(TEXT)
    targets = indices[1:].copy()
    targets[list(ignored)] = -1
    history = History(alphabet, indices[:-1], targets, metadata={"model": "LSTM", "lr": 0.1, "seed": None})
    grid = np.arange(EPOCHS * (len(indices) - 1) * len(alphabet), dtype=np.float32)
    logits = np.sin(grid * 0.7).reshape(EPOCHS, len(indices) - 1, len(alphabet)).astype(np.float32)
    logits[4:, np.arange(len(indices) - 1), indices[1:]] += 3
    losses = np.array([2.2, 2.0, 1.5, 2.9, 0.5, 0.4, math.nan])
    history.append(losses, logits, np.array([0.1] * 5 + [0.01] * 2))
    return history


def make_loop() -> History:
    """The same with steps as its axis, two probes, and scalars, of which one is first given later."""
    whole = make_history(IGNORED)
    probes = [("train", 0, 5), ("held out", 5, whole.positions)]
    history = History(whole.alphabet, whole.inputs, whole.targets, axis="step", probes=probes)
    late = np.array([math.nan] * 4 + [0.25, math.nan, 1e-9])
    scalars = {"gradient norm": np.linspace(3, 0.5, EPOCHS), "validation loss": late}
    history.extend(whole.records(), Extras(np.array([0.0, 50, 100, 150, 200, 250, 299]), scalars))
    return history


def make_files() -> dict[str, bytes]:
    """The files of all fixtures by name."""
    histories = {"": make_history(), "ignored-": make_history(IGNORED), "probes-": make_loop()}
    return {name: data for prefix, history in histories.items() for name, data in files_of(history, prefix).items()}


def finite(values: Any) -> Any:
    """Replace the numbers that JSON does not have by None, in lists of lists of numbers."""
    if isinstance(values, list):
        return [finite(value) for value in values]
    return values if math.isfinite(values) else None


def files_of(history: History, prefix: str = "") -> dict[str, bytes]:
    """The files of a fixture by name."""
    branch = OldBranch(id=1, start=3, losses=np.array([1.0, 0.5, math.inf]), lr=0.1)
    recording = pack_recording(history, revision=2, references=history.references, old_branches=[branch])
    size = history.bytes_per_epoch
    with patch.object(overview, "SAMPLES", 2), patch.object(overview_wire, "LAST_BYTES", 2 * size):
        thinned = pack_recording(history, revision=2, old_branches=[branch], thinned=True)
    chunks = [pack_chunk(history, 0, 3, revision=2, after=0), pack_chunk(history, 3, 7, revision=2, after=2)]
    contents: dict[str, Any] = {
        "epochs": len(history),
        "alphabet": list(history.alphabet.tokens),
        "inputs": history.inputs.tolist(),
        "targets": history.targets.tolist(),
        "losses": finite(history.losses.tolist()),
        "lrs": history.lrs.tolist(),
        "predictions": history.predictions.tolist(),
        "positionLosses": finite(history.position_losses.tolist()),
        "topk": [[part.tolist() for part in history.topk(epoch)] for epoch in range(len(history))],
        "n_correct": history.n_correct.tolist(),
        "first_errors": history.first_error.tolist(),
        "learnedAt": history.learned_at.tolist(),
        "events": [[event.epoch, event.kind] for event in history.events],
        "old_branch": {"id": 1, "start": 3, "lr": 0.1, "losses": [1.0, 0.5, None]},
        "chunks": [content for content, _ in chunks],
        **(loop_contents(history) if history.axis else {}),
    }
    buffers = {f"{prefix}extras-{i}.bin": extras for i, (_, (_, *others)) in enumerate(chunks) for extras in others}
    return {
        f"{prefix}recording.bin": recording,
        f"{prefix}overview.bin": thinned,
        f"{prefix}chunk-0.bin": chunks[0][1][0],
        f"{prefix}chunk-1.bin": chunks[1][1][0],
        **buffers,
        f"{prefix}recording.json": (json.dumps(contents, indent=1) + "\n").encode(),
    }


def loop_contents(history: History) -> dict[str, Any]:
    """What a fixture with an axis has besides."""
    probes = [(probe, history.probe(probe.name)) for probe in history.probes]
    of_run = [event for event in history.events if event.kind != "all_correct"]
    return {
        "axis": history.axis,
        "places": history.places.tolist(),
        "scalars": {name: finite(values.tolist()) for name, values in history.scalars.items()},
        "probes": [
            {
                **probe._asdict(),
                "losses": finite(each.losses.tolist()),
                "n_correct": each.n_correct.tolist(),
                "first_errors": each.first_error.tolist(),
                "learnedAt": each.learned_at.tolist(),
                # Those of the run, and when all positions of the probe were first correct.
                "events": sorted(
                    [event.epoch, event.kind]
                    for event in [*of_run, *(own for own in each.events if own.kind == "all_correct")]
                ),
            }
            for probe, each in probes
        ],
    }


if __name__ == "__main__":
    for name, data in make_files().items():
        (FOLDER / name).write_bytes(data)
