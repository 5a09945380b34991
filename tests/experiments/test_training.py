"""The runs of a sweep: they equal those of a trainer, and nothing that happens to one loses another."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np
import psutil
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib.externals.loky import get_reusable_executor

from epochscope import Trainer
from epochscope.experiments import sweep_file
from epochscope.experiments.job import Outcome, make_trainer
from epochscope.experiments.sweep_training import SweepTraining
from epochscope.recording.recorded_spec import recorded_spec
from epochscope.training.from_spec import trainer_of
from tests.thoroughness import quick_among

from .runs import TEXT, Dropped, Failing, Growing, dropped, failing, make, trained, unmade

OPTIONS: dict[str, Any] = {"cell": ["rnn", "lstm"], "window": [None, 3], "num_layers": 2, "readout": True}


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_recording_of_a_run_says_what_reproduces_it() -> None:
    sweep = trained(seeds=[3], epochs=4, cell=["rnn", "gru"])
    specs = [recorded_spec(sweep.runs.history(run)) for run in range(2)]
    assert [(spec.cell, spec.seed, spec.epochs) for spec in specs] == [("rnn", 3, 4), ("gru", 3, 4)]
    assert trainer_of(specs[1]).train(4) == sweep.runs.history(1)


def assert_equal_to_trainers(sweep: SweepTraining) -> None:
    grid = sweep.runs.grid
    for run in range(len(grid)):
        expected = make_trainer(grid.text, grid.seed(run), grid.options(run)).train(grid.epochs)
        assert sweep.runs.history(run) == expected, grid.label(run)


@pytest.mark.parametrize(("backend", "n_jobs"), [(None, 1), ("threading", 2), ("loky", 2)])
def test_every_run_equals_a_trainer(backend: str | None, n_jobs: int) -> None:
    sweep = make(n_jobs=n_jobs, optimizer=["adam", "sgd"], **OPTIONS)
    with joblib.parallel_config(backend or "loky"):
        sweep.start()
    assert sweep.wait(120)
    assert (sweep.state, sweep.error, sweep.jobs) == ("finished", None, n_jobs)
    for run in range(len(sweep.runs)):
        grid = sweep.runs.grid
        expected = Trainer(TEXT, seed=grid.seed(run), **grid.options(run)).train(12)
        assert sweep.runs.history(run) == expected


@pytest.mark.thorough
def test_a_backend_without_generators_gets_batches() -> None:
    sweep = make(seeds=11)
    with joblib.parallel_config("multiprocessing", n_jobs=2):
        sweep.start()
    assert sweep.wait(120)
    assert_equal_to_trainers(sweep)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_models_that_draw_random_numbers_do_not_disturb_each_other(backend: str) -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    sweep = make(seeds=6, epochs=30, n_jobs=3, model=dropped)
    with joblib.parallel_config(backend):
        sweep.start()
    assert sweep.wait(120)
    assert torch.equal(torch.rand(2), expected), "the random state of the caller has changed"
    assert_equal_to_trainers(sweep)


def test_runs_in_one_process_do_not_share_a_criterion() -> None:
    sweep = make(seeds=3, n_jobs=2, criterion=Growing())
    with joblib.parallel_config("threading"):
        sweep.start()
    assert sweep.wait(60)
    for seed in range(3):
        assert sweep.runs.history(seed) == Trainer(TEXT, seed=seed, criterion=Growing()).train(12)


def test_threads_leave_the_number_of_threads_as_it_was() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        sweep = make(n_jobs=2)
        with joblib.parallel_config("threading"):
            sweep.start()
        assert sweep.wait(60)
        assert torch.get_num_threads() == 3
        found = []
        thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        assert found == [3]
    finally:
        torch.set_num_threads(before)


def test_a_scope_may_train_meanwhile() -> None:
    expected = Trainer(TEXT, model=Dropped(), seed=5)
    weights = {name: value.clone() for name, value in expected.model.state_dict().items()}
    expected.train(60)
    again = Dropped()
    again.load_state_dict(weights)
    trainer = Trainer(TEXT, model=again, seed=5)
    sweep = make(seeds=4, epochs=200, n_jobs=2, model=dropped)
    with joblib.parallel_config("threading"):
        sweep.start()
    for _ in range(60):
        trainer.step()
    sweep.stop()
    assert sweep.wait(60)
    assert trainer.history == expected.history


@settings(max_examples=20)
@given(st.permutations(range(8)))
def test_the_table_does_not_depend_on_the_order_of_completion(order: list[int]) -> None:
    outcomes = _outcomes()
    sweep = make(seeds=2, cell=["rnn", "gru"], lr=[0.1, 1e30])
    for run in order:
        sweep.runs.add(outcomes[run])
    first = make(seeds=2, cell=["rnn", "gru"], lr=[0.1, 1e30])
    for outcome in outcomes:
        first.runs.add(outcome)
    assert sweep.runs.table().equals(first.runs.table())
    assert sweep.runs.rates().equals(first.runs.rates())
    assert sweep.runs.best == first.runs.best


_known: list[Outcome] = []


def _outcomes() -> list[Outcome]:
    if not _known:
        sweep = trained(seeds=2, cell=["rnn", "gru"], lr=[0.1, 1e30])
        _known.extend(Outcome(run, data) for run, data in enumerate(sweep.runs.recordings))
    return _known


def test_a_run_that_diverges_is_a_row() -> None:
    sweep = trained(optimizer="sgd", readout=True, lr=[0.1, 1e38], seeds=2)
    table = sweep.runs.table()
    assert table.state.tolist() == ["trained", "trained", "diverged", "diverged"]
    assert (table.epochs[2:] < 12).all()
    assert not table.at_end[2:].any()
    rates = sweep.runs.rates()
    assert rates.failed.tolist() == [0, 2]
    assert rates.runs.tolist() == [2, 2]
    assert np.isnan(rates.final_loss.iloc[1])


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_run_that_raises_is_a_row_with_its_message_and_what_it_recorded(n_jobs: int) -> None:
    sweep = trained(seeds=4, n_jobs=n_jobs, model=failing)
    table = sweep.runs.table()
    assert table.state.tolist() == ["trained", "failed", "trained", "failed"]
    assert table.message[1] == "OSError: no such layer"
    assert 0 < table.epochs[1] < 12
    assert (
        sweep.runs.history(1).losses.tolist()
        == make_trainer(TEXT, 1, {"model": failing_after}).train(int(table.epochs[1])).losses.tolist()
    )


def failing_after(_seed: int) -> torch.nn.Module:
    return Failing(1000, lambda: None)


def test_a_model_that_cannot_be_made_is_a_row_without_recording() -> None:
    sweep = trained(seeds=[4, 5], model=unmade)
    assert sweep.state == "finished"
    assert sweep.runs.table().message.tolist() == [f"RuntimeError: no model for seed {seed}" for seed in (4, 5)]
    with pytest.raises(ValueError, match=r"run 1 \(seed 5\): it has no recording, since it failed before its first"):
        sweep.runs.history(1)
    with pytest.raises(ValueError, match="no run is trained; see table"):
        _ = sweep.runs.best


def test_a_model_that_cannot_be_sent_is_named() -> None:
    lock = threading.Lock()

    def locked(_seed: int) -> torch.nn.Module:
        with lock:
            return Dropped()

    sweep = trained(model=locked, n_jobs=2)
    assert sweep.state == "stopped"
    assert "could not be distributed" in sweep.message
    assert "pickle" in sweep.message
    with pytest.raises(RuntimeError, match=r"pickle.*; 0 of 2 runs are done and kept; resume\(\) trains the others"):
        sweep.raise_error()


@pytest.mark.parametrize("backend", quick_among([None, "threading", "loky"], "threading"))
def test_stop_keeps_what_is_done_and_the_others_are_trained_later(backend: str | None) -> None:
    sweep = make(seeds=12, epochs=400, n_jobs=None if backend is None else 2)
    with joblib.parallel_config(backend or "loky"):
        sweep.start()
    until(lambda: sweep.runs.done >= 2)
    sweep.stop()
    assert sweep.wait(30)
    done = [run for run in range(12) if run not in sweep.runs.waiting]
    assert 2 <= len(done) < 12
    assert (sweep.state, sweep.error, sweep.message, sweep.can_resume) == ("stopped", None, "", True)
    kept = [sweep.runs.recordings[run] for run in done]
    with joblib.parallel_config(backend or "loky"):
        sweep.start()
    assert sweep.wait(120)
    assert sweep.state == "finished"
    assert [sweep.runs.recordings[run] for run in done] == kept
    assert_equal_to_trainers(sweep)


def test_a_stopped_run_is_not_recorded() -> None:
    sweep = make(seeds=1, epochs=100_000)
    sweep.start()
    with pytest.raises(RuntimeError, match=r"training already; call stop\(\) first"):
        sweep.start()
    sweep.stop()
    assert sweep.message == "stopping"
    assert sweep.wait(30)
    assert sweep.runs.waiting == [0]
    with pytest.raises(ValueError, match=r"run 0 \(seed 0\): it is not trained yet; wait for it"):
        sweep.runs.history(0)


@pytest.mark.thorough
def test_a_worker_that_is_killed_loses_nothing_that_is_done() -> None:
    sweep = make(seeds=10, epochs=400, n_jobs=2)
    sweep.start()
    until(lambda: sweep.runs.done >= 2)
    workers = [child for child in psutil.Process().children(recursive=True) if "loky" in " ".join(child.cmdline())]
    os.kill(next(worker.pid for worker in workers if "tracker" not in " ".join(worker.cmdline())), signal.SIGKILL)
    assert sweep.wait(60)
    done = sweep.runs.done
    assert 2 <= done < 10
    assert sweep.message == "a worker process ended abruptly: it was killed, or ran out of memory"
    with pytest.raises(RuntimeError, match=rf"ended abruptly.*; {done} of 10 runs are done and kept"):
        sweep.raise_error()
    sweep.start()
    assert sweep.wait(120)
    assert (sweep.state, sweep.message) == ("finished", "")
    sweep.raise_error()
    assert_equal_to_trainers(sweep)


def test_in_a_notebook_a_single_job_is_undisturbed_by_random_numbers_of_cells() -> None:
    torch.manual_seed(1)
    expected = [torch.rand(1).item() for _ in range(300)]
    sweep = make(seeds=12, epochs=30, model=[dropped, dropping])
    torch.manual_seed(1)
    sweep.start(apart=True)
    drawn: list[float] = []
    while not sweep.wait(0):
        drawn.append(torch.rand(1).item())
    assert drawn[:300] == expected[: len(drawn)]
    assert_equal_to_trainers(sweep)


def dropping(seed: int) -> torch.nn.Module:
    return dropped(seed)


def test_two_sweeps_with_different_numbers_of_jobs_are_trained_one_after_the_other() -> None:
    first, second = make(seeds=10, epochs=200, n_jobs=2), make(seeds=4, n_jobs=3)
    first.start()
    until(lambda: first.runs.done > 0)
    second.start()
    third = make()
    third.start()
    third.stop()
    assert third.wait(30)
    assert third.state == "stopped"
    assert second.wait(120)
    assert first.wait(0)
    assert (first.state, second.state) == ("finished", "finished")


def test_a_run_that_kills_its_process_fails_alone() -> None:
    sweep = make(seeds=5, epochs=60, n_jobs=2, model=deadly)
    for _ in range(3):
        if sweep.runs.waiting:
            sweep.start()
            assert sweep.wait(120)
    assert sweep.state == "finished"
    assert sweep.runs.table().state.tolist() == ["trained", "failed", *["trained"] * 3]
    assert sweep.runs.state(1).message == (
        "a worker process ended abruptly: it was killed, or ran out of memory, twice"
    )


def deadly(seed: int) -> torch.nn.Module:
    return Failing(3, lambda: os._exit(1)) if seed == 1 else Dropped()


def test_a_message_of_any_length_can_be_saved() -> None:
    sweep = trained(seeds=1, model=talkative)
    message = sweep.runs.state(0).message
    assert len(message) == 2_000
    assert message.startswith("ValueError: \\ud800xx")
    assert sweep_file.unpack(sweep_file.pack(sweep.runs)).state(0).message == message


def talkative(_seed: int) -> torch.nn.Module:
    raise ValueError("\ud800" + "x" * 1_000_000)


def test_a_function_that_returns_the_same_model_again_is_refused() -> None:
    one = Dropped()
    sweep = trained(seeds=3, model=lambda _seed: one)
    assert sweep.runs.table().state.tolist() == ["trained", "failed", "failed"]
    assert "the function returned the same Dropped twice, and each run needs its own" in sweep.runs.state(1).message


def test_what_is_stopping_can_be_started_again() -> None:
    sweep = make(seeds=6, epochs=300)
    sweep.start()
    until(lambda: sweep.runs.done > 0)
    sweep.stop()
    sweep.start()
    assert sweep.wait(60)
    assert sweep.state == "finished"


def test_a_wrong_number_of_jobs_is_forgotten() -> None:
    sweep = make(seeds=1)
    with pytest.raises(ValueError, match="n_jobs='x'"):
        sweep.start("x")  # type: ignore[arg-type]
    sweep.start()
    assert sweep.wait(60)
    assert sweep.state == "finished"


@pytest.mark.parametrize("n_jobs", [0, 1.5, "2", True])
def test_a_wrong_number_of_jobs_is_refused(n_jobs: Any) -> None:
    with pytest.raises(ValueError, match=rf"n_jobs={n_jobs!r}: must be an integer"):
        make(n_jobs=n_jobs)


@pytest.mark.thorough
def test_memory_stays_flat_over_many_runs() -> None:
    trained(seeds=20, epochs=60)
    process = psutil.Process()
    before = process.memory_info().rss
    sweep = trained(seeds=200, epochs=60)
    per_run = (process.memory_info().rss - before) / 200
    kept = sum(len(data or b"") for data in sweep.runs.recordings) / 200
    assert per_run < 5 * kept + 20_000


@pytest.fixture(scope="module", autouse=True)
def _no_processes_left() -> Any:
    yield
    get_reusable_executor().shutdown(kill_workers=True)
