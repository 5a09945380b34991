"""What pages and cells may do with a user's own training loop: hold it, and set its speed."""

from __future__ import annotations

from contextlib import suppress

from .commands import Command, Until
from .loop_clock import LoopClock
from .run import SingleBranchRun


class LoopControls(SingleBranchRun):
    """Base class of the run of a loop: the commands that it carries out."""

    advice = "the training loop is yours, so only your code can do this; EpochScope(text) makes a scope that trains"

    def __init__(self) -> None:
        #: When the loop stops between two epochs.
        self.clock: LoopClock = LoopClock()
        #: Whether a loop is running.
        self.looping: bool = False

    def post(self, command: Command) -> None:
        """Carry out a command, from any thread. Without a loop, or if a loop cannot do it, it is ignored."""
        if self.looping:
            with suppress(RuntimeError):
                command.apply(self)

    def play(self, speed: float | None, until: Until | None = None) -> None:  # noqa: ARG002 - the protocol's
        """Let the loop continue at `speed` epochs per second, or as fast as possible if None."""
        self.clock.open(speed)

    def pause(self) -> None:
        """Hold the loop before its next epoch."""
        self.clock.close()

    def step(self, n: int = 1) -> None:
        """Let the loop make `n` epochs, or steps that are recorded. Raises RuntimeError if there is no loop."""
        if not self.looping:
            raise RuntimeError(f"step(): no loop is running, and {self.advice}")
        self.clock.allow(n)

    def set_speed(self, speed: float | None) -> None:
        """Change the speed, in epochs per second; None is as fast as possible."""
        self.clock.set_speed(speed)
