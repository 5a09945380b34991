"""Trains the runs of a sweep with joblib, on a thread: here, in other processes or on a cluster."""

from __future__ import annotations

import atexit
import itertools
import operator
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Literal, TypeAlias

from joblib import Parallel, delayed, effective_n_jobs

from .grid import Grid
from .job import Job, Outcome, run_job

State: TypeAlias = Literal["running", "finished", "stopped"]

#: Seconds between two looks whether a wait is over, so that an interrupt is noticed on every system.
POLL_S = 0.1
#: How many runs per job are trained before their results come, with a backend that returns them together only.
BATCH = 4
ABRUPT = "a worker process ended abruptly: it was killed, or ran out of memory"
#: Held while an engine trains: others wait.
_turn = threading.Lock()
_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    """End the engines before the interpreter: torch does not survive threads that it takes by surprise."""
    for engine in tuple(_engines):
        engine.stop()
        engine.wait(5)


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
    apart
        Whether other code runs in this process meanwhile: then a single job is trained in another one, since torch has
        one random state for all threads.
    suspects
        Runs whose process may have ended abruptly: they are trained last, one at a time.
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
        *,
        apart: bool,
        suspects: Collection[int],
        on_outcome: Callable[[Outcome], None],
        on_end: Callable[[], None],
    ) -> None:
        self._grid, self._runs = grid, list(runs)
        self._suspects = [run for run in runs if run in suspects]
        self._begun: set[int] = set()
        self._on_outcome, self._on_end = on_outcome, on_end
        jobs: Any = check_n_jobs(n_jobs)
        #: How many runs are trained at a time.
        self.jobs: int = effective_n_jobs(jobs)
        # Made here: joblib keeps its configuration by thread.
        one_by_one: Any = {"batch_size": 1}  # a result comes as soon as its run ends
        #: Trains one run at a time in another process.
        self._alone: Any = Parallel(2, "loky", return_as="generator_unordered", **one_by_one | {"pre_dispatch": 1})
        try:
            self._parallel: Any = Parallel(n_jobs, return_as="generator_unordered", **one_by_one)
            self._train_all = self._as_they_end
        except ValueError:  # the backend cannot, e.g. Ray's
            self._parallel = Parallel(n_jobs, **one_by_one)
            self._train_all = self._in_batches
        if self.jobs == 1 and apart:
            self._parallel, self._train_all = self._alone, self._as_they_end
        self._folder = Path(tempfile.mkdtemp(prefix="epochscope-sweep-"))
        self._stop = self._folder / "stop"
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._stopping = False
        self._started = time.monotonic()
        self._done = 0
        #: Why it stopped, if not on request.
        self.error: BaseException | None = None
        self.state: State = "running"
        self._ended = threading.Event()
        _engines.add(self)
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
        while True:
            left = POLL_S if deadline is None else deadline - time.monotonic()
            if self._ended.wait(max(0.0, min(POLL_S, left))) or left <= 0:
                return self._ended.is_set()

    @property
    def suspects(self) -> set[int]:
        """The runs that had begun when a process ended abruptly."""
        return self._begun if self.error is not None and ended_abruptly(self.error) else set()

    def _jobs(self, runs: Sequence[int]) -> Iterator[Job]:
        grid = self._grid
        for run in runs:
            if self._stopping:
                return
            self._begun.add(run)
            options, seed = grid.options(run), grid.seed(run)
            yield Job(run, grid.text, grid.epochs, seed, options, str(self._stop), os.getpid())

    def _outcomes(self) -> Generator[Outcome, None, None]:
        while not _turn.acquire(timeout=POLL_S):  # joblib's processes cannot serve two that want different numbers
            if self._stopping:
                return
        try:
            yield from self._train_all([run for run in self._runs if run not in self._suspects])
            for run in self._suspects:
                yield from self._one(run)
        finally:
            _turn.release()

    def _one(self, run: int) -> Iterator[Outcome]:
        """Train a run by itself; if its process ends abruptly again, it has failed."""
        try:
            yield from self._alone(map(delayed(run_job), self._jobs([run])))
        except Exception as error:
            if not ended_abruptly(error):
                raise
            yield Outcome(run, None, f"{ABRUPT}, twice")

    def _as_they_end(self, runs: Sequence[int]) -> Iterator[Outcome]:
        return self._parallel(map(delayed(run_job), self._jobs(runs)))

    def _in_batches(self, runs: Sequence[int]) -> Iterator[Outcome]:
        jobs = self._jobs(runs)
        with self._parallel as parallel:
            while batch := list(itertools.islice(jobs, BATCH * self.jobs)):
                yield from parallel(map(delayed(run_job), batch))

    def _train(self) -> None:
        import torch

        threads = torch.get_num_threads()
        try:
            with closing(self._outcomes()) as outcomes:
                for outcome in outcomes:
                    self._begun.discard(outcome.run)
                    if not outcome.stopped:
                        self._done += 1
                        self._on_outcome(outcome)
        except BaseException as error:  # noqa: BLE001 - on a thread of its own nobody else would see it
            self.error = error
            self.stop()  # runs in other threads
        finally:
            torch.set_num_threads(threads)  # runs on threads of this process have set it to 1
            self.state = "finished" if self._done == len(self._runs) else "stopped"
            if self.error is None:  # otherwise runs on threads may still look for the file
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
        raise ValueError(f"n_jobs={n_jobs!r}: {_JOBS}")
    try:
        return operator.index(n_jobs)  # type: ignore[arg-type]  # any object
    except TypeError:
        raise ValueError(f"n_jobs={n_jobs!r}: {_JOBS}") from None


_JOBS = "must be an integer other than 0; pass e.g. n_jobs=2, or -1 for all cores"


def ended_abruptly(error: BaseException) -> bool:
    """Return whether an error of joblib's backends means that a process has died."""
    names = {base.__name__ for base in type(error).__mro__}
    return bool(names & {"TerminatedWorkerError", "BrokenProcessPool", "KilledWorker"})
