"""A recording that another process writes to a file, shown while it grows."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import weakref
from os import PathLike

from epochscope.growing_file import FileState, GrowingFile
from epochscope.history import History

from .commands import Command
from .listeners import Listeners
from .notebook import MainLoop
from .run import SingleBranchRun, State, Status, message_of

#: Seconds between two looks at the file: while a process writes it, and when it may be written again.
POLL_S, IDLE_POLL_S = 0.25, 2.0
_STATES: dict[FileState, State] = {
    "growing": "training",
    "complete": "finished",
    "abandoned": "failed",
    "gone": "failed",
}
_TOLD: dict[FileState, str] = {
    "abandoned": "the process that wrote this recording ended before it was done; its {} complete records are shown",
    "gone": "this file was deleted, perhaps for another one; its {} records are shown; to see the new file, load it "
    "again",
}


class FollowedRun(SingleBranchRun):
    """Reads what is appended to a file, on the event loop, and when the thread that made it reads the history.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ValueError
        If it is not a recording that grows.
    OSError
        If it cannot be read.
    """

    advice = (
        "this scope shows a recording that another process writes, so it cannot train; to train, make a scope with "
        "EpochScope(text)"
    )
    no_weights = "the file of a loop that is still written has no weights"

    def __init__(self, path: str | PathLike[str]) -> None:
        self._path = os.fspath(path)
        self._file = GrowingFile(path)
        self.lock: threading.RLock = threading.RLock()
        self.listeners: Listeners = Listeners()
        self._main = MainLoop()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._read_at = -1e9
        self._reading = False
        self.state: State = "training"
        self._read()
        self._told: tuple[State, int] = (self.state, len(self._file.history))
        self._schedule()

    @property
    def history(self) -> History:  # pyright: ignore[reportIncompatibleVariableOverride] - read-only, as in `Run`
        """The recording, with what was appended up to now or a moment ago."""
        if self._main.is_here and not self._reading and time.monotonic() - self._read_at >= POLL_S:
            self._read()
        return self._file.history

    def status(self) -> Status:
        """Return the status: it trains while a process writes the file."""
        count = len(self._file.history)
        return Status(
            self.state,
            head=count - 1,
            revision=0,
            goal=count,
            speed=12.0,
            source="recording",
            reason="error" if self.state == "failed" else None,
            message=str(self.error) if isinstance(self.error, RuntimeError) else message_of(self.error),
        )

    def post(self, command: Command) -> None:
        """Ignore a browser's command; it replays without the kernel."""

    async def finished(self) -> History:
        """Wait until no process writes the file, and return the recording."""
        while self.state == "training" and not self._closed:
            await asyncio.sleep(POLL_S)
            self._poll()
        return self._file.history

    def close(self) -> None:
        """Read no more; what has been read can still be shown."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _schedule(self) -> None:
        tick = weakref.WeakMethod(self._tick)  # the timer does not keep a scope alive that nobody has any more

        def call() -> None:
            alive = tick()
            if alive is not None:
                alive()

        if not self._closed and not isinstance(self.error, (OSError, ValueError)):
            self._timer = self._main.later(POLL_S if self.state == "training" else IDLE_POLL_S, call)

    def _tick(self) -> None:
        self._poll()
        self._schedule()

    def _poll(self) -> None:
        """Read what is new, and notify the listeners."""
        self._read()
        with self.lock:
            state, count = self._told  # what was read in between, by `history`, has not been told
            self._told = (self.state, len(self._file.history))
            if self.state != state:
                self.listeners.on_state()
            elif len(self._file.history) != count:
                self.listeners.on_epochs()

    def _read(self) -> None:
        if self._closed:
            return
        self._reading = True
        try:
            with self.lock:
                state = self._file.state  # before the last records, which a writer may append before it ends
                self._file.read_new()
                self.state, self.error = _STATES[state], None
                if state in _TOLD:
                    self.error = RuntimeError(f"{self._path}: {_TOLD[state].format(len(self._file.history))}")
        except (OSError, ValueError) as error:  # deleted, or damaged
            self.state, self.error = "failed", error
        finally:
            self._reading, self._read_at = False, time.monotonic()
