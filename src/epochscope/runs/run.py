"""What a scope can show: the face that a session, a monitored loop and a bare recording have in common."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from epochscope.history import History
from epochscope.widget.wire import OldBranch

from .commands import Command


class RunListener(Protocol):
    """Who is told what happens to a source, and asked whether it may go on."""

    def ready(self, now: float) -> bool:
        """Whether epochs may be run at time `now`, in seconds: False while a browser is too far behind."""
        ...

    def on_epochs(self) -> None:
        """Epochs were recorded."""
        ...

    def on_state(self) -> None:
        """The state, or the line itself, has changed."""
        ...


#: The most characters of an exception that a browser is told.
MAX_MESSAGE = 2_000


def message_of(error: BaseException | None) -> str | None:
    """What the browser is told of an exception, which is the user's and may say anything, or fail to."""
    if error is None:
        return None
    try:
        said = str(error)
    except Exception as broken:  # noqa: BLE001 - as above
        said = f"(its message cannot be read: {type(broken).__name__})"
    told = f"{type(error).__name__}: {said}".encode("utf-8", "replace").decode()  # half a surrogate pair cannot be sent
    return told if len(told) <= MAX_MESSAGE else told[: MAX_MESSAGE - 1] + "…"


class NullListener:
    """A listener that never minds."""

    def ready(self, now: float) -> bool:  # noqa: ARG002 - the protocol's
        """Always."""
        return True

    def on_epochs(self) -> None:
        """Never mind."""

    def on_state(self) -> None:
        """Never mind."""


class Run(Protocol):
    """A recording that may still grow, and whoever makes it grow."""

    listener: RunListener

    @property
    def history(self) -> History:
        """The current line."""
        ...

    @property
    def revision(self) -> int:
        """Counts how often the current line was cut or changed."""
        ...

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held while records are made; who reads them on another thread takes it."""
        ...

    def shared(self, revision: int) -> int:
        """How many epochs the current line shares, at most, with what it was at `revision`."""
        ...

    def old_branches(self) -> list[OldBranch]:
        """The lines that branches left."""
        ...

    def status(self) -> dict[str, Any]:
        """What the browser is told: state, head, revision, goal, speed, reason, message, source, lr."""
        ...

    def post(self, command: Command) -> None:
        """Hand over a command from any thread."""
        ...

    def do(self, command: Command) -> None:
        """Carry out a command now, on the source's own thread."""
        ...

    def close(self) -> None:
        """End for good."""
        ...
