"""The records that a page of a long recording asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from epochscope.runs.commands import WantRecords
from epochscope.runs.run import Run

from .wire import pack_block

#: The most bytes of records in one answer; at least one record is sent.
ANSWER_BYTES = 2_000_000


def send_records(want: WantRecords, run: Run, send: Callable[[dict[str, Any], list[bytes]], None]) -> None:
    """Send the records that a page has asked for, as far as they are recorded.

    Nothing is sent if the page has another revision: it asks again when it has the current one.
    """
    history = run.history
    if want.revision != run.revision or want.first >= len(history):
        return
    most = max(1, ANSWER_BYTES // max(1, history.bytes_per_epoch))
    stop = min(want.last + 1, len(history), want.first + most)
    content = {
        "kind": "records",
        "view": want.view,
        "revision": run.revision,
        "start": want.first,
        "count": stop - want.first,
    }
    send(content, [pack_block(history, want.first, stop)])
