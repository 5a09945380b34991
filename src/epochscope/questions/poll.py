"""`Poll`, a question that is being asked: its answer as far as it is known, its round, and who has answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import tally
from .asked import Asked, Choice
from .ballots import Ballots, Vote
from .grading import grade
from .kinds import KINDS
from .subject import Subject

if TYPE_CHECKING:
    import pandas as pd

    from .answer_file import Paths

#: The fewest epochs after which an answer that may be known early is looked for.
_FIRST_LOOK = 16


class Poll:
    """A question about runs that may still be trained.

    Parameters
    ----------
    asked
        The question.
    subject
        What it is about.
    ballots
        Its answers.
    """

    def __init__(self, asked: Asked, subject: Subject, ballots: Ballots) -> None:
        self.asked = asked
        self.ballots = ballots
        self._subject, self._kind = subject, KINDS[asked.kind]
        self._round, self._revealed, self._generation = 1, False, ballots.generation
        self._state = self._read_state()
        self._error: Exception | None = None  # why the answer could not be computed again

    @property
    def round(self) -> int:
        """The round that is open for all pages."""
        return 1 if self._cleared else self._round

    @property
    def revealed(self) -> bool:
        """Whether the answer is revealed for all pages."""
        return self._revealed and not self._cleared

    def open_second_round(self) -> None:
        """Let all pages vote again."""
        self._start_again()
        self._round = 2

    def reveal(self) -> None:
        """Reveal the answer for all pages."""
        self._start_again()
        self._revealed = True

    @property
    def _cleared(self) -> bool:
        return self._generation != self.ballots.generation

    def _start_again(self) -> None:
        if self._cleared:
            self._generation, self._round, self._revealed = self.ballots.generation, 1, False

    def wire(self) -> dict[str, Any]:
        """Return the question as JSON."""
        return self.asked.wire(generation=self.ballots.generation, round=self.round, revealed=self.revealed)

    def exported(self) -> dict[str, Any]:
        """Return the question as JSON for a page without kernel, which reveals it itself."""
        return replace(self.asked, hold=False).wire(generation=self.ballots.generation)

    def check(self, choice: object) -> Choice:
        """Return a choice that a page has made. Raises ValueError if it does not fit the question."""
        return self._kind.check(self.asked, self._subject, choice)

    def answers(self) -> list[Any]:
        """Return all answers that count as correct, for people. Raises RuntimeError if they are not known yet."""
        self.update()
        if self.asked.answer is None and self._error is not None:
            raise RuntimeError(f"the answer cannot be computed: {self._error}") from self._error
        if self.asked.answer is None:
            raise RuntimeError(
                f"the answer is not known yet: it needs epoch {self.asked.epoch}; train first, e.g. with train()"
            )
        return [self._kind.readable(self.asked, self._subject, choice) for choice in self.asked.answer]

    def votes(self) -> list[dict[str, Any]]:
        """Return all votes, for people."""
        self.update()
        return [
            self.describe(page, number, vote)
            for page, ballot in self.ballots.pages.items()
            for number, vote in enumerate(ballot.rounds, 1)
        ]

    def describe(self, page: str, round: int, vote: Vote) -> dict[str, Any]:  # noqa: A002
        """Return a vote, for people."""
        asked = self.asked
        grades = grade(asked.kind, asked.tolerance, asked.answer, vote.choice)
        return {
            "question": asked.id,
            "kind": asked.kind,
            "page": page,
            "round": round,
            "choice": self._kind.readable(asked, self._subject, vote.choice),
            "sure": vote.sure,
            "correct": grades.correct,
            "distance": grades.distance,
        }

    def tally(self, paths: Paths | None, stacklevel: int) -> pd.DataFrame:
        """Count the answers, or those of files; warnings are those of the caller `stacklevel` calls above."""
        self.update()
        asked, subject, ballots = self.asked, self._subject, self.ballots
        if paths is not None:
            ballots = tally.read_files(paths, asked, subject, stacklevel=stacklevel + 1)
        return tally.tally(asked, subject, ballots)

    def update(self) -> bool:
        """Find the answer, if it is not known or the recordings have changed; return whether the question changed."""
        with self._subject.locked():
            state = self._read_state()
            if state == self._state and self.asked.answer is not None and self.asked.kind != "choice":
                return False
            before, self._state = self.asked, state
            try:
                self.asked, self._error = self._kind.update(before, self._subject), None
            except Exception as error:  # noqa: BLE001 - the user's model may raise anything when it is read again
                self.asked, self._error = replace(before, answer=None), error
        return self.asked != before

    def _read_state(self) -> list[tuple[int, bool]]:
        """Return what may change an answer that is known."""
        return [(source.revision, source.ended) for source in self._subject.concerned(self.asked)]

    @property
    def progress(self) -> int:
        """How many of the epochs that count are recorded, of all runs that the question is about."""
        length = self.asked.epoch + 1
        return sum(min(source.count, length) for source in self._subject.concerned(self.asked))

    @property
    def due(self) -> float:
        """The `progress` at which to look for the answer; infinite if more epochs do not make it known."""
        if self.asked.answer is not None:
            return float("inf")
        total = (self.asked.epoch + 1) * len(self._subject.concerned(self.asked))
        if self.progress >= total:
            return float("inf")
        return min(total, max(2 * self.progress, _FIRST_LOOK)) if self._kind.early else total
