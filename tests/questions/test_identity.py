"""The id of a question."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from epochscope import EpochScope, compare
from tests.questions.made import Run, ask, compared, history

POLL: dict[str, Any] = {"prompt": "?", "options": ["x", "y"]}


def run(epochs: int = 3, targets: str = "abcd", **metadata: Any) -> Run:
    return Run(history(["a" * len(targets)] * epochs, targets, **metadata), goal=9, cut="aaaa", free="aaaa")


def test_it_is_twelve_hexadecimal_digits() -> None:
    found = ask("free_run", run()).id
    assert len(found) == 12
    assert set(found) <= set("0123456789abcdef")


def test_the_same_question_has_the_same_id_however_it_is_shown_graded_and_explained() -> None:
    plain = ask("first_all_correct", run())
    other = ask("first_all_correct", run(), prompt="When?", shown=1, hold=True, why="So.", tolerance=3, epoch=8)
    assert plain.id == other.id
    assert ask("choice", run(), **POLL).id == ask("choice", run(), **POLL, answer=1).id


def test_it_does_not_depend_on_how_many_epochs_are_recorded_nor_on_the_device() -> None:
    assert ask("first_all_correct", run(1)).id == ask("first_all_correct", run(5)).id
    assert ask("last_learned", run(0)).id == ask("last_learned", run(5)).id
    assert ask("free_run", run(), epoch=0).id == ask("free_run", run(1), epoch=0).id
    assert ask("free_run", run(device="cpu"), epoch=0).id == ask("free_run", run(device="cuda"), epoch=0).id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("prediction", {"position": 0}), ("prediction", {"position": 1})),
        (("prediction", {"position": 0, "epoch": 1}), ("prediction", {"position": 0, "epoch": 2})),
        (("memory_cut", {"after": 0}), ("memory_cut", {"after": 1})),
        (("memory_cut", {"after": 0}), ("memory_cut", {"after": 0, "what": "h"})),
        (("free_run", {}), ("free_run", {"given": 2})),
        (("free_run", {}), ("first_all_correct", {})),
        (("last_learned", {}), ("last_learned", {"epoch": 8})),
        (("choice", POLL), ("choice", {**POLL, "prompt": "!"})),
        (("choice", POLL), ("choice", {**POLL, "options": ["y", "x"]})),
    ],
)
def test_another_question_has_another_id(one: Any, other: Any) -> None:
    assert ask(one[0], run(), **one[1]).id != ask(other[0], run(), **other[1]).id


@pytest.mark.parametrize("other", [run(targets="abca"), run(seed=1), run(lr=0.1), run(cell="gru")])
def test_another_run_has_another_id(other: Run) -> None:
    assert ask("free_run", run(), epoch=0).id != ask("free_run", other, epoch=0).id


def test_in_a_comparison_it_depends_on_all_runs_and_their_names() -> None:
    ids = {
        ask("which_run", compared(run(), run(seed=1))).id,
        ask("which_run", compared(run(), run(seed=2))).id,
        ask("which_run", compared(run(), run(seed=1), labels=["a", "b"])).id,
        ask("which_run", compared(run(), run(seed=1)), by="loss").id,
        ask("free_run", compared(run(), run(seed=1)), run=0, epoch=0).id,
        ask("free_run", compared(run(), run(seed=1)), run=1, epoch=0).id,
        ask("free_run", run(), epoch=0).id,
    }
    assert len(ids) == 7


def test_it_is_the_same_in_another_process_and_for_a_saved_run(tmp_path: Path) -> None:
    program = (
        "from epochscope import EpochScope\nscope = EpochScope('hihello', seed=3, epochs=9)\n"
        "print(scope.ask('first_all_correct').id)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    scope = EpochScope("hihello", seed=3, epochs=9)
    scope.train()
    scope.save(tmp_path / "run.npz")
    again = EpochScope.load(tmp_path / "run.npz")
    ids = [each.ask("first_all_correct").id for each in (scope, again)]
    assert ids == [done.stdout.strip()] * 2
    other = EpochScope("hihello", seed=4, epochs=9)
    assert other.ask("first_all_correct").id not in ids
    pair = compare(scope, other)
    assert pair.ask("first_all_correct", run=0).id not in ids
    for each in (pair, scope, again, other):
        each.close()
