"""A player and a loss chart over one run, and the messages between the run and the browsers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from epochscope.runs.commands import Ack, Closed, Want, parse
from epochscope.runs.notebook import MainLoop, after_each_cell, in_latest_cell
from epochscope.runs.run import Run

from .feed import RETRY_S, Feed
from .optional_chart import make_chart
from .player import FOLLOW_HEAD, Player
from .saved import pack_known_weights, pack_run
from .unseen import Unseen
from .weight_feed import WeightFeed

if TYPE_CHECKING:
    from .loss_chart import LossChart

#: Seconds between two updates of the chart: one costs a browser far more than a chunk does.
CHART_INTERVAL_S = 1 / 4
#: The most chart messages a second: an update that changes the axes takes several.
CHART_MESSAGES = 5
#: Seconds between two recordings that are sent to pages which cannot answer, or 20 times as long as sending takes.
UNANSWERED_S = 0.5
#: Seconds between the end of training and sending the whole recording, which is saved with the notebook.
SAVE_DELAY_S = 0.5


class Display:
    """Shows a run on any number of pages, and passes their commands to it.

    Parameters
    ----------
    run
        The run to show.
    lang
        The language of the controls: "en", "ko", or "" to follow the browser.
    """

    def __init__(self, run: Run, lang: str = "") -> None:
        self.run = run
        self._main = MainLoop()
        self._chart_due = self._unanswered_due = 0.0
        self._closed, status = False, run.status()
        self._state, self._revision = status.state, status.revision
        self._retry: asyncio.TimerHandle | None = None
        self._save: asyncio.TimerHandle | None = None
        self._saved = (0, 0)  # revision and epochs that were sent last to be saved
        self._references = run.history.references
        self._feed = Feed(run, self._send)
        self._unseen = Unseen(self._main, self._feed, run.pause_unseen)
        self.chart: LossChart | None = make_chart(self._references, status.goal, lang)
        self._weights = WeightFeed(run, self._send, lambda: self.player.send_state("weights"), self._main)
        self.player: Player = Player(
            lambda: pack_run(run, self._references, watched=self._feed.watched),
            lambda: pack_known_weights(run, self._weights.refusal),
            deliver=self._main.call,
            status=self._feed.update_status(status, time.monotonic()),
            cursor=FOLLOW_HEAD,
            lang=lang,
            chart=self.chart.refs if self.chart is not None else {},
        )
        self.player.on_msg(self._receive)
        self.player.observe(self._cursor_changed, "cursor")
        self.player.add_class("epochscope-player")
        run.listeners.add(self)
        self._draw()
        self._sent_in_cell = (0, 0, 0)  # revision, epochs and number of the status that a cell has sent
        self._stop_after_cells = after_each_cell(self._cell_ended)

    @property
    def head(self) -> int:
        """The last recorded epoch; -1 before the first."""
        return len(self.run.history) - 1

    @property
    def epoch(self) -> int:
        """The cursor: the epoch that is shown; -1 before the first."""
        return self.head if self.player.cursor == FOLLOW_HEAD else min(self.player.cursor, self.head)

    @in_latest_cell
    def seek(self, epoch: int) -> None:
        """Move the cursor to `epoch`; at the head it stays there when epochs are recorded."""
        self.player.cursor = FOLLOW_HEAD if epoch == self.head else epoch

    def close(self) -> None:
        """End the run, and remove player and chart from every page."""
        if self._closed:
            return
        self._closed = True
        self._stop_after_cells()
        self._unseen.cancel()
        for timer in filter(None, (self._retry, self._save)):
            timer.cancel()
        self.run.close()
        for shown in filter(None, (self.player, self.chart)):
            shown.close()

    def when_unseen(self, call: Callable[[], None]) -> None:
        """Call as soon as no page shows the widget, and each time that the last page has removed it."""
        self._unseen.calls.append(call)
        self.on_state()  # a page that shows it acknowledges this; one that was reloaded does not
        self._unseen.check_soon()

    # -- from the run --------------------------------------------------------------------------------------------

    def ready(self, now: float) -> bool:
        """Return whether the browsers keep up."""
        return self._feed.ready(now)

    @in_latest_cell
    def on_epochs(self) -> None:
        """Send new epochs and update the chart, if it is time."""
        now = time.monotonic()
        self._feed.send_new(now)
        self._weights.serve()
        self._main.call(self._schedule_retry)
        if now >= self._chart_due and self._feed.visible:
            self._draw()
        if now >= self._unanswered_due and not self._feed.watched and self._state == "training":
            self._send_unanswered(now)

    @in_latest_cell
    def on_state(self) -> None:
        """Send new epochs and the status at once."""
        if self._closed:
            return
        now, status = time.monotonic(), self.run.status()
        started = self._state != status.state == "training"
        changed = status.revision != self._revision
        self._state, self._revision = status.state, status.revision
        self._feed.send_new(now, at_once=True)
        self.player.status = self._feed.update_status(status, now)
        self._main.call(self._schedule_retry)
        if changed or started:
            self.player.cursor = FOLLOW_HEAD
        if status.state != "training":
            self._draw()
        self._main.call(self._schedule_save)

    # -- from the browsers ---------------------------------------------------------------------------------------

    @in_latest_cell
    def _receive(self, _widget: object, content: object, buffers: Sequence[object] | None) -> None:
        """Handle a message from a browser, on whichever thread the kernel chose."""
        try:
            if buffers:
                raise ValueError(f"message refused: {len(buffers)} buffers; expected none")
            message = parse(content)
        except ValueError as error:
            self._send({"kind": "refused", "message": str(error)}, [])
            return
        match message:
            case Ack():
                with self.run.lock:
                    self._feed.receive(message, time.monotonic())
            case Want():
                self._weights.receive(message)
            case Closed(view):
                self._weights.forget(view)
                if self._feed.forget(view):
                    self._unseen.check_soon()
            case _:
                self.run.post(message)

    def _cursor_changed(self, _change: object) -> None:
        if self.chart is not None and not self._feed.watched:
            self.chart.point(self.epoch, self.run.history)

    # -- to the browsers -----------------------------------------------------------------------------------------

    def _send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        if not self._closed:
            self.player.send(content, buffers)

    def _schedule_retry(self, seconds: float = RETRY_S) -> None:
        if self._retry is None and self._feed.watched and not self._closed:
            self._retry = self._main.later(seconds, self._send_again)

    @in_latest_cell
    def _send_again(self) -> None:
        self._retry = None
        with self.run.lock:
            seconds = self._feed.send_again(time.monotonic())
        if seconds is not None:
            self._schedule_retry(seconds)

    def _schedule_save(self) -> None:
        """Send the whole recording soon after training: pages keep it as state, which is saved with the notebook."""
        if self._save is not None:
            self._save.cancel()
            self._save = None
        if self._closed or self._state == "training":
            return
        if self._feed.watched:
            self._save = self._main.later(SAVE_DELAY_S, self._send_recording)
        if self._save is None:
            self._send_recording()

    @in_latest_cell
    def _send_recording(self) -> None:
        self._save = None
        recorded = (self.run.revision, len(self.run.history))
        if recorded != self._saved:
            self._saved = recorded
            self.player.send_state("recording")
        self._weights.save()

    def _send_unanswered(self, now: float) -> None:
        """Send the whole recording: before ipykernel 7 no page can answer, and say what it has, while a cell runs."""
        self._draw()
        self.player.send_state("recording")
        self._unanswered_due = now + max(UNANSWERED_S, 20 * (time.monotonic() - now))

    def _cell_ended(self) -> None:
        """Send the final state once more in a cell: nbclient drops what is sent between two cells.

        Not needed if a page shows the widget: it receives every message and saves its own state. Not possible while the
        widgets of a replaced scope are closed.
        """
        if self.player.comm is None:
            return
        current = (self.run.revision, len(self.run.history), self.player.status["seq"])
        if self._feed.watched or self._state == "training" or current == self._sent_in_cell:
            return
        self._sent_in_cell = current
        self.player.send_state(["recording", "weights", "status", "cursor"])
        if self.chart is not None:
            self._draw()
            self.chart.send_state()

    def _draw(self) -> None:
        if self.chart is None:
            return
        status, old_branches = self.run.status(), self.run.old_branches()
        sent = self.chart.show(self.run.history, status.goal, old_branches, growing=status.state == "training")
        self._chart_due = time.monotonic() + max(CHART_INTERVAL_S, sent / CHART_MESSAGES)
        if not self._feed.watched:
            self.chart.point(self.epoch, self.run.history)
