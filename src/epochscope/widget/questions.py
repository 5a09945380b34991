"""The questions of a widget: their traits, and the messages of the pages that answer them."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from epochscope.questions import answer_file
from epochscope.questions.ballots import Vote
from epochscope.questions.kinds import make
from epochscope.questions.poll import Poll
from epochscope.questions.registry import registry
from epochscope.questions.subject import Subject
from epochscope.runs.notebook import MainLoop, in_latest_cell
from epochscope.runs.votes import Answer, Hands

from .question import Question

if TYPE_CHECKING:
    import pandas as pd

    from epochscope.questions.answer_file import Paths

#: Seconds between two messages with new answers.
INTERVAL_S = 0.1

Callback: TypeAlias = Callable[[dict[str, Any]], object]


class Questions:
    """The question that a widget shows, and the earlier ones with their answers.

    Parameters
    ----------
    player
        The widget on the pages; a `BasePlayer`.
    subject
        What the questions are about.
    cursor
        Returns the epoch on show.
    main
        The event loop of the kernel's main thread, on which answers are handled.
    """

    def __init__(self, player: Any, subject: Subject, cursor: Callable[[], int], main: MainLoop) -> None:
        self._player, self._subject, self._cursor, self._main = player, subject, cursor, main
        #: The question that is shown.
        self.current: Question | None = None
        #: What is called with each new vote.
        self.callbacks: list[Callback] = []
        #: Is called when results are to be covered, and when they may be shown again.
        self.on_cover: Callable[[bool], None] = lambda _covered: None
        self._poll: Poll | None = None  # of the current question
        self._asked: dict[str, Poll] = {}  # by id, in the order in which they were asked last
        self._covered = False
        self._due = float("inf")  # the progress at which the answer may be known
        self._next_at = 0.0  # when new answers may be sent
        self._timer: asyncio.TimerHandle | None = None

    @property
    def covered(self) -> bool:
        """Whether results are to be covered: a question is shown and Python has not revealed it."""
        return self._poll is not None and not self._poll.ballots.revealed

    def ask(self, kind: object, what: Mapping[str, Any], **options: Any) -> Question:
        """Ask a question in place of the current one; see `Asking.ask`."""
        with self._subject.locked():
            asked = make(kind, self._subject, self._cursor(), what=what, **options)
        poll = Poll(asked, self._subject, registry.of(asked.id))
        self._asked.pop(asked.id, None)
        self._asked[asked.id] = poll
        poll.ballots.listeners.add(self)
        self._poll = poll
        self.current = question = Question(poll, self)
        self.show_again()
        return question

    def is_current(self, question: Question) -> bool:
        """Return whether a question is shown."""
        return question is self.current

    def remove(self) -> None:
        """Remove the current question from all pages."""
        self._poll = self.current = None
        self.show_again()

    @in_latest_cell
    def show_again(self) -> None:
        """Show the current question, as it is now, on all pages."""
        self._cancel()
        self._next_at = time.monotonic() + INTERVAL_S
        poll, player, ballots = self._poll, self._player, [each.ballots for each in self._asked.values()]
        self._due = float("inf") if poll is None else poll.due
        with player.hold_sync():
            player.question = {} if poll is None else poll.wire()
            player.answers = [answer for each in ballots for answer in each.answers_wire()]
            player.hands = [hands for each in ballots for hands in each.hands_wire()]
        if self.covered != self._covered:
            self._covered = self.covered
            self.on_cover(self._covered)

    def answers(self) -> list[dict[str, Any]]:
        """Return all votes on all questions, for people."""
        return [vote for poll in self._asked.values() for vote in poll.votes()]

    def tally(self, paths: Paths | None, stacklevel: int) -> pd.DataFrame:
        """Count the answers to the current question, see `Poll.tally`. Raises RuntimeError if there is none."""
        if self._poll is None:
            raise RuntimeError("tally(): no question is asked; ask one with ask(...), or call question.tally()")
        return self._poll.tally(paths, stacklevel + 1)

    def exported(self) -> dict[str, Any] | None:
        """Return the question for an exported page; None without one that covers results."""
        return self._poll.exported() if self._poll is not None and self.covered else None

    def inspected_epoch(self, run: int) -> int | None:
        """Return the epoch of a run into whose network an exported page has to look for the answer; None: none."""
        if self._poll is None or not self.covered:
            return None
        asked = self._poll.asked
        return asked.epoch if asked.kind in ("memory_cut", "free_run") and (asked.run or 0) == run else None

    def pack(self) -> bytes:
        """Return the file of all answers."""
        return answer_file.pack((poll.asked, poll.ballots) for poll in self._asked.values())

    def close(self) -> None:
        """Send nothing more by itself."""
        self._cancel()

    # -- from the pages ------------------------------------------------------------------------------------------

    def receive(self, message: Answer | Hands) -> None:
        """Handle a message of a page. Raises ValueError if it does not fit the question."""
        poll = self._poll
        known = poll is not None and (message.question, message.generation) == (poll.asked.id, poll.ballots.generation)
        if poll is None or not known:
            return  # a page that has not received the new question yet
        if isinstance(message, Hands):
            counts = [(poll.check(choice), count) for choice, count in message.counts]
            if len({choice for choice, _ in counts}) < len(counts):
                raise ValueError("counts: a choice occurs twice; expected each once")
            poll.ballots.count_hands(message.round, counts)
            return
        votes = [each and Vote(poll.check(each.choice), each.sure) for each in message.rounds]
        new = poll.ballots.vote(message.page, votes, revealed=message.revealed)
        if message.revealed:
            self.refresh()
        for number, vote in new:
            self._call(poll.describe(message.page, number, vote))

    def _call(self, answer: dict[str, Any]) -> None:
        for callback in list(self.callbacks):
            try:
                callback(dict(answer))
            except Exception as error:  # noqa: BLE001, PERF203 - the user's code may raise anything
                traceback.print_exception(error)  # shown below the cell that was run last

    # -- from answers and runs, on any thread --------------------------------------------------------------------

    def on_ballots(self) -> None:
        """Show new answers soon, also those that came by way of another widget."""
        self._main.call(self._show_soon)

    def on_epochs(self) -> None:
        """Look for the answer if it may be known now."""
        poll = self._poll
        if poll is not None and self._due < float("inf") and poll.progress >= self._due:
            self._due = float("inf")
            self._main.call(self.refresh)

    def on_state(self) -> None:
        """Look for the answer: the recording may have been cut or replaced, or a run may have ended."""
        if self._poll is not None:
            self._main.call(self.refresh)

    def refresh(self) -> None:
        """Find the answer of the current question, and show it to the pages if it has changed."""
        poll = self._poll
        if poll is None:
            return
        if poll.update():
            self.show_again()
        else:
            self._due = poll.due

    def _show_soon(self) -> None:
        """Show the question, or wait if that was a moment ago: each time, the answers of all pages go to all pages."""
        if self._timer is None:
            wait = self._next_at - time.monotonic()
            if wait > 0:
                self._timer = self._main.later(wait, self.show_again)
            if self._timer is None:
                self.show_again()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
