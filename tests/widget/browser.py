"""A browser without a screen: it applies chunks by the rule of `wire` and acknowledges what it has."""

from __future__ import annotations

from typing import Any

from epochscope.runs.branches import OldBranch
from epochscope.runs.commands import Ack


def send(player: Any, **content: Any) -> None:
    """Send a message to a player as a browser does. A closed player receives nothing."""
    if player.comm is not None:
        data = {"method": "custom", "content": content}
        player.comm.handle_msg({"content": {"data": data}, "buffers": []})


class FakeRun:
    """A run whose history is made by hand."""

    def __init__(self, history: Any) -> None:
        self.history = history
        self.kept: list[int] = []

    @property
    def revision(self) -> int:
        return len(self.kept)

    def shared(self, revision: int) -> int:
        return min(self.kept[max(0, revision) :], default=len(self.history))

    def cut(self, epochs: int) -> None:
        self.history.truncate(epochs)
        self.kept.append(epochs)

    def old_branches(self) -> list[OldBranch]:
        return []


class Browser:
    """Holds the losses of the epochs, which stand for whole records."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.revision = 0
        self.losses: list[float] = []
        self.missed = False

    def receive(self, content: dict[str, Any], losses: list[float]) -> None:
        if content["kind"] != "chunk":
            return
        revision, start = content["revision"], content["start"]
        if self.revision > revision:
            return
        if self.revision < content["after"] or start > len(self.losses):
            self.missed = True
        elif self.revision < revision:
            self.losses = self.losses[:start] + losses
            self.revision = revision
        else:
            self.losses += losses[len(self.losses) - start :]

    def ack(self) -> Ack:
        missed, self.missed = self.missed, False
        return Ack(self.name, self.revision, len(self.losses), hidden=False, missed=missed)
