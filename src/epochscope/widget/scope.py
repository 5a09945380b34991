"""The front door: `EpochScope`."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from epochscope.files import write_atomic
from epochscope.history import History
from epochscope.runs.commands import Branch, Pause, Play, Reset, Return, Rewind, Step, Until
from epochscope.runs.loop_run import LoopRun
from epochscope.runs.notebook import CellRegistry
from epochscope.runs.replay_run import ReplayRun
from epochscope.runs.run import Run
from epochscope.runs.training_run import TrainingRun

from .display import Display
from .html import page

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer

    from .loss_chart import LossChart
    from .player import Player

_cells: CellRegistry[TrainingRun] = CellRegistry()


class EpochScope(ipywidgets.Box):
    """Watch a small network learn a text, epoch by epoch.

    Args:
        text: what it learns; a `str` gives code points, a sequence of strings gives tokens of any kind. A `Trainer`
            shows that trainer, a `History` replays that recording.
        epochs: how many epochs a run is to have.
        lang: the language of the controls, "en" or "ko"; None follows the browser.
        options: those of `Trainer`: cell, hidden_size, num_layers, readout, window, alphabet, model, optimizer, lr,
            seed, device and so on. For a text only.

    Raises:
        ValueError: an option is impossible; the message names it, what is allowed, and what to do.
    """

    def __init__(
        self,
        text: str | Sequence[str] | Trainer | History | LoopRun,
        *,
        epochs: int = 300,
        lang: str | None = None,
        **options: Any,
    ) -> None:
        if lang not in (None, "en", "ko"):
            raise ValueError(f"lang={lang!r}: expected 'en', 'ko' or None; None follows the browser's language")
        self._source = _source(text, epochs, options)
        self._stage = Display(self._source, lang or "")
        if isinstance(self._source, TrainingRun):
            for earlier in _cells.enter(self._source):
                if earlier.state == "training":  # the same cell, run again: its last run rests
                    earlier.do(Pause())
        parts: list[ipywidgets.DOMWidget] = [self.player]
        if self.chart is not None:
            parts.append(self.chart.widget)
        super().__init__(parts)
        self.add_class("epochscope")
        if self.chart is not None:
            self.add_class("epochscope-with-chart")

    @classmethod
    def from_trainer(cls, trainer: Trainer, *, epochs: int = 300, lang: str | None = None) -> EpochScope:
        """Show a trainer that exists, with what it has recorded so far."""
        return cls(trainer, epochs=epochs, lang=lang)

    @classmethod
    def from_history(cls, history: History, *, lang: str | None = None) -> EpochScope:
        """Replay a recording; it needs no torch."""
        return cls(history, lang=lang)

    @classmethod
    def replay(cls, path: str | os.PathLike[str], *, lang: str | None = None) -> EpochScope:
        """Replay a recording saved with `save`; it needs no torch."""
        return cls(History.load(path), lang=lang)

    @property
    def player(self) -> Player:
        """The widget with the text, the learning map and the transport."""
        return self._stage.player

    @property
    def chart(self) -> LossChart | None:
        """The loss chart; None where bqplot is not installed."""
        return self._stage.chart

    @property
    def history(self) -> History:
        """The recording on show."""
        return self._source.history

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current line; a branch changes it.

        Raises:
            RuntimeError: the scope shows a recording, or a loop of your own.
        """
        return self._session.trainer

    @property
    def head(self) -> int:
        """The last recorded epoch; -1 before the first."""
        return self._stage.head

    @property
    def epoch(self) -> int:
        """The cursor: the epoch on show; -1 before the first. A browser tells it when its cursor comes to rest."""
        return self._stage.epoch

    @property
    def status(self) -> str:
        """How the run stands: "idle", "training", "paused", "finished" or "failed"."""
        return self._source.status()["state"]

    @property
    def error(self) -> BaseException | None:
        """What the user's model raised, if that ended the run."""
        return self._source.error if isinstance(self._source, TrainingRun) else None

    def play(self, *, speed: float | None = 12.0, until: Until | None = None) -> None:
        """Train on from the head, in the background, at `speed` epochs per second (None: as fast as it trains)."""
        self._stage.do(Play(speed, until))

    def pause(self) -> None:
        """Stop after the epoch that is running."""
        self._source.do(Pause())

    def step(self, n: int = 1) -> None:
        """Train exactly `n` epochs, now."""
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise ValueError(f"n={n!r}: expected a whole number of at least 1; use seek() to go back")
        self._stage.do(Step(n))

    def seek(self, epoch: int) -> None:
        """Show `epoch`; negative numbers count from the end, as in a list."""
        count = len(self.history)
        if not count:
            raise ValueError(f"epoch={epoch!r}: no epoch is recorded yet; play(), step() or train() first")
        if isinstance(epoch, bool) or not isinstance(epoch, int) or not -count <= epoch < count:
            raise ValueError(f"epoch={epoch!r}: expected 0 to {count - 1}, or negative to count from the end")
        self._stage.seek(epoch % count)

    def rewind(self, epoch: int) -> None:
        """Put weights, optimizer and random state back to just before `epoch` was made; later epochs are dropped."""
        self._stage.do(Rewind(epoch))

    def branch(self, epoch: int, lr: float | None = None) -> None:
        """Go on from `epoch` with another learning rate; the line so far stays as a ghost."""
        self._stage.do(Branch(epoch, lr))

    def switch_to(self, ghost: int) -> None:
        """Make a line that a branch left the current one again."""
        self._stage.do(Return(ghost))

    def reset(self, seed: int | None = None) -> None:
        """Back to no epochs and the same initial weights, or those of another `seed`."""
        self._stage.do(Reset(seed))

    def train(self, n: int | None = None) -> History:
        """Train `n` epochs (None: up to the goal) in this cell, now, publishing as it goes."""
        return self._session.train(n)

    async def finished(self) -> History:
        """Wait for the run to rest; raises what the user's model raised."""
        return await self._session.finished()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the recording to `path` (.npz); `EpochScope.replay(path)` shows it again."""
        self.history.save(path)

    def to_html(self, path: str | os.PathLike[str], title: str | None = None, chart: bool = True) -> None:
        """Write the recording to `path` as one page that replays in any browser, with no network and no kernel.

        Args:
            path: of the file, "run.html" say. It is replaced as a whole, or left as it was.
            title: the heading; the text itself, or its beginning, unless told.
            chart: whether the loss chart stands beside the player, which costs about 1.5 MB. False: the player alone,
                whose timeline draws the loss too. Where bqplot is not installed the scope has no chart, nor has the
                page.

        Raises:
            ValueError: nothing is recorded yet, or the title is no text.
            OSError: the path is a folder, or cannot be written; the message says why and what to do.
        """
        with self._source.lock:
            ghosts = self._source.old_branches()
            write_atomic(path, page(self.history, title, chart=chart, lang=self.player.lang, old_branches=ghosts))

    def __repr__(self) -> str:
        return f"EpochScope, {self.status}: {self.history!r}" if "_stage" in self.__dict__ else "EpochScope"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is None:
            return bundle
        # Both whole: where nothing can run, these are what tells the story.
        data["text/plain"] = repr(self)
        if len(self.history):
            picture = b64encode(self.history.to_svg().encode()).decode()
            data["text/html"] = f'<img src="data:image/svg+xml;base64,{picture}" alt="{escape(repr(self))}">'
        # What a host asks of an anywidget: Colab is told by which of its managers the output is to be shown.
        asked = self.player._repr_mimebundle_()
        return data, asked[1] if asked else {}

    def _display_(self) -> Player:
        """What marimo shows: it knows anywidgets, but neither boxes nor bqplot. The player has the loss too."""
        return self.player

    def close(self) -> None:
        """End the run and remove the widget from every page."""
        stage: Display | None = self.__dict__.get("_stage")  # none where the options were refused
        if stage is not None:
            if isinstance(self._source, TrainingRun):
                _cells.leave(self._source)
            stage.close()
        super().close()

    @property
    def _session(self) -> TrainingRun:
        if not isinstance(self._source, TrainingRun):
            raise RuntimeError("this scope only shows a recording and has no trainer; make one with EpochScope(text)")
        return self._source


def _source(text: object, epochs: int, options: dict[str, Any]) -> Run:
    if isinstance(text, History):
        _refuse(options, "a History")
        return ReplayRun(text)
    if isinstance(text, LoopRun):
        return text
    from epochscope.training.trainer import Trainer

    if isinstance(text, Trainer):
        _refuse(options, "a Trainer")
        return TrainingRun(text, epochs=epochs)
    return TrainingRun(Trainer(text, **options), epochs=epochs)  # pyright: ignore[reportArgumentType] - it checks the text


def _refuse(options: dict[str, Any], what: str) -> None:
    if options:
        names = ", ".join(options)
        raise ValueError(f"{names}: {what} has its options already; give them where it is made, or give a text here")
