"""Messages from a browser: commands for a run, acknowledgements, and answers to questions.

A browser is not trusted: `parse` validates every field of a message.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Protocol, TypeAlias

import msgspec
from msgspec import Meta, Struct

from epochscope.validation import check_int, check_positive

from .votes import Answer, Hands, ViewId

#: The largest epoch, and the largest number of epochs, that a message may name.
MAX_EPOCHS = 10_000_000
#: The largest loss, learning rate or speed that a message may name.
MAX_NUMBER = 1e9
#: The most epochs whose weights one message may ask for.
MAX_WANTED = 1024
#: The most characters of an error message that is sent back.
MAX_ERROR = 200

EpochNumber: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_EPOCHS)]
Count: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_EPOCHS)]
Positive: TypeAlias = Annotated[float, Meta(gt=0, le=MAX_NUMBER)]


class Until(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a run stops: at the first of the given conditions.

    Parameters
    ----------
    epochs
        Stop when this many epochs are recorded in total.
    loss
        Stop when the loss is below this value, in nats per token.
    all_correct
        Stop when all predictions are correct.
    """

    epochs: Count | None = None
    loss: Positive | None = None
    all_correct: bool = False

    def __post_init__(self) -> None:
        if self.epochs is None and self.loss is None and not self.all_correct:
            raise ValueError("Expected epochs, loss or all_correct (true)")


def until_of(epochs: int | None, loss: float | None, *, all_correct: bool) -> Until | None:
    """Return the condition that a user has given; None if there is none. Raises ValueError if a value is invalid."""
    if epochs is None and loss is None and not all_correct:
        return None
    epochs = None if epochs is None else check_int("epochs", epochs, 1)
    loss = None if loss is None else check_positive("until_loss", loss)
    return Until(epochs=epochs, loss=loss, all_correct=bool(all_correct))


class Controls(Protocol):
    """The methods that carry out commands. They are called on the thread that made the run."""

    def play(self, speed: float | None, until: Until | None = None) -> None:
        """Train in the background at `speed` epochs per second, or as fast as possible if None."""
        ...

    def pause(self) -> None:
        """Stop after the current epoch."""
        ...

    def step(self, n: int = 1) -> None:
        """Train `n` epochs now."""
        ...

    def set_speed(self, speed: float | None) -> None:
        """Change the speed, in epochs per second; None is as fast as possible."""
        ...

    def reset(self, seed: int | None = None) -> None:
        """Discard all epochs and branches; restore the initial weights, or make those of another `seed`."""
        ...

    def rewind(self, epoch: int) -> None:
        """Restore the state just before `epoch` and discard the epochs from there on."""
        ...

    def branch(self, epoch: int, lr: float | None = None, **optimizer_options: Any) -> None:
        """Continue from `epoch` on a new branch, with new options of the optimizer, and keep the current branch."""
        ...

    def switch_to(self, branch: int) -> None:
        """Make another branch the current one."""
        ...


class Command(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="command"):
    """A request to a run: its tag names a method of `Controls`, its fields are the arguments."""

    method: ClassVar[str] = ""  # if it is not the tag
    kind: Literal["command"] = "command"

    def apply(self, run: Controls) -> None:
        """Call the method of `run`."""
        arguments = {name: getattr(self, name) for name in self.__struct_fields__ if name != "kind"}
        getattr(run, self.method or str(self.__struct_config__.tag))(**arguments)


class Play(Command, frozen=True, tag="play"):
    """See `Controls.play`."""

    speed: Positive | None = None
    until: Until | None = None


class Pause(Command, frozen=True, tag="pause"):
    """See `Controls.pause`."""


class Step(Command, frozen=True, tag="step"):
    """See `Controls.step`."""

    n: Count = 1


class SetSpeed(Command, frozen=True, tag="speed"):
    """See `Controls.set_speed`."""

    method = "set_speed"
    speed: Positive | None = None


