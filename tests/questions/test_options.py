"""What `ask` accepts is checked where it is given."""

from __future__ import annotations

from typing import Any

import pytest

from tests.questions.made import Run, ask, compared, history

POLL: dict[str, Any] = {"prompt": "?", "options": ["x", "y"]}


def run(**options: Any) -> Run:
    return Run(history(["aaaa"] * 3), cut="aaaa", free="aaaa", **options)


@pytest.mark.parametrize(
    ("kind", "what", "says"),
    [
        ("predicton", {}, r"kind='predicton': must be one of .*; did you mean 'prediction'\?"),
        (3, {}, "kind=3: must be one of"),
        ("which_run", {}, "kind='which_run': asks about several runs; ask it of a comparison"),
        ("prediction", {"position": 4}, "position=4: must be an integer from 0 to 3"),
        ("prediction", {"position": -1}, "position=-1: must be an integer from 0 to 3"),
        ("prediction", {"position": None}, "position=None"),
        ("prediction", {"position": 0, "epoch": 3}, "epoch=3: must be an integer from -3 to 2"),
        ("prediction", {"position": 0, "epoch": "1"}, "epoch='1'"),
        ("prediction", {"position": 0, "shown": 1.5}, "shown=1.5"),
        ("prediction", {"position": 0, "shown": -2}, "shown=-2"),
        ("prediction", {"position": 0, "hold": 1}, "hold=1: must be True or False"),
        ("prediction", {"position": 0, "prompt": 3}, "prompt=3: must be a str"),
        ("prediction", {"position": 0, "prompt": " "}, "prompt=' ': must not be empty"),
        ("prediction", {"position": 0, "why": "x" * 2001}, "why: 2,001 characters; must have at most 2,000"),
        ("first_all_correct", {"tolerance": -1}, "tolerance=-1"),
        ("first_all_correct", {"tolerance": True}, "tolerance=True"),
        ("first_all_correct", {"tolerance": 10**400}, "must be an integer from 0 to 2"),
        ("memory_cut", {"after": 3}, "after=3: must be an integer from 0 to 2"),
        ("memory_cut", {"after": 0, "what": "hidden"}, "what='hidden': must be one of 'all', 'h', 'c'"),
        ("memory_cut", {"after": 0, "epoch": 3}, "epoch=3"),
        ("memory_cut", {"after": 0, "shown": 1}, 'shown=1: "memory_cut" shows the epoch that it asks about'),
        ("free_run", {"given": 0}, "given=0: must be an integer from 1 to 4"),
        ("free_run", {"given": 5}, "given=5"),
        ("choice", {**POLL, "options": ["x"]}, "options=.*: must be a list of 2 to 9 strings"),
        ("choice", {**POLL, "options": list("abcdefghij")}, "options=.*: must be a list of 2 to 9 strings"),
        ("choice", {**POLL, "options": "xy"}, "options='xy': must be a list"),
        ("choice", {**POLL, "options": ["x", ""]}, r"options\[1\]='': must not be empty"),
        ("choice", {**POLL, "options": ["x", 3]}, r"options\[1\]=3: must be a str"),
        ("choice", {**POLL, "options": ["x", "x"]}, "'x' occurs twice"),
        ("choice", {**POLL, "answer": 2}, "answer=2: must be an integer from 0 to 1"),
        ("choice", {**POLL, "answer": True}, "answer=True"),
        ("choice", {**POLL, "answer": []}, "pass answer=None if there is no right answer"),
        (
            "choice",
            {"prompt": "?", "options": ["yes", "no"], "answer": "yess"},
            r"answer='yess': .*did you mean 'yes'\?",
        ),
    ],
)
def test_an_impossible_value_is_refused_with_what_is_allowed(kind: Any, what: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ask(kind, run(), **what)


@pytest.mark.parametrize(
    ("kind", "what", "says"),
    [
        ("prediction", {}, 'position: "prediction" needs it; pass position=...'),
        ("memory_cut", {}, 'after: "memory_cut" needs it'),
        ("choice", {"prompt": "?"}, 'options: "choice" needs it'),
        ("choice", {"options": ["x", "y"]}, 'prompt: "choice" needs one'),
        ("prediction", {"positon": 1}, r"positon: did you mean position\?"),
        (
            "free_run",
            {"position": 1},
            "position: not an option of \"free_run\", which has epoch, given; it belongs to 'prediction'",
        ),
        ("choice", {**POLL, "epoch": 1}, 'epoch: not an option of "choice"'),
        ("prediction", {"position": 1, "run": 0}, "run: a scope has one run; leave it out"),
    ],
)
def test_an_option_that_is_missing_or_belongs_to_another_kind_is_named(
    kind: str, what: dict[str, Any], says: str
) -> None:
    with pytest.raises(TypeError, match=says):
        ask(kind, run(), **what)


@pytest.mark.parametrize("kind", ["prediction", "first_all_correct", "last_learned", "memory_cut", "free_run"])
def test_in_a_comparison_a_kind_about_one_run_needs_it(kind: str) -> None:
    what: dict[str, Any] = {"prediction": {"position": 0}, "memory_cut": {"after": 0}}.get(kind, {})
    subject = compared(run(), run())
    with pytest.raises(TypeError, match=f'run: "{kind}" needs it'):
        ask(kind, subject, **what)
    assert [ask(kind, subject, **what, run=which).run for which in (0, -1, "one", "two")] == [0, 1, 0, 1]
    for wrong in (2, "three", None, True):
        with pytest.raises(ValueError, match="run="):
            ask(kind, subject, **what, run=wrong)


@pytest.mark.parametrize(("kind", "what"), [("which_run", {}), ("choice", POLL)])
def test_a_kind_about_all_runs_takes_none(kind: str, what: dict[str, Any]) -> None:
    subject = compared(run(), run())
    assert ask(kind, subject, **what).run is None
    with pytest.raises(TypeError, match=f'run: "{kind}" is about all runs; leave it out'):
        ask(kind, subject, **what, run=0)


def test_negative_epochs_count_from_the_end_of_what_is_recorded() -> None:
    assert ask("prediction", run(goal=9), position=0, epoch=-1).epoch == 2
    assert ask("free_run", run(goal=9), epoch=-3).epoch == 0
    with pytest.raises(ValueError, match="epoch=-1"):
        ask("prediction", Run(history([]), goal=9), position=0, epoch=-1)


def test_the_epoch_defaults_to_the_last_of_the_run_and_of_networks_to_the_cursor() -> None:
    assert [ask(kind, run(goal=9)).epoch for kind in ("first_all_correct", "last_learned")] == [8, 8]
    assert ask("first_all_correct", run(goal=9, done=True)).epoch == 2
    assert ask("prediction", run(goal=9), position=0).epoch == 8
    assert (ask("free_run", run(goal=9), 1).epoch, ask("memory_cut", run(goal=9), 1, after=0).epoch) == (1, 1)
    with pytest.raises(ValueError, match="the length of the run is not known yet; pass the last epoch that counts"):
        ask("first_all_correct", Run(history([])))


@pytest.mark.parametrize(("kind", "what"), [("memory_cut", {"after": 0}), ("free_run", {})])
def test_a_network_that_has_no_epoch_yet_is_not_asked_about(kind: str, what: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no epoch is recorded yet"):
        ask(kind, Run(history([]), goal=3), **what)


def test_a_text_of_one_position_has_nothing_to_cut() -> None:
    with pytest.raises(ValueError, match="one position"):
        ask("memory_cut", Run(history(["a"], "a"), cut="a"), after=0)


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    asked = ask("choice", run(), prompt="a\ud800", why="\udfff", options=["x\ud800", "y"], answer="x\ud800")
    assert (asked.prompt, asked.why, asked.options, asked.answer) == ("a?", "?", ("x?", "y"), (0,))
