"""The state that a new page receives, and that a notebook saves: the recording and the weights, as bytes."""

from __future__ import annotations

from collections.abc import Sequence

from epochscope.recording.overview import is_long
from epochscope.recording.packed_weights import pack_refusal, pack_weights
from epochscope.recording.references import Reference
from epochscope.runs.run import Run

from .wire import pack_recording

#: The most bytes of records that a new page receives in one piece; chunks follow with the rest.
OPENING_BYTES = 8_000_000
#: The most bytes of weights that are saved, before they are packed; beyond that, those of fewer epochs.
SAVED_BYTES = 8_000_000


def pack_run(run: Run, references: Sequence[Reference], *, watched: bool) -> bytes:
    """Pack the recording of a run; an overview of a long one, and for a page that is `watched` the beginning only."""
    with run.lock:
        thinned = is_long(run.history)
        return pack_recording(
            run.history,
            revision=run.revision,
            references=references,
            old_branches=run.old_branches(),
            epochs=OPENING_BYTES // run.history.bytes_per_epoch if watched and not thinned else None,
            thinned=thinned,
        )


def pack_known_weights(run: Run, refusal: str | None) -> bytes:
    """Pack the weights that the recording of a run has, or why there are none; empty if nobody has asked for them."""
    weights = run.history.weights
    if weights is None or not len(weights):
        return b"" if refusal is None else pack_refusal(refusal, revision=run.revision)
    with run.lock:
        epochs = weights.spread(SAVED_BYTES // weights.bytes_per_epoch, before=len(run.history))
        return pack_weights(weights, epochs, revision=run.revision)
