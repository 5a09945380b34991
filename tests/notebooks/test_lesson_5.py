"""What the text of lesson 5 says, against computations without the notebook."""

from __future__ import annotations

import math
import re
from functools import cache

import nbformat
import numpy as np
import pytest

from epochscope.history import History
from epochscope.training.trainer import Trainer
from tests.notebooks.cells import run_cells
from tests.notebooks.comparing import committed, shown
from tests.notebooks.conftest import RunOf
from tests.notebooks.executed import printed, widgets
from tests.notebooks.recorded import THINK

STEM = "05-one-run-proves-nothing"

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module", params=["committed", pytest.param("fresh", marks=pytest.mark.thorough)])
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    """Return the notebook with the outputs that are committed, and with those of a run on this machine."""
    return committed(STEM) if request.param == "committed" else request.getfixturevalue("run_of")(STEM).notebook


@cache
def race() -> dict[str, History]:
    return {cell: Trainer(THINK, cell=cell, seed=9).train(30) for cell in ("rnn", "gru", "lstm")}


def boxes(notebook: nbformat.NotebookNode, cell_id: str, columns: int) -> np.ndarray:
    """Return the numbers at the ends of a table's lines: (boxes, columns)."""
    lines = [line.split()[-columns:] for line in shown(notebook, cell_id).splitlines()]
    numbers = [line for line in lines if len(line) == columns and all(re.fullmatch(r"[\d.]+|NaN", n) for n in line)]
    return np.array(numbers, dtype=float)


def interval(rate: float, n: int) -> tuple[float, float]:
    """Return the rates p that fit what was found, |rate - p| <= 1.96 of its standard deviation, by trying them all."""
    p = np.linspace(0, 1, 1_000_001)
    fits = p[np.abs(rate - p) <= 1.96 * np.sqrt(p * (1 - p) / n)]
    return float(fits.min()), float(fits.max())


def test_the_network_with_the_lowest_loss_is_not_the_one_with_the_sentence() -> None:
    runs = race()
    firsts = {cell: np.flatnonzero(run.accuracy == 1) for cell, run in runs.items()}
    assert [cell for cell, first in firsts.items() if len(first)] == ["lstm"]
    losses = {cell: run.losses[-1] for cell, run in runs.items()}
    assert min(losses, key=lambda cell: losses[cell]) == "gru"
    assert losses["rnn"] < losses["lstm"]
    output = printed(committed(STEM), "race-look")
    assert output.startswith("first with the whole sentence: LSTM\nlowest loss at the last epoch: GRU\n")
    certain = {cell: np.median(run.p_target[-1, run.correct[-1]]) for cell, run in runs.items()}
    assert certain["lstm"] < min(certain["rnn"], certain["gru"]), "it is less certain where it is correct"


def test_the_formula_of_the_lesson_gives_the_rates_that_fit() -> None:
    lesson = run_cells(STEM, "imports", definitions="intervals")
    for rate, n in ((0.5, 10), (0.0, 10), (1.0, 5), (0.8, 100)):
        assert lesson["wilson"](rate, n) == pytest.approx(interval(rate, n), abs=1e-5)


def test_intervals_overlap_for_longer_than_their_difference_may_be_zero(notebook: nbformat.NotebookNode) -> None:
    lines = re.findall(r"(\d+) seeds: overlap (True|False) +difference ([+-][\d.]+)", printed(notebook, "seeds"))
    for n, overlap, low in lines:
        (a_low, a_high), (b_low, b_high) = interval(0.6, int(n)), interval(0.8, int(n))
        assert (a_high >= b_low) == (overlap == "True")
        assert float(low) == pytest.approx(0.2 - math.hypot(0.8 - b_low, a_high - 0.6), abs=6e-4)
        assert a_low < 0.6 < b_high
    apart = min(int(n) for n, overlap, _ in lines if overlap == "False")
    above = min(int(n) for n, _, low in lines if float(low) > 0)
    assert 10 < above < apart


