"""A sweep on a Dask cluster of two processes on this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import joblib
import pytest
from distributed import Client, LocalCluster

from .runs import dropped, failing, make
from .test_training import assert_equal_to_trainers, until

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.filterwarnings("ignore:Port .* is already in use"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    options: Any = {"dashboard_address": None}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", **options) as cluster,
        Client(cluster) as made,
    ):
        yield made


def start(sweep: Any) -> None:
    with joblib.parallel_config("dask", n_jobs=2):
        sweep.start()


@pytest.mark.parametrize("options", [{"cell": ["rnn", "lstm"], "lr": [0.1, 0.01]}, {"model": dropped}])
def test_every_run_equals_a_trainer(client: Client, options: dict[str, Any]) -> None:
    sweep = make(seeds=3, **options)
    start(sweep)
    assert sweep.wait(120)
    assert (sweep.state, sweep.error) == ("finished", None)
    assert_equal_to_trainers(sweep)


def test_a_run_that_raises_is_a_row(client: Client) -> None:
    sweep = make(seeds=4, model=failing)
    start(sweep)
    assert sweep.wait(120)
    assert sweep.runs.table().state.tolist() == ["trained", "failed", "trained", "failed"]


def test_stop_keeps_what_is_done_and_the_others_are_trained_later(client: Client) -> None:
    sweep = make(seeds=12, epochs=400)
    start(sweep)
    until(lambda: sweep.runs.done >= 2)
    sweep.stop()
    assert sweep.wait(60)
    assert 2 <= sweep.runs.done < 12
    start(sweep)
    assert sweep.wait(120)
    assert sweep.state == "finished"
    assert_equal_to_trainers(sweep)


def test_a_worker_that_is_killed_loses_nothing(client: Client) -> None:
    """Dask gives the runs of a lost worker to another one; if it gives up, `start` trains them."""
    sweep = make(seeds=10, epochs=400)
    start(sweep)
    until(lambda: sweep.runs.done >= 2)
    processes: Any = client.run(os.getpid)
    os.kill(next(iter(processes.values())), signal.SIGKILL)
    assert sweep.wait(120)
    done = sweep.runs.done
    assert done >= 2
    if sweep.state != "finished":
        assert sweep.message
        start(sweep)
        assert sweep.wait(120)
    assert sweep.state == "finished"
    assert_equal_to_trainers(sweep)
