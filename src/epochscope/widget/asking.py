"""The methods of scopes and comparisons that ask questions."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from epochscope.files import write_atomic

from .question import Question
from .shown import Shown

if TYPE_CHECKING:
    import pandas as pd

    from epochscope.questions.answer_file import Paths

    from .display import Display
    from .questions import Questions

#: The CSS class of a box that must not show results: JavaScript hides its chart until it has covered it.
_ASKING = "epochscope-asking"


class Asking(Shown):
    """Base class of `EpochScope` and `Comparison`: asks a question and covers what would tell the answer."""

    def __init__(self, display: Display) -> None:
        super().__init__(display)
        self._questions: Questions = display.questions
        self._questions.on_cover = self._cover

    def ask(
        self,
        kind: str,
        *,
        prompt: str | None = None,
        shown: int | None = None,
        hold: bool = False,
        why: str | None = None,
        **what: Any,
    ) -> Question:
        """Ask a question on all pages: they choose an answer and say whether they are sure, before they see.

        The pages cover everything that would tell the answer until it is revealed there, or with `question.reveal()`.
        A question replaces the one before. The same question about the same run keeps its answers, also if the cell is
        run again.

        The cover is a teaching device, not security: the recording and the answer are in the page all the same.

        Parameters
        ----------
        kind
            What is asked, and its options:

            - "prediction": what the network predicts at a `position`, from 0 on, at an `epoch`.
            - "first_all_correct": at which epoch, up to `epoch`, all positions are first correct. An answer that is at
              most `tolerance` epochs off is correct; defaults to 5 % of the epochs, at least 1.
            - "last_learned": which position is the last one from which on all its predictions stay correct up to
              `epoch`; defaults to the first epoch at which all are correct, if there is one.
            - "memory_cut": at which positions the prediction changes if the state after the position `after`, from 0 to
              P - 2, is set to zero; `epoch` and `what` are those of `cut_memory`.
            - "free_run": at which position the free run first differs from the text; `epoch` and `given` are those of
              `free_run`.
            - "which_run": which run of a comparison wins: `by` "first_all_correct" (default), by the most "correct"
              positions or by the lowest "loss" at `epoch`.
            - "choice": one of 2 to 9 `options`. The `answer` is the number, from 0 on, or the text of an option, or a
              list of these; None (default) if there is no right answer.

            `epoch` may be one that is still to be trained, and then the answer becomes known later; it defaults to the
            last one of the run. Negative numbers count from the end of what is recorded. That of "memory_cut" and
            "free_run" must be recorded, and defaults to the one on show. Positions without target do not count. In a
            comparison, all kinds but the last two need `run`, the number (from 0) or label of a run.
        prompt
            What is asked, in at most 2,000 characters. Defaults to the wording of the kind; "choice" needs it.
        shown
            The last epoch that is shown while the question is covered; -1 shows none. Defaults to the one on show if it
            does not tell the answer; otherwise to an epoch in the middle for "prediction" and to 0 for the others. Not
            for "memory_cut" and "free_run", which show the epoch that they ask about.
        hold
            Whether pages wait for `question.second_round()` and `question.reveal()`. Defaults to False: each page
            offers both.
        why
            An explanation, shown after the reveal; at most 2,000 characters.
        **what
            The options of the kind.

        Returns
        -------
        Question
            The question, with its answers.

        Raises
        ------
        ValueError
            If a value is invalid, if `shown` gives the answer away or may do so, if a scope is asked "which_run", or if
            the network of the epoch cannot be looked into; the message says why.
        TypeError
            If an option does not belong to the kind, or one is missing.

        Examples
        --------
        >>> scope = EpochScope("hihello", seed=1, epochs=30)
        >>> question = scope.ask("prediction", position=2, epoch=29)
        >>> history = scope.train()
        >>> question.answer == history.alphabet[history.predictions[29, 2]]
        True
        """
        return self._questions.ask(kind, what, prompt=prompt, shown=shown, hold=hold, why=why)

    @property
    def question(self) -> Question | None:
        """The question that is asked now; None without one."""
        return self._questions.current

    @property
    def answers(self) -> list[dict[str, Any]]:
        """One dict for each vote on any question of this widget.

        Its keys are: `question`, the id; `kind`; `page`, a random name of the browser's page; `round`, 1 or 2;
        `choice`, a token, an epoch, a position, a tuple of positions, a label or an option, or None for "never",
        "nowhere" or "none"; `sure`; `correct`, None if the answer is not known or there is none; and `distance`: the
        epochs between for "first_all_correct", the number of positions that differ for "memory_cut", else None.
        """
        return self._questions.answers()

    def on_answer(self, callback: Callable[[dict[str, Any]], object], *, remove: bool = False) -> None:
        """Call a function with each new vote on the current question that a page of this widget sends.

        Parameters
        ----------
        callback
            Called on the main thread with a dict, as in `answers`. If it raises an exception, this is printed.
        remove
            Whether not to call it any more. Defaults to False.

        Raises
        ------
        TypeError
            If `callback` cannot be called.
        """
        if not callable(callback):
            raise TypeError(f"callback={callback!r}: must be a function of one argument, the dict of a vote")
        callbacks = self._questions.callbacks
        if callback in callbacks:
            callbacks.remove(callback)
        if not remove:
            callbacks.append(callback)

    def save_answers(self, path: str | os.PathLike[str]) -> None:
        """Write all questions of this widget with their answers to a JSON file, which `tally` reads.

        It does not contain what is right. Raises OSError if the file cannot be written.
        """
        write_atomic(path, self._questions.pack())

    def tally(self, paths: Paths | None = None) -> pd.DataFrame:
        """Count the answers to the current question; see `Question.tally`.

        Raises RuntimeError if no question is asked, and as `Question.tally` does.
        """
        return self._questions.tally(paths, stacklevel=2)

    def _cover(self, covered: bool) -> None:
        if covered:
            self.add_class(_ASKING)
        else:
            self.remove_class(_ASKING)

    def _instead_of_results(self) -> str | None:
        return f"{type(self).__name__}: {self.question!r}" if self._questions.covered else None
