"""11. A sweep of 32 runs on two cores against the same runs one after the other, and memory over many runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial

import joblib
import psutil
import torch
from joblib.externals.loky import get_reusable_executor

from epochscope import Trainer
from epochscope.experiments.sweep_training import new_sweep
from tests.benchmarks.figure import Figure, in_turns, median_of, one
from tests.training.classic import SENTENCE

JOBS = 2


def serial(seeds: int, epochs: int) -> tuple[float, float]:
    """Return the seconds of a loop over the runs with one thread of torch, and those up to its first result."""
    start, firsts = time.perf_counter(), list[float]()
    for cell in ("rnn", "lstm"):
        for lr in (0.1, 0.01):
            for seed in range(seeds):
                Trainer(SENTENCE, cell=cell, lr=lr, seed=seed, checkpoint_bytes=0).train(epochs).to_bytes()
                firsts.append(time.perf_counter() - start)
    return time.perf_counter() - start, firsts[0]


def swept(seeds: int, epochs: int, backend: str) -> tuple[float, float]:
    """Return the seconds of the same runs as a sweep, and up to its first result."""
    start = time.perf_counter()
    firsts: list[float] = []
    training = new_sweep(
        SENTENCE, seeds=seeds, epochs=epochs, n_jobs=JOBS, options={"cell": ["rnn", "lstm"], "lr": [0.1, 0.01]}
    )
    training.on_result = lambda _run: firsts.append(time.perf_counter() - start)
    with joblib.parallel_config(backend):
        training.start()
    training.wait()
    assert training.state == "finished"
    return time.perf_counter() - start, firsts[0]


def cold(seeds: int, epochs: int) -> tuple[float, float]:
    """Return the seconds of a sweep whose processes have to be started first."""
    get_reusable_executor().shutdown()
    return swept(seeds, epochs, "loky")


def memory(runs: int) -> float:
    """Return the growth of a new process over the second half of a sweep, in kB per run."""
    program = f"from tests.benchmarks.sweep import grown; print(grown({runs}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    return float(done.stdout)


def grown(runs: int) -> float:
    """Train short runs in this process, and return by how much it grew over the second half, in kB per run."""
    torch.set_num_threads(1)
    process, sizes = psutil.Process(), {}
    training = new_sweep(SENTENCE, seeds=runs, epochs=100, n_jobs=1, options={})
    training.on_result = lambda _run: sizes.setdefault(training.runs.done, process.memory_info().rss)
    training.start()
    training.wait()
    return (sizes[runs] - sizes[runs // 2]) / (runs / 2) / 1000


def measure(quick: bool) -> list[Figure]:
    """Measure in pairs, each with the same loop."""
    torch.set_num_threads(1)
    seeds, epochs, pairs = (2, 60, 2) if quick else (8, 300, 4)
    figures = []
    for name, kind in (("threads", "threading"), ("processes, warm", "loky"), ("processes, cold", "cold")):
        run = partial(cold, seeds, epochs) if kind == "cold" else partial(swept, seeds, epochs, kind)
        run()
        found, alone = in_turns(run, partial(serial, seeds, epochs), pairs)
        ratios = [slow / fast for (fast, _), (slow, _) in zip(found, alone, strict=True)]
        figure = median_of(f"one after the other / {JOBS} {name}", ratios)
        figures.append(replace(figure, bound=1.8, at_least=True) if kind == "loky" else figure)
        figures.append(median_of(f"first result, {name}", [first for _, first in found], unit="s"))
    figures.append(one("memory over the second half of many runs", memory(40 if quick else 500), unit="kB per run"))
    return figures
