"""Messages to the pages of a comparison: each says which run it is of, and those of one moment leave as one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from epochscope.runs.notebook import in_latest_cell


class Sender(Protocol):
    """The player that sends."""

    statuses: Any

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a message."""
        ...

    def send_state(self, key: Any = None) -> None:
        """Send traits."""
        ...


class Outbox:
    """Collects what is sent within `together`. Any thread may use it.

    Parameters
    ----------
    runs
        The number of runs.
    """

    def __init__(self, runs: int) -> None:
        #: Sends. None: nothing is sent.
        self.player: Sender | None = None
        self._statuses: list[dict[str, Any]] = [{}] * runs
        self._lock = threading.Lock()  # never held while something is sent: what is sent takes other locks
        self._waiting: list[tuple[dict[str, Any], list[bytes]]] = []
        self._status_waits = self._code_waits = False
        self._depth = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Send as one message, at the end, what is sent within."""
        with self._lock:
            self._depth += 1
        try:
            yield
        finally:
            with self._lock:
                self._depth -= 1
            self._flush()

    def send(self, run: int, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a message of a run."""
        with self._lock:
            self._waiting.append(({**content, "run": run}, buffers))
        self._flush()

    def set_status(self, run: int, status: dict[str, Any]) -> None:
        """Send a new status of a run."""
        with self._lock:
            self._statuses[run] = status
            self._status_waits = True
        self._flush()

    def send_code(self) -> None:
        """Send the programs that repeat the runs."""
        with self._lock:
            self._code_waits = True
        self._flush()

    @in_latest_cell
    def _flush(self) -> None:
        with self._lock:
            player = self.player
            if self._depth:
                return
            waiting, self._waiting = self._waiting, []
            statuses = list(self._statuses) if self._status_waits else None
            code_waits = self._code_waits
            self._status_waits = self._code_waits = False
        if player is None:
            return
        if len(waiting) == 1:
            player.send(*waiting[0])
        elif waiting:
            counts = [len(buffers) for _, buffers in waiting]
            content = {"kind": "several", "messages": [content for content, _ in waiting], "buffers": counts}
            player.send(content, [part for _, buffers in waiting for part in buffers])
        if code_waits:
            player.send_state("codes")
        if statuses is not None:
            player.statuses = statuses


@dataclass
class RunPort:
    """The port of the channel of one run."""

    outbox: Outbox
    run: int

    def send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a message."""
        self.outbox.send(self.run, content, buffers)

    def send_recording(self) -> None:
        """Send the whole recordings, of which one is another one than before."""
        if self.outbox.player is not None:
            self.outbox.player.send_state("recordings")

    def send_weights(self) -> None:
        """Send all known weights, which pages save with the notebook."""
        if self.outbox.player is not None:
            self.outbox.player.send_state("weights")

    def send_code(self) -> None:
        """Send the programs that repeat the runs."""
        self.outbox.send_code()

    def set_status(self, status: dict[str, Any]) -> None:
        """Set the status that new pages receive."""
        self.outbox.set_status(self.run, status)
