"""The runs of a sweep and what they have recorded: figures, table, rates and the best one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from epochscope.history import History
from epochscope.recording.archive import MAX_BYTES
from epochscope.recording.sweep_summary import WAITING, RunSummary, SweepSummary, summarize

from .grid import Grid
from .job import Outcome

if TYPE_CHECKING:
    import pandas as pd


class SweepRuns:
    """What the runs of a grid have recorded, as the bytes of their files: a fifth of what they are in memory.

    Parameters
    ----------
    grid
        The runs.
    positions
        The number of positions that count.
    text
        The text, as it is written.
    """

    def __init__(self, grid: Grid, text: str, positions: int) -> None:
        self.grid: Grid = grid
        self._text, self._positions = text, positions
        self._recordings: list[bytes | None] = [None] * len(grid)
        self._summaries: list[RunSummary] = [WAITING] * len(grid)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.grid)

    def add(self, outcome: Outcome, max_bytes: int = MAX_BYTES) -> None:
        """Note the result of a run. Raises ValueError if the recording takes more than `max_bytes` of memory."""
        data = outcome.recording
        recording = None if data is None else History.from_bytes(data, max_bytes=max_bytes)
        summary = summarize(recording, outcome.message)
        self._recordings[outcome.run] = data
        self._summaries[outcome.run] = summary  # last: then the recording of a run that is not waiting is there

    @property
    def summary(self) -> SweepSummary:
        """The figures of all runs, as they are now."""
        grid = self.grid
        return SweepSummary(self._text, grid.epochs, self._positions, grid.axes, grid.seeds, tuple(self._summaries))

    @property
    def recordings(self) -> tuple[bytes | None, ...]:
        """The bytes of the recording of each run; None if there is none."""
        return tuple(self._recordings)

    @property
    def done(self) -> int:
        """The number of runs that are trained, also if they diverged or failed."""
        return len(self) - len(self.waiting)

    @property
    def kept(self) -> str:
        """What to say where a sweep has stopped before its end."""
        return f"{self.done} of {len(self)} runs are done and kept"

    @property
    def waiting(self) -> list[int]:
        """The numbers of the runs that are not trained yet."""
        return [run for run, summary in enumerate(self._summaries) if summary.state == "waiting"]

    def state(self, run: int) -> RunSummary:
        """Return the figures of a run."""
        return self._summaries[run]

    def history(self, run: int) -> History:
        """Return the recording of a run.

        Raises
        ------
        ValueError
            If it is not trained yet, or failed before its first epoch.
        """
        data, summary = self._recordings[run], self._summaries[run]
        name = f"run {run} ({self.grid.label(run)})"
        if summary.state == "waiting":
            raise ValueError(f"{name}: it is not trained yet; wait for it, e.g. with sweep.wait(), or call resume()")
        if data is None:
            raise ValueError(f"{name}: it has no recording, since it failed before its first epoch: {summary.message}")
        return History.from_bytes(data)

    @property
    def best(self) -> int:
        """The number of the run with most predictions correct at its end; of several, the one with the lowest loss.

        Raises ValueError if no run is trained.
        """
        trained = [run for run, summary in enumerate(self._summaries) if summary.state == "trained"]
        if not trained:
            hint = "wait for one, e.g. with sweep.wait()" if self.waiting else "see table() for why they failed"
            raise ValueError(f"no run is trained; {hint}")
        return max(trained, key=lambda run: (self._summaries[run].n_correct, -self._summaries[run].final_loss, -run))

    def table(self) -> pd.DataFrame:
        """Return a table with a row for each run; see `Sweep.table`."""
        import pandas as pd

        grid, runs = self.grid, self._summaries
        done = [run.state != "waiting" for run in runs]

        def known(values: Sequence[Any], dtype: str) -> pd.Series:
            shown = [value if there else None for value, there in zip(values, done, strict=True)]
            return pd.Series(shown, dtype=dtype)

        columns: dict[str, Any] = {
            **{name: [_cell(grid, run, name) for run in range(len(grid))] for name in grid.varied},
            "seed": [grid.seed(run) for run in range(len(grid))],
            "state": [run.state for run in runs],
            "epochs": [run.epochs for run in runs],
            "ever": known([run.first is not None for run in runs], "boolean"),
            "first": known([run.first for run in runs], "Int64"),
            "at_end": known([run.correct_at_end for run in runs], "boolean"),
            "n_correct": known([run.n_correct if run.epochs else None for run in runs], "Int64"),
            "first_error": known([run.first_error for run in runs], "Int64"),
            "final_loss": [run.final_loss for run in runs],
            "message": [run.message for run in runs],
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(len(grid), name="run"))

    def rates(self) -> pd.DataFrame:
        """Return a table with a row for each combination of options; see `Sweep.rates`."""
        import pandas as pd

        grid, rows = self.grid, []
        for i, box in enumerate(self.summary.boxes):
            (ever_low, ever_high), (end_low, end_high) = box.ever.interval, box.at_end.interval
            n = len(box.done)
            row = {
                **{name: _cell(grid, i * len(grid.seeds), name) for name in grid.varied},
                "runs": n,
                "ever": box.ever.successes / n if n else None,
                "ever_low": ever_low,
                "ever_high": ever_high,
                "at_end": box.at_end.successes / n if n else None,
                "at_end_low": end_low,
                "at_end_high": end_high,
                "first": box.median_first,
                "final_loss": box.median_loss,
                "failed": box.failed,
            }
            rows.append(row)
        table = pd.DataFrame(rows)
        numbers = ["ever", "at_end", "first", "final_loss"]
        table[numbers] = table[numbers].astype(float)  # None is NaN, also where nothing else is there
        return table.set_index(list(grid.varied)) if grid.varied else table


def _cell(grid: Grid, run: int, name: str) -> Any:
    """Return the value of an option in a table: itself if it is simple, otherwise its label."""
    value = grid.varied_of(run)[name]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return next(
        axis.values[i]
        for axis in grid.axes
        if axis.name == name
        for i, each in enumerate(grid.varied[name])
        if each is value
    )
