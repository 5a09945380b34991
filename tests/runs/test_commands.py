"""Messages from a browser are parsed or refused."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.runs.commands import (
    Ack,
    Branch,
    Closed,
    Command,
    Cursor,
    Pause,
    Play,
    Reset,
    Rewind,
    SetSpeed,
    Step,
    SwitchTo,
    Until,
    parse,
)

COMMANDS = [
    ({"command": "play", "speed": 12, "until": None}, Play(12.0, None), ("play", {"speed": 12.0, "until": None})),
    ({"command": "play", "speed": None}, Play(None, None), ("play", {"speed": None, "until": None})),
    (
        {"command": "play", "until": {"epochs": 40}},
        Play(None, Until(epochs=40)),
        ("play", {"speed": None, "until": Until(epochs=40)}),
    ),
    (
        {"command": "play", "until": {"all_correct": True}},
        Play(None, Until(all_correct=True)),
        ("play", {"speed": None, "until": Until(all_correct=True)}),
    ),
    (
        {"command": "play", "until": {"loss": 0.5}},
        Play(None, Until(loss=0.5)),
        ("play", {"speed": None, "until": Until(loss=0.5)}),
    ),
    ({"command": "pause"}, Pause(), ("pause", {})),
    ({"command": "step"}, Step(1), ("step", {"n": 1})),
    ({"command": "step", "n": 10}, Step(10), ("step", {"n": 10})),
    ({"command": "speed", "speed": 0.5}, SetSpeed(0.5), ("set_speed", {"speed": 0.5})),
    ({"command": "reset"}, Reset(), ("reset", {})),
    ({"command": "rewind", "epoch": 0}, Rewind(0), ("rewind", {"epoch": 0})),
    ({"command": "branch", "epoch": 7, "lr": 0.01}, Branch(7, 0.01), ("branch", {"epoch": 7, "lr": 0.01})),
    ({"command": "switch_to", "branch": 1}, SwitchTo(1), ("switch_to", {"branch": 1})),
]


class Calls:
    """Records the methods that a command calls."""

    def __init__(self) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda **arguments: self.made.append((name, arguments))


@pytest.mark.parametrize(("message", "command", "call"), COMMANDS)
def test_a_command_is_parsed_and_calls_the_method_of_its_name(
    message: dict[str, object], command: Command, call: tuple[str, dict[str, Any]]
) -> None:
    parsed = parse({"kind": "command", **message})
    assert parsed == command
    assert isinstance(parsed, Command)
    calls: Any = Calls()
    parsed.apply(calls)
    assert calls.made == [call]


def test_acknowledgements_and_goodbyes_are_parsed() -> None:
    message = {"kind": "ack", "view": "a", "revision": -1, "epochs": 0, "hidden": True}
    assert parse(message) == Ack("a", -1, 0, hidden=True, missed=False)
    assert parse({**message, "missed": True, "hidden": False}) == Ack("a", -1, 0, hidden=False, missed=True)
    assert parse({**message, "status_seq": 3}) == Ack("a", -1, 0, hidden=True, status_seq=3)
    assert parse({"kind": "cursor", "cursor": -1}) == Cursor(-1)
    assert parse({"kind": "closed", "view": "a"}) == Closed("a")


def nested(depth: int) -> object:
    value: object = "play"
    for _ in range(depth):
        value = {"x": [value]}
    return value


def endless() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["epochs"] = value
    return value


HOSTILE = [
    None,
    "play",
    {},
    {"kind": "exec"},
    {"kind": "cursor", "cursor": -2},
    {"kind": "cursor", "cursor": 1e9},
    {"kind": "command"},
    {"kind": "command", "command": "__class__"},
    {"kind": "command", "command": "apply"},
    {"kind": "command", "command": ["play"]},
    {"kind": "command", "command": "play", "speed": 0},
    {"kind": "command", "command": "play", "speed": math.nan},
    {"kind": "command", "command": "play", "speed": math.inf},
    {"kind": "command", "command": "play", "speed": True},
    {"kind": "command", "command": "play", "speed": "12"},
    {"kind": "command", "command": "play", "until": {}},
    {"kind": "command", "command": "play", "until": {"epochs": 0}},
    {"kind": "command", "command": "play", "until": {"all_correct": False}},
    {"kind": "command", "command": "play", "until": {"epochs": 3, "steps": 1}},
    {"kind": "command", "command": "play", "until": "all_correct"},
    {"kind": "command", "command": "step", "n": 0},
    {"kind": "command", "command": "step", "n": 1.5},
    {"kind": "command", "command": "step", "n": 10**400},
    {"kind": "command", "command": "rewind", "epoch": -1},
    {"kind": "command", "command": "rewind"},
    {"kind": "command", "command": "branch", "epoch": 1, "lr": -0.1},
    {"kind": "command", "command": "branch", "epoch": 1, "lr": 10**400},
    {"kind": "ack", "view": "a", "revision": "0", "epochs": 0},
    {"kind": "ack", "view": "", "revision": 0, "epochs": 0},
    {"kind": "ack", "view": "a" * 65, "revision": 0, "epochs": 0},
    {"kind": "ack", "view": "a\n", "revision": 0, "epochs": 0},
    {"kind": "ack", "view": "\ud800", "revision": 0, "epochs": 0},
    {"kind": "ack", "view": "a", "revision": 0, "epochs": 0, "hidden": 1},
    {"kind": "ack", "view": "a", "revision": 0, "epochs": 0, "head": 3},
    {"kind": "ack", "view": "a", "revision": 0, "epochs": 0, "status_seq": 10**30},
    {"kind": "closed", "view": 3},
    {"kind": "\ud800"},
    {"kind": "command", "command": "\ud800"},
    {"kind": "command", "command": "pause", "\ud800": 3},
    {"kind": "command", "command": "pause", 3: 3},
    {"kind": "command", "command": "pause", "epoch": 3},
    {"kind": "command", "command": "reset", "seed": 3},
    {"kind": "command", "command": "step", "n": 10**5000},
    {"kind": "command", "command": "step", "n": [10**5000]},
    {"kind": "command", "command": 10**5000},
    {"kind": "command", "command": nested(500)},
    {"kind": "command", "command": "play", "until": nested(500)},
    {"kind": "command", "command": "play", "until": endless()},
    {"kind": "command", "command": "a" * 100_000},
]


@pytest.mark.parametrize("message", HOSTILE, ids=range(len(HOSTILE)))
def test_an_invalid_message_is_refused_by_a_short_value_error(message: object) -> None:
    with pytest.raises(ValueError, match=r"message refused: .*; expected") as refused:
        parse(message)
    assert len(str(refused.value)) < 300
    assert str(refused.value).isascii()


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"kind": "command", "command": "step", "n": 0}, r"Expected `int` >= 1 - at `\$\.n`"),
        ({"kind": "command", "command": "pause", "epoch": 3}, "unknown field `epoch`"),
        ({"kind": "command", "command": "exec"}, r"Invalid value 'exec' - at `\$\.command`"),
        ({"kind": "command", "command": "rewind"}, "missing required field `epoch`"),
        ({"kind": "command", "command": "play", "until": {}}, "Expected epochs, loss or all_correct"),
    ],
)
def test_the_error_names_the_field_and_what_is_allowed(message: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse(message)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
words = st.sampled_from(
    ["play", "step", "branch", "rewind", "ack", "closed", "command", "speed", "switch_to", "answer", "hands"]
)
fields = st.sampled_from(
    [
        *("kind", "command", "speed", "until", "n", "epoch", "lr", "branch", "view", "revision"),
        *("page", "question", "generation", "rounds", "revealed", "round", "counts"),
    ]
)


@given(st.dictionaries(fields, words | json))
def test_every_message_is_parsed_or_refused_by_a_value_error(message: dict[str, object]) -> None:
    with contextlib.suppress(ValueError):
        assert parse(message) is not None


@given(kind=words, name=words, fields=st.dictionaries(fields, words | json))
def test_every_message_of_a_known_kind_is_parsed_or_refused(kind: str, name: str, fields: dict[str, object]) -> None:
    with contextlib.suppress(ValueError):
        assert parse({**fields, "kind": kind, "command": name}) is not None
