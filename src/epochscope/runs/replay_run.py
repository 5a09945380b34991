"""A recording on its own: what a scope shows when there is no trainer, and often no torch."""

from __future__ import annotations

import threading
from typing import Any

from epochscope.history import History
from epochscope.widget.wire import OldBranch

from .commands import Command
from .run import NullListener, RunListener


class ReplayRun:
    """Stands where a session stands, but can only be looked at."""

    revision = 0

    def __init__(self, history: History) -> None:
        self.history = history
        self.lock = threading.RLock()
        self.listener: RunListener = NullListener()

    def shared(self, revision: int) -> int:  # noqa: ARG002 - a source's
        """All: a recording never changes."""
        return len(self.history)

    def old_branches(self) -> list[OldBranch]:
        """No lines but the one."""
        return []

    def status(self) -> dict[str, Any]:
        """What the browser is told: a film, at rest."""
        return {
            "state": "finished",
            "head": len(self.history) - 1,
            "revision": 0,
            "goal": len(self.history),
            "speed": 12.0,
            "reason": None,
            "message": None,
            "source": "recording",
            "lr": None,
        }

    def post(self, command: Command) -> None:
        """Nothing can be asked of a recording; the browser replays it by itself."""

    def do(self, command: Command) -> None:
        """Refuse.

        Raises:
            RuntimeError: always; it says how to get a scope that trains.
        """
        raise RuntimeError(
            f"{command!r}: this scope replays a recording and has no trainer; make one with EpochScope(text) to train"
        )

    def close(self) -> None:
        """Nothing runs, so nothing ends."""
