"""`Ballots`, who has answered a question what: the votes of pages, and shows of hands."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from .asked import Choice, plain

#: The most rounds of a question.
ROUNDS = 2
#: The most pages whose answers are kept.
MAX_PAGES = 1_000


@dataclass(frozen=True)
class Vote:
    """A choice that a page has committed, and whether it was sure."""

    choice: Choice
    sure: bool


class Ballot(NamedTuple):
    """What a page has answered: a vote for each round, None if it missed that, and whether it has seen the answer."""

    rounds: tuple[Vote | None, ...] = ()
    revealed: bool = False

    @property
    def votes(self) -> list[tuple[int, Vote]]:
        """The votes with their rounds, from 1 on."""
        return [(number, vote) for number, vote in enumerate(self.rounds, 1) if vote is not None]


class Listener(Protocol):
    """Is notified of changes. Held weakly."""

    def on_ballots(self) -> None:
        """Handle new or cleared answers, another round, or the reveal."""
        ...


class Ballots:
    """The answers to one question. Any thread may use it.

    Parameters
    ----------
    question
        The id of the question.
    max_pages
        The most pages whose answers are kept. Defaults to 1,000; None: any number.
    """

    def __init__(self, question: str, max_pages: int | None = MAX_PAGES) -> None:
        self.question = question
        self._max_pages = max_pages
        #: How often the answers were cleared.
        self.generation: int = 0
        #: The round that is open for all pages.
        self.round: int = 1
        #: Whether the answer is revealed for all pages.
        self.revealed: bool = False
        #: The fields of the question that were given with the reveal.
        self.told: Mapping[str, Any] = {}
        self.listeners: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._pages: dict[str, Ballot] = {}
        self._hands: dict[int, dict[Choice, int]] = {}

    def __len__(self) -> int:
        """Return the number of pages that have voted."""
        return sum(1 for ballot in self.pages.values() if ballot.votes)

    @property
    def pages(self) -> dict[str, Ballot]:
        """What each page has answered, in the order of their first messages."""
        with self._lock:
            return dict(self._pages)

    def hands(self, round: int) -> dict[Choice, int]:  # noqa: A002
        """Return the counted hands of a round, by choice."""
        with self._lock:
            return dict(self._hands.get(round, {}))

    def vote(self, page: str, rounds: Sequence[Vote | None], *, revealed: bool) -> list[tuple[int, Vote]]:
        """Add what a page has answered, and return the votes that are new, with their rounds.

        A vote that is known stays as it was, and a page that has seen the answer does not vote any more.

        Raises
        ------
        ValueError
            If the page is a new one and there are too many.
        """
        with self._lock:
            known = self._pages.get(page)
            if known is None and self._max_pages is not None and len(self._pages) >= self._max_pages:
                raise ValueError(f"{self._max_pages:,} pages have answered this question; question.clear() makes room")
            before = known or Ballot()
            added = [] if before.revealed else _new(before.rounds, rounds)
            merged = [*before.rounds] + [None] * (max((number for number, _ in added), default=0) - len(before.rounds))
            for number, vote in added:
                merged[number - 1] = vote
            after = Ballot(tuple(merged), before.revealed or revealed)
            self._pages[page] = after
        if after != known:
            self._notify()
        return added

    def count_hands(self, round: int, counts: Iterable[tuple[Choice, int]], *, add: bool = False) -> None:  # noqa: A002
        """Replace the hands of a round, or add to them."""
        with self._lock:
            hands = dict(self._hands.get(round, {})) if add else {}
            for choice, count in counts:
                hands[choice] = (hands.get(choice, 0) if add else 0) + count
            self._hands[round] = {choice: count for choice, count in hands.items() if count}
        self._notify()

    def open_second_round(self) -> None:
        """Let all pages vote again."""
        self.round = 2
        self._notify()

    def reveal(self, told: Mapping[str, Any]) -> None:
        """Reveal the answer for all pages; `told` are fields of the question that replace those that were asked."""
        self.revealed, self.told = True, {**self.told, **told}
        self._notify()

    def clear(self) -> None:
        """Delete all answers; those of before are not accepted any more."""
        with self._lock:
            self.generation += 1
            self.round, self.revealed, self.told = 1, False, {}
            self._pages, self._hands = {}, {}
        self._notify()

    def answers_wire(self) -> list[dict[str, Any]]:
        """Return the answers as JSON."""
        return [
            {
                "page": page,
                "question": self.question,
                "rounds": [vote and {"choice": plain(vote.choice), "sure": vote.sure} for vote in ballot.rounds],
                "revealed": ballot.revealed,
            }
            for page, ballot in self.pages.items()
        ]

    def hands_wire(self) -> list[dict[str, Any]]:
        """Return the hands as JSON: a list with one element; empty if none were counted."""
        rounds = [
            [[plain(choice), count] for choice, count in self.hands(number).items()] for number in range(1, ROUNDS + 1)
        ]
        return [{"question": self.question, "rounds": rounds}] if any(rounds) else []

    def _notify(self) -> None:
        for listener in list(self.listeners):
            listener.on_ballots()


def _new(known: Sequence[Vote | None], rounds: Sequence[Vote | None]) -> list[tuple[int, Vote]]:
    """Return the votes of rounds in which the page has not voted, with their rounds."""
    before = [*known, *[None] * (ROUNDS - len(known))]
    return [(i + 1, vote) for i, vote in enumerate(rounds[:ROUNDS]) if vote is not None and before[i] is None]
