"""The widget of a sweep and its messages: figures are sent as results come, a recording when a page opens a run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from epochscope.experiments.sweep_training import SweepTraining
from epochscope.runs.interrupts import IdleInterrupt
from epochscope.runs.notebook import MainLoop, after_each_cell, in_latest_cell

from .sweep_html import MAX_PAGE_RUNS
from .sweep_player import SweepPlayer
from .sweep_wire import pack_curves, pack_run, sweep_state

#: Seconds between two messages with figures, or 20 times as long as sending one takes.
INTERVAL_S = 0.5


class SweepDisplay:
    """Shows a sweep on any number of pages.

    Parameters
    ----------
    training
        The sweep.
    lang
        "en", "ko", or "" for the browser's language.
    """

    chart = None  # the page draws all curves itself

    def __init__(self, training: SweepTraining, lang: str) -> None:
        self._training, self._runs = training, training.runs
        self._summary = training.runs.summary
        self._main = MainLoop()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._changed = self._closed = False
        self._sent_in_cell: object = None
        self._unseen: list[Callable[[], None]] = []
        self._removed = False
        self._interrupts: IdleInterrupt | None = None
        #: The recordings as a page reads them, if it can have them all.
        self._packed: dict[int, bytes] = {}
        for run, recording in enumerate(self._runs.recordings):
            if recording is not None:
                self._pack(run)
        self.player = SweepPlayer(self.state, self.curves, self.recordings, lang=lang)
        self.player.on_msg(self._receive)
        training.on_result, training.on_end = self._on_result, self._on_end
        self._stop_after_cells = after_each_cell(self._cell_ended)

    def state(self) -> dict[str, Any]:
        """Return the figures, as they are now; `curves` are those of the same results."""
        training, self._summary = self._training, self._runs.summary
        return sweep_state(
            self._summary,
            state=training.state,
            message=training.message,
            can_resume=training.can_resume,
            seconds_left=training.seconds_left,
        )

    def curves(self) -> bytes:
        """Return the losses of the results that `state` has returned last; more may have come since."""
        return pack_curves(self._summary)

    def recordings(self) -> list[bytes]:
        """Return the recordings that a page keeps; none while more are to come, or if there are too many."""
        if self._training.state == "running" or len(self._runs) > MAX_PAGE_RUNS:
            return []
        return self.recorded()

    def recorded(self) -> list[bytes]:
        """Return the recordings so far; nothing for a run that has none."""
        return [self._packed.get(run, b"") for run in range(len(self._runs))]

    def started(self) -> None:
        """Show that the training has begun; it ends if the kernel is interrupted between two cells."""
        if self._interrupts is not None:
            self._interrupts.stop()
        self._interrupts = IdleInterrupt(self._main, self._interrupted)
        self.changed()

    def changed(self) -> None:
        """Send the figures soon. Any thread may call this."""
        self._changed = True
        self._main.call(self._schedule)

    def publish(self) -> None:
        """Send the figures if it is time; for a cell that waits on the main thread, where no timer runs."""
        if self._changed and time.monotonic() >= self._due:
            self._publish()

    def when_unseen(self, call: Callable[[], None]) -> None:
        """Call when a page has removed the widget, also if that was before."""
        self._unseen.append(call)
        if self._removed:  # the message may come before the cell that replaces the sweep has made another one
            call()

    def close(self) -> None:
        """Remove the widget from every page."""
        self._closed = True
        self._stop_after_cells()
        if self._timer is not None:
            self._timer.cancel()
        self.player.close()

    # -- from the training, on its thread ------------------------------------------------------------------------

    def _on_result(self, run: int) -> None:
        self._pack(run)
        self.changed()

    def _on_end(self) -> None:
        self._main.call(self._end)

    def _interrupted(self) -> None:
        self._training.stop()
        self.changed()

    def _pack(self, run: int) -> None:
        if len(self._runs) <= MAX_PAGE_RUNS and self._runs.state(run).epochs:
            self._packed[run] = pack_run(self._runs.history(run))

    # -- to the pages --------------------------------------------------------------------------------------------

    def _schedule(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = self._main.later(max(0.0, self._due - time.monotonic()), self._publish)

    @in_latest_cell
    def _publish(self) -> None:
        self._timer = None
        if self._closed or not self._changed:
            return
        self._changed = False
        start = time.monotonic()
        self.player.send_figures()
        self._due = time.monotonic() + max(INTERVAL_S, 20 * (time.monotonic() - start))

    def _end(self) -> None:
        if self._interrupts is not None:
            self._interrupts.stop()
        self._send_everything()

    @in_latest_cell
    def _send_everything(self) -> None:
        self._changed = False
        if not self._closed:
            self.player.send_everything()

    def _cell_ended(self) -> None:
        """Send everything once more in a cell: nbclient drops what is sent between two cells."""
        if self.player.comm is None or self._training.state == "running":
            return
        current = (self._training.state, self._training.message, self._runs.done)
        if current != self._sent_in_cell:
            self._sent_in_cell = current
            self.player.send_everything()

    # -- from the pages ------------------------------------------------------------------------------------------

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        """Do what a page asks for; messages may arrive on any thread."""
        if not isinstance(content, Mapping):
            return
        kind, run = content.get("kind"), content.get("run")
        if kind == "stop":
            self._training.stop()
            self.changed()
        elif kind == "resume":
            self._main.call(self._resume)
        elif kind == "open" and isinstance(run, int) and not isinstance(run, bool):
            self._main.call(lambda: self._open(run))
        elif kind == "closed":
            self._removed = True
            for call in self._unseen:
                self._main.call(call)

    def _resume(self) -> None:
        """Train the runs that are left, unless the page was out of date."""
        if self._training.can_resume:
            self._training.start(apart=True)
            self.started()
        self.changed()

    @in_latest_cell
    def _open(self, run: int) -> None:
        try:
            recording = self._packed.get(run) or pack_run(self._runs.history(run))
        except (ValueError, IndexError) as error:
            self.player.send({"kind": "refused", "run": run, "message": str(error)})
        else:
            self.player.send({"kind": "recording", "run": run}, [recording])
