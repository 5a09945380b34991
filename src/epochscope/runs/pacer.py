"""When a run trains: in short slices on one asyncio task, at the requested speed.

Between slices the event loop serves cells and buttons. The user's code never runs at the same time as an epoch, so what
a cell reads from the trainer is never half an update.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

#: The longest slice, in seconds, before the event loop gets its turn.
SLICE_S = 0.03
#: How often the event loop gets a turn after a slice: it needs several to handle one message.
YIELDS = 4
#: A slice that came late is made up for by at most this many seconds.
CATCH_UP_S = 0.25
#: How often, in seconds, a run that waits for its listener asks again.
WAIT_S = 0.02
#: The longest sleep, in seconds, after which a changed speed takes effect.
SLEEP_S = 0.05


class Paced(Protocol):
    """What a pacer trains: a run, or several in lock step."""

    @property
    def training(self) -> bool:
        """Whether there is something to train."""
        ...

    @property
    def speed(self) -> float | None:
        """Epochs per second; None is as fast as possible."""
        ...

    @property
    def errors(self) -> Sequence[BaseException]:
        """What ended the training of runs, raised by the user's models."""
        ...

    def ready(self, now: float) -> bool:
        """Return whether to continue at time `now` in seconds."""
        ...

    def train_slice(self, deadline: float, epochs: int | None = None) -> int:
        """Train until `deadline`, at most `epochs` epochs; return how many."""
        ...


class Pacer:
    """Runs slices on one task."""

    def __init__(self, run: Paced) -> None:
        self._run = run
        self._task: asyncio.Task[None] | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the task, if it is not running."""
        if self._task is None or self._task.done():
            self._task = _start_task(loop, self._train())

    def cancel(self) -> None:
        """Cancel the task."""
        if self._task is not None:
            self._task.cancel()

    async def _train(self) -> None:
        run, due = self._run, time.monotonic()  # when the next epoch may begin at the requested speed
        try:
            while run.training:
                now, speed = time.monotonic(), run.speed
                if not run.ready(now):
                    due = now
                    await asyncio.sleep(WAIT_S)
                elif speed is None:
                    run.train_slice(now + SLICE_S)
                    due = time.monotonic()
                    for _ in range(YIELDS):
                        await asyncio.sleep(0)
                elif now < due:
                    await asyncio.sleep(min(due - now, SLEEP_S))
                else:
                    trained = run.train_slice(now + SLICE_S, int((now - due) * speed) + 1)
                    due = max(due + trained / speed, time.monotonic() - CATCH_UP_S)
                    await asyncio.sleep(0)
        except KeyboardInterrupt:
            return  # an interrupt between cells pauses the run; raised here, it would end the kernel's event loop
        for error in run.errors:
            traceback.print_exception(error)  # shown below the cell that called play()


def _start_task(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return loop.create_task(work)
