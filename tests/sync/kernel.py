"""The real kernel side of a world, a stage over a session, on a loop and a wire of its own."""

from __future__ import annotations

import base64
import random
from typing import Any
from unittest.mock import patch

from comm.base_comm import BaseComm

import epochscope.runs.training_run
import epochscope.widget.display
from epochscope.runs.training_run import TrainingRun
from epochscope.widget.display import Display
from tests.sync.scripted import Scripted, real
from tests.sync.simulated import Clock, SimulatedLoop

TRAITS = ("recording", "status", "cursor")
"""What of a widget's state the pages of a world are told; the rest never changes."""


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
    """Runs by the world's clock; what it sends to all pages gathers in `sent`."""

    def __init__(self, clock: Clock, rng: random.Random, *, scripted: bool) -> None:
        self.loop = SimulatedLoop(clock)
        self.sent: list[list[Any]] = []
        make = Scripted if scripted else real
        trainer: Any = make(clock, rng.randrange(1000))
        self._clock = clock
        self.loop.running(lambda: self._build(trainer, rng.randrange(3, 40)))

    def _build(self, trainer: Any, epochs: int) -> None:
        self.session = TrainingRun(trainer, epochs=epochs)
        # The chart is not on this wire, and drawing it ten thousand times would take its time.
        with (
            patch("comm.create_comm", lambda **options: Wire(self.sent, **options)),
            patch.object(epochscope.stage, "_chart", lambda *_: None),
        ):
            self.stage = Display(self.session)

    def hear(self, data: dict[str, Any]) -> None:
        """A message from a page."""
        comm: Any = self.stage.player.comm
        with self.on_time():
            self.loop.running(lambda: comm.handle_msg({"content": {"data": data}, "buffers": []}))

    def cell(self, act: Any) -> None:
        """Run a cell of the notebook; what it raises is shown there."""
        try:
            with self.on_time():
                self.loop.running(act)
        except (ValueError, RuntimeError, ZeroDivisionError):
            pass

    def run_until(self, end: float) -> None:
        with self.on_time():
            self.loop.run_until(end)

    def state(self) -> dict[str, Any]:
        """What a page that opens is given."""
        before, self.sent[:] = list(self.sent), []
        self.hear({"method": "request_state"})
        (_, state), *_ = self.sent
        self.sent[:] = before
        return state

    def on_time(self) -> _OnTime:
        return _OnTime(self._clock)


class _OnTime:
    """Within it, session and stage read this clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        self._before = epochscope.runs.training_run.time, epochscope.widget.display.time
        epochscope.runs.training_run.time = epochscope.widget.display.time = self._clock

    def __exit__(self, *_: object) -> None:
        epochscope.runs.training_run.time, epochscope.widget.display.time = self._before


def _text(part: Any) -> str:
    return base64.b64encode(part).decode()
