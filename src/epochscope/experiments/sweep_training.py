"""The training of a sweep: it is started, stopped and resumed, and says why it has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from epochscope.dependencies import explain_missing

from .engine import ABRUPT, Engine, State, check_n_jobs, ended_abruptly
from .grid import make_grid
from .job import Outcome
from .sweep_runs import SweepRuns

#: What to do where runs are left.
HINT = "resume() trains the others"


class SweepTraining:
    """Trains the runs that wait, in the background.

    Parameters
    ----------
    runs
        The runs, and what they have recorded.
    seconds
        How long an epoch of each combination takes, see `checks.try_out`. Defaults to not known.
    n_jobs
        How many runs are trained at a time, see `Engine`. Defaults to that of joblib's configuration.
    """

    def __init__(self, runs: SweepRuns, seconds: Sequence[float] | None = None, n_jobs: int | None = None) -> None:
        self.runs: SweepRuns = runs
        #: Called with the number of each run that has ended, on another thread.
        self.on_result: Callable[[int], None] = lambda _run: None
        #: Called once the training has ended, on another thread.
        self.on_end: Callable[[], None] = lambda: None
        self._seconds, self._n_jobs = seconds, n_jobs
        self._engine: Engine | None = None

    @property
    def state(self) -> State:
        """Whether it trains, has trained all runs, or has stopped before."""
        if self._engine is not None and self._engine.state == "running":
            return "running"
        return "stopped" if self.runs.waiting else "finished"

    @property
    def error(self) -> BaseException | None:
        """What ended the last training before its end; None if nothing did."""
        return None if self._engine is None else self._engine.error

    @property
    def message(self) -> str:
        """Why it has stopped, or that it is about to; "" otherwise."""
        if self._engine is not None and self._engine.stopping:
            return "stopping"
        return "" if self.error is None or self.state != "stopped" else _reason(self.error)

    @property
    def jobs(self) -> int:
        """How many runs are trained at a time; 1 before any is."""
        return 1 if self._engine is None else self._engine.jobs

    @property
    def seconds_left(self) -> float | None:
        """About how many seconds the rest takes; None if nothing is trained, or before enough is known."""
        return self._engine.seconds_left if self._engine is not None and self.state == "running" else None

    @property
    def can_resume(self) -> bool:
        """Whether there are runs left that can be trained."""
        return self.state == "stopped" and not self.runs.grid.unsaved

    def start(self, n_jobs: int | None = None, *, apart: bool = False) -> None:
        """Train the runs that wait, in the background; nothing happens if there are none.

        Runs of several sweeps are not trained at the same time: the later sweep waits.

        Parameters
        ----------
        n_jobs
            How many at a time. Defaults to the number of the last time.
        apart
            Whether other code runs in this process meanwhile, see `Engine`. Defaults to False.

        Raises
        ------
        RuntimeError
            If it is training.
        ValueError
            If an option was not saved, or is invalid.
        """
        if self._engine is not None and self._engine.stopping:
            self._engine.wait()
        if self.state == "running":
            raise RuntimeError("the sweep is training already; call stop() first")
        grid, waiting = self.runs.grid, self.runs.waiting
        if not waiting:
            return
        if grid.unsaved:
            raise ValueError(
                f"{', '.join(grid.unsaved)}: a file cannot hold functions and modules, so the runs that are left "
                "cannot be trained; call sweep again with the same options, and seeds=... for what is left"
            )
        with explain_missing():
            from .checks import in_order, try_out

        if self._engine is not None:
            self._engine.wait()
        if self._seconds is None:
            self._seconds = try_out(grid)[1]
        n_jobs = self._n_jobs if n_jobs is None else n_jobs
        self._engine = Engine(
            grid,
            in_order(grid, waiting, self._seconds),
            n_jobs,
            apart=apart,
            suspects=set() if self._engine is None else self._engine.suspects,
            on_outcome=self._add,
            on_end=self._ended,
        )
        self._n_jobs = n_jobs

    def stop(self) -> None:
        """Begin no more runs, and end those that have begun; what is done is kept. Returns at once."""
        if self._engine is not None:
            self._engine.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended, at most `timeout` seconds; return whether it has."""
        return self._engine is None or self._engine.wait(timeout)

    def raise_error(self) -> None:
        """Raise RuntimeError if something has ended the training before its end."""
        if self.error is not None and self.state == "stopped":
            raise RuntimeError(f"{_reason(self.error)}; {self.runs.kept}; {HINT}") from self.error

    def _add(self, outcome: Outcome) -> None:
        self.runs.add(outcome)
        self.on_result(outcome.run)

    def _ended(self) -> None:
        self.on_end()


def new_sweep(
    text: str | Sequence[str],
    *,
    seeds: int | Iterable[int],
    epochs: int,
    n_jobs: int | None,
    options: Mapping[str, Any],
) -> SweepTraining:
    """Return a sweep whose options are checked, and whose runs wait; parameters and errors are those of `sweep`."""
    with explain_missing():
        from .checks import check_given, try_out
    check_given(text, options)
    check_n_jobs(n_jobs)
    grid = make_grid(text, seeds, epochs, options)
    history, seconds = try_out(grid)
    written = history.join([history.inputs[0], *history.targets[history.counted]])
    return SweepTraining(SweepRuns(grid, written, history.n_counted), seconds, n_jobs)


def _reason(error: BaseException) -> str:
    return ABRUPT if ended_abruptly(error) else f"the runs could not be distributed: {type(error).__name__}: {error}"
