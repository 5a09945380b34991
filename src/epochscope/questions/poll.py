"""`Poll`, a question that is being asked: its answer as far as it is known, its round, and who has answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from epochscope.recording.loss_axis import CHART_STEPS, log_range, log_ticks, loss_range, ticks

from . import tally
from .asked import Asked, Choice
from .ballots import Ballots, Vote
from .choice import check_answer
from .grading import grade
from .kinds import KINDS
from .subject import Subject
from .wording import check_text

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
        self._asked = asked
        self.ballots = ballots
        # What is asked with an answer or an explanation replaces what an earlier reveal told.
        ballots.told = {name: value for name, value in ballots.told.items() if not getattr(asked, name)}
        self._subject, self._kind = subject, KINDS[asked.kind]
        self._state = self._read_state()
        self._error: Exception | None = None  # why the answer could not be computed again

    @property
    def asked(self) -> Asked:
        """The question, with what was given with the reveal, also by way of another widget."""
        told = self.ballots.told
        return replace(self._asked, **told) if told else self._asked

    def wire(self) -> dict[str, Any]:
        """Return the question as JSON."""
        ballots = self.ballots
        question = self.asked.wire(generation=ballots.generation, round=ballots.round, revealed=ballots.revealed)
        return {**question, "axes": self._axes()}

    def exported(self) -> dict[str, Any]:
        """Return the question as JSON for a page without kernel, which reveals it itself."""
        question = replace(self.asked, hold=False).wire(generation=self.ballots.generation)
        return {**question, "axes": self._axes()}

    def _axes(self) -> dict[str, list[Any]]:
        """Return the loss axes of the chart while the question is covered: low, high and ticks of each."""
        shown = self.asked.shown + 1
        losses = np.concatenate([source.history.losses[:shown] for source in self._subject.sources])
        linear = loss_range(losses, ())
        log = log_range(losses, linear)
        return {
            "linear": [linear.low, linear.high, ticks(linear.low, linear.high, CHART_STEPS).tolist()],
            "log": [log.low, log.high, log_ticks(log.low, log.high).tolist()],
        }

    def reveal(self, answer: object, why: object) -> None:
        """Reveal the answer, with another one of a free question, and another explanation, unless they are None.

        Raises ValueError if one is invalid.
        """
        changed: dict[str, Any] = {} if why is None else {"why": check_text("why", why)}
        if answer is not None:
            if self.asked.options is None:
                raise ValueError(f'answer={answer!r}: "{self.asked.kind}" finds its answer itself; leave it out')
            changed["answer"] = check_answer(answer, self.asked.options)
        self.update()
        self.ballots.reveal(changed)

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
            for number, vote in ballot.votes
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
        # While the class waits for the answer, the table may be projected.
        return tally.tally(asked, subject, ballots, hidden=asked.hold and not self.ballots.revealed)

    def update(self) -> bool:
        """Find the answer, if it is not known or the recordings have changed; return whether the question changed."""
        with self._subject.locked():
            state = self._read_state()
            if state == self._state and self.asked.answer is not None and self.asked.kind != "choice":
                return False
            before, self._state = self._asked, state
            try:
                self._asked, self._error = self._kind.update(before, self._subject), None
            except Exception as error:  # noqa: BLE001 - the user's model may raise anything when it is read again
                self._asked, self._error = replace(before, answer=None), error
        return self._asked != before

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
