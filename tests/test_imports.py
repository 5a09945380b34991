"""`import epochscope` is cheap, and says what it has."""

from __future__ import annotations

import subprocess
import sys

import pytest

import epochscope

HEAVY = {"torch", "pandas", "bqplot", "ipywidgets", "anywidget", "IPython", "numpy", "tqdm"}


def loaded_by(statement: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after a statement."""
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return HEAVY & set(done.stdout.split())


def test_importing_epochscope_loads_nothing_heavy() -> None:
    assert loaded_by("import epochscope; dir(epochscope)") == set()


@pytest.mark.parametrize(("statement", "heavy"), [("import epochscope, torch", "torch"), ("import pandas", "pandas")])
def test_the_test_above_can_fail(statement: str, heavy: str) -> None:
    assert heavy in loaded_by(statement)


def test_a_recording_needs_numpy_alone() -> None:
    statement = "from epochscope import Alphabet, Epoch, Event, History, Reference, references; History.load"
    assert loaded_by(statement) == {"numpy"}


def test_a_trainer_needs_torch_and_no_notebook() -> None:
    statement = "from epochscope import Trainer; Trainer('hihello').train(3)"
    assert loaded_by(statement) & {"bqplot", "ipywidgets", "anywidget", "pandas"} == set()


def test_every_name_that_is_promised_is_there() -> None:
    for name in epochscope.__all__:
        assert getattr(epochscope, name) is not None
    assert set(epochscope.__all__) <= set(dir(epochscope))


def test_a_name_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(AttributeError, match=r"epochscope has no 'Trianer'; it has Alphabet, .*Trainer"):
        _ = epochscope.Trianer


def test_monitor_is_the_function_also_after_its_module_was_imported() -> None:
    program = "import epochscope.widget.monitor, epochscope; print(callable(epochscope.monitor)); print('is', 'ok')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "is", "ok"]