def test_the_intervals_are_those_of_the_sweep(notebook: nbformat.NotebookNode) -> None:
    output = printed(notebook, "intervals")
    assert output.endswith("the same as in rates(): True\n")
    assert len(re.findall(r"of 10  \.*#+\.*$", output, re.MULTILINE)) == 6


def test_no_network_has_the_sentence_with_all_seeds_and_with_an_output_layer_all_have_it(
    notebook: nbformat.NotebookNode,
) -> None:
    table = boxes(notebook, "readout-rates", 5)  # runs, ever, at_end, first, final_loss
    assert table[:, 0].tolist() == [10] * 6 + [5] * 6
    assert (table[:6, 2] < 1).all()
    assert (table[6:, 1:3] == 1).all()


def test_the_rnn_has_a_lower_loss_than_the_lstm_and_the_sentence_less_often(notebook: nbformat.NotebookNode) -> None:
    table = boxes(notebook, "rates", 5)
    rnn, lstm = table[:2], table[4:]
    assert (rnn[:, 4] < lstm[:, 4]).all()
    assert rnn[:, 1].max() < lstm[:, 1].max()


def test_some_runs_have_the_sentence_and_lose_it_again(notebook: nbformat.NotebookNode) -> None:
    table = boxes(notebook, "rates", 5)
    lost = sum(int(n) for n in re.findall(r" (\d+)$", printed(notebook, "lost"), re.MULTILINE))
    assert lost == round(10 * (table[:, 1] - table[:, 2]).sum())
    assert lost > 0


def test_the_numbers_of_weights_are_those_of_the_formulas(notebook: nbformat.NotebookNode) -> None:
    v = len(set(THINK))
    output = printed(notebook, "sizes")
    sizes = re.findall(r"(\w+), (\d+) units: (\d+) weights", output)
    assert len(sizes) == 3
    for cell, h, weights in ((cell, int(h), int(weights)) for cell, h, weights in sizes):
        gates = 4 if cell == "LSTM" else 1
        assert weights == gates * h * (v + h + 2) + v * (h + 1)
    assert int(sizes[2][2]) <= int(sizes[0][2])


def test_the_lstm_is_better_with_as_many_units_and_not_with_as_many_weights(notebook: nbformat.NotebookNode) -> None:
    table = boxes(notebook, "small-rates", 5).reshape(2, 2, 2, 5)  # cell, size, lr; weights, ever, at_end, low, high
    (rnn, matched), (lstm, _) = table[..., 2].max(axis=2)
    assert rnn <= lstm <= matched
    assert rnn < matched


@pytest.mark.thorough
def test_rates_are_those_of_the_trainer(run_of: RunOf) -> None:
    table = boxes(run_of(STEM).notebook, "rates", 5).reshape(3, 2, 5)
    for cell, row in zip(("rnn", "gru", "lstm"), table, strict=True):
        for lr, (n, ever, at_end, _, final) in zip((0.1, 0.01), row, strict=True):
            runs = [Trainer(THINK, cell=cell, lr=lr, seed=seed).train(300) for seed in range(int(n))]
            assert np.mean([(run.accuracy == 1).any() for run in runs]) == pytest.approx(ever)
            assert np.mean([run.accuracy[-1] == 1 for run in runs]) == pytest.approx(at_end)
            assert np.median([run.losses[-1] for run in runs]) == pytest.approx(final, abs=6e-4)


@pytest.mark.thorough
def test_the_question_about_the_fall_has_the_answer_of_the_recording(run_of: RunOf) -> None:
    notebook = run_of(STEM).notebook
    questions = [model["state"]["question"] for model in widgets(notebook).values() if model["state"].get("question")]
    (fall,) = (question for question in questions if question["kind"] == "choice")
    match = re.search(r"(\w+), lr ([\d.]+), seed (\d+)", printed(notebook, "loses"))
    assert match is not None
    run = Trainer(THINK, cell=match[1].lower(), lr=float(match[2]), seed=int(match[3])).train(300)
    last = int(np.flatnonzero(run.accuracy[:-1] == 1)[-1])
    change = int(np.sign(run.losses[last + 1] - run.losses[last]))
    assert fall["answer"] == [change + 1]
    assert fall["shown"] == last
