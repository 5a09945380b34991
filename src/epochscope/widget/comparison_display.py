"""The display of a comparison: one player and one loss chart over several runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from epochscope.questions.subject import Subject
from epochscope.runs.commands import Ack, Closed, Cursor, Want, WantRecords, parse_for_run
from epochscope.runs.lockstep import Lockstep
from epochscope.runs.notebook import in_latest_cell
from epochscope.runs.votes import Answer, Hands

from .channel import Channel
from .display import Display
from .optional_chart import make_comparison_chart
from .outbox import Outbox, RunPort
from .pace import Pace
from .player import FOLLOW_HEAD, ComparisonPlayer
from .questions import Questions
from .run_source import RunSource

if TYPE_CHECKING:
    from .comparison_chart import ComparisonChart

#: The shortest time, in seconds, between two chunks: the chart takes more messages than that of one run.
INTERVAL_S = 0.1
#: The most messages that a page sends as one.
MAX_MESSAGES = 100


class ComparisonDisplay(Display):
    """Shows several runs in lock step, and passes the commands of the pages to them.

    Parameters
    ----------
    lockstep
        The runs.
    labels
        Their names.
    lang
        The language of the controls: "en", "ko", or "" to follow the browser.
    """

    player: ComparisonPlayer
    chart: ComparisonChart | None

    def __init__(self, lockstep: Lockstep, labels: Sequence[str], lang: str = "") -> None:
        super().__init__()
        self.lockstep = lockstep
        runs = lockstep.runs
        self._outbox = Outbox(len(runs))
        pace = Pace(INTERVAL_S)
        self.channels = [Channel(run, RunPort(self._outbox, i), self._main, self, pace) for i, run in enumerate(runs)]
        self.chart = make_comparison_chart(labels, self._goal, lang)
        self.player = ComparisonPlayer(
            lambda: [channel.pack() for channel in self.channels],
            lambda: [channel.pack_weights() for channel in self.channels],
            lambda: [channel.pack_code() for channel in self.channels],
            deliver=self._main.call,
            statuses=[channel.first_status for channel in self.channels],
            labels=list(labels),
            cursor=FOLLOW_HEAD,
            lang=lang,
            chart=self.chart.refs if self.chart is not None else {},
        )
        subject = Subject(tuple(RunSource(run) for run in runs), tuple(labels))
        self.questions = Questions(self.player, subject, lambda: self.epoch, self._main)
        for i, channel in enumerate(self.channels):
            self._outbox.set_status(i, channel.first_status)
        self._outbox.player = self.player
        lockstep.together = self._outbox.together
        self.player.on_msg(self._receive)
        self.player.observe(self._cursor_changed, "cursor")
        self.player.add_class("epochscope-player")
        self._start(lockstep.pause_unseen)

    @property
    def front(self) -> int:
        """The lowest head of the runs that go on."""
        return self.lockstep.front

    @property
    def _goal(self) -> int:
        return max(run.status().goal for run in self.lockstep.runs)

    def close(self) -> None:
        """Train no more, and remove player and chart from every page."""
        if not self._closed:
            self.lockstep.close()
            self._outbox.player = None
            super().close()

    @in_latest_cell
    def _receive(self, _widget: object, content: object, buffers: Sequence[object] | None) -> None:
        """Handle a message from a browser, or several, on whichever thread the kernel chose."""
        messages: Any = [content]
        if isinstance(content, dict) and content.get("kind") == "several":
            messages = content.get("messages")
        with self._outbox.together():
            if buffers or not isinstance(messages, list) or len(messages) > MAX_MESSAGES:
                self._refuse(0, f"message refused: expected a list of at most {MAX_MESSAGES} messages, without buffers")
                return
            for message in messages:
                self._receive_one(message)

    def _receive_one(self, content: object) -> None:
        try:
            message, run = parse_for_run(content, len(self.channels))
        except ValueError as error:
            self._refuse(0, str(error))
            return
        match message:
            case Ack() | Want() | WantRecords():
                self.channels[run or 0].receive(message)
            case Cursor(cursor):
                self.player.receive_cursor(cursor)
            case Closed(view):
                self._forget(self.channels[run or 0], view)
            case Answer() | Hands():
                self._receive_vote(message, lambda reason: self._refuse(0, reason))
            case _:
                self.lockstep.post(message, run)

    def _refuse(self, run: int, reason: str) -> None:
        self._outbox.send(run, {"kind": "refused", "message": reason}, [])

    def _show(self, *, growing: bool) -> int:
        if self.chart is None:
            return 0
        return self.chart.show([run.history for run in self.lockstep.runs], self._goal, growing=growing)

    def _point(self) -> None:
        if self.chart is not None:
            self.chart.point(self.epoch, [run.history for run in self.lockstep.runs])
