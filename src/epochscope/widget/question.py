"""`Question`, a question that a widget asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from epochscope.questions.poll import Poll

from .uncopied import Uncopied

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from epochscope.questions.answer_file import Paths


class Owner(Protocol):
    """The questions of a widget."""

    def is_current(self, question: Question) -> bool:
        """Return whether the widget shows the question."""
        ...

    def show_again(self) -> None:
        """Show the current question, as it is now, on all pages."""
        ...

    def remove(self) -> None:
        """Remove the current question from all pages."""
        ...


class Question(Uncopied):
    """A question that a scope or a comparison asks. Made by `ask`.

    Attributes
    ----------
    id
        12 hexadecimal digits: the same for the same question about the same run, in every kernel.
    kind
        The kind of question, see `EpochScope.ask`.
    """

    instead = "write the answers with save_answers(path)"

    def __init__(self, poll: Poll, owner: Owner) -> None:
        self.id: str = poll.asked.id
        self.kind: str = poll.asked.kind
        self._poll, self._owner = poll, owner

    @property
    def answer(self) -> Any:
        """The right answer, as `answers` has choices; a list if several answers are right.

        Raises
        ------
        RuntimeError
            If it is not known yet, since the run must be trained further, or if the question has none.
        """
        right = self._poll.answers()
        if not right:
            raise RuntimeError("no answer is right: the question was asked without answer=...")
        return right[0] if len(right) == 1 else right

    @property
    def answers(self) -> list[dict[str, Any]]:
        """One dict for each vote: those of `EpochScope.answers` that belong to this question."""
        return self._poll.votes()

    def tally(self, paths: Paths | None = None) -> pd.DataFrame:
        """Count the answers.

        Parameters
        ----------
        paths
            The files of answers to count: a path or a list of paths. A folder stands for its files that end in .json
            or .txt, and a str with `*`, `?` or `[` for the files that match it. Each page is counted once, even if
            several files have it; hands are added up. Defaults to None: the answers that this kernel has received.

        Returns
        -------
        pandas.DataFrame
            A row for each round, from 1 on, and each answer that was given, in the natural order of the answers; all
            options and all runs have a row. The answer -1 is "never", "nowhere" or "none", and positions are a text
            such as "3, 5". The columns are votes (pages), sure (the votes of those that were sure), hands (counted by
            show of hands), and correct, which is NA if the answer is not known, or if there is none, and with
            `hold=True` until `reveal()`.

        Raises
        ------
        ValueError
            If a file is not one of answers, or has answers that do not fit the question; the message names it.
        OSError
            If a file cannot be read.
        ImportError
            If pandas is not installed.

        Warns
        -----
        UserWarning
            If a file has no answer to this question; the warning names it.
        """
        return self._poll.tally(paths, stacklevel=2)

    def second_round(self) -> None:
        """Let all pages vote again, e.g. after a discussion.

        Raises RuntimeError if the answer is revealed already, or if the question is not asked any more.
        """
        self._check_asked("second_round()")
        if self._poll.ballots.revealed:
            raise RuntimeError("second_round(): the answer is revealed; question.clear() starts again")
        self._poll.ballots.open_second_round()
        self._owner.show_again()

    def reveal(self, *, answer: int | str | Sequence[int | str] | None = None, why: str | None = None) -> None:
        """Uncover everything, and show the answer, on all pages.

        Parameters
        ----------
        answer
            The right answer of a "choice", as in `ask`: given here, it is not in a cell that is read before. Defaults
            to None, the one that was given.
        why
            An explanation, as in `ask`. Defaults to None, the one that was given.

        Raises
        ------
        ValueError
            If `answer` or `why` is invalid, or if the kind of question finds its answer itself.
        RuntimeError
            If the question is not asked any more.
        """
        self._check_asked("reveal()")
        self._poll.reveal(answer, why)
        self._owner.show_again()

    def clear(self) -> None:
        """Delete all answers and counted hands, and start again with the first round, e.g. for another class."""
        self._poll.ballots.clear()
        if self._owner.is_current(self):
            self._owner.show_again()

    def close(self) -> None:
        """Remove the question from the pages and show everything again; its answers are kept in `answers`."""
        if self._owner.is_current(self):
            self._owner.remove()

    def __repr__(self) -> str:
        count = len(self._poll.ballots)
        return f"<Question: {self.kind}, {count} {'answer' if count == 1 else 'answers'}>"

    def _check_asked(self, call: str) -> None:
        if not self._owner.is_current(self):
            raise RuntimeError(f"{call}: this question is not asked any more; ask it again with ask(...)")
