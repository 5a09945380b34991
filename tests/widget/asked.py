"""Pages that answer questions."""

from __future__ import annotations

from typing import Any

from tests.widget.browser import send


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
