"""A player and a loss chart over one source, and the traffic between the source and the browsers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from epochscope.recording.references import Reference, references
from epochscope.runs.commands import Ack, Closed, Command, Pause, Play, Speed, parse
from epochscope.runs.loops import running_loop
from epochscope.runs.run import Run

from .feed import RETRY_S, Feed
from .player import Player
from .wire import pack_recording

if TYPE_CHECKING:
    from .loss_chart import LossChart

#: Seconds between two updates of the chart: one costs a browser far more than a chunk does.
CHART_INTERVAL_S = 1 / 4
#: And the most messages a second that it may take: axes that are fitted anew are several.
CHART_MESSAGES = 5
#: A page that has everything already is sent the whole recording, to be saved with the notebook, after so many seconds.
KEEP_S = 0.5
#: The most bytes of records that a page that opens is sent in one piece; the rest follows in chunks.
OPENING_BYTES = 8_000_000


class Display:
    """Listens to a source, and lets it be seen and commanded from any number of pages.

    Args:
        source: what is shown.
        lang: the language of the controls: "en", "ko", or "" to follow the browser.
    """

    def __init__(self, source: Run, lang: str = "") -> None:
        self.source = source
        self.follows = True  # the cursor is at the head, and stays there while epochs are recorded
        self._loop, self._thread = running_loop(), threading.get_ident()
        self._chart_due = 0.0
        self._closed = False
        self._state, self._revision = source.status()["state"], source.revision
        self._reminder: asyncio.TimerHandle | None = None
        self._keeping: asyncio.TimerHandle | None = None
        self._kept = (0, 0)  # revision, epochs: what was sent last to be saved
        self._references = references(source.history)
        self._feed = Feed(source, self.send)
        self.chart = _chart(self._references, source, lang)
        self.player = Player(
            self._pack,
            deliver=self._on_main,
            status=self._feed.tell(source.status(), time.monotonic()),
            cursor=self.head,
            lang=lang,
            chart=self.chart.refs if self.chart is not None else {},
        )
        self.player.on_msg(self._hear)
        self.player.observe(self._moved, "cursor")
        self.player.add_class("epochscope-player")
        source.listener = self
        self._draw()

    @property
    def head(self) -> int:
        """The last recorded epoch; -1 before the first."""
        return len(self.source.history) - 1

    @property
    def epoch(self) -> int:
        """The cursor: the epoch on show; -1 before the first."""
        return self.head if self.follows else min(self.player.cursor, self.head)

    def seek(self, epoch: int) -> None:
        """Put the cursor on `epoch`, 0 to `head`."""
        self.follows = epoch == self.head
        self.player.cursor = epoch

    def do(self, command: Command) -> None:
        """Carry out a command of the user's; what trains or changes the line is watched at the head."""
        self.source.do(command)
        if not isinstance(command, (Pause, Speed)):
            self.follow()

    def follow(self) -> None:
        """Put the cursor on the head, where it stays while epochs are recorded."""
        self.follows = True
        self.player.cursor = self.head

    def send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a custom message to every page."""
        if not self._closed:
            self.player.send(content, buffers)

    def close(self) -> None:
        """End the source, and remove player and chart from every page."""
        if self._closed:
            return
        self._closed = True
        for timer in (self._reminder, self._keeping):
            if timer is not None:
                timer.cancel()
        self.source.close()
        self.player.close()
        if self.chart is not None:
            self.chart.close()

    # What the source tells:

    def ready(self, now: float) -> bool:
        """Whether the browsers keep up."""
        return self._feed.ready(now)

    def on_epochs(self) -> None:
        """Send what is new, in its time."""
        now = time.monotonic()
        self._feed.pump(now)
        self._on_main(self._remind_later)
        if now >= self._chart_due and self._feed.visible:
            self._draw()

    def on_state(self) -> None:
        """Send what must not wait, and how things stand."""
        if self._closed:
            return
        now, status = time.monotonic(), self.source.status()
        changed, self._revision = status["revision"] != self._revision, status["revision"]
        began, self._state = self._state != status["state"] == "training", status["state"]
        self._feed.pump(now, at_once=True)
        self.player.status = self._feed.tell(status, now)
        self._on_main(self._remind_later)
        if self.follows or changed or began:
            self.follow()
        if status["state"] != "training":
            self._draw()
        self._on_main(self._keep_later)

    # What the browsers tell:

    def _hear(self, _widget: object, content: object, buffers: Sequence[object] | None) -> None:
        """Take a message from a browser, on whichever thread the kernel chose."""
        try:
            if buffers:
                raise ValueError(f"{len(buffers)} buffers: expected none")
            message = parse(content)
        except ValueError as error:
            self.send({"kind": "refused", "message": str(error)}, [])
            return
        match message:
            case Ack():
                with self.source.lock:
                    self._feed.hear(message, time.monotonic())
            case Closed(view):
                self._feed.forget(view)
            case _:
                if isinstance(message, Play) and self._state == "training":
                    self.follows = True  # whatever begins is followed from its beginning, see `on_state`
                self.source.post(message)

    def _moved(self, change: dict[str, Any]) -> None:
        if change["new"] > self.head:
            self.player.cursor = self.head  # a browser has not heard yet that the line was cut
            return
        self.follows = change["new"] == self.head
        if self.chart is not None and not self._feed.watched:
            self.chart.point(change["new"], self.source.history)

    def _on_main(self, act: Callable[[], None]) -> None:
        if self._loop is None or self._loop.is_closed() or threading.get_ident() == self._thread:
            act()
        else:
            self._loop.call_soon_threadsafe(act)

    def _remind_later(self, seconds: float = RETRY_S) -> None:
        """See in a while whether the browsers have got what they were sent."""
        waits = self._reminder is not None or self._closed or not self._feed.watched
        if not waits and self._loop is not None and not self._loop.is_closed():
            self._reminder = self._loop.call_later(seconds, self._remind)

    def _remind(self) -> None:
        self._reminder = None
        with self.source.lock:
            seconds = self._feed.remind(time.monotonic())
        if seconds is not None:
            self._remind_later(seconds)

    def _keep_later(self) -> None:
        """Send the whole recording once the run rests: the state of the page is what a saved notebook keeps."""
        if self._keeping is not None:
            self._keeping.cancel()
            self._keeping = None
        if self._closed or self._state == "training":
            return
        if not self._feed.watched or self._loop is None or self._loop.is_closed():
            self._keep()
        else:
            self._keeping = self._loop.call_later(KEEP_S, self._keep)

    def _keep(self) -> None:
        self._keeping = None
        there = (self.source.revision, len(self.source.history))
        if there != self._kept:
            self._kept = there
            self.player.send_state("recording")

    def _draw(self) -> None:
        if self.chart is None:
            return
        sent = self.chart.show(self.source.history, self.source.status()["goal"], self.source.old_branches())
        self._chart_due = time.monotonic() + max(CHART_INTERVAL_S, sent / CHART_MESSAGES)
        if not self._feed.watched:
            self.chart.point(self.epoch, self.source.history)

    def _pack(self) -> bytes:
        source = self.source
        with source.lock:
            return pack_recording(
                source.history,
                revision=source.revision,
                references=self._references,
                old_branches=source.old_branches(),
                epochs=OPENING_BYTES // source.history.bytes_per_epoch if self._feed.watched else None,
            )


def _chart(levels: Sequence[Reference], source: Run, lang: str) -> LossChart | None:
    try:
        from .loss_chart import LossChart
    except ImportError:  # a recording replays without bqplot: the player draws the loss itself
        return None
    return LossChart(levels, source.status()["goal"], lang)
