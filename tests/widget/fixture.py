"""The fixtures that Python and JavaScript decode: a recording, its overview and two chunks, and their contents as JSON.

There are two of them: in the second one, whose files are named "ignored-...", some positions have no target. The overview
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


def make_files() -> dict[str, bytes]:
    """The files of both fixtures by name."""
    return {**files_of(make_history()), **files_of(make_history(IGNORED), "ignored-")}


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
    }
    return {
        f"{prefix}recording.bin": recording,
        f"{prefix}overview.bin": thinned,
        f"{prefix}chunk-0.bin": chunks[0][1],
        f"{prefix}chunk-1.bin": chunks[1][1],
        f"{prefix}recording.json": (json.dumps(contents, indent=1) + "\n").encode(),
    }


if __name__ == "__main__":
    for name, data in make_files().items():
        (FOLDER / name).write_bytes(data)
