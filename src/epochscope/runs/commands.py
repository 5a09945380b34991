"""What may be asked of a run, and the check that a message from a browser really asks it.

A browser is outside the house: nothing it sends is believed until `parse` has looked at it.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

#: The fastest pace that can be asked for, in epochs per second; beyond it, ask for None: as fast as it trains.
MAX_SPEED = 1_000.0
#: The most epochs that one command may ask for.
MAX_EPOCHS = 10_000_000
#: The largest loss, learning rate or speed that may be named.
MAX_NUMBER = 1e9


@dataclass(frozen=True)
class Until:
    """When a run ends: after so many `epochs` in all, once everything is right, or once the loss is below a value."""

    epochs: int | None = None
    all_correct: bool = False
    loss: float | None = None

    @property
    def watches(self) -> bool:
        """Whether every epoch has to be looked at."""
        return self.all_correct or self.loss is not None


@dataclass(frozen=True)
class Play:
    """Train on from the head, paced to `speed` epochs per second (None: as fast as it trains)."""

    speed: float | None = None
    until: Until | None = None


@dataclass(frozen=True)
class Pause:
    """Stop after the epoch that is running."""


@dataclass(frozen=True)
class Step:
    """Train exactly `n` epochs."""

    n: int = 1


@dataclass(frozen=True)
class Speed:
    """Change the pace, in epochs per second (None: as fast as it trains)."""

    speed: float | None


@dataclass(frozen=True)
class Reset:
    """Back to the initial weights: the same ones, or those of another `seed`."""

    seed: int | None = None


@dataclass(frozen=True)
class Rewind:
    """Back to the state just before epoch `epoch` was made."""

    epoch: int


@dataclass(frozen=True)
class Branch:
    """Go on from `epoch` with another learning rate, and keep the old line."""

    epoch: int
    lr: float | None = None


@dataclass(frozen=True)
class Return:
    """Make an old line, kept by a branch, the current one again."""

    ghost: int


Command: TypeAlias = Play | Pause | Step | Speed | Reset | Rewind | Branch | Return


@dataclass(frozen=True)
class Ack:
    """A view says what it holds: `epochs` records of `revision`, and the `told`-th status (-1: nothing yet)."""

    view: str
    revision: int
    epochs: int
    hidden: bool = False
    gap: bool = False  # it has seen that something is missing
    told: int = -1


@dataclass(frozen=True)
class Closed:
    """A view is gone."""

    view: str


def parse(content: object) -> Command | Ack | Closed:
    """The command or notice that a browser's message holds.

    Raises:
        ValueError: the message is of no known kind, a value in it is of the wrong type or out of bounds, or it holds
            something that nobody asked for.
    """
    message = _mapping(content)
    kind = message.get("kind")
    if kind == "command":
        name = message.get("command")
        if not isinstance(name, str) or name not in _COMMANDS:
            raise ValueError(f"command {_shown(name)}: expected one of {', '.join(sorted(_COMMANDS))}")
        fields, maker = _COMMANDS[name]
        return maker(_only(message, "kind", "command", *fields))
    if kind == "have":
        _only(message, "kind", "view", "revision", "epochs", "hidden", "gap", "told")
        return Ack(
            _view(message),
            _whole(message, "revision", -1),
            _whole(message, "epochs", 0),
            _flag(message, "hidden"),
            _flag(message, "gap"),
            _whole(message, "told", -1, default=-1),
        )
    if kind == "bye":
        return Closed(_view(_only(message, "kind", "view")))
    raise ValueError(f"message kind {_shown(kind)}: expected 'have', 'bye' or 'command'")


#: By name: the fields that a command may have, and how it is made of them.
_COMMANDS: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Command]]] = {
    "play": (("speed", "until"), lambda m: Play(_speed(m), _until(m.get("until")))),
    "pause": ((), lambda _: Pause()),
    "step": (("n",), lambda m: Step(_whole(m, "n", 1, default=1))),
    "speed": (("speed",), lambda m: Speed(_speed(m))),
    "reset": ((), lambda _: Reset()),
    "rewind": (("epoch",), lambda m: Rewind(_whole(m, "epoch", 0))),
    "branch": (("epoch", "lr"), lambda m: Branch(_whole(m, "epoch", 0), _positive(m, "lr", optional=True))),
    "return": (("ghost",), lambda m: Return(_whole(m, "ghost", 0))),
}


def _shown(value: object) -> str:
    try:
        text = reprlib.repr(value)  # which does not follow what is nested without end
    except ValueError:  # a number of thousands of digits
        text = f"of type {type(value).__name__}, too large to be shown"
    return text if len(text) <= 60 else text[:57] + "..."


def _only(message: Mapping[str, Any], *known: str) -> Mapping[str, Any]:
    strange = [key for key in message if key not in known]
    if strange:
        raise ValueError(f"field {_shown(strange[0])}: expected only {', '.join(known)}")
    return message


def _flag(message: Mapping[str, Any], key: str) -> bool:
    value = message.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} {_shown(value)}: expected true or false")
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"message {_shown(value)}: expected an object with a 'kind'")
    return value


def _view(message: Mapping[str, Any]) -> str:
    view = message.get("view")
    if not isinstance(view, str) or not 0 < len(view) <= 64:
        raise ValueError(f"view {_shown(view)}: expected a name of 1 to 64 characters")
    return view


def _whole(message: Mapping[str, Any], key: str, least: int, default: int | None = None) -> int:
    value = message.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_EPOCHS:
        raise ValueError(f"{key} {_shown(value)}: expected a whole number from {least} to {MAX_EPOCHS}")
    return value


def _positive(message: Mapping[str, Any], key: str, *, optional: bool = False) -> float | None:
    value = message.get(key)
    if value is None and optional:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not (0 < value <= MAX_NUMBER):
        raise ValueError(f"{key} {_shown(value)}: expected a number above 0, up to {MAX_NUMBER:g}")
    return float(value)


def _speed(message: Mapping[str, Any]) -> float | None:
    speed = _positive(message, "speed", optional=True)
    return None if speed is None or speed > MAX_SPEED else speed


def _until(value: object) -> Until | None:
    if value is None:
        return None
    wish = _mapping(value)
    match dict(wish):
        case {"epochs": _, **rest} if not rest:
            return Until(epochs=_whole(wish, "epochs", 1))
        case {"all_correct": True, **rest} if not rest:
            return Until(all_correct=True)
        case {"loss": _, **rest} if not rest:
            return Until(loss=_positive(wish, "loss"))
    raise ValueError(f"until {_shown(value)}: expected one of epochs, all_correct (true) or loss")
