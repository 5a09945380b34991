"""A player and a loss chart over the runs of a widget, and the messages between the runs and the browsers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from epochscope.runs.notebook import MainLoop, after_each_cell, in_latest_cell
from epochscope.runs.votes import Answer, Hands

from .channel import Channel
from .player import FOLLOW_HEAD, QUESTION_TRAITS
from .questions import Questions
from .unseen import Unseen

#: Seconds between two updates of the chart: one costs a browser far more than a chunk does.
CHART_INTERVAL_S = 1 / 4
#: The same at full speed: after so many new epochs the curve is another one in any case.
FAST_CHART_INTERVAL_S, FAST_EPOCHS = 1 / 2, 100
#: The most chart messages a second: an update that changes the axes takes several.
CHART_MESSAGES = 5
#: The pause after an update, in units of the time it took: a loop waits for it.
CHART_PAUSE = 20
#: Seconds between two recordings that are sent to pages which cannot answer, or 20 times as long as sending takes.
UNANSWERED_S = 0.5
#: Seconds between the end of training and the first look whether a page has everything, so that it can be saved.
SAVE_DELAY_S = 0.5


class Display:
    """Base class: shows runs on any number of pages. A subclass makes player, chart and channels, then starts it."""

    #: A `Player` or `ComparisonPlayer`.
    player: Any
    #: A `LossChart` or `ComparisonChart`; None without bqplot.
    chart: Any
    channels: Sequence[Channel]
    questions: Questions

    def __init__(self) -> None:
        self._main = MainLoop()
        self._chart_due = self._unanswered_due = 0.0
        self._charted = -1  # the last epoch in the chart
        self._closed = False
        self._save: asyncio.TimerHandle | None = None
        self._saved: object = None  # what was recorded when the recordings were sent last to be saved
        self._sent_in_cell: object = None  # what was recorded when a cell sent it last

    def _start(self, pause_unseen: Callable[[], None]) -> None:
        """Show the runs from now on; call `pause_unseen` when no page shows them any more."""
        self._unseen = Unseen(self._main, self.channels[0].feed, pause_unseen)
        for channel in self.channels:
            channel.open()
        self._saved = [(0, 0)] * len(self.channels)
        self._draw()
        self._stop_after_cells = after_each_cell(self._cell_ended)

    def _show(self, *, growing: bool) -> int:
        """Draw the chart; return how many messages that took."""
        raise NotImplementedError

    def _point(self) -> None:
        """Put the chart's cursor on the epoch that is shown."""
        raise NotImplementedError

    @property
    def front(self) -> int:
        """The epoch that a cursor shows which follows the training."""
        raise NotImplementedError

    @property
    def head(self) -> int:
        """The last recorded epoch; -1 before the first."""
        return max(len(channel.run.history) for channel in self.channels) - 1

    @property
    def epoch(self) -> int:
        """The cursor: the epoch that is shown; -1 before the first."""
        return self.front if self.player.cursor == FOLLOW_HEAD else min(self.player.cursor, self.head)

    @property
    def training(self) -> bool:
        """Whether a run trained when it was last notified."""
        return any(channel.state == "training" for channel in self.channels)

    @in_latest_cell
    def seek(self, epoch: int) -> None:
        """Move the cursor to `epoch`; at the front it stays there when epochs are recorded."""
        self.player.cursor = FOLLOW_HEAD if epoch == self.front else epoch

    def close(self) -> None:
        """Remove player and chart from every page; the runs are the owner's."""
        self._closed = True
        self._stop_after_cells()
        self._unseen.cancel()
        self.questions.close()
        if self._save is not None:
            self._save.cancel()
        for channel in self.channels:
            channel.close()
        self.player.close()
        if self.chart is not None:
            self.chart.close()

    def when_unseen(self, call: Callable[[], None]) -> None:
        """Call as soon as no page shows the widget, and each time that the last page has removed it."""
        self._unseen.calls.append(call)
        for channel in self.channels:  # a page that shows it acknowledges this; one that was reloaded does not
            channel.on_state()
        self._unseen.check_soon()

    # -- from the channels ---------------------------------------------------------------------------------------

    def on_epochs(self, now: float) -> None:
        """Update the chart, if it is time, and pages that cannot answer."""
        if now >= self._chart_due and self._visible:
            self._draw()
        if now >= self._unanswered_due and not self._watched and self.training:
            self._send_unanswered(now)
        self.questions.on_epochs()

    def on_state(self, *, moved: bool) -> None:
        """Move the cursor to the front if training has begun or the recording has changed, and draw the chart."""
        if moved:
            self.player.cursor = FOLLOW_HEAD
        if not self.training:
            self._draw()
        self.questions.on_state()
        self._main.call(self._schedule_save)

    @property
    def _watched(self) -> bool:
        return self.channels[0].feed.watched

    @property
    def _visible(self) -> bool:
        return self.channels[0].feed.visible

    def _forget(self, channel: Channel, view: str) -> None:
        if channel.forget(view) and channel is self.channels[0]:
            self._unseen.check_soon()

    def _cursor_changed(self, _change: object) -> None:
        if self.chart is not None and not self._watched:
            self._point()

    def _receive_vote(self, message: Answer | Hands, refuse: Callable[[str], None]) -> None:
        """Handle an answer on the main thread, where callbacks of the user are called."""

        @in_latest_cell
        def receive() -> None:
            if self._closed:
                return
            try:
                self.questions.receive(message)
            except ValueError as error:
                refuse(f"message refused: {error}")

        self._main.call(receive)

    # -- to the browsers -----------------------------------------------------------------------------------------

    def _schedule_save(self) -> None:
        """Soon after training, send the recordings if no page has them: its state is saved with the notebook."""
        if self._save is not None:
            self._save.cancel()
            self._save = None
        if self._closed or self.training:
            return
        if self._watched:
            self._save = self._main.later(SAVE_DELAY_S, self._send_recordings)
        if self._save is None:
            self._send_recordings()

    @in_latest_cell
    def _send_recordings(self) -> None:
        self._save = None
        recorded = [channel.recorded for channel in self.channels]
        if recorded != self._saved:
            kept = [channel.is_kept for channel in self.channels]
            if None in kept and False not in kept:
                self._save = self._main.later(SAVE_DELAY_S, self._send_recordings)
                return
            self._saved = recorded
            if False in kept:
                self.player.send_recordings()
        for channel in self.channels:
            channel.weights.save()

    def _send_unanswered(self, now: float) -> None:
        """Send the whole recording: before ipykernel 7 no page can answer, and say what it has, while a cell runs."""
        self._draw()
        self.player.send_recordings()
        self._unanswered_due = now + max(UNANSWERED_S, 20 * (time.monotonic() - now))

    def _cell_ended(self) -> None:
        """Send the final state once more in a cell: nbclient drops what is sent between two cells.

        Not needed if a page shows the widget: it receives every message and saves its own state. Not possible while the
        widgets of a replaced scope are closed.
        """
        if self.player.comm is None:
            return
        question = [getattr(self.player, name) for name in QUESTION_TRAITS]
        current = [(channel.recorded, channel.run.status()) for channel in self.channels], question
        if self._watched or self.training or current == self._sent_in_cell:
            return
        self._sent_in_cell = current
        self.player.send_everything()
        if self.chart is not None:
            self._draw()
            self.chart.send_state()

    def _draw(self) -> None:
        if self.chart is None:
            return
        began = time.monotonic()
        sent, before, self._charted = self._show(growing=self.training), self._charted, self.head
        now = time.monotonic()
        interval = FAST_CHART_INTERVAL_S if self._charted - before >= FAST_EPOCHS else CHART_INTERVAL_S
        self._chart_due = now + max(interval, sent / CHART_MESSAGES, CHART_PAUSE * (now - began))
        if not self._watched:
            self._point()
