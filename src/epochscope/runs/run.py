"""What a scope can show: the protocol of a run, and its status."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Protocol, TypeAlias

from epochscope.history import History
from epochscope.recording.recorded_spec import recorded_spec

from .branches import Branch, OldBranch
from .commands import Command, Controls
from .listeners import Listeners

if TYPE_CHECKING:
    from epochscope.recording.run_spec import RunSpec
    from epochscope.training.trainer import Trainer

#: Of reading weights: all that can be known are; not all of them before the deadline; none, since the run trains.
Progress: TypeAlias = Literal["complete", "unfinished", "later"]
State: TypeAlias = Literal["idle", "training", "paused", "finished", "failed"]

#: The most characters of an exception's message that are sent to a browser.
MAX_MESSAGE = 2_000


@dataclass(frozen=True)
class Status:
    """The state of a run as a browser shows it.

    Parameters
    ----------
    state
        Whether it trains, and if not, why not.
    head
        The last recorded epoch; -1 before the first.
    revision
        How often the recording was cut or replaced.
    goal
        The number of epochs after which the run is finished.
    speed
        Epochs per second; None is as fast as possible.
    reason, message
        Why the run failed, and the text of the exception that ended it. Or "refused", in any state: the last request
        of a browser was not possible, and the message says why.
    source
        What makes the epochs.
    """

    state: State
    head: int
    revision: int
    goal: int
    speed: float | None
    source: Literal["trainer", "monitor", "recording"]
    reason: Literal["diverged", "error", "refused"] | None = None
    message: str | None = None


def message_of(error: BaseException | None) -> str | None:
    """Return the type and message of an exception, at most `MAX_MESSAGE` characters, for a browser."""
    if error is None:
        return None
    try:
        text = str(error)
    except Exception as broken:  # noqa: BLE001 - the user's exception class may do anything
        text = f"(its message cannot be read: {type(broken).__name__})"
    message = f"{type(error).__name__}: {text}".encode("utf-8", "replace").decode()  # a lone surrogate cannot be sent
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"


class Run(Controls, Protocol):
    """A recording that may grow, and what makes it grow. Only `post` may be called on any thread."""

    listeners: Listeners
    #: The spec that the run was made from; None: it was made otherwise.
    given_spec: RunSpec | None

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the run."""
        ...

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current branch."""
        ...

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held while records are made; other threads take it to read records."""
        ...

    @property
    def history(self) -> History:
        """The recording of the current branch."""
        ...

    @property
    def revision(self) -> int:
        """How often the recording was cut or replaced."""
        ...

    def status(self) -> Status:
        """Return the current status."""
        ...

    def spec(self) -> RunSpec:
        """Return what reproduces the recording. Raises ValueError, with the reason, if no spec does."""
        ...

    def shared(self, revision: int) -> int:
        """Return how many epochs, at most, the recording shares with what it was at `revision`."""
        ...

    def branches(self) -> tuple[Branch, ...]:
        """Return all branches in the order in which they were made."""
        ...

    def old_branches(self) -> list[OldBranch]:
        """Return the branches that are not current, each from where it differs from the current one."""
        ...

    def post(self, command: Command) -> None:
        """Queue a command, from any thread."""
        ...

    def pause_unseen(self) -> None:
        """Stop to train in the background, unless somebody waits for the end or another page shows the run."""
        ...

    def want_weights(self) -> None:
        """Add weights to the recording while epochs are made, for some time: a page shows them."""
        ...

    def read_weights(self, first: int, last: int, deadline: float) -> Progress:
        """Add the weights of epochs `first` to `last` to the recording, until a time.

        Returns "later" if the run trains as fast as possible. Raises ValueError, with the reason, if they cannot be
        known.
        """
        ...

    def close(self) -> None:
        """End the run for good."""
        ...

    def train(self, n: int | None = None) -> History:
        """Train `n` epochs now, or up to the goal."""
        ...

    async def finished(self) -> History:
        """Wait until the run is no longer training."""
        ...


def _refused(name: str) -> Any:
    def refuse(run: SingleBranchRun, *_: object, **__: object) -> NoReturn:
        raise RuntimeError(f"{name}: {run.advice}")

    return refuse


class SingleBranchRun:
    """Base class of runs with one branch that only grows. Every command raises RuntimeError."""

    #: What to do instead, for the error message.
    advice: str
    #: Why no weights are recorded, and what to do.
    no_weights: str
    history: History
    revision = 0
    error: BaseException | None = None
    given_spec: RunSpec | None = None

    def spec(self) -> RunSpec:
        """Return what reproduces the recording. Raises ValueError, with the reason, if no spec does."""
        return recorded_spec(self.history)

    def shared(self, revision: int) -> int:  # noqa: ARG002 - the protocol's
        """Return the number of epochs: none is ever discarded."""
        return len(self.history)

    def branches(self) -> tuple[Branch, ...]:
        """Return the one branch."""
        return (Branch(0, self.history, start=0, current=True),)

    def old_branches(self) -> list[OldBranch]:
        """Return an empty list."""
        return []

    def pause_unseen(self) -> None:
        """Do nothing: it does not train in the background."""

    def want_weights(self) -> None:
        """Do nothing: no weights are known besides those that are recorded."""

    def read_weights(self, first: int, last: int, deadline: float) -> Progress:  # noqa: ARG002 - the protocol's
        """Return "complete": nothing can be added to what is recorded. Raises ValueError if nothing is."""
        if self.history.weights is None or not len(self.history.weights):
            raise ValueError(self.no_weights)
        return "complete"

    @property
    def trainer(self) -> Trainer:
        """Raise RuntimeError: there is none."""
        raise RuntimeError(f"trainer: {self.advice}")

    play: Any = _refused("play()")
    pause: Any = _refused("pause()")
    step: Any = _refused("step()")
    set_speed: Any = _refused("set_speed()")
    train: Any = _refused("train()")
    finished: Any = _refused("finished()")
    rewind: Any = _refused("rewind()")
    branch: Any = _refused("branch()")
    switch_to: Any = _refused("switch_to()")
    reset: Any = _refused("reset()")
