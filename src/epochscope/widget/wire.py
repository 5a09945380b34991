"""Pack recordings, chunks and statuses for the browser; `decode.ts` reads them.

A *block* holds n epochs of P positions with the K most likely tokens each, little-endian, column after column::

    losses f64[n] | lrs f64[n] | position_losses u16[n*P] | top_tokens [n*P*K] | top_probabilities u8[n*P*K]

`top_tokens` is u16 for alphabets of more than 256 tokens and u8 otherwise. Position losses are in units of 1/2048 nat,
probabilities of 1/255. Wider types come first, so that every column is aligned if the block starts at a multiple of 8.

A *recording* is ``b"EPSC" | version u16 | 0 u16 | length of the header u32 | 0 u32 | header | inputs u32[P] |
targets u32[P] | block | padding to 8 | losses f64 of each old branch | extras``. The header is ASCII JSON, padded with
spaces to a multiple of 8. The target of an ignored position is 2^32 - 1. A long recording has an overview in place of
the block, see `overview_wire`.

The *extras* of n records are there if the recording has an axis or scalars. The names of the scalars, perhaps none, are
in the header of a recording, and in the message of a chunk, as `scalars`::

    places f64[n] | f64[n] of each scalar
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from epochscope.history import History
from epochscope.recording.events import Event
from epochscope.recording.recorded_spec import KEY
from epochscope.recording.references import Reference
from epochscope.runs.branches import OldBranch
from epochscope.runs.run import Status

from .overview_wire import pack_overview, pack_records

MAGIC = b"EPSC"
VERSION = 1
_PREFIX = struct.Struct("<4sHHII")


def pack_block(history: History, start: int, stop: int) -> bytes:
    """Pack epochs `start` to `stop` - 1 as a block."""
    return pack_records(history.records(start, stop), len(history.alphabet))


def pack_recording(
    history: History,
    *,
    revision: int = 0,
    references: Sequence[Reference] = (),
    old_branches: Sequence[OldBranch] = (),
    epochs: int | None = None,
    thinned: bool = False,
) -> bytes:
    """Pack what a browser needs to replay the first `epochs` epochs (all if None) without a kernel.

    `thinned` packs an overview of all epochs in place of the records, see `overview_wire`.
    """
    count = len(history) if epochs is None else min(epochs, len(history))
    overview, body = pack_overview(history, history.overview) if thinned else (None, pack_block(history, 0, count))
    scalars, extras = _extras(history, 0, count)
    header = {
        "revision": revision,
        "epochs": count,
        "positions": history.positions,
        "topk": history.top_k,
        "alphabet": list(history.alphabet.tokens),
        "separator": history.separator,
        "metadata": _sent(history.metadata),
        "references": [_reference(reference) for reference in references],
        "events": [_event(event) for event in history.events_in(0, count)],
        "old_branches": [_old_branch(branch) for branch in old_branches],
        **_axis(history),
        **scalars,
        **({} if overview is None else {"overview": overview}),
    }
    text = json.dumps(header, allow_nan=False).encode("ascii")  # a lone surrogate can be sent only as an escape
    text += b" " * (-len(text) % 8)
    parts = [
        _PREFIX.pack(MAGIC, VERSION, 0, len(text), 0),
        text,
        np.asarray(history.inputs, dtype="<u4").tobytes(),
        np.asarray(history.targets, dtype="<u4").tobytes(),
        body,
    ]
    parts.append(b"\0" * (-sum(map(len, parts)) % 8))
    parts += [_losses(old_branches), *extras]
    return b"".join(parts)


def pack_chunk(
    history: History, start: int, stop: int, *, revision: int, after: int
) -> tuple[dict[str, Any], list[bytes]]:
    """Return the message with epochs `start` to `stop` - 1, and its buffers: the block, and extras if there are any.

    A browser whose revision is from `after` to `revision` can use it: the epochs before `start` that it holds belong to
    this revision too, and those from `start` on are replaced.
    """
    scalars, extras = _extras(history, start, stop)
    content = {
        "kind": "chunk",
        "revision": revision,
        "after": after,
        "start": start,
        "count": stop - start,
        "events": [_event(event) for event in history.events_in(start, stop)],
        **scalars,
    }
    return content, [pack_block(history, start, stop), *extras]


def pack_header(history: History, old_branches: Sequence[OldBranch]) -> tuple[dict[str, Any], bytes]:
    """Return what changes with the revision besides the records, and a buffer with the losses of the old branches.

    It is sent with every chunk that a browser of an older revision can use.
    """
    header = {
        "metadata": _sent(history.metadata),
        "old_branches": [_old_branch(branch) for branch in old_branches],
        **_axis(history),
    }
    return header, _losses(old_branches)


def pack_status(status: Status, seq: int) -> dict[str, Any]:
    """Return a status with its number: of two, the one with the higher number is newer."""
    return {**asdict(status), "seq": seq}


def number(value: float | None) -> float | None:
    """Return `value` for JSON: None if it is not finite."""
    return None if value is None or not math.isfinite(value) else float(value)


def _losses(old_branches: Sequence[OldBranch]) -> bytes:
    return b"".join(np.asarray(branch.losses, dtype="<f8").tobytes() for branch in old_branches)


def _axis(history: History) -> dict[str, Any]:
    """Return the fields for the axis and the probes, of recordings that have them."""
    axis = {} if history.axis is None else {"axis": history.axis}
    return {**axis, **({"probes": [probe._asdict() for probe in history.probes]} if history.probes else {})}


def _extras(history: History, start: int, stop: int) -> tuple[dict[str, Any], list[bytes]]:
    """Return the field with the names of the scalars, and a buffer with the extras of records `start` to `stop` - 1.

    Both are empty for a recording without axis and scalars.
    """
    places, scalars = history.extras(start, stop)
    if places is None and not scalars:
        return {}, []
    columns = [np.arange(start, stop) if places is None else places, *scalars.values()]
    return {"scalars": list(scalars)}, [b"".join(np.asarray(column, "<f8").tobytes() for column in columns)]


def _event(event: Event) -> dict[str, Any]:
    return {"epoch": event.epoch, "kind": event.kind, "value": number(event.value)}


def _reference(reference: Reference) -> dict[str, Any]:
    return {"kind": reference.kind, "loss": number(reference.loss), "tokens": reference.tokens}


def _old_branch(branch: OldBranch) -> dict[str, Any]:
    return {"id": branch.id, "start": branch.start, "count": len(branch.losses), "lr": number(branch.lr)}


def _sent(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata for a page: without what only a spec needs, which changes when settings are noted."""
    return {name: value for name, value in metadata.items() if name != KEY}
