"""How often each answer was given, as a table."""

from __future__ import annotations

import warnings
from os import fspath
from typing import TYPE_CHECKING, Any

from . import answer_file
from .asked import Asked, Choice
from .ballots import ROUNDS, Ballots, Vote
from .grading import grade
from .kinds import KINDS
from .subject import Subject

if TYPE_CHECKING:
    import pandas as pd


def tally(asked: Asked, subject: Subject, ballots: Ballots, *, hidden: bool = False) -> pd.DataFrame:
    """Return the table that `Question.tally` describes; `hidden`: without what is correct.

    Raises ImportError if pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("tally() needs pandas, which is not installed: pip install pandas") from error
    kind = KINDS[asked.kind]
    rows: list[tuple[int, Any, int, int, int, bool | None]] = []
    for number in range(1, ROUNDS + 1):
        votes = [vote for ballot in ballots.pages.values() for at, vote in ballot.votes if at == number]
        hands = ballots.hands(number)
        if number > 1 and not votes and not hands:
            continue
        choices = {*kind.listed(asked, subject), *(vote.choice for vote in votes), *hands}
        for choice in sorted(choices, key=kind.order):
            mine = [vote for vote in votes if vote.choice == choice]
            correct = None if hidden else grade(asked.kind, asked.tolerance, asked.answer, choice).correct
            label = kind.label(asked, subject, choice)
            rows.append((number, label, len(mine), sum(vote.sure for vote in mine), hands.get(choice, 0), correct))
    index = pd.MultiIndex.from_arrays(
        [[row[0] for row in rows], pd.Index([row[1] for row in rows], dtype=object)], names=["round", "answer"]
    )
    columns = {name: [row[i] for row in rows] for i, name in enumerate(("votes", "sure", "hands"), 2)}
    correct = pd.array([row[5] for row in rows], dtype="boolean")
    return pd.DataFrame({**columns, "correct": correct}, index=index)


def read_files(paths: Any, asked: Asked, subject: Subject, *, stacklevel: int) -> Ballots:
    """Return the answers that files have to a question: each page once, and all hands.

    Warns of files without an answer to it. Raises ValueError if a file holds no answers, or some that do not fit.
    """
    ballots = Ballots(asked.id, max_pages=None)
    for path in answer_file.expand(paths):
        found = answer_file.read(path, asked.id)
        if not found.answers and not any(found.hands):
            warnings.warn(f"{fspath(path)}: has no answer to this question ({asked.kind})", stacklevel=stacklevel + 1)
        try:
            _add(found, ballots, asked, subject)
        except ValueError as error:
            raise ValueError(f"{fspath(path)}: does not fit this question: {error}") from error
    return ballots


def _add(found: answer_file.Found, ballots: Ballots, asked: Asked, subject: Subject) -> None:
    kind = KINDS[asked.kind]

    def checked(choice: Any) -> Choice:
        return kind.check(asked, subject, choice)

    for answer in found.answers:
        ballots.vote(
            answer.page,
            [vote and Vote(checked(vote[0]), vote[1]) for vote in answer.rounds],
            revealed=answer.revealed,
        )
    for number, counts in enumerate(found.hands, 1):
        ballots.count_hands(number, [(checked(choice), count) for choice, count in counts], add=True)
