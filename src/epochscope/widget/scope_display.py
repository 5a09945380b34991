"""The display of one run: a player, and a loss chart with the older branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from epochscope.questions.subject import Subject
from epochscope.runs.commands import Ack, Closed, Cursor, Want, WantRecords, parse
from epochscope.runs.notebook import in_latest_cell
from epochscope.runs.run import Run
from epochscope.runs.votes import Answer, Hands

from .channel import Channel
from .display import Display
from .optional_chart import make_chart, may_have_lines
from .player import FOLLOW_HEAD, Player
from .questions import Questions
from .run_source import RunSource

if TYPE_CHECKING:
    from .loss_chart import LossChart


class ScopeDisplay(Display):
    """Shows a run on any number of pages, and passes their commands to it.

    Parameters
    ----------
    run
        The run to show.
    lang
        The language of the controls: "en", "ko", or "" to follow the browser.
    """

    player: Player
    chart: LossChart | None

    def __init__(self, run: Run, lang: str = "") -> None:
        super().__init__()
        self.run = run
        self._channel = Channel(run, self, self._main, self)
        self.channels = [self._channel]
        status = run.status()
        # A loop of the user's may count steps, and log scalars, once it begins.
        has_lines = status.source == "monitor" or may_have_lines(run.history)
        self.chart = make_chart(self._channel.references, status.goal, lang, has_lines=has_lines)
        self.player = Player(
            self._channel.pack,
            self._channel.pack_weights,
            self._channel.pack_code,
            deliver=self._main.call,
            status=self._channel.first_status,
            cursor=FOLLOW_HEAD,
            lang=lang,
            chart=self.chart.refs if self.chart is not None else {},
        )
        self.questions = Questions(self.player, Subject((RunSource(run),)), lambda: self.epoch, self._main)
        self.player.on_msg(self._receive)
        self.player.observe(self._cursor_changed, "cursor")
        self.player.add_class("epochscope-player")
        self._start(run.pause_unseen)

    @property
    def front(self) -> int:
        """The last recorded epoch; -1 before the first."""
        return self.head

    def close(self) -> None:
        """End the run, and remove player and chart from every page."""
        if not self._closed:
            self.run.close()
            super().close()

    # -- the port of the channel ---------------------------------------------------------------------------------

    def send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a message to all pages."""
        if not self._closed:
            self.player.send(content, buffers)

    def send_recording(self) -> None:
        """Send the whole recording, which is another one than before."""
        if self.chart is not None:
            self.chart.references = self._channel.references
        self.player.send_recordings()

    def send_weights(self) -> None:
        """Send all known weights, which pages save with the notebook."""
        self.player.send_state("weights")

    def send_code(self) -> None:
        """Send the program that repeats the run."""
        self.player.send_state("code")

    def set_status(self, status: dict[str, Any]) -> None:
        """Set the status that new pages receive."""
        self.player.status = status

    # -- from the browsers ---------------------------------------------------------------------------------------

    @in_latest_cell
    def _receive(self, _widget: object, content: object, buffers: Sequence[object] | None) -> None:
        """Handle a message from a browser, on whichever thread the kernel chose."""
        try:
            if buffers:
                raise ValueError(f"message refused: {len(buffers)} buffers; expected none")
            message = parse(content)
        except ValueError as error:
            self._refuse(str(error))
            return
        match message:
            case Ack() | Want() | WantRecords():
                self._channel.receive(message)
            case Cursor(cursor):
                self.player.receive_cursor(cursor)
            case Closed(view):
                self._forget(self._channel, view)
            case Answer() | Hands():
                self._receive_vote(message, self._refuse)
            case _:
                self.run.post(message)

    def _refuse(self, reason: str) -> None:
        self.send({"kind": "refused", "message": reason}, [])

    def _show(self, *, growing: bool) -> int:
        if self.chart is None:
            return 0
        return self.chart.show(self.run.history, self.run.status().goal, self.run.old_branches(), growing=growing)

    def _point(self) -> None:
        if self.chart is not None:
            self.chart.point(self.epoch, self.run.history)
