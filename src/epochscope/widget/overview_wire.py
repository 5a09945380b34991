"""Pack the overview of a long recording for the browser; `js/player/overview.ts` reads it.

An *overview* takes the place of the block of a recording: E epochs in S spans of positions, which are the probes, or
all positions if there are no probes. Blocks begin at multiples of 8::

    losses f64[E] | lrs f64[E] | mean losses f64[S*E], only with probes | numbers of correct positions u32[S*E] |
    first errors u32[S*E] | last wrong epochs i32[P] | sample block | block of the last records

The sample has the records of epochs 0, `stride`, 2 `stride` and so on. The header's field `overview` has `stride`, and
the numbers of records in the sample (`samples`) and at the end (`last`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from epochscope.history import History
from epochscope.recording.overview import Overview
from epochscope.recording.records import Records

#: The most bytes of records at the end; at least one record is there.
LAST_BYTES = 1_000_000


def pack_records(records: Records, tokens: int) -> bytes:
    """Pack records over an alphabet of `tokens` tokens as a block, see `wire`."""
    columns = (
        (records.losses, "<f8"),
        (records.lrs, "<f8"),
        (records.position_losses, "<u2"),
        (records.top_tokens, "<u2" if tokens > 256 else "u1"),
        (records.top_probabilities, "u1"),
    )
    return b"".join(np.ascontiguousarray(column, dtype=kind).tobytes() for column, kind in columns)


def pack_overview(history: History, overview: Overview) -> tuple[dict[str, Any], bytes]:
    """Return what the header says of an overview, and its bytes, which are to begin at a multiple of 8."""
    overview.update(history)
    epochs, tokens = overview.epochs, len(history.alphabet)
    last = max(1, min(epochs, LAST_BYTES // history.bytes_per_epoch))
    figures, sample = history.figures(0, epochs), overview.sample
    columns = [(history.losses[:epochs], "<f8"), (history.lrs[:epochs], "<f8")]
    columns += [(each.losses, "<f8") for each in figures if history.probes]
    columns += [(each.n_correct, "<u4") for each in figures]
    columns += [(each.first_errors, "<u4") for each in figures]
    packed = [np.asarray(column, kind).tobytes() for column, kind in [*columns, (overview.last_wrong, "<i4")]]
    for records in (sample, history.records(epochs - last, epochs)):
        packed += [b"\0" * (-sum(map(len, packed)) % 8), pack_records(records, tokens)]
    return {"stride": overview.stride, "samples": len(sample.losses), "last": last}, b"".join(packed)
