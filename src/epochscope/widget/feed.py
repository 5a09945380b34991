"""What the browsers have, and what to send them next: a few messages a second, whatever the speed of training.

A message goes to every browser that looks at the same widget. Each says now and then what it has; whoever misses
something is served from there. A browser that falls silent is no longer waited for, and is caught up when it returns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from epochscope.runs.commands import Ack
from epochscope.runs.run import Run

from .wire import pack_chunk, pack_line

#: Seconds between two chunks: at most 12.5 a second, so that the usual 12 epochs a second travel one by one; with the
#: answers and the chart's messages there are then no more than 25.
INTERVAL_S = 0.08
#: How far, in seconds, the run may be ahead of what a listening browser has acknowledged.
AHEAD_S = 1.0
#: A browser silent for so many seconds is not waited for any more.
SILENT_S = 4.0
#: A browser that makes no progress for so long, in seconds, is sent again what it lacks.
RETRY_S = 0.75
#: One that does not answer is sent it more and more seldom, at this many seconds at the most,
LONGEST_RETRY_S = 6.0
#: and after so many seconds it is taken to be gone.
GONE_S = 60.0
#: The most bytes of records in one message.
CHUNK_BYTES = 2_000_000


@dataclass
class _View:
    revision: int
    epochs: int
    told: int
    heard: float  # when it last said anything
    moved: float  # when it last got further, or last was up to date, or was sent something again
    hidden: bool
    behind: float  # since when it has lacked something and said nothing
    again: float  # when it is sent that again
    pause: float = RETRY_S  # and how much later once more

    def falls_behind(self, now: float) -> None:
        self.behind, self.again, self.pause = now, now + RETRY_S, RETRY_S


class Feed:
    """Decides what is sent and when. It knows no sockets: `send(content, buffers)` is given to it, and so is the time.

    Safe to call from any thread.
    """

    def __init__(self, source: Run, send: Callable[[dict[str, Any], list[bytes]], None]) -> None:
        self._source = source
        self._send = send
        self._views: dict[str, _View] = {}
        self._status: dict[str, Any] = {"told": -1}
        self._sent = (0, 0)  # revision, epochs: what has been sent to all
        self._sent_at = -1e9
        self._lock = threading.RLock()

    @property
    def watched(self) -> bool:
        """Whether a browser is listening, hidden or not."""
        return bool(self._views)

    @property
    def visible(self) -> bool:
        """Whether a browser shows the widget on a page that is not hidden."""
        return any(not view.hidden for view in list(self._views.values()))

    def hear(self, have: Ack, now: float) -> None:
        """A view says what it has, at time `now` in seconds; what it lacks is sent."""
        with self._lock:
            old, has = self._views.get(have.view), (have.revision, have.epochs)
            moved = now if old is None or has != (old.revision, old.epochs) else old.moved
            view = _View(*has, have.told, now, moved, have.hidden, behind=now, again=now + RETRY_S)
            self._views[have.view] = view
            if self._lacks(view):
                stuck = now - moved >= RETRY_S
                more = has == self._sent and now - self._sent_at >= INTERVAL_S
                if old is None or have.gap or stuck or more:
                    view.moved = now
                    self._serve(*has, now)
            self._send({"kind": "alive", "view": have.view, "status": self._status}, [])

    def tell(self, status: dict[str, Any], now: float) -> dict[str, Any]:
        """Number a status, so that of two the newer is known. It is told with every answer from now on."""
        with self._lock:
            for view in self._views.values():
                if not self._misses(view):
                    view.falls_behind(now)
            self._status = {**status, "told": self._status["told"] + 1}
            return self._status

    def remind(self, now: float) -> float | None:
        """Send again what a browser has not acknowledged; in how many seconds to ask again, None if all is well.

        A browser at rest says nothing by itself: without this, what was lost on the way to it would never be missed.
        """
        with self._lock:
            self._forget_the_gone(now)
            missing = [view for view in self._views.values() if self._misses(view)]
            for view in missing:
                if now < view.again:
                    continue
                view.again, view.pause = now + view.pause, min(2 * view.pause, LONGEST_RETRY_S)
                if self._lacks(view):
                    self._serve(view.revision, view.epochs, now)
                else:
                    self._send({"kind": "alive", "view": None, "status": self._status}, [])
            return min((view.again - now for view in missing), default=None)

    def forget(self, view: str) -> None:
        """A view is gone."""
        with self._lock:
            self._views.pop(view, None)

    def pump(self, now: float, *, at_once: bool = False) -> bool:
        """Send what is new since the last chunk, if it is time for it; whether anything was sent.

        `at_once` is for what must not wait its turn: the last epochs of a run, a cut, a step.
        """
        with self._lock:
            self._forget_the_gone(now)
            if not self._views:
                return False
            if not at_once and now - self._sent_at < INTERVAL_S:
                return False
            if self._sent == (self._source.revision, len(self._source.history)):
                return False
            self._serve(*self._sent, now)
            return True

    def ready(self, now: float) -> bool:
        """Whether the run may go on: False while a browser that listens is more than about a second behind."""
        with self._lock:
            return not any(
                now - view.moved > AHEAD_S and now - view.heard <= SILENT_S and self._lacks(view)
                for view in self._views.values()
            )

    def _lacks(self, view: _View) -> bool:
        return (view.revision, view.epochs) != (self._source.revision, len(self._source.history))

    def _misses(self, view: _View) -> bool:
        return self._lacks(view) or view.told != self._status["told"]

    def _forget_the_gone(self, now: float) -> None:
        sent = (*self._sent, self._status["told"])
        for name, view in list(self._views.items()):
            if (view.revision, view.epochs, view.told) != sent and now - view.behind > GONE_S:
                del self._views[name]

    def _serve(self, revision: int, epochs: int, now: float) -> None:
        """Send a chunk that a browser with `epochs` records of `revision` can use."""
        for view in self._views.values():
            if (view.revision, view.epochs) == self._sent:
                view.moved = now  # it had all there was: only from now on is it behind
                view.falls_behind(now)
        history, current = self._source.history, self._source.revision
        start = min(epochs, self._source.shared(revision)) if 0 <= revision <= current else 0
        after = current if start else 0
        while after > 0 and self._source.shared(after - 1) >= start:
            after -= 1
        most = max(1, CHUNK_BYTES // max(1, history.bytes_per_epoch))
        stop = min(len(history), start + most)
        content, *buffers = pack_chunk(history, start, stop, revision=current, after=after)
        if after < current:
            content["line"], losses = pack_line(history, self._source.old_branches())
            buffers.append(losses)
        self._send(content, buffers)
        self._sent = (current, stop)
        self._sent_at = now
