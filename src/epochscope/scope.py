"""The front door: `EpochScope`, a player and a loss chart over one session."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import ipywidgets

from .cells import Cells
from .commands import Branch, Bye, Command, Have, Pause, Play, Reset, Return, Rewind, Step, Until, parse
from .feed import Feed
from .history import History
from .player import Player
from .recorded import Recorded
from .reference import references
from .session import Session
from .wire import Ghost, pack_recording

if TYPE_CHECKING:
    from .loss_chart import LossChart
    from .trainer import Trainer

#: Seconds between two updates of the chart: it costs a browser far more than a chunk does.
CHART_INTERVAL_S = 1 / 4
#: The most bytes of records that are sent in one piece when a page opens; the rest follows in chunks.
OPENING_BYTES = 8_000_000

_cells: Cells[EpochScope] = Cells()


class _Source(Protocol):
    """What a scope shows: a session that trains, a monitored loop, or a recording."""

    history: History
    revision: int
    lock: Any

    def shared(self, revision: int) -> int: ...
    def ghosts(self) -> list[Ghost]: ...
    def status(self) -> dict[str, Any]: ...
    def post(self, command: Command) -> None: ...
    def do(self, command: Command) -> None: ...
    def close(self) -> None: ...


class EpochScope(ipywidgets.Box):
    """Watch a small network learn `text`, epoch by epoch.

    Args:
        text: what it learns; a `str` gives code points, a sequence of strings gives tokens of any kind.
        epochs: how many epochs a run is to have.
        lang: the language of the controls, "en" or "ko"; None follows the browser.
        options: those of `Trainer`: cell, hidden_size, num_layers, readout, window, alphabet, model, optimizer, lr, seed,
            device and so on.

    Raises:
        ValueError: an option is impossible; the message names it, what is allowed, and what to do.
    """

    def __init__(self, text: str | Sequence[str], *, epochs: int = 300, lang: str | None = None, **options: Any) -> None:
        from .trainer import Trainer

        self._compose(lambda scope: scope._session(Trainer(text, **options), epochs), lang)

    @classmethod
    def from_trainer(cls, trainer: Trainer, *, epochs: int = 300, lang: str | None = None) -> EpochScope:
        """A scope on a trainer that exists, with what it has recorded so far."""
        scope = cls.__new__(cls)
        scope._compose(lambda scope: scope._session(trainer, epochs), lang)
        return scope

    @classmethod
    def from_history(cls, history: History, *, lang: str | None = None) -> EpochScope:
        """A scope that replays a recording; it needs no torch."""
        scope = cls.__new__(cls)
        scope._compose(lambda scope: Recorded(history), lang)
        return scope

    @classmethod
    def replay(cls, path: str | os.PathLike[str], *, lang: str | None = None) -> EpochScope:
        """A scope that replays a recording saved with `save`; it needs no torch."""
        return cls.from_history(History.load(path), lang=lang)

    def _session(self, trainer: Trainer, epochs: int) -> Session:
        return Session(
            trainer, epochs=epochs, ready=self._ready, on_epochs=self._on_epochs, on_state=self._on_state
        )  # fmt: skip

    def _compose(self, make: Callable[[EpochScope], _Source], lang: str | None) -> None:
        if lang not in (None, "en", "ko"):
            raise ValueError(f"lang={lang!r}: expected 'en', 'ko' or None; None follows the browser's language")
        self._loop = _running_loop()
        self._follows = True  # the cursor is at the head, and stays there while epochs are recorded
        self._charted_at = -CHART_INTERVAL_S
        self._closed = False
        self._source = make(self)
        self._feed = Feed(self._source, self._send)
        self._references = references(self._source.history)
        self.chart: LossChart | None = _chart(self._references, self._source)
        self.player = Player(
            self._pack,
            deliver=self._on_main,
            status=self._source.status(),
            cursor=self.head,
            lang=lang or "",
            chart=self.chart.refs if self.chart is not None else {},
        )
        self.player.on_msg(self._hear)
        self.player.observe(self._moved, "cursor")
        self.player.add_class("epochscope-player")
        shown = [self.player] if self.chart is None else [self.player, self.chart.widget]
        super().__init__(shown)
        self.add_class("epochscope")
        if self.chart is not None:
            self.add_class("epochscope-with-chart")
            self._draw()
        for other in _cells.enter(self):
            if isinstance(other._source, Session) and other._source.state == "training":
                other._source.do(Pause())

    # -- what can be read ----------------------------------------------------------------------------------------

    @property
    def history(self) -> History:
        """The recording on show."""
        return self._source.history

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current line; a branch changes it.

        Raises:
            RuntimeError: the scope only replays a recording.
        """
        return self._run.trainer

    @property
    def head(self) -> int:
        """The last recorded epoch; -1 before the first."""
        return len(self._source.history) - 1

    @property
    def epoch(self) -> int:
        """The epoch on show, the cursor; -1 before the first. A browser tells it when its cursor comes to rest."""
        return self.head if self._follows else min(self.player.cursor, self.head)

    @property
    def status(self) -> str:
        """ "idle", "training", "paused", "finished" or "failed"."""
        return self._source.status()["state"]

    @property
    def error(self) -> BaseException | None:
        """What the user's model raised, if that ended the run."""
        return self._source.error if isinstance(self._source, Session) else None

    # -- the transport -------------------------------------------------------------------------------------------

    def play(self, *, speed: float | None = 12.0, until: Until | None = None) -> None:
        """Train on from the head, in the background, at `speed` epochs per second (None: as fast as it trains)."""
        self._follows = True
        self._source.do(Play(speed, until))

    def pause(self) -> None:
        """Stop after the epoch that is running."""
        self._source.do(Pause())

    def step(self, n: int = 1) -> None:
        """Train exactly `n` epochs, now."""
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise ValueError(f"n={n!r}: expected a whole number of at least 1; use seek() to go back")
        self._follows = True
        self._source.do(Step(n))

    def seek(self, epoch: int) -> None:
        """Show `epoch`; negative numbers count from the end, as in a list."""
        count = len(self.history)
        if isinstance(epoch, bool) or not isinstance(epoch, int) or not -count <= epoch < count:
            allowed = f"0 to {count - 1}" if count else "nothing, since no epoch is recorded yet: play() or step() first"
            raise ValueError(f"epoch={epoch!r}: expected {allowed}")
        self.player.cursor = epoch % count
        self._follows = self.player.cursor == self.head

    def rewind(self, epoch: int) -> None:
        """Put weights, optimizer and random state back to just before `epoch` was made; later epochs are dropped."""
        self._follows = True
        self._source.do(Rewind(epoch))

    def branch(self, epoch: int, lr: float | None = None) -> None:
        """Go on from `epoch` with another learning rate; the line so far stays as a ghost."""
        self._follows = True
        self._source.do(Branch(epoch, lr))

    def return_to(self, ghost: int) -> None:
        """Make a line that a branch left the current one again."""
        self._follows = True
        self._source.do(Return(ghost))

    def reset(self, seed: int | None = None) -> None:
        """Back to no epochs and the same initial weights, or those of another `seed`."""
        self._follows = True
        self._source.do(Reset(seed))

    def train(self, n: int | None = None) -> History:
        """Train `n` epochs (None: up to the goal) in this cell, now, publishing as it goes."""
        self._follows = True
        return self._run.train(n)

    async def finished(self) -> History:
        """Wait for the run to rest; raises what the user's model raised."""
        return await self._run.finished() if isinstance(self._source, Session) else self.history

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the recording to `path` (.npz); `EpochScope.replay(path)` shows it again."""
        self.history.save(path)

    def close(self) -> None:
        """End the run and remove the widget from every page."""
        if not self._closed:
            self._closed = True
            self._source.close()
            _cells.leave(self)
            self.player.close()
            if self.chart is not None:
                self.chart.close()
        super().close()

    @property
    def _run(self) -> Session:
        if not isinstance(self._source, Session):
            raise RuntimeError("this scope shows a recording and has no trainer; make one with EpochScope(text)")
        return self._source

    # -- between the session and the browsers --------------------------------------------------------------------

    def _hear(self, widget: object, content: object, buffers: object) -> None:
        """A message from a browser, on whichever thread the kernel chose."""
        try:
            message = parse(content)
        except ValueError as error:
            self._send({"kind": "refused", "message": str(error)}, [])
            return
        match message:
            case Have():
                with self._source.lock:
                    self._feed.hear(message, time.monotonic())
            case Bye(view):
                self._feed.forget(view)
            case _:
                self._follows = True
                self._source.post(message)

    def _send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        if not self._closed:
            self.player.send(content, buffers)

    def _on_main(self, act: Callable[[], None]) -> None:
        if self._loop is None or self._loop.is_closed() or _running_loop() in (None, self._loop):
            act()
        else:
            self._loop.call_soon_threadsafe(act)

    def _moved(self, change: dict[str, Any]) -> None:
        self._follows = change["new"] >= self.head
        if self.chart is not None and not self._feed.watched:
            self.chart.point(change["new"], self.history)

    def _ready(self, now: float) -> bool:
        return self._feed.ready(now)

    def _on_epochs(self) -> None:
        now = time.monotonic()
        self._feed.pump(now)
        if self.chart is not None and now - self._charted_at >= CHART_INTERVAL_S and self._feed.visible:
            self._draw()

    def _on_state(self) -> None:
        status = self._source.status()
        self._feed.pump(time.monotonic(), at_once=True)
        self.player.status = status
        if self._follows:
            self.player.cursor = self.head
        if status["state"] == "training":
            return
        if self.chart is not None:
            self._draw()
        if not self._feed.watched:
            self.player.send_state("recording")  # for a notebook that is run with no browser, and saved

    def _draw(self) -> None:
        self._charted_at = time.monotonic()
        assert self.chart is not None
        self.chart.show(self.history, self._source.status()["goal"], self._source.ghosts())
        if not self._feed.watched:
            self.chart.point(self.epoch, self.history)

    def _pack(self) -> bytes:
        source = self._source
        with source.lock:
            most = None if not self._feed.watched else OPENING_BYTES // max(1, source.history.bytes_per_epoch)
            return pack_recording(
                source.history,
                revision=source.revision,
                references=self._references,
                ghosts=source.ghosts(),
                epochs=most,
            )


def _chart(references: Sequence[Any], source: _Source) -> LossChart | None:
    try:
        from .loss_chart import LossChart
    except ImportError:  # a recording replays without bqplot: the player draws the loss itself
        return None
    return LossChart(references, source.status()["goal"])


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
