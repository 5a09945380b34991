"""The fixtures of learning are what torch computes today."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .learning_fixture import FOLDER, RUNS, adopted, gradients, optimizers, run_of
from .test_fixture import assert_close


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def test_gradients_are_those_of_torch() -> None:
    assert_close(gradients(), read("gradients.json"), 1e-12)


def test_optimizers_are_those_of_torch() -> None:
    assert_close(json.loads(json.dumps(optimizers())), read("optimizers.json"), 1e-12)


@pytest.mark.parametrize("name", RUNS)
def test_runs_are_those_of_torch(name: str) -> None:
    expected = read("runs.json")[name]
    actual = run_of(RUNS[name])
    assert actual["weights"] == pytest.approx(expected["weights"], abs=1e-7)
    assert actual["losses"] == pytest.approx(expected["losses"], rel=1e-4)


def test_the_run_that_goes_on_is_that_of_torch() -> None:
    expected = read("adopted.json")
    actual = adopted()
    assert actual["losses"] == pytest.approx(expected["losses"], rel=1e-3)
    assert actual["moments"][1] == pytest.approx(expected["moments"][1], abs=1e-5)


def test_there_are_no_other_files() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == [
        "adopted.json",
        "gradients.json",
        "optimizers.json",
        "runs.json",
    ]
