"""The real kernel side of a world: a display over a training run, with its own event loop and messages."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from comm.base_comm import BaseComm

import epochscope.recording.overview
import epochscope.runs.pacer
import epochscope.runs.sliced_run
import epochscope.runs.training_run
import epochscope.training.training_weights
import epochscope.widget.channel
import epochscope.widget.display
import epochscope.widget.feed
import epochscope.widget.overview_wire
import epochscope.widget.scope_display
import epochscope.widget.weight_feed
from epochscope.recording.records import bytes_per_epoch
from epochscope.runs.training_run import TrainingRun
from epochscope.widget.scope_display import ScopeDisplay
from tests.sync.scripted import POSITIONS, TOKENS, Scripted, real
from tests.sync.simulated import Clock, SimulatedLoop

TRAITS = ("recording", "weights", "status", "cursor")
"""The state that the pages of a world receive; the rest never changes."""
TIMED = (
    epochscope.runs.pacer,
    epochscope.runs.sliced_run,
    epochscope.runs.training_run,
    epochscope.training.training_weights,
    epochscope.widget.channel,
    epochscope.widget.display,
    epochscope.widget.weight_feed,
)
"""The modules that read the clock."""
RECORD = bytes_per_epoch(POSITIONS, TOKENS)
LIMITS = (
    (epochscope.recording.overview, "PAGE_BYTES", 12 * RECORD),
    (epochscope.recording.overview, "SAMPLES", 4),
    (epochscope.widget.feed, "OVERVIEW_BYTES", 6 * RECORD),
    (epochscope.widget.overview_wire, "LAST_BYTES", 3 * RECORD),
)
"""With these a recording of more than twelve epochs is long."""


class Wire(BaseComm):
    """Keeps what a widget sends."""

    def __init__(self, sent: list[list[Any]], **options: Any) -> None:
        self._sent = sent
        super().__init__(**options)

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        del metadata
        if msg_type != "comm_msg":
            return
        if data["method"] == "custom":
            self._sent.append(["custom", data["content"], [_text(part) for part in buffers or []]])
        elif data["method"] == "update":
            state = dict(data["state"])
            for path, part in zip(data["buffer_paths"], buffers or [], strict=True):
                state[path[0]] = _text(part)
            state = {name: value for name, value in state.items() if name in TRAITS}
            if state:
                self._sent.append(["update", state])


class Kernel:
    """Runs by the clock of the world; `sent` collects the messages to all pages. `long`: pages keep few records."""

    def __init__(self, clock: Clock, rng: random.Random, *, scripted: bool, long: bool) -> None:
        self.loop = SimulatedLoop(clock)
        self.sent: list[list[Any]] = []
        make = Scripted if scripted else real
        trainer: Any = make(clock, rng.randrange(1000))
        self._patches = [*((module, "time", clock) for module in TIMED), *(LIMITS if long else ())]
        self.loop.running(lambda: self._build(trainer, rng.randrange(3, 40)))

    def _build(self, trainer: Any, epochs: int) -> None:
        self.run = TrainingRun(trainer, epochs=epochs)
        # Without the chart: its messages are not part of this, and drawing it thousands of times would be slow.
        with (
            patch("comm.create_comm", lambda **options: Wire(self.sent, **options)),
            patch.object(epochscope.widget.scope_display, "make_chart", lambda *_, **__: None),
        ):
            self.display = ScopeDisplay(self.run)

    def receive(self, data: dict[str, Any]) -> None:
        """Handle a message from a page."""
        comm: Any = self.display.player.comm
        with self._time():
            self.loop.running(lambda: comm.handle_msg({"content": {"data": data}, "buffers": []}))

    def cell(self, act: Any) -> None:
        """Run a notebook cell; its exceptions are shown there."""
        try:
            with self._time():
                self.loop.running(act)
        except (ValueError, RuntimeError, ZeroDivisionError):
            pass

    def run_until(self, end: float) -> None:
        """Let the event loop run until a time."""
        with self._time():
            self.loop.run_until(end)

    def state(self) -> dict[str, Any]:
        """Return the state that a new page receives."""
        before, self.sent[:] = list(self.sent), []
        self.receive({"method": "request_state"})
        (_, state), *_ = self.sent
        self.sent[:] = before
        return state

    @contextmanager
    def _time(self) -> Iterator[None]:
        """Let run and display read the clock of the world, and its limits."""
        before = [(module, name, vars(module)[name]) for module, name, _ in self._patches]
        for module, name, value in self._patches:
            vars(module)[name] = value
        try:
            yield
        finally:
            for module, name, value in before:
                vars(module)[name] = value


def _text(part: Any) -> str:
    return base64.b64encode(part).decode()
