"""What each browser has received, and what to send next: a few messages a second, whatever the training speed.

A message is sent to every browser that shows the widget. Each browser acknowledges what it has received; missing
records are sent again from there. The run does not wait for a browser that does not answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from epochscope.recording.overview import PAGE_BYTES, is_long
from epochscope.runs.commands import Ack
from epochscope.runs.run import Run, Status

from .pace import Pace
from .wire import pack_chunk, pack_header, pack_status

#: How long, in seconds, the run continues while a browser acknowledges nothing new.
MAX_LEAD_S = 1.0
#: How long, in seconds, to wait for an acknowledgement before sending again. Doubled each time,
RETRY_S = 0.75
#: up to this many seconds.
MAX_RETRY_S = 6.0
#: After so many retries (3 s) without an answer the run does not wait for a browser,
SILENT_RETRIES = 3
#: and after so many (1 min) the browser is assumed to be closed.
MAX_RETRIES = 13
#: The most bytes of records in one message.
CHUNK_BYTES = 2_000_000
#: A browser that lacks more bytes of the records of a long recording gets an overview of it instead.
OVERVIEW_BYTES = PAGE_BYTES // 2


@dataclass
class _View:
    """What one browser has acknowledged, and when to send it again what it has not."""

    revision: int
    epochs: int
    status_seq: int
    hidden: bool
    thinned: bool
    waiting_since: float  # for the next acknowledgement
    retry_at: float = 0.0
    retries: int = 0

    @property
    def records(self) -> tuple[int, int]:
        return self.revision, self.epochs

    @property
    def is_silent(self) -> bool:
        return self.retries >= SILENT_RETRIES

    @property
    def is_gone(self) -> bool:
        return self.retries >= MAX_RETRIES

    def wait(self, now: float) -> None:
        """Start to wait for an acknowledgement."""
        self.waiting_since, self.retry_at, self.retries = now, now + RETRY_S, 0

    def retry(self, now: float) -> None:
        """Wait for an acknowledgement of what is sent again."""
        self.retry_at = now + min(RETRY_S * 2**self.retries, MAX_RETRY_S)
        self.retries += 1


class Feed:
    """Decides what to send and when. Any thread may call it.

    Parameters
    ----------
    run
        The run to show.
    send
        Sends a message to all browsers: content and buffers.
    pace
        When it may send. Defaults to one of its own.
    pack
        Packs the overview of a long recording. Defaults to none: then all records are sent in chunks.
    """

    def __init__(
        self,
        run: Run,
        send: Callable[[dict[str, Any], list[bytes]], None],
        pace: Pace | None = None,
        pack: Callable[[], bytes] | None = None,
    ) -> None:
        self._run = run
        self._send = send
        self._pack = pack
        self._views: dict[str, _View] = {}
        self._status: dict[str, Any] = {"seq": -1}
        self._sent = (0, 0)  # revision and epochs that were sent last
        self._pace = Pace() if pace is None else pace
        self._moment = -1e9  # of the pace, at which it sent last
        self._lock = threading.RLock()

    @property
    def watched(self) -> bool:
        """Whether a browser shows the widget, hidden or not."""
        return bool(self._views)

    @property
    def answered(self) -> bool:
        """Whether a browser shows the widget and has not fallen silent."""
        return any(not view.is_silent for view in list(self._views.values()))

    @property
    def visible(self) -> bool:
        """Whether a browser shows the widget on a page that is not hidden."""
        return any(not view.hidden for view in list(self._views.values()))

    @property
    def is_kept(self) -> bool | None:
        """Whether a browser has everything, and so keeps it in its own state; None: one may have it soon."""
        with self._lock:
            views = list(self._views.values())
            if any(not self._is_behind(view) and not view.thinned for view in views):
                return True
            return None if any(self._is_behind(view) and not view.is_silent for view in views) else False

    def receive(self, ack: Ack, now: float) -> None:
        """Handle an acknowledgement at time `now` in seconds: send what is missing, and the status."""
        with self._lock:
            old = self._views.get(ack.view)
            view = _View(ack.revision, ack.epochs, ack.status_seq, ack.hidden, ack.thinned, waiting_since=now)
            view.wait(now)
            if old is not None and old.records == view.records:
                view.waiting_since = old.waiting_since  # no progress
            self._views[ack.view] = view
            if self._is_behind(view):
                stuck = now - view.waiting_since >= RETRY_S
                continues = view.records == self._sent and self._pace.due(now, self._moment)
                if old is None or ack.missed or stuck or continues:
                    view.waiting_since = now
                    self._send_from(*view.records, now)
            self._send_status(ack.view)

    def forget(self, view: str) -> bool:
        """Forget a browser that was closed; return whether it was known."""
        with self._lock:
            return self._views.pop(view, None) is not None

    def update_status(self, status: Status, now: float) -> dict[str, Any]:
        """Give a new status the next number, and return it as it is sent."""
        with self._lock:
            for view in self._views.values():
                if self._is_current(view):
                    view.wait(now)
            self._status = pack_status(status, self._status["seq"] + 1)
            return self._status

    def send_new(self, now: float, *, at_once: bool = False) -> bool:
        """Send the epochs since the last chunk, if it is time; return whether anything was sent.

        `at_once` sends without waiting for the interval: the last epochs of a run, a cut, a step.
        """
        with self._lock:
            due = at_once or self._pace.due(now, self._moment)
            if not self._views or not due or self._sent == (self._run.revision, len(self._run.history)):
                return False
            self._send_from(*self._sent, now)
            return True

    def send_again(self, now: float) -> float | None:
        """Send again what was not acknowledged in time; return the seconds until the next call, None if not needed.

        An idle browser sends nothing, so it could not report a lost message.
        """
        with self._lock:
            self._views = {name: view for name, view in self._views.items() if not view.is_gone}
            waiting = [view for view in self._views.values() if not self._is_current(view)]
            for view in waiting:
                if now < view.retry_at:
                    continue
                view.retry(now)
                if self._is_behind(view):
                    self._send_from(*view.records, now)
                else:
                    self._send_status(None)
            return min((view.retry_at - now for view in waiting), default=None)

    def ready(self, now: float) -> bool:
        """Return whether the run may continue: False while a browser that answers is more than `MAX_LEAD_S` behind."""
        with self._lock:
            late = [view for view in self._views.values() if now - view.waiting_since > MAX_LEAD_S]
            # Only these are compared with the history: reading it records the buffered epochs, too few at a time.
            return not any(not view.is_silent and self._is_behind(view) for view in late)

    def _is_behind(self, view: _View) -> bool:
        return view.records != (self._run.revision, len(self._run.history))

    def _is_current(self, view: _View) -> bool:
        return not self._is_behind(view) and view.status_seq == self._status["seq"]

    def _send_status(self, view: str | None) -> None:
        self._send({"kind": "status", "view": view, "status": self._status}, [])

    def _send_from(self, revision: int, epochs: int, now: float) -> None:
        """Send a browser with `epochs` records of `revision` a chunk, or an overview if it lacks too many."""
        for view in self._views.values():
            if view.records == self._sent:
                view.wait(now)  # it had everything until now
        run, history, current = self._run, self._run.history, self._run.revision
        size = max(1, history.bytes_per_epoch)
        start = min(epochs, run.shared(revision)) if 0 <= revision <= current else 0
        if self._pack is not None and is_long(history) and (len(history) - start) * size > OVERVIEW_BYTES:
            self._send({"kind": "overview"}, [self._pack()])
            self._sent, self._moment = (current, len(history)), self._pace.sent(now)
            return
        after = current if start else 0
        while after > 0 and run.shared(after - 1) >= start:
            after -= 1
        stop = min(len(history), start + max(1, CHUNK_BYTES // size))
        content, buffers = pack_chunk(history, start, stop, revision=current, after=after)
        if after < current:
            content["header"], losses = pack_header(history, run.old_branches())
            buffers.append(losses)
        self._send(content, buffers)
        self._sent, self._moment = (current, stop), self._pace.sent(now)
