"""One run on the wire: what its pages have, what to send them next, and when to send it again."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol

from epochscope.recording.overview import READ_BYTES, is_long
from epochscope.recording.references import Reference
from epochscope.runs.commands import Ack, Want, WantRecords
from epochscope.runs.notebook import MainLoop, in_latest_cell
from epochscope.runs.run import Run, Status

from .feed import RETRY_S, Feed
from .pace import Pace
from .record_answers import send_records
from .run_code import pack_code
from .saved import pack_known_weights, pack_run
from .weight_feed import WeightFeed


class Port(Protocol):
    """Where a channel sends: to the pages that show a player."""

    def send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a message."""
        ...

    def send_recording(self) -> None:
        """Send the whole recording, which is another one than before."""
        ...

    def send_weights(self) -> None:
        """Send all known weights, which pages save with the notebook."""
        ...

    def send_code(self) -> None:
        """Send the program that repeats the run, which is another one than before."""
        ...

    def set_status(self, status: dict[str, Any]) -> None:
        """Set the status that new pages receive."""
        ...


class ChannelListener(Protocol):
    """Is notified after a channel has sent what its run has changed."""

    def on_epochs(self, now: float) -> None:
        """Handle new epochs at time `now` in seconds."""
        ...

    def on_state(self, *, moved: bool) -> None:
        """Handle a new state. `moved`: training has begun, or the recording was cut or replaced."""
        ...


class Channel:
    """Sends what changes in a run, and answers its pages. The run calls it as a `RunListener`.

    Parameters
    ----------
    run
        The run.
    port
        Where to send.
    main
        The event loop for what is sent later.
    listener
        Notified after each change.
    pace
        When it may send; the channels of a comparison share one. Defaults to one of its own.
    """

    def __init__(
        self, run: Run, port: Port, main: MainLoop, listener: ChannelListener, pace: Pace | None = None
    ) -> None:
        self.run = run
        self._port = port
        self._main = main
        self._listener = listener
        status = run.status()
        self.state: str = status.state
        self.revision: int = status.revision
        self._axis = run.history.axis
        self.references: list[Reference] = list(run.history.references)
        self.feed: Feed = Feed(run, port.send, pace, self.pack)
        self.weights: WeightFeed = WeightFeed(run, port.send, port.send_weights, main)
        #: The status when the channel was opened, as it is sent.
        self.first_status: dict[str, Any] = self.feed.update_status(status, time.monotonic())
        self._coded: object = None  # what was recorded when the program was sent last
        self._retry: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def recorded(self) -> tuple[int, int]:
        """The revision and the number of epochs."""
        return self.run.revision, len(self.run.history)

    @property
    def is_kept(self) -> bool | None:
        """Whether a page keeps the whole recording in its own state; None: it may do so soon."""
        with self.run.lock:
            return self.feed.is_kept

    def pack(self) -> bytes:
        """Pack the recording; if a page shows it, only its beginning if it is large."""
        return pack_run(self.run, self.references, watched=self.feed.watched)

    def pack_weights(self) -> bytes:
        """Pack the known weights."""
        return pack_known_weights(self.run, self.weights.refusal)

    def pack_code(self) -> dict[str, Any]:
        """Pack the program that repeats the run."""
        return pack_code(self.run)

    def open(self) -> None:
        """Listen to the run."""
        self.run.listeners.add(self)

    def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        self.run.listeners.remove(self)
        if self._retry is not None:
            self._retry.cancel()

    # -- from the run --------------------------------------------------------------------------------------------

    @property
    def seen(self) -> bool:
        """Whether a page shows the run."""
        return self.feed.answered

    def ready(self, now: float) -> bool:
        """Return whether the browsers keep up."""
        return self.feed.ready(now)

    @in_latest_cell
    def on_epochs(self) -> None:
        """Send new epochs, if it is time."""
        now = time.monotonic()
        if is_long(self.run.history):  # so that a page which is opened later does not wait for it
            self.run.history.overview.update(self.run.history, most=READ_BYTES)
        self.feed.send_new(now)
        self.weights.serve()
        self._main.call(self._schedule_retry)
        self._listener.on_epochs(now)

    @in_latest_cell
    def on_state(self) -> None:
        """Send new epochs and the status at once."""
        if self._closed:
            return
        if self.run.history.axis != self._axis:  # a loop of the user's has begun to count steps
            self._axis, self.references = self.run.history.axis, list(self.run.history.references)
            self._port.send_recording()
        now, status = time.monotonic(), self.run.status()
        moved = status.revision != self.revision or self.state != status.state == "training"
        self.state, self.revision = status.state, status.revision
        self.feed.send_new(now, at_once=True)
        self._send_code(status)
        self._port.set_status(self.feed.update_status(status, now))
        self._main.call(self._schedule_retry)
        self._listener.on_state(moved=moved)

    def _send_code(self, status: Status) -> None:
        """Send the program once the run stops, if it is another one: never for an epoch of many."""
        coded = self.recorded, status.goal
        if status.state != "training" and coded != self._coded:
            self._coded = coded
            self._port.send_code()

    # -- from the browsers ---------------------------------------------------------------------------------------

    def receive(self, message: Ack | Want | WantRecords) -> None:
        """Handle what a page has or wants."""
        if isinstance(message, Want):
            self.weights.receive(message)
            return
        with self.run.lock:
            if isinstance(message, WantRecords):
                send_records(message, self.run, self._port.send)
            else:
                self.feed.receive(message, time.monotonic())

    def forget(self, view: str) -> bool:
        """Forget a page that was closed; return whether it was known."""
        self.weights.forget(view)
        return self.feed.forget(view)

    def _schedule_retry(self, seconds: float = RETRY_S) -> None:
        if self._retry is None and self.feed.watched and not self._closed:
            self._retry = self._main.later(seconds, self._send_again)

    @in_latest_cell
    def _send_again(self) -> None:
        self._retry = None
        with self.run.lock:
            seconds = self.feed.send_again(time.monotonic())
        if seconds is not None:
            self._schedule_retry(seconds)
