"""What a browser may say, and what it may not."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.runs.commands import Ack, Branch, Closed, Pause, Play, Reset, Return, Rewind, Speed, Step, Until, parse


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ({"command": "play", "speed": 12, "until": None}, Play(12.0, None)),
        ({"command": "play", "speed": None}, Play(None, None)),
        ({"command": "play", "speed": 5000}, Play(None, None)),
        ({"command": "play", "until": {"epochs": 40}}, Play(None, Until(epochs=40))),
        ({"command": "play", "until": {"all_correct": True}}, Play(None, Until(all_correct=True))),
        ({"command": "play", "until": {"loss": 0.5}}, Play(None, Until(loss=0.5))),
        ({"command": "pause"}, Pause()),
        ({"command": "step"}, Step(1)),
        ({"command": "step", "n": 10}, Step(10)),
        ({"command": "speed", "speed": 0.5}, Speed(0.5)),
        ({"command": "reset"}, Reset()),
        ({"command": "rewind", "epoch": 0}, Rewind(0)),
        ({"command": "branch", "epoch": 7, "lr": 0.01}, Branch(7, 0.01)),
        ({"command": "return", "ghost": 1}, Return(1)),
    ],
)
def test_a_command_is_understood(message: dict[str, object], meant: object) -> None:
    assert parse({"kind": "command", **message}) == meant


def test_a_view_says_what_it_has_and_that_it_is_gone() -> None:
    said = {"kind": "have", "view": "a", "revision": -1, "epochs": 0, "hidden": True}
    assert parse(said) == Ack("a", -1, 0, hidden=True, gap=False)
    assert parse({**said, "gap": True, "hidden": False}) == Ack("a", -1, 0, hidden=False, gap=True)
    assert parse({**said, "told": 3}) == Ack("a", -1, 0, hidden=True, told=3)
    assert parse({"kind": "bye", "view": "a"}) == Closed("a")


def nested(depth: int) -> object:
    value: object = "play"
    for _ in range(depth):
        value = {"x": [value]}
    return value


@pytest.mark.parametrize(
    "message",
    [
        None,
        "play",
        {},
        {"kind": "exec"},
        {"kind": "command"},
        {"kind": "command", "command": "__class__"},
        {"kind": "command", "command": ["play"]},
        {"kind": "command", "command": "play", "speed": 0},
        {"kind": "command", "command": "play", "speed": math.nan},
        {"kind": "command", "command": "play", "speed": math.inf},
        {"kind": "command", "command": "play", "speed": True},
        {"kind": "command", "command": "play", "speed": "12"},
        {"kind": "command", "command": "play", "until": {"epochs": 0}},
        {"kind": "command", "command": "play", "until": {"all_correct": False}},
        {"kind": "command", "command": "play", "until": {"epochs": 3, "loss": 1}},
        {"kind": "command", "command": "play", "until": "all_correct"},
        {"kind": "command", "command": "step", "n": 0},
        {"kind": "command", "command": "step", "n": 1.5},
        {"kind": "command", "command": "step", "n": 10**400},
        {"kind": "command", "command": "rewind", "epoch": -1},
        {"kind": "command", "command": "rewind"},
        {"kind": "command", "command": "branch", "epoch": 1, "lr": -0.1},
        {"kind": "command", "command": "branch", "epoch": 1, "lr": 10**400},
        {"kind": "have", "view": "a", "revision": "0", "epochs": 0},
        {"kind": "have", "view": "", "revision": 0, "epochs": 0},
        {"kind": "have", "view": "a" * 65, "revision": 0, "epochs": 0},
        {"kind": "have", "view": "a", "revision": 0, "epochs": 0, "hidden": 1},
        {"kind": "have", "view": "a", "revision": 0, "epochs": 0, "head": 3},
        {"kind": "bye", "view": 3},
        {"kind": "command", "command": "pause", "epoch": 3},
        {"kind": "command", "command": "reset", "seed": 3},
        {"kind": "command", "command": "step", "n": 10**5000},
        {"kind": "command", "command": "step", "n": [10**5000]},
        {"kind": "command", "command": nested(500)},
        {"kind": "command", "command": "play", "until": nested(500)},
    ],
)
def test_what_is_not_a_message_is_refused(message: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse(message)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
words = st.sampled_from(["play", "step", "branch", "rewind", "have", "bye", "command", "speed", "return"])


@given(
    st.dictionaries(
        st.sampled_from(["kind", "command", "speed", "until", "n", "epoch", "lr", "ghost", "view", "revision"]),
        words | json,
    )
)
def test_whatever_is_sent_is_understood_or_refused_by_a_value_error(message: dict[str, object]) -> None:
    with contextlib.suppress(ValueError):  # anything else is a fault
        assert parse(message) is not None
