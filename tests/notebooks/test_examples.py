"""Each example is run from end to end in a kernel, and holds what an independent run of the same training gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from epochscope.history import History
from epochscope.recording.references import references
from epochscope.training.trainer import Trainer
from tests.notebooks.examples import FOLDER, PATHS
from tests.notebooks.executed import WIDGET_VIEW, Saved, execute, outputs, printed, recordings, widgets
from tests.notebooks.recorded import HIHELLO, RECORDED, SHIP, calm, fall, think


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As in the kernels: see `ONE_THREAD`."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@dataclass(frozen=True)
class Run:
    notebook: nbformat.NotebookNode
    folder: Path


@pytest.fixture(scope="module")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """The example of that stem after a run; each is run once for all tests."""

    @cache
    def run(stem: str) -> Run:
        folder = tmp_path_factory.mktemp(stem)
        return Run(execute(nbformat.read(FOLDER / f"{stem}.ipynb", as_version=4), folder), folder)

    return run


@pytest.fixture(params=[path.stem for path in PATHS])
def stem(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def notebook(stem: str, run_of: Callable[[str], Run]) -> nbformat.NotebookNode:
    return run_of(stem).notebook


def assert_same(saved: Saved, expected: History) -> None:
    assert saved.header["epochs"] == len(expected)
    assert saved.losses.tolist() == expected.losses.tolist()
    assert saved.text(-1) == expected.text(-1)
    right = (saved.said == saved.targets).sum(axis=1)
    assert right.tolist() == expected.n_correct.tolist()
    assert np.array_equal(saved.said, expected.predictions)
    assert np.isnan(saved.lrs).all() or np.array_equal(saved.lrs, expected.lrs)  # a monitor may not be told


def test_every_cell_runs_and_says_nothing_on_stderr(notebook: nbformat.NotebookNode) -> None:
    assert [output.evalue for output in outputs(notebook) if output.output_type == "error"] == []
    assert [output.text for output in outputs(notebook) if output.get("name") == "stderr"] == []


def test_the_saved_notebook_holds_the_recordings_that_an_independent_run_gives(
    stem: str, notebook: nbformat.NotebookNode
) -> None:
    assert stem in RECORDED, f"say in recorded.py what {stem} is to have recorded"
    saved, expected = recordings(notebook), RECORDED[stem]
    assert len(saved) == len(expected)
    for one, run in zip(saved, expected, strict=True):
        assert_same(one, run())


def test_the_saved_notebook_holds_every_widget_that_it_shows(notebook: nbformat.NotebookNode) -> None:
    shown = [
        output.data[WIDGET_VIEW]["model_id"] for output in outputs(notebook) if WIDGET_VIEW in output.get("data", {})
    ]
    assert shown
    saved = widgets(notebook)
    for model_id in shown:
        assert_whole(model_id, saved)


def assert_whole(model_id: str, saved: dict[str, nbformat.NotebookNode]) -> None:
    """The model, and all that it refers to, are saved."""
    assert model_id in saved
    for child in saved[model_id]["state"].get("children", []):
        assert_whole(child.removeprefix("IPY_MODEL_"), saved)


def test_an_example_leaves_no_file_behind(stem: str, run_of: Callable[[str], Run]) -> None:
    assert list(run_of(stem).folder.iterdir()) == []


@pytest.mark.parametrize("stem", ["01-i-think-therefore-i-am", "02-hihello", "03-long-sentence"])
def test_who_presses_play_first_gets_the_same_recordings(stem: str, tmp_path: Path) -> None:
    notebook = nbformat.read(FOLDER / f"{stem}.ipynb", as_version=4)
    at = next(i for i, cell in enumerate(notebook.cells) if cell.id == "scope")
    press = nbformat.v4.new_code_cell("scope.play(speed=None)\nhistory = await scope.finished()", id="play")
    notebook.cells.insert(at + 1, press)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "draws"]  # long, and nothing to do with it
    notebook = execute(notebook, tmp_path)
    assert [output.evalue for output in outputs(notebook) if output.output_type == "error"] == []
    for saved, run in zip(recordings(notebook), RECORDED[stem], strict=True):
        assert_same(saved, run())


# What the prose takes for granted, on any computer:


def test_the_lecture_has_its_drama() -> None:
    history = think()
    first, worst = fall(history)
    relapses = (history.n_correct[first:] < history.n_correct[first]).sum()
    assert history.n_correct[first] == history.positions
    assert worst - first > 50, "a long calm before the fall"
    assert history.n_correct[worst] < history.positions - 1
    assert history.n_correct[-1] > history.n_correct[worst]
    branched = calm()
    assert (branched.n_correct[first:] < branched.positions).sum() < relapses / 10
    assert history.losses.min() > 1


def test_hihello_loses_a_position_while_its_loss_falls_and_every_target_grows_likelier() -> None:
    history = Trainer(**HIHELLO).train(100)
    best = history.n_correct.argmax()
    assert history.n_correct[best] == history.positions
    assert history.n_correct[-1] == history.positions - 1
    assert history.losses[best] > history.losses[-1]
    assert (history.p_target[best] < history.p_target[-1]).all()


def test_the_first_guess_of_a_long_sentence_stays_unsure_and_the_others_do_not() -> None:
    sure = RECORDED["03-long-sentence"][0]().p_target[-1]
    assert sure.argmin() == 0
    assert sure[0] < 0.3
    assert np.partition(sure, 1)[1] > 0.3


def test_the_lowest_loss_that_the_lecture_counts_is_the_reference(run_of: Callable[[str], Run]) -> None:
    trainer = Trainer(SHIP, cell="rnn", num_layers=2, readout=True, window=10)
    unavoidable = min(reference.loss for reference in references(trainer.history))
    said = printed(run_of("03-long-sentence").notebook, "lowest-loss")
    assert said.startswith(f"lowest possible loss {unavoidable:.3f}, ")


def test_watching_a_loop_does_not_change_it(run_of: Callable[[str], Run]) -> None:
    said = printed(run_of("04-your-own-loop").notebook, "unwatched")
    assert said == "the same losses, to the last bit: True\n"