class Reset(Command, frozen=True, tag="reset"):
    """See `Controls.reset`."""


class Rewind(Command, frozen=True, tag="rewind"):
    """See `Controls.rewind`."""

    epoch: EpochNumber


class Branch(Command, frozen=True, tag="branch"):
    """See `Controls.branch`."""

    epoch: EpochNumber
    lr: Positive | None = None


class SwitchTo(Command, frozen=True, tag="switch_to"):
    """See `Controls.switch_to`."""

    branch: EpochNumber


class Ack(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="ack"):
    """What a browser holds: `epochs` records of `revision`, and the status numbered `status_seq`; -1 is none."""

    view: ViewId
    revision: Annotated[int, Meta(ge=-1, le=MAX_EPOCHS)]
    epochs: EpochNumber
    hidden: bool = False
    missed: bool = False  # it received a chunk that it cannot use
    thinned: bool = False  # it has not kept all of these records
    status_seq: Annotated[int, Meta(ge=-1, le=2**53)] = -1


class Want(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="want"):
    """A browser asks for the weights of epochs `first` to `last` of `revision`; `epoch` is the one that it shows."""

    view: ViewId
    revision: EpochNumber
    epoch: EpochNumber
    first: EpochNumber
    last: EpochNumber

    def __post_init__(self) -> None:
        if not self.first <= self.epoch <= self.last < self.first + MAX_WANTED:
            raise ValueError(f"Expected first <= epoch <= last, at most {MAX_WANTED} epochs")


class WantRecords(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="want_records"):
    """A browser asks for the records of epochs `first` to `last` of `revision`, which it does not keep."""

    view: ViewId
    revision: EpochNumber
    first: EpochNumber
    last: EpochNumber

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("Expected first <= last")


class Cursor(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="cursor"):
    """A browser shows the epoch `cursor`; -1 follows the head."""

    cursor: Annotated[int, Meta(ge=-1, le=MAX_EPOCHS)]


class Closed(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="closed"):
    """A browser no longer shows the widget."""

    view: ViewId


AnyCommand: TypeAlias = Play | Pause | Step | SetSpeed | Reset | Rewind | Branch | SwitchTo
Message: TypeAlias = AnyCommand | Ack | Want | WantRecords | Cursor | Closed | Answer | Hands


def parse(content: object) -> Message:
    """Return the command or notice that a message from a browser holds.

    Raises
    ------
    ValueError
        If the message is of no known kind, a value is of the wrong type or out of bounds, or a field is unknown.
    """
    is_command = isinstance(content, dict) and content.get("kind") == "command"
    try:
        return msgspec.convert(
            content, AnyCommand if is_command else Ack | Want | WantRecords | Cursor | Closed | Answer | Hands
        )
    except (msgspec.ValidationError, UnicodeError) as error:
        reason = str(error).encode("ascii", "backslashreplace").decode()
        raise ValueError(f"message refused: {reason[:MAX_ERROR]}; expected one that runs/commands.py defines") from None


def parse_for_run(content: object, runs: int) -> tuple[Message, int | None]:
    """Return what a message to a comparison of `runs` runs holds, and the number of its run.

    The number is None in commands for all, and in answers, which are no messages to a run.

    Raises
    ------
    ValueError
        If the run does not exist, or as `parse` does.
    """
    fields = dict(content) if isinstance(content, dict) else {}
    run = fields.pop("run", None)
    message = parse(fields)
    exists = isinstance(run, int) and not isinstance(run, bool) and 0 <= run < runs
    about_all = run is None and isinstance(message, Command | Answer | Hands)
    if not about_all and (not exists or isinstance(message, Answer | Hands)):
        shown = repr(run).encode("ascii", "backslashreplace").decode()[:MAX_ERROR]
        raise ValueError(f"message refused: run={shown}; expected a number from 0 to {runs - 1}")
    return message, run if exists else None
