"""`Comparison`: the widget that shows several runs side by side."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from epochscope.files import write_atomic
from epochscope.histories import load, recordings_to_pandas
from epochscope.history import History
from epochscope.picture.comparison import draw_comparison
from epochscope.recording import comparison_file
from epochscope.recording.labels import check_labels
from epochscope.runs.branches import Branch
from epochscope.runs.commands import until_of
from epochscope.runs.lockstep import Lockstep
from epochscope.runs.replay_run import ReplayRun
from epochscope.runs.run import Run, State
from epochscope.validation import check_bool, check_int, check_positive

from .asking import Asking
from .compared import make_runs
from .compared_run import ComparedRun
from .comparison_display import ComparisonDisplay
from .exported_training import ExportedTraining, exported
from .exported_weights import Choice, saved_weights
from .html import comparison_page
from .run_labels import make_labels
from .shown import check_lang

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from epochscope.picture.options import PictureOptions
    from epochscope.recording.weights import Weights

    from .comparison_chart import ComparisonChart
    from .player import ComparisonPlayer


class Comparison(Asking):
    """Several runs side by side, in lock step: one cursor, training by turns. Made by `compare`, with its arguments.

    Methods that change the recordings take `run`, the number (from 0) or label of a run; without it they change all.
    """

    instead = "copy or pickle the recordings, run.history of comparison.runs, or write them with comparison.save(path)"

    def __init__(
        self,
        *runs: Any,
        labels: Sequence[str] | None = None,
        epochs: int = 300,
        match: str | None = None,
        lang: str | None = None,
        **options: Any,
    ) -> None:
        lang = check_lang(lang)
        made = make_runs(runs, epochs=epochs, match=match, options=options, instead="compare")
        self._show_runs(made.runs, made.own, labels, lang)

    def _show_runs(self, runs: Sequence[Run], own: Sequence[Run], labels: Sequence[str] | None, lang: str) -> None:
        histories = [run.history for run in runs]
        names = make_labels(histories, lang) if labels is None else list(check_labels(labels, len(runs)))
        self._own = tuple(own)
        self._lockstep = Lockstep(runs)
        self._display = ComparisonDisplay(self._lockstep, names, lang)
        self._runs = tuple(ComparedRun(run, label, lambda: self.epoch) for run, label in zip(runs, names, strict=True))
        super().__init__(self._display)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, lang: str | None = None) -> Self:
        """Replay a comparison that `save` wrote. Needs no torch.

        Raises
        ------
        ValueError
            If the file holds no comparison, or is damaged.
        OSError
            If the file cannot be read.
        """
        lang = check_lang(lang)
        histories, labels = load(path)
        comparison = cls.__new__(cls)
        runs = [ReplayRun(history) for history in histories]
        comparison._show_runs(runs, runs, labels, lang)  # noqa: SLF001 - same class
        return comparison

    @property
    def player(self) -> ComparisonPlayer:
        """The widget with the texts, the learning maps and the playback controls."""
        self._open()
        return self._display.player

    @property
    def chart(self) -> ComparisonChart | None:
        """The loss chart; None if bqplot is not installed."""
        self._open()
        return self._display.chart

    @property
    def runs(self) -> tuple[ComparedRun, ...]:
        """The runs, in the order in which they were given."""
        return self._runs

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the runs."""
        return tuple(run.label for run in self._runs)

    @property
    def epoch(self) -> int:
        """The cursor: the epoch that is shown; -1 before the first. A browser reports it when it stops moving."""
        return self._display.epoch

    @property
    def head(self) -> int:
        """The last recorded epoch of the longest run; -1 before the first."""
        return self._display.head

    @property
    def status(self) -> State:
        """The first of "training", "paused", "idle", "finished" and "failed" in which a run is."""
        states = {run.status for run in self._runs}
        order: tuple[State, ...] = ("training", "paused", "idle", "finished", "failed")
        return next(state for state in order if state in states)

    def play(
        self,
        *,
        speed: float | None = 12.0,
        epochs: int | None = None,
        until_loss: float | None = None,
        until_all_correct: bool = False,
    ) -> None:
        """Train all runs in the background, by turns, so that their heads differ by at most one epoch.

        A run that lags behind, since it was rewound alone, catches up first. If one fails, the others go on. The cell
        ends at once; `await comparison.finished()` waits.

        Parameters
        ----------
        speed
            Epochs per second of each run; None is as fast as possible. Defaults to 12.
        epochs
            Stop when each run has recorded this many epochs in total.
        until_loss
            Stop all as soon as the loss of one of them is below this value, in nats per token.
        until_all_correct
            Stop all as soon as all predictions of one of them are correct.

        Raises
        ------
        TrainingDiverged
            If no run can go on, because the last losses are not finite.
        RuntimeError
            If there is no event loop as in Jupyter, or if no run can be trained.
        """
        if speed is not None:
            speed = check_positive("speed", speed)
        self._lockstep.play(speed, until_of(epochs, until_loss, all_correct=until_all_correct))
        self._follow()

    def pause(self) -> None:
        """Stop all runs after the current epoch."""
        self._lockstep.pause()

    def step(self, n: int = 1) -> None:
        """Train `n` epochs of all runs now, from the front on."""
        self._lockstep.step(check_int("n", n, 1))
        self._follow()

    def train(self, n: int | None = None) -> tuple[History, ...]:
        """Train all runs now, and return their recordings.

        Parameters
        ----------
        n
            The number of epochs. Defaults to those that are left of the runs.

        Raises
        ------
        TrainingDiverged
            If no run can go on, because the last losses are not finite.
        RuntimeError
            If no run can be trained.
        Exception
            What a model raised, after the other runs have been trained.
        """
        self._lockstep.train(n)
        return tuple(run.history for run in self._runs)

    async def finished(self) -> tuple[History, ...]:
        """Wait until no run is training, and return the recordings. Raises what a model raised, after the others."""
        await self._lockstep.finished()
        return tuple(run.history for run in self._runs)

    def seek(self, epoch: int) -> None:
        """Show `epoch`; negative numbers count from the end of the longest run."""
        count = self.head + 1
        if not count:
            raise ValueError(f"epoch={epoch!r}: no epoch is recorded yet; call play(), step() or train() first")
        self._display.seek(check_int("epoch", epoch, -count, count - 1) % count)

    def rewind(self, epoch: int, run: int | str | None = None) -> None:
        """Restore the state of just before `epoch`, and discard the epochs from there on.

        Parameters
        ----------
        epoch
            The epoch.
        run
            The number (from 0) or label of the run. Defaults to all runs that have got as far.
        """
        (self._lockstep if run is None else self._changed(run)).rewind(check_int("epoch", epoch, 0))
        self._follow()

    def branch(
        self, epoch: int, run: int | str | None = None, *, lr: float | None = None, **optimizer_options: Any
    ) -> None:
        """Continue from before `epoch` was trained on a new branch, and keep the current one.

        Parameters
        ----------
        epoch
            The first epoch that is trained again.
        run
            The number (from 0) or label of the run. Defaults to all runs that have got as far.
        lr, **optimizer_options
            See `EpochScope.branch`.
        """
        target = self._lockstep if run is None else self._changed(run)
        target.branch(check_int("epoch", epoch, 0), lr, **optimizer_options)
        self._follow()

    def switch_to(self, branch: int | Branch, run: int | str) -> None:
        """Make another branch of a run the current one.

        Parameters
        ----------
        branch
            One of the `branches` of the run, or its id.
        run
            The number (from 0) or label of the run.
        """
        number = branch.id if isinstance(branch, Branch) else check_int("branch", branch, 0)
        self._changed(run).switch_to(number)
        self._follow()

    def reset(self, seed: int | None = None, run: int | str | None = None) -> None:
        """Discard all epochs and branches; restore the initial weights, or make those of another `seed`.

        Parameters
        ----------
        seed
            The seed. Defaults to that of each run.
        run
            The number (from 0) or label of the run. Defaults to all.
        """
        (self._lockstep if run is None else self._changed(run)).reset(seed)
        self._follow()

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame` with a row for each (run, epoch), its index; see `History.to_pandas`."""
        return recordings_to_pandas([run.history for run in self._runs], self.labels)

    def to_svg(
        self, epoch: int | None = None, *, path: str | os.PathLike[str] | None = None, **options: Unpack[PictureOptions]
    ) -> str | None:
        """Draw an epoch of all runs as one static SVG.

        Parameters
        ----------
        epoch
            The epoch; negative numbers count from the end. Defaults to the one on show.
        path
            File to write. Defaults to None, which returns the SVG instead.
        **options
            Those of `History.to_svg`, without `panel` and what belongs to it.
        """
        count = self.head + 1
        if not count:
            raise ValueError("no epoch is recorded yet; call play(), step() or train() first")
        number = self.epoch if epoch is None else check_int("epoch", epoch, -count, count - 1) % count
        svg = draw_comparison([run.history for run in self._runs], self.labels, number, **options)
        if path is None:
            return svg
        write_atomic(path, svg.encode())
        return None

    def save(self, path: str | os.PathLike[str], *, weights: Choice | None = None) -> None:
        """Write all recordings to one file; `Comparison.load(path)` replays them.

        Parameters
        ----------
        path
            The file to write (.npz).
        weights
            The epochs whose weights are saved too, see `EpochScope.save`.

        Raises
        ------
        ValueError
            If `weights` is invalid, or a network cannot be looked into; the message says why.
        OSError
            If the file cannot be written; an existing file then stays as it was.
        """
        with self._locked():
            histories = [run.history for run in self._runs]
            known = [saved_weights(run, weights) for run in self._lockstep.runs]
            data = comparison_file.pack(histories, self.labels, known)
        write_atomic(path, data)

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        title: str | None = None,
        chart: bool = True,
        weights: Choice | None = "auto",
        train: bool = False,
        embed: bool = False,
    ) -> str | None:
        """Export the comparison as one HTML page that replays in any browser, without network or kernel.

        The parameters and errors are those of `EpochScope.to_html`.
        """
        states = check_bool("train", train)
        with self._locked():
            runs = self._lockstep.runs
            known = [
                self._exported(i, weights, self._questions.inspected_epoch(i), states=states) for i in range(len(runs))
            ]
            html = comparison_page(
                [run.history for run in runs],
                self.labels,
                title,
                chart=chart,
                lang=self._display.player.lang,
                old_branches=[run.old_branches() for run in runs],
                weights=[weights for weights, _ in known],
                training=[training for _, training in known],
                question=self._questions.exported(),
                embed=check_bool("embed", embed),
            )
        if path is None:
            return html
        write_atomic(path, html.encode())
        return None

    def _exported(
        self, i: int, weights: Choice | None, also: int | None, *, states: bool
    ) -> tuple[Weights | str | None, ExportedTraining]:
        """Return what a page has of the network of a run; errors name it."""
        try:
            return exported(self._lockstep.runs[i], weights, also, states=states)
        except ValueError as error:
            raise ValueError(f"{self.labels[i]}: {error}") from error

    def close(self) -> None:
        """Remove the comparison from every page, and end the runs that it has made; scopes stay."""
        super().close()
        for run in self.__dict__.get("_own", ()):
            run.close()

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._runs)

    def __getitem__(self, run: int | str) -> ComparedRun:
        """Return a run by its number, from 0 on, or its label."""
        return self._runs[self._index(run)]

    def __repr__(self) -> str:
        if "_runs" not in self.__dict__:
            return "Comparison"
        return f"Comparison, {self.status}: " + "; ".join(f"{run.label}: {run.history!r}" for run in self._runs)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let no run record epochs on another thread meanwhile."""
        with ExitStack() as stack:
            for run in self._lockstep.runs:
                stack.enter_context(run.lock)
            yield

    def _index(self, run: int | str) -> int:
        if isinstance(run, str):
            if run not in self.labels:
                raise ValueError(f"run={run!r}: must be one of {', '.join(map(repr, self.labels))}")
            return self.labels.index(run)
        return check_int("run", run, -len(self._runs), len(self._runs) - 1) % len(self._runs)

    def _changed(self, run: int | str) -> Run:
        """Return a run that is to be rewound, branched or reset; all runs pause."""
        self._lockstep.pause()
        return self._lockstep.runs[self._index(run)]

    def _follow(self) -> None:
        self._display.seek(self._lockstep.front)

    def _pause(self) -> None:
        self._lockstep.pause()

    def _picture(self) -> str | None:
        return self.to_svg() if self.head >= 0 else None
