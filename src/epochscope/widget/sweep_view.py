"""`Sweep`: the widget that shows many runs as small multiples, with how often they succeed."""

from __future__ import annotations

import asyncio
import operator
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochscope.dependencies import explain_missing
from epochscope.experiments import sweep_file
from epochscope.experiments.engine import POLL_S, State
from epochscope.experiments.progress import wait_for
from epochscope.experiments.sweep_training import SweepTraining, new_sweep
from epochscope.files import write_atomic
from epochscope.history import History
from epochscope.picture.sweep import draw_sweep
from epochscope.recording.archive import MAX_BYTES
from epochscope.recording.sweep_summary import labels_of
from epochscope.runs.notebook import running_loop
from epochscope.validation import check_bool

from .shown import Shown, check_lang
from .sweep_display import SweepDisplay
from .sweep_html import sweep_page

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import Self

    from epochscope.training.trainer import Trainer

    from .sweep_player import SweepPlayer


class Sweep(Shown):
    """The same training with many seeds and options: small multiples, rates and a table. Made by `sweep`.

    Runs are numbered from 0: the seeds vary fastest, the first option slowest.
    """

    instead = "copy or pickle its recordings, e.g. sweep[0], or write it with sweep.save(path)"

    def __init__(
        self,
        text: str | Sequence[str],
        *,
        seeds: int | Iterable[int] = 10,
        epochs: int = 300,
        n_jobs: int | None = None,
        progress: bool = True,
        lang: str | None = None,
        **options: Any,
    ) -> None:
        lang = check_lang(lang)
        self._show(new_sweep(text, seeds=seeds, epochs=epochs, n_jobs=n_jobs, options=options), lang)
        try:
            self._run(n_jobs, progress=progress)
        except BaseException:
            self.close()
            raise

    def _show(self, training: SweepTraining, lang: str) -> None:
        self._training, self._runs = training, training.runs
        super().__init__(SweepDisplay(training, lang))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, lang: str | None = None, max_bytes: int = MAX_BYTES) -> Self:
        """Show a sweep that `save` wrote. Needs no torch, but to resume it.

        Parameters
        ----------
        path
            The file.
        lang
            The language of the controls, see `sweep`.
        max_bytes
            Maximum size of the file, and of each recording in memory. Defaults to 512 MiB.

        Raises
        ------
        ValueError
            If the file is no sweep, is damaged, was written by a later epochscope or is larger than `max_bytes`.
        OSError
            If the file cannot be read.
        """
        lang = check_lang(lang)
        with Path(path).open("rb") as file:
            data = file.read(max_bytes + 1)
        try:
            runs = sweep_file.unpack(data, max_bytes)
        except ValueError as error:
            raise ValueError(f"{os.fspath(path)}: {error}") from error
        sweep = cls.__new__(cls)
        sweep._show(SweepTraining(runs), lang)  # noqa: SLF001 - same class
        return sweep

    @property
    def player(self) -> SweepPlayer:
        """The widget with the small multiples."""
        self._open()
        return self._display.player

    @property
    def status(self) -> State:
        """Whether runs are trained ("running"), all are ("finished"), or some are left ("stopped")."""
        return self._training.state

    @property
    def error(self) -> BaseException | None:
        """What ended the training before its end, e.g. that a worker was killed; None if nothing did."""
        return self._training.error

    def table(self) -> pd.DataFrame:
        """Return a table with a row for each run, in the order of the grid, whatever has ended first.

        Returns
        -------
        pandas.DataFrame
            The options that vary; seed; state ("waiting", "trained", "diverged", "failed"); epochs, the number
            recorded; ever, whether all predictions were correct at some epoch, and first, the first such epoch;
            at_end, whether they were at the last one; n_correct and first_error of the last epoch; final_loss in nats
            per token; message, what a failed run raised.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return self._runs.table()

    def rates(self) -> pd.DataFrame:
        """Return how often the runs of each combination of options succeed.

        A run that diverged or failed has no success at the end, but may have had one before. Those that are not trained
        yet do not count.

        Returns
        -------
        pandas.DataFrame
            Indexed by the options that vary: runs, the number of runs; ever and at_end, the rates of those with all
            predictions correct at some epoch and at the last one, from 0 to 1, with ever_low, ever_high, at_end_low
            and at_end_high, their 95 % Wilson score intervals; first, the median of the first such epochs;
            final_loss, the median of the last losses in nats per token; failed, how many diverged or failed.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return self._runs.rates()

    @property
    def best_index(self) -> int:
        """The number of the run with most predictions correct at its end; of several, that of the lowest loss.

        Raises ValueError if no run is trained yet.
        """
        return self._runs.best

    @property
    def best(self) -> History:
        """The recording of the run `best_index`."""
        return self[self.best_index]

    def label(self, run: int) -> str:
        """Return what tells a run from the others, e.g. "LSTM, lr 0.1, seed 7"."""
        return self._runs.grid.label(self._index(run))

    def trainer(self, run: int) -> Trainer:
        """Train a run again, and return its trainer: to look inside, to branch, or for `EpochScope.from_trainer`.

        Parameters
        ----------
        run
            The number of the run; negative numbers count from the end. It need not be trained yet.

        Raises
        ------
        ValueError
            If the sweep was loaded, and has options that a file cannot hold.
        """
        grid, run = self._runs.grid, self._index(run)
        if grid.unsaved:
            raise ValueError(f"{', '.join(grid.unsaved)}: was not saved, as a file cannot hold functions and modules")
        with explain_missing():
            from epochscope.experiments.job import make_trainer

            trainer = make_trainer(grid.text, grid.seed(run), grid.options(run))
        trainer.train(grid.epochs)
        return trainer

    def stop(self) -> None:
        """Begin no more runs, and end those that have begun; what is done is kept, and `resume` trains the others.

        Runs that have begun on another machine are trained to their end.
        """
        self._training.stop()
        self._display.changed()

    def resume(self, *, n_jobs: int | None = None, progress: bool = True) -> None:
        """Train the runs that are left, with the `joblib.parallel_config` of this call; see `sweep`.

        Parameters
        ----------
        n_jobs
            How many runs are trained at a time. Defaults to the number given before.
        progress
            See `sweep`.

        Raises
        ------
        RuntimeError
            If the sweep is training.
        ValueError
            If the sweep was loaded, and has options that a file cannot hold.
        """
        self._run(n_jobs, progress=progress)

    def wait(self) -> Self:
        """Wait until no run is trained any more, and return the sweep; an interrupt stops it.

        In a notebook, `await sweep.finished()` leaves its buttons alive meanwhile.

        Raises
        ------
        RuntimeError
            If something ended the training before its end, e.g. a worker that was killed; what is done is kept.
        """
        try:
            while not self._training.wait(POLL_S):
                self._display.publish()
        except KeyboardInterrupt:
            self._training.stop()
            self._training.wait()
            raise
        self._training.raise_error()
        return self

    async def finished(self) -> Self:
        """Wait until no run is trained any more, and return the sweep; an interrupt of the cell stops it.

        Raises
        ------
        RuntimeError
            If something ended the training before its end, e.g. a worker that was killed; what is done is kept.
        """
        try:
            await asyncio.to_thread(self._training.wait)
        except (asyncio.CancelledError, KeyboardInterrupt):
            self.stop()
            raise
        self._training.raise_error()
        return self

    def to_svg(self, *, path: str | os.PathLike[str] | None = None, **options: Any) -> str | None:
        """Draw the small multiples as one static SVG.

        Parameters
        ----------
        path
            File to write. Defaults to None, which returns the SVG instead.
        **options
            width, theme and lang, see `History.to_svg`.
        """
        svg = draw_sweep(self._runs.summary, **options)
        if path is None:
            return svg
        write_atomic(path, svg.encode())
        return None

    def to_html(
        self, path: str | os.PathLike[str] | None = None, *, title: str | None = None, embed: bool = False
    ) -> str | None:
        """Export the sweep as one HTML page: small multiples, and a player for each run, without network or kernel.

        Parameters
        ----------
        path
            File to write. Defaults to None, which returns the page instead.
        title
            The heading. Defaults to the text.
        embed
            Whether the page is for an `<iframe>` in another page, see `EpochScope.to_html`. Defaults to False.

        Raises
        ------
        ValueError
            If nothing is trained yet, an argument is invalid, or there are more than 100 runs, whose recordings
            would be too much for a page.
        OSError
            If the file cannot be written; an existing file then stays as it was.
        """
        display = self._display
        html = sweep_page(
            {**display.state(), "can_resume": False, "seconds_left": None},
            display.curves(),
            display.recorded(),
            self._runs.summary.text.strip() if title is None else title,
            repr(self),
            lang=display.player.lang,
            embed=check_bool("embed", embed),
        )
        if path is None:
            return html
        write_atomic(path, html.encode())
        return None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the options and all recordings so far to one file; `Sweep.load(path)` shows them, and can resume.

        Raises OSError if the file cannot be written; an existing file then stays as it was, and so does the sweep.
        """
        write_atomic(path, sweep_file.pack(self._runs))

    def close(self) -> None:
        """Stop the training, and remove the sweep from every page."""
        if "_training" in self.__dict__:  # absent if the options were refused
            self._training.stop()
        super().close()

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._runs)

    def __getitem__(self, run: int) -> History:
        """Return the recording of a run; negative numbers count from the end.

        Raises
        ------
        IndexError
            If there is no such run.
        ValueError
            If it is not trained yet, or failed before its first epoch.
        """
        return self._runs.history(self._index(run))

    def __repr__(self) -> str:
        if "_runs" not in self.__dict__:
            return "Sweep"
        summary = self._runs.summary
        parts = [f"Sweep, {self.status}: {summary.done} of {len(summary.runs)} runs"]
        for box in filter(lambda box: box.done, summary.boxes):
            name = ", ".join(labels_of(summary.axes, box.at)) or "all"
            ever, end, n = box.ever.successes, box.at_end.successes, len(box.done)
            parts.append(f"{name}: all correct ever {ever} of {n}, at the end {end} of {n}")
        return "; ".join(parts)

    def _run(self, n_jobs: int | None, *, progress: bool) -> None:
        """Train the runs that wait: in the background in a notebook, otherwise until they are done or Ctrl-C."""
        in_notebook = running_loop() is not None
        self._training.start(n_jobs, apart=in_notebook)
        self._display.started()
        if not in_notebook:
            wait_for(self._training, progress=progress)

    def _index(self, run: int) -> int:
        n = len(self._runs)
        if not -n <= operator.index(run) < n:
            raise IndexError(f"run {run}: the sweep has the runs 0 to {n - 1}")
        return operator.index(run) % n

    def _pause(self) -> None:
        self._training.stop()

    def _picture(self) -> str | None:
        return self.to_svg() if self._runs.done else None
