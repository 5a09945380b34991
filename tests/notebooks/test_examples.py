"""Each example that is no lesson runs in a kernel and contains the recordings of an independent training."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from epochscope.inspection.gradient_reach import steps_back
from epochscope.training.trainer import Trainer
from tests.notebooks.comparing import assert_same_recording, shown
from tests.notebooks.conftest import RunOf
from tests.notebooks.examples import FOLDER, OTHERS, is_translation
from tests.notebooks.executed import WIDGET_VIEW, execute, outputs, printed, recordings, widgets
from tests.notebooks.recorded import (
    BRACKETS,
    FOUR,
    RECORDED,
    SHIP,
    THINK,
    TWISTERS,
    four,
)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(
    params=[pytest.param(path.stem, marks=pytest.mark.thorough if is_translation(path.stem) else []) for path in OTHERS]
)
def stem(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def notebook(stem: str, run_of: RunOf) -> nbformat.NotebookNode:
    return run_of(stem).notebook


def test_every_cell_runs_without_errors_or_warnings(notebook: nbformat.NotebookNode) -> None:
    assert [output.evalue for output in outputs(notebook) if output.output_type == "error"] == []
    assert [output.text for output in outputs(notebook) if output.get("name") == "stderr"] == []


def test_the_saved_notebook_contains_the_recordings_of_an_independent_training(
    stem: str, notebook: nbformat.NotebookNode
) -> None:
    assert stem in RECORDED, f"add the expected recordings of {stem} to recorded.py"
    saved, expected = recordings(notebook), RECORDED[stem]
    assert len(saved) == len(expected)
    for one, run in zip(saved, expected, strict=True):
        if run is not None:
            assert_same_recording(one, run())


def test_the_saved_notebook_contains_every_widget_that_it_displays(notebook: nbformat.NotebookNode) -> None:
    shown = [
        output.data[WIDGET_VIEW]["model_id"] for output in outputs(notebook) if WIDGET_VIEW in output.get("data", {})
    ]
    assert shown
    saved = widgets(notebook)
    for model_id in shown:
        assert_complete(model_id, saved)


def assert_complete(model_id: str, saved: dict[str, nbformat.NotebookNode]) -> None:
    """Assert that the model and all its children are saved."""
    assert model_id in saved
    for child in saved[model_id]["state"].get("children", []):
        assert_complete(child.removeprefix("IPY_MODEL_"), saved)


def test_an_example_leaves_no_file_behind(stem: str, run_of: RunOf) -> None:
    assert list(run_of(stem).folder.iterdir()) == []


@pytest.mark.parametrize(
    "stem",
    [
        pytest.param("03-long-sentence", marks=pytest.mark.thorough),
    ],
)
def test_playing_first_gives_the_same_recordings(stem: str, tmp_path: Path) -> None:
    notebook = nbformat.read(FOLDER / f"{stem}.ipynb", as_version=4)
    at = next(i for i, cell in enumerate(notebook.cells) if cell.id == "scope")
    press = nbformat.v4.new_code_cell("scope.play(speed=None)\nhistory = await scope.finished()", id="play")
    notebook.cells.insert(at + 1, press)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "draws"]  # slow and unrelated
    notebook = execute(notebook, tmp_path)
    assert [output.evalue for output in outputs(notebook) if output.output_type == "error"] == []
    for saved, run in zip(recordings(notebook), RECORDED[stem], strict=True):
        assert run is not None
        assert_same_recording(saved, run())


# What the texts of the examples rely on:


def test_only_the_first_prediction_of_a_long_sentence_stays_uncertain() -> None:
    run = RECORDED["03-long-sentence"][0]
    assert run is not None
    p_target = run().p_target[-1]
    assert p_target.argmin() == 0
    assert p_target[0] < 0.3
    assert np.partition(p_target, 1)[1] > 0.3


def test_the_lowest_loss_that_the_lecture_computes_is_the_reference_loss(run_of: RunOf) -> None:
    trainer = Trainer(SHIP, cell="rnn", num_layers=2, readout=True, window=10)
    lowest = min(reference.loss for reference in trainer.history.references)
    output = printed(run_of("03-long-sentence").notebook, "lowest-loss")
    assert output.startswith(f"lowest possible loss {lowest:.3f}, ")


def test_watching_a_loop_does_not_change_it(run_of: RunOf) -> None:
    output = printed(run_of("04-your-own-loop").notebook, "unwatched")
    assert output == "the same losses, to the last bit: True\n"


def test_a_plain_rnn_has_a_lower_loss_than_an_lstm_and_a_worse_text() -> None:
    rnn, rnn_layer, gru, lstm = four()
    epoch = int(np.flatnonzero(lstm.accuracy == 1)[-1])
    for other in (rnn, gru):
        assert other.losses[epoch] < lstm.losses[epoch]
        assert other.n_correct[epoch] < lstm.n_correct[epoch]
    assert (rnn.accuracy < 1).all()
    assert (rnn_layer.accuracy == 1).any(), "the output layer alone is a remedy"


def test_reach_differs_little_before_training_and_is_lost_by_the_rnn_after_it_has_stopped_improving() -> None:
    rnn, rnn_layer, _, lstm = (Trainer(THINK, seed=9, **options) for options in FOUR)
    start = [steps_back(trainer.gradient_reach(0)) for trainer in (rnn, rnn_layer, lstm)]
    assert max(start) - min(start) <= 2
    for trainer in (rnn, rnn_layer, lstm):
        trainer.train(150)
    assert np.median(rnn.history.n_correct[20:]) - rnn.history.n_correct[20] <= 1
    assert steps_back(rnn.gradient_reach(20)) >= 5
    assert steps_back(rnn.gradient_reach()) <= 3
    assert steps_back(rnn_layer.gradient_reach()) > max(start) + 3
    assert steps_back(lstm.gradient_reach()) > steps_back(rnn.gradient_reach())


def test_gradient_and_success_decrease_with_the_gap_and_a_forget_bias_helps(run_of: RunOf) -> None:
    output = printed(run_of("06-side-by-side").notebook, "bracket-table")
    rows = re.findall(r"both closed: (\d) of 4; gradient at epoch 0: +([\d.]+)%  (.+)", output)
    assert [name for _, _, name in rows] == ["RNN", "LSTM", "LSTM, forget bias 1"] * 3
    closed = np.array([int(count) for count, _, _ in rows]).reshape(3, 3)  # gap, cell
    arrives = np.array([float(share) for _, share, _ in rows]).reshape(3, 3)
    assert BRACKETS[16] in output
    assert (closed[0] == 4).all()
    assert closed[2, 0] <= 2 <= 3 <= closed[2, 2]
    assert (np.diff(arrives, axis=0) < 0).all()
    assert (arrives[:, 0] < 3 * arrives[:, 1]).all(), "an untrained LSTM reaches no farther than an RNN"
    assert (arrives[:, 1] < 3 * arrives[:, 0]).all()
    assert arrives[2, 2] > 30 * arrives[2, 1]


def test_a_plain_rnn_has_a_lower_loss_than_an_lstm_is_more_certain_and_has_the_sentence_less_often() -> None:
    rnn, lstm = (
        [Trainer(THINK, cell=cell, lr=0.01, seed=seed).train(300) for seed in range(5)] for cell in ("rnn", "lstm")
    )
    assert np.median([run.losses[-1] for run in rnn]) < np.median([run.losses[-1] for run in lstm])
    right = [[run.n_correct[-1] == run.positions for run in runs] for runs in (rnn, lstm)]
    assert sum(right[0]) < sum(right[1])
    for one, other in zip(rnn, lstm, strict=True):
        both = one.correct[-1] & other.correct[-1]
        assert np.median(one.p_target[-1, both]) > np.median(other.p_target[-1, both])


def test_with_an_output_layer_all_runs_of_all_cells_have_the_sentence(run_of: RunOf) -> None:
    table = shown(run_of("07-one-run-proves-nothing").notebook, "readout-rates")
    without, with_layer = table.split("yes ")
    assert re.findall(r"5 +([\d.]+) +([\d.]+)", with_layer) == [("1.0", "1.0")] * 6
    assert len(re.findall(r"10 +([\d.]+) +([\d.]+)", without)) == 6
    assert re.findall(r"10 +(1\.0) +(1\.0)", without) == []


def test_the_formula_of_the_lecture_gives_the_intervals_of_the_sweep(run_of: RunOf) -> None:
    output = printed(run_of("07-one-run-proves-nothing").notebook, "intervals")
    assert output.endswith("the same as in rates(): True\n")
    assert len(re.findall(r"of 10  \.*#+\.*$", output, re.MULTILINE)) == 6


def test_intervals_overlap_for_longer_than_their_difference_may_be_zero(run_of: RunOf) -> None:
    output = printed(run_of("07-one-run-proves-nothing").notebook, "seeds")
    lines = re.findall(r"(\d+) seeds: overlap (True|False) +difference ([+-][\d.]+)", output)
    apart = min(int(n) for n, overlap, _ in lines if overlap == "False")
    above = min(int(n) for n, _, low in lines if float(low) > 0)
    assert 10 < above < apart


def test_the_lstm_is_better_with_as_many_units_and_not_with_as_many_weights(run_of: RunOf) -> None:
    table = shown(run_of("07-one-run-proves-nothing").notebook, "small-rates")
    rows = re.findall(r" 0\.\d+ +(\d+) +[\d.]+ +([\d.]+) +[\d.]+ +[\d.]+$", table, re.MULTILINE)
    weights, at_end = np.array(rows, dtype=float).reshape(2, 2, 2, 2).transpose(3, 0, 1, 2)  # of cell, size, lr
    (rnn, matched), (lstm, _) = at_end.max(axis=2)
    assert weights[0, 1, 0] <= weights[1, 0, 0]
    assert rnn < lstm <= matched


def test_the_questions_of_a_saved_notebook_are_covered_but_the_one_that_the_lecturer_reveals(
    run_of: RunOf,
) -> None:
    saved = widgets(run_of("08-predict-first").notebook).values()
    questions = [model["state"]["question"] for model in saved if model["state"].get("question")]
    kinds = ["prediction", "first_all_correct", "free_run", "memory_cut", "last_learned", "which_run", "choice"]
    assert [question["kind"] for question in questions] == [*kinds, "prediction"]
    assert [question["kind"] for question in questions if question["revealed"]] == ["choice"]
    assert all(question["answer"] for question in questions)


def test_tables_of_votes_work_without_any_and_know_the_answer_only_once_it_is_given(
    run_of: RunOf,
) -> None:
    notebook = run_of("08-predict-first").notebook
    for cell_id, correct in (("tally", ["<NA>"] * 4), ("reveal", ["False", "True", "False", "False"])):
        assert re.findall(r"[a-z)] +0 +0 +0 +(\S+)$", shown(notebook, cell_id), re.MULTILINE) == correct
    assert printed(notebook, "files").startswith("nobody has answered yet\n")
    assert printed(notebook, "sure").count(" 0 of 0 votes correct\n") == 2


def test_after_two_updates_the_network_predicts_the_most_frequent_target_everywhere() -> None:
    history = Trainer(THINK, seed=9).train(18)
    counts = np.bincount(history.targets)
    space = int(counts.argmax())
    assert (history.alphabet[space], counts[space]) == (" ", 4)
    assert (history.predictions[2] == space).all()
    assert len(set(history.predictions[0])) == 1
    assert len(set(history.predictions[1])) > 1
    assert history.correct[13, 18]
    assert not history.correct[17, 18]
    assert history.n_correct[17] > history.n_correct[13]


def test_with_an_output_layer_all_seeds_have_the_sentence_earlier(run_of: RunOf) -> None:
    output = printed(run_of("08-predict-first").notebook, "layer-look")
    assert output.startswith("with an output layer: all correct first at epoch 10\n")
    (without, first), (with_layer, then) = re.findall(r"(\d+) of 20, at epochs \[([\d, ]+)\]", output)
    assert int(without) < 10
    assert int(with_layer) == 20
    assert max(map(int, then.split(", "))) < min(map(int, first.split(", ")))
    sizes = [Trainer(THINK, readout=readout).history.metadata["parameters"] for readout in (False, True)]
    assert sizes[1] - sizes[0] == 210


def test_one_wrong_letter_costs_most_of_a_free_run_which_differs_first_where_it_is(
    run_of: RunOf,
) -> None:
    output = printed(run_of("08-predict-first").notebook, "alone-look")
    teacher, alone = map(int, re.findall(r"(\d+) of 23 correct", output))
    assert teacher == 22
    assert alone < 12
    assert output.endswith("the same position at 30 of 30 epochs\n")


def test_after_a_cut_the_network_starts_again_as_at_the_beginning(run_of: RunOf) -> None:
    output = printed(run_of("08-predict-first").notebook, "memory-look")
    changed = re.findall(r"changed: \[([\d, ]*)\]", output)
    assert (changed[2], changed[3]) == ("", "21")
    trainer = Trainer(THINK, seed=9)
    history = trainer.train(30)
    assert history.n_correct[-1] == history.positions
    assert trainer.cut_memory(17)[18:21] == history.text(-1)[:3] == "I t"
    assert trainer.cut_memory(17, what="h") == history.text(-1)
    assert trainer.cut_memory(17, what="c") == trainer.cut_memory(17)


def test_the_longest_memory_is_not_the_hardest_and_a_hard_position_needs_none(run_of: RunOf) -> None:
    output = printed(run_of("08-predict-first").notebook, "hardest-look")
    rows = re.findall(r"last (\d) needed: wrong at +([\d.]+)", output)
    assert [n for n, _ in rows] == ["1", "2", "3", "4"]
    one, two, three, four = (float(mean) for _, mean in rows)
    assert one < four < two < three
    hard = re.findall(r"position \d+: .*, last (\d) needed", output)
    assert len(hard) == 5
    assert hard.count("1") == 1


def test_the_network_with_the_lowest_loss_is_not_the_one_with_the_sentence(run_of: RunOf) -> None:
    output = printed(run_of("08-predict-first").notebook, "race-look")
    assert output.startswith("first with the whole sentence: LSTM\nlowest loss at the last epoch: GRU\n")
    assert " 23 'I think therefore I am.' " in output
    assert re.search(r"I tm\.' [\d.]+ RNN$", output, re.MULTILINE), "the RNN ends as if its memory were cut"


@pytest.mark.parametrize(("stem", "token"), [("08-predict-first", "o"), ("08-predict-first-ko", "은")])
def test_the_example_of_a_question_of_ones_own_has_a_wrong_prediction(stem: str, token: str) -> None:
    history = Trainer(TWISTERS[stem], seed=0).train(21)
    assert history.alphabet[history.predictions[20, 15]] == token
    assert not history.correct[20, 15]


def test_a_million_characters_come_with_python(run_of: RunOf) -> None:
    output = printed(run_of("09-real-training").notebook, "probes")
    assert output.startswith("1,000,000 characters, 9")
    assert output.endswith("known in text = True, made_up in text = False\n")


@pytest.mark.thorough
def test_spaces_letters_and_quotes_are_learned_in_this_order_and_the_gpt_needs_less_time_for_quotes_than_for_letters(
    run_of: RunOf,
) -> None:
    notebook = run_of("09-real-training").notebook
    rows = re.findall(r"^(a.*?) +(\d+) +(\d+)$", shown(notebook, "both"), re.MULTILINE)
    assert [kind for kind, _, _ in rows] == ["a space", "a common letter", "another letter", "a closing quote"]
    gpt, lstm = ([int(row[column]) for row in rows] for column in (1, 2))
    for steps in (gpt, lstm):
        assert steps == sorted(steps)
    assert gpt[0] == lstm[0]
    assert all(3 * lstm[kind] < gpt[kind] for kind in (1, 2)), "the GPT finds the last character late"
    assert gpt[3] < 2 * gpt[2]
    assert lstm[3] > 3 * lstm[2]
    pairs = printed(notebook, "pairs")
    known = float(re.findall(r"one letter known +([\d.]+)", pairs)[0])
    losses = [float(loss) for loss in re.findall(r": loss ([\d.]+)", pairs)]
    assert known < np.mean(losses[1:3]) < known + 0.3, "the plateau"
    assert losses[-1] < known - 0.5
