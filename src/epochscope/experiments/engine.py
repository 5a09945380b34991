"""Trains the runs of a sweep with joblib, on a thread: here, in other processes or on a cluster."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeAlias

from joblib import Parallel, delayed, effective_n_jobs

from epochscope.validation import check_int

from .grid import Grid
from .job import Job, Outcome, run_job

State: TypeAlias = Literal["running", "finished", "stopped"]

#: Seconds between two looks whether a wait is over, so that an interrupt is noticed on every system.
POLL_S = 0.1
#: How many runs per job are trained before their results come, with a backend that returns them together only.
BATCH = 4


class Engine:
    """Trains some runs of a grid, in the background from when it is made.

    joblib's backend and number of jobs are those of the caller's `joblib.parallel_config`.

    Parameters
    ----------
    grid
        The runs.
    runs
        The numbers of those to train, in this order.
    n_jobs
        The number of jobs at a time; see `joblib.Parallel`.
    on_outcome
        Called with each result, on the thread of the engine.
    on_end
        Called once all results are there, or it has stopped, on the thread of the engine.

    Raises
    ------
    ValueError
        If `n_jobs` is 0 or no integer, or the backend does not exist.
    """

    def __init__(
        self,
        grid: Grid,
        runs: Sequence[int],
        n_jobs: int | None,
        on_outcome: Callable[[Outcome], None],
        on_end: Callable[[], None],
    ) -> None:
        self._grid, self._runs = grid, list(runs)
        self._on_outcome, self._on_end = on_outcome, on_end
        jobs: Any = check_n_jobs(n_jobs)
        #: How many runs are trained at a time.
        self.jobs: int = effective_n_jobs(jobs)
        # Made here: joblib keeps its configuration by thread.
        one_by_one: Any = {"batch_size": 1}  # a result comes as soon as its run ends
        try:
            self._parallel: Any = Parallel(n_jobs, return_as="generator_unordered", **one_by_one)
            self._train_all = self._as_they_end
        except ValueError:  # the backend cannot, e.g. Ray's
            self._parallel = Parallel(n_jobs, **one_by_one)
            self._train_all = self._in_batches
        self._folder = Path(tempfile.mkdtemp(prefix="epochscope-sweep-"))
        self._stop = self._folder / "stop"
        self._stopping = False
        self._started = time.monotonic()
        self._done = 0
        #: Why it stopped, if not on request.
        self.error: BaseException | None = None
        self.state: State = "running"
        self._ended = threading.Event()
        threading.Thread(target=self._train, name="epochscope-sweep", daemon=True).start()

    @property
    def stopping(self) -> bool:
        """Whether it is about to stop: runs that have begun are being ended."""
        return self.state == "running" and self._stopping

    @property
    def seconds_left(self) -> float | None:
        """About how many seconds the other runs will take; None before enough is known."""
        if self._done <= min(self.jobs, len(self._runs) - 1):
            return None
        return (time.monotonic() - self._started) / self._done * (len(self._runs) - self._done)

    def stop(self) -> None:
        """Begin no more runs, and end those that have begun; what is done is kept. Returns at once."""
        if self.state == "running":
            self._stopping = True
            with suppress(OSError):  # it has just ended, or the disk is full: then runs that have begun are finished
                self._stop.touch()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended, at most `timeout` seconds; return whether it has. An interrupt passes through."""
        # Not by Thread.join: up to Python 3.12, an interrupted join takes the thread for ended.
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._ended.wait(POLL_S) and (deadline is None or time.monotonic() < deadline):
            pass
        return self._ended.is_set()

    def _jobs(self) -> Iterator[Job]:
        grid = self._grid
        for run in self._runs:
            if self._stopping:
                return
            options, seed = grid.options(run), grid.seed(run)
            yield Job(run, grid.text, grid.epochs, seed, options, str(self._stop), os.getpid())

    def _as_they_end(self) -> Iterator[Outcome]:
        return self._parallel(map(delayed(run_job), self._jobs()))

    def _in_batches(self) -> Iterator[Outcome]:
        jobs = self._jobs()
        with self._parallel as parallel:
            while batch := list(itertools.islice(jobs, BATCH * self.jobs)):
                yield from parallel(map(delayed(run_job), batch))

    def _train(self) -> None:
        import torch

        threads = torch.get_num_threads()
        try:
            for outcome in self._train_all():
                if not outcome.stopped:
                    self._done += 1
                    self._on_outcome(outcome)
        except BaseException as error:  # noqa: BLE001 - on a thread of its own nobody else would see it
            self.error = error
        finally:
            torch.set_num_threads(threads)  # runs on threads of this process have set it to 1
            self.state = "finished" if self._done == len(self._runs) else "stopped"
            shutil.rmtree(self._folder, ignore_errors=True)
            try:
                self._on_end()
            finally:
                self._ended.set()


def check_n_jobs(n_jobs: object) -> int | None:
    """Return the number of jobs, as joblib takes it.

    Raises ValueError if it is neither None nor an integer other than 0.
    """
    if n_jobs is None:
        return None
    if n_jobs == 0 or isinstance(n_jobs, bool):
        raise ValueError(f"n_jobs={n_jobs!r}: must be an integer other than 0; pass e.g. n_jobs=2, or -1 for all cores")
    return check_int("n_jobs", n_jobs, -(2**31))
