"""The questions of a widget: their traits, and the messages of the pages that answer them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from epochscope.questions import answer_file
from epochscope.questions.ballots import Vote
from epochscope.questions.kinds import make
from epochscope.questions.poll import Poll
from epochscope.questions.registry import registry
from epochscope.questions.subject import Subject
from epochscope.runs.notebook import MainLoop, in_latest_cell
from epochscope.runs.votes import Answer, Hands

from .question import Question

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
        self._asked: dict[str, Question] = {}  # by id, in the order in which they were asked last
        self._covered = False
        self._due = float("inf")  # the progress at which the answer may be known

    @property
    def covered(self) -> bool:
        """Whether results are to be covered: a question is shown and Python has not revealed it."""
        return self.current is not None and not self.current.poll.revealed

    @property
    def all(self) -> tuple[Question, ...]:
        """All questions that were asked."""
        return tuple(self._asked.values())

    def ask(self, kind: object, what: Mapping[str, Any], **options: Any) -> Question:
        """Ask a question in place of the current one; see `Asking.ask`."""
        with self._subject.locked():
            asked = make(kind, self._subject, self._cursor(), what=what, **options)
        ballots = registry.of(asked.id)
        question = Question(Poll(asked, self._subject, ballots), self)
        self._asked.pop(asked.id, None)
        self._asked[asked.id] = question
        ballots.listeners.add(self)
        self.show(question)
        return question

    def is_current(self, question: Question) -> bool:
        """Return whether a question is shown."""
        return question is self.current

    @in_latest_cell
    def show(self, question: Question | None) -> None:
        """Show a question, as it is now, on all pages; None removes the one that is shown."""
        self.current = question
        self._due = float("inf") if question is None else question.poll.due
        player = self._player
        with player.hold_sync():
            player.question = {} if question is None else question.poll.wire()
            player.answers = [answer for each in self.all for answer in each.poll.ballots.answers_wire()]
            player.hands = [hands for each in self.all for hands in each.poll.ballots.hands_wire()]
        if self.covered != self._covered:
            self._covered = self.covered
            self.on_cover(self._covered)

    def exported(self) -> dict[str, Any] | None:
        """Return the question for an exported page; None without one that covers results."""
        return self.current.poll.exported() if self.current is not None and self.covered else None

    def pack(self) -> bytes:
        """Return the file of all answers."""
        return answer_file.pack((question.poll.asked, question.poll.ballots) for question in self.all)

    # -- from the pages ------------------------------------------------------------------------------------------

    def receive(self, message: Answer | Hands) -> None:
        """Handle a message of a page. Raises ValueError if it does not fit the question."""
        question = self.current
        if (
            question is None
            or message.question != question.id
            or message.generation != question.poll.ballots.generation
        ):
            return  # a page that has not received the new question yet
        if isinstance(message, Hands):
            counts = [(_checked(question, choice), count) for choice, count in message.counts]
            if len({choice for choice, _ in counts}) < len(counts):
                raise ValueError("message refused: counts: a choice occurs twice; expected each once")
            question.poll.ballots.count_hands(message.round, counts)
            return
        votes = [Vote(_checked(question, each.choice), each.sure) for each in message.rounds]
        try:
            new = question.poll.ballots.vote(message.page, votes, revealed=message.revealed)
        except ValueError as error:
            raise ValueError(f"message refused: {error}") from error
        if message.revealed:
            self.refresh()
        for number, vote in new:
            self._call(question.poll.describe(message.page, number, vote))

    def _call(self, answer: dict[str, Any]) -> None:
        for callback in list(self.callbacks):
            try:
                callback(dict(answer))
            except Exception as error:  # noqa: BLE001, PERF203 - the user's code may raise anything
                traceback.print_exception(error)  # shown below the cell that was run last

    # -- from answers and runs, on any thread --------------------------------------------------------------------

    def on_ballots(self) -> None:
        """Show new answers, also those that came by way of another widget."""
        self._main.call(self._show_again)

    def on_epochs(self) -> None:
        """Look for the answer if it may be known now."""
        question = self.current
        if question is not None and self._due < float("inf") and question.poll.progress >= self._due:
            self._due = float("inf")
            self._main.call(self.refresh)

    def on_state(self) -> None:
        """Look for the answer: the recording may have been cut or replaced, or a run may have ended."""
        if self.current is not None:
            self._main.call(self.refresh)

    def refresh(self) -> None:
        """Find the answer of the current question, and show it to the pages if it has changed."""
        question = self.current
        if question is None:
            return
        if question.poll.update():
            self.show(question)
        else:
            self._due = question.poll.due

    def _show_again(self) -> None:
        self.show(self.current)


def _checked(question: Question, choice: object) -> Any:
    try:
        return question.poll.check(choice)
    except ValueError as error:
        raise ValueError(f"message refused: {error}") from error
