"""What is asked, and pages that answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from epochscope import EpochScope
from tests.widget.browser import send

TEXT = "hihello"
POLL: dict[str, Any] = {"prompt": "Who is right?", "options": ["Ann", "Ben", "Cho"]}

SEEDS = count()
"""Seeds of runs: with one of its own, a question has no answers of another test."""


def untrained(**options: Any) -> EpochScope:
    """Return a scope of 30 epochs with a seed of its own."""
    chosen: dict[str, Any] = {"epochs": 30, "seed": next(SEEDS), **options}
    return EpochScope(TEXT, **chosen)


def trained() -> Iterator[EpochScope]:
    """Yield a scope after its 30 epochs, and close it: a fixture."""
    made = untrained()
    made.train()
    yield made
    made.close()


class Student:
    """A page that answers the current question of a widget.

    It keeps what it has answered and sends all of it each time, as pages do.
    """

    def __init__(self, widget: Any, page: str = "page") -> None:
        self.widget, self.page = widget, page
        self.rounds: list[dict[str, Any]] = []
        self.revealed = False

    def vote(self, choice: Any, *, sure: bool = True) -> None:
        self.rounds.append({"choice": choice, "sure": sure})
        self.send()

    def reveal(self) -> None:
        self.revealed = True
        self.send()

    def send(self, **changes: Any) -> None:
        player = self.widget.player
        content = {
            "kind": "answer",
            "page": self.page,
            "question": player.question.get("id", "0" * 12),
            "generation": player.question.get("generation", 0),
            "rounds": self.rounds,
            "revealed": self.revealed,
        }
        send(player, **{**content, **changes})


def count_hands(widget: Any, counts: list[Any], number: int = 1, **changes: Any) -> None:
    """Count hands on a page."""
    question = widget.player.question
    content = {"question": question["id"], "generation": question["generation"], "round": number, "counts": counts}
    send(widget.player, kind="hands", **{**content, **changes})
