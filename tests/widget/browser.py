"""A browser as far as the wire knows it: applies chunks by the rule of `wire`, and says what it has."""

from __future__ import annotations

from typing import Any

from epochscope.runs.commands import Ack
from epochscope.widget.wire import OldBranch


class Line:
    """A source whose history is made by hand."""

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
    """Holds the losses of each epoch, which stand for whole records."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.revision = 0
        self.losses: list[float] = []
        self.gap = False

    def hear(self, content: dict[str, Any], losses: list[float]) -> None:
        if content["kind"] != "chunk":
            return
        revision, start = content["revision"], content["start"]
        if self.revision > revision:
            return
        if self.revision < content["after"] or start > len(self.losses):
            self.gap = True
        elif self.revision < revision:
            self.losses = self.losses[:start] + losses
            self.revision = revision
        else:
            self.losses += losses[len(self.losses) - start :]

    def have(self) -> Ack:
        gap, self.gap = self.gap, False
        return Ack(self.name, self.revision, len(self.losses), hidden=False, gap=gap)
