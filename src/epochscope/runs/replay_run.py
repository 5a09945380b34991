"""A recording without a trainer."""

from __future__ import annotations

import threading

from epochscope.history import History

from .commands import Command
from .listeners import Listeners
from .run import SingleBranchRun, Status


class ReplayRun(SingleBranchRun):
    """A finished recording: it can be replayed but not trained."""

    advice = "this scope replays a recording and cannot train; to train, make a scope with EpochScope(text)"

    no_weights = 'this recording was saved without weights: save it with scope.save(path, weights="all")'

    def __init__(self, history: History) -> None:
        self.history = history
        self.lock: threading.RLock = threading.RLock()
        self.listeners: Listeners = Listeners()

    def status(self) -> Status:
        """Return the status of a finished recording."""
        count = len(self.history)
        return Status("finished", head=count - 1, revision=0, goal=count, speed=12.0, source="recording")

    def post(self, command: Command) -> None:
        """Ignore a browser's command; it replays without the kernel."""

    def close(self) -> None:
        """Do nothing."""
