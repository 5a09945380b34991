"""The bytes that the browser reads: the only room in Python that knows them (in JavaScript it is `decode.ts`).

A *block* holds n epochs of P positions with the K likeliest tokens each, little-endian, column after column::

    losses f64[n] | lrs f64[n] | position_losses u16[n*P] | top_tokens [n*P*K] | top_probabilities u8[n*P*K]

`top_tokens` is u16 for alphabets of more than 256 tokens and u8 otherwise; position losses count 1/2048 nat and
probabilities 1/255. Wider types stand first: every column is aligned wherever a block starts at a multiple of 8.

A *recording* is ``b"EPSC" | version u16 | 0 u16 | length of the header u32 | 0 u32 | header | inputs u32[P] |
targets u32[P] | block | padding to 8 | losses f64 of each ghost``; the header is ASCII JSON, padded with spaces to a
multiple of 8.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from epochscope.history import Event, History
from epochscope.recording.references import Reference

MAGIC = b"EPSC"
VERSION = 1
_PREFIX = struct.Struct("<4sHHII")


@dataclass(frozen=True)
class OldBranch:
    """A line that was left: its losses (nats per token) from epoch `start` on, where it parts from the current one."""

    id: int
    start: int
    losses: np.ndarray  # (count,) float64
    lr: float | None


def pack_block(history: History, start: int, stop: int) -> bytes:
    """Epochs `start` to `stop` - 1 as a block."""
    records = history.records(start, stop)
    columns = (
        (records.losses, "<f8"),
        (records.lrs, "<f8"),
        (records.position_losses, "<u2"),
        (records.top_tokens, "<u2" if len(history.alphabet) > 256 else "u1"),
        (records.top_probabilities, "u1"),
    )
    return b"".join(np.ascontiguousarray(column, dtype=kind).tobytes() for column, kind in columns)


def pack_recording(
    history: History,
    *,
    revision: int = 0,
    references: Sequence[Reference] = (),
    old_branches: Sequence[OldBranch] = (),
    epochs: int | None = None,
) -> bytes:
    """All that a browser needs to replay the first `epochs` epochs (all, if None) with no kernel."""
    count = len(history) if epochs is None else min(epochs, len(history))
    header = {
        "revision": revision,
        "epochs": count,
        "positions": history.positions,
        "topk": history.top_k,
        "alphabet": list(history.alphabet.tokens),
        "separator": history.separator,
        "metadata": history.metadata,
        "references": [_reference(reference) for reference in references],
        "events": [_event(event) for event in history.events_in(0, count)],
        "old_branches": [_ghost(ghost) for ghost in old_branches],
    }
    text = json.dumps(header, allow_nan=False).encode("ascii")  # a lone surrogate survives only as an escape
    text += b" " * (-len(text) % 8)
    parts = [
        _PREFIX.pack(MAGIC, VERSION, 0, len(text), 0),
        text,
        np.asarray(history.inputs, dtype="<u4").tobytes(),
        np.asarray(history.targets, dtype="<u4").tobytes(),
        pack_block(history, 0, count),
    ]
    parts.append(b"\0" * (-sum(map(len, parts)) % 8))
    parts.extend(np.asarray(ghost.losses, dtype="<f8").tobytes() for ghost in old_branches)
    return b"".join(parts)


def pack_chunk(history: History, start: int, stop: int, *, revision: int, after: int) -> tuple[dict[str, Any], bytes]:
    """The message that carries epochs `start` to `stop` - 1, and its one buffer.

    It is of use to a browser whose revision is from `after` to `revision`: what such a browser holds before `start` is
    shared with this revision, and what it holds from `start` on is replaced.
    """
    content = {
        "kind": "chunk",
        "revision": revision,
        "after": after,
        "start": start,
        "count": stop - start,
        "head": len(history) - 1,
        "events": [_event(event) for event in history.events_in(start, stop)],
    }
    return content, pack_block(history, start, stop)


def pack_line(history: History, old_branches: Sequence[OldBranch]) -> tuple[dict[str, Any], bytes]:
    """What changes with the revision beside the records, and a buffer with the losses of the old_branches, f64 each.

    It goes with every chunk that a browser of an older revision may use.
    """
    losses = b"".join(np.asarray(ghost.losses, dtype="<f8").tobytes() for ghost in old_branches)
    return {"metadata": history.metadata, "old_branches": [_ghost(ghost) for ghost in old_branches]}, losses


def number(value: float | None) -> float | None:
    """`value` as JSON can say it: None for what is not finite."""
    return None if value is None or not math.isfinite(value) else float(value)


def _event(event: Event) -> dict[str, Any]:
    return {"epoch": event.epoch, "kind": event.kind, "value": number(event.value)}


def _reference(reference: Reference) -> dict[str, Any]:
    return {"kind": reference.kind, "loss": number(reference.loss), "tokens": reference.tokens}


def _ghost(ghost: OldBranch) -> dict[str, Any]:
    return {"id": ghost.id, "start": ghost.start, "count": len(ghost.losses), "lr": number(ghost.lr)}
