"""The transport of a recorder: turns commands into epochs, on one asyncio task, in short slices.

A slice lasts about 30 ms; between slices the event loop serves cells and buttons. The user's code never runs at the
same time as an epoch, so what a cell reads from the trainer is never half an update.
"""

from __future__ import annotations

import asyncio
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from epochscope.history import History
from epochscope.widget.wire import OldBranch, number

from .branches import Branches
from .commands import Branch, Command, Pause, Play, Reset, Return, Rewind, Speed, Step, Until
from .loops import running_loop
from .run import NullListener, RunListener, message_of

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer

State = Literal["idle", "training", "paused", "finished", "failed"]

#: How long a slice may last, in seconds, before the event loop gets its turn.
SLICE_S = 0.03
#: How often the loop is given a turn after a slice: serving a message takes it several.
YIELDS = 4
#: A pace that could not be kept is caught up by at most this many seconds.
CATCH_UP_S = 0.25


class TrainingRun:
    """Runs a trainer on command. `do` acts at once, on the session's own thread; `post` takes commands from any thread.

    Args:
        trainer: what is run.
        epochs: how many epochs a run is to have; Play at the goal sets it as many further.
        speed: epochs per second, or None for as fast as it trains.
    """

    def __init__(self, trainer: Trainer, *, epochs: int = 300, speed: float | None = 12.0) -> None:
        if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
            raise ValueError(f"epochs={epochs!r}: expected a whole number of at least 1; 300 is the classic lab's")
        self.branches = Branches(trainer)
        self.listener: RunListener = NullListener()
        self.lock = threading.RLock()  # held while records are made: who packs them on another thread waits for it
        self.goal = epochs
        self._end = epochs  # where this run ends, by itself at the goal
        self.speed = speed
        self.until: Until | None = None
        self.error: BaseException | None = None
        self._span = epochs
        self._mail: deque[Command] = deque()
        self._task: asyncio.Task[None] | None = None
        self._waiters: set[asyncio.Future[None]] = set()
        self._closed = False
        self._loop = running_loop()
        self._thread = threading.get_ident()
        self.state: State = self._rest()

    @property
    def reason(self) -> Literal["diverged", "error"] | None:
        """Why the run has failed: the user's model raised, or the last loss is not finite."""
        return "error" if self.error is not None else "diverged" if self.trainer.diverged else None

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current line."""
        return self.branches.trainer

    @property
    def history(self) -> History:
        """The recording of the current line; other threads than the session's own see what has got into it so far."""
        return self.trainer.history if threading.get_ident() == self._thread else self.trainer.recorded

    @property
    def revision(self) -> int:
        """Counts how often the line was cut or changed."""
        return self.branches.revision

    def shared(self, revision: int) -> int:
        """How many epochs the current line shares with what it was at `revision` (at most)."""
        return self.branches.shared(revision)

    def old_branches(self) -> list[OldBranch]:
        """The lines that branches left, as the browser draws them."""
        return self.branches.old_branches()

    def status(self) -> dict[str, Any]:
        """What the browser is told about the run."""
        return {
            "state": self.state,
            "head": len(self.history) - 1,
            "revision": self.revision,
            "goal": self.goal,
            "speed": self.speed,
            "reason": self.reason,
            "message": message_of(self.error),
            "source": "trainer",
            "lr": number(self.trainer.lr),
        }

    # -- commands ------------------------------------------------------------------------------------------------

    def post(self, command: Command) -> None:
        """Hand over a command from any thread. It is carried out between two epochs."""
        self._mail.append(command)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._drain)

    def do(self, command: Command) -> None:
        """Carry out `command` now.

        Raises:
            ValueError: it asks for an epoch or a line that is not there.
            RuntimeError: it needs an event loop and there is none, the session is closed, or the run has failed.
        """
        if self._closed:
            raise RuntimeError(f"{command!r}: this scope is closed; make a new one")
        match command:
            case Play(speed, until):
                self._play(speed, until)
            case Pause():
                self._settle(self._rest()) if self.state == "training" else None
            case Step(n):
                self._step(n)
            case Speed(speed):
                self.speed = speed
                self.listener.on_state()
            case Reset(seed):
                self._change(lambda: self.branches.reset(seed))
            case Rewind(epoch):
                self._change(lambda: self.branches.rewind(epoch))
            case Branch(epoch, lr):
                self._change(lambda: self.branches.branch(epoch, lr))
            case Return(ghost):
                self._change(lambda: self.branches.switch_to(ghost))

    def train(self, n: int | None = None) -> History:
        """Train `n` epochs (None: up to the goal) in the calling cell, as fast as it goes; Pause ends it early."""
        self._begin(Until(epochs=len(self.history) + n) if n is not None else None)
        try:
            while self.state == "training":
                self._slice(self._left(), time.monotonic() + SLICE_S)
                self._drain()
        except BaseException:
            if self.state == "training":
                self._settle(self._rest())
            raise
        self.until = None
        if self.error is not None:
            raise self.error
        return self.history

    async def finished(self) -> History:
        """Wait until the run rests.

        Raises:
            Exception: whatever the user's model raised, if that ended the run.
        """
        if self.state == "training":
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await waiter
            finally:
                self._waiters.discard(waiter)
        if self.error is not None:
            raise self.error
        return self.history

    def close(self) -> None:
        """End the run for good; nothing is told to anyone after this."""
        self.listener = NullListener()
        if self.state == "training":
            self._settle(self._rest())
        self._closed = True
        self._mail.clear()
        if self._task is not None:
            self._task.cancel()

    # -- the run -------------------------------------------------------------------------------------------------

    def _play(self, speed: float | None, until: Until | None) -> None:
        if self.state == "training":
            self.speed = speed
            self.listener.on_state() if until is None else self._begin(until)  # another aim, or the same
            return
        loop = self._loop or running_loop()
        if loop is None:
            raise RuntimeError(
                "play() needs a running event loop, as in Jupyter; here call train(), which runs at once"
            )
        self._refuse_if_over()
        self._loop = loop
        self.speed = speed
        self._begin(until or self.until)  # a run-until that was paused goes on with its aim
        if self.state == "training" and (self._task is None or self._task.done()):
            self._task = loop.create_task(self._run())

    def _refuse_if_over(self) -> None:
        if self._closed:
            raise RuntimeError("this scope is closed; make a new one")
        if self.trainer.diverged:
            last = len(self.history) - 1
            raise RuntimeError(
                f"the loss was not finite at epoch {last}, so training cannot go on from here; "
                f"rewind to an earlier epoch, e.g. rewind({max(0, last - 1)}), or reset()"
            )

    def _begin(self, until: Until | None) -> None:
        self._refuse_if_over()
        self.until, self.error = until, None
        if until is not None and until.epochs is not None:
            self._end = until.epochs
            self.goal = max(self.goal, self._end)
        else:
            if len(self.history) >= self.goal:
                self.goal = len(self.history) + self._span
            self._end = self.goal
        self._settle("training" if self._left() else self._rest())

    def _step(self, n: int) -> None:
        if self.state == "training":
            self._settle(self._rest())
        self._begin(Until(epochs=len(self.history) + n))
        while self.state == "training":
            self._slice(self._left(), float("inf"))
        if self.error is not None:
            raise self.error

    def _change(self, change: Callable[[], None]) -> None:
        """Cut or change the line: the run rests, the old epochs are told to be gone."""
        revision = self.revision
        try:
            with self.lock:
                change()
        except Exception as error:  # the user's model may raise on the way back
            if self.revision != revision or not isinstance(error, ValueError):  # which refuses what cannot be
                self.until, self.error = None, error
                self._settle("failed")
            raise
        self.until, self.error = None, None
        self._settle(self._rest())

    def _left(self) -> int:
        return max(0, self._end - self._count())

    def _rest(self) -> State:
        """The state of a run that rests."""
        if self.trainer.diverged:
            return "failed"
        return "idle" if not len(self.history) else "paused" if len(self.history) < self.goal else "finished"

    def _slice(self, most: int, deadline: float) -> int:
        """Run up to `most` epochs, until `deadline` or until a command arrives; returns how many were run."""
        until, mail, clock = self.until, self._mail, time.monotonic
        below = until.loss if until is not None else None
        met = False

        def stop(loss: float) -> bool:
            nonlocal met
            met = below is not None and loss < below
            return met or bool(mail) or clock() >= deadline

        before = self._count()
        try:
            with self.lock:
                if until is not None and until.all_correct:
                    while most > 0 and not met:
                        most -= 1
                        met = self.trainer.step().accuracy == 1
                        if mail or clock() >= deadline:
                            break
                else:
                    self.trainer.run(most, stop)
        except KeyboardInterrupt:
            self._told(before)
            self._settle(self._rest())
            raise
        except BaseException as error:  # noqa: BLE001 - the user's model may raise anything; it is shown where they look
            self.error = error
            self._told(before)
            self._settle("failed")
            return self._count() - before
        self._told(before)
        if met or not self._left() or self.trainer.diverged:
            self.until = None
            self._settle(self._rest())
        return self._count() - before

    def _count(self) -> int:
        """How many epochs there are, without making records of them: that costs least when many wait."""
        return self.trainer.epoch + self.trainer.diverged

    def _told(self, before: int) -> None:
        if self._count() > before:
            self.listener.on_epochs()

    async def _run(self) -> None:
        due = time.monotonic()  # when the next epoch may begin, at the asked pace
        try:
            while self.state == "training":
                now, speed = time.monotonic(), self.speed
                if not self.listener.ready(now):
                    due = now
                    await asyncio.sleep(0.02)
                elif speed is None:
                    self._slice(self._left(), now + SLICE_S)
                    due = time.monotonic()
                    for _ in range(YIELDS):
                        await asyncio.sleep(0)
                elif now < due:
                    await asyncio.sleep(min(due - now, 0.05))
                else:
                    ran = self._slice(min(self._left(), int((now - due) * speed) + 1), now + SLICE_S)
                    due = max(due + ran / speed, time.monotonic() - CATCH_UP_S)
                    await asyncio.sleep(0)
        except KeyboardInterrupt:
            return  # an interrupt between cells pauses the run; let through, it would end the kernel's loop
        if self.state == "failed" and self.error is not None:
            traceback.print_exception(self.error)  # shown below the cell that pressed Play

    def _settle(self, state: State) -> None:
        self.state = state
        if state != "training":
            for waiter in list(self._waiters):
                if not waiter.done():
                    waiter.set_result(None)
        self.listener.on_state()

    def _drain(self) -> None:
        while self._mail and not self._closed:
            command = self._mail.popleft()
            if not self._possible(command):
                self.listener.on_state()  # it asked for what is not there (any more): it is told how things stand
                continue
            try:
                self.do(command)
            except BaseException as error:  # as in a slice
                if isinstance(error, KeyboardInterrupt):
                    raise
                if self.error is not error:
                    self.error = error
                    self._settle("failed")

    def _possible(self, command: Command) -> bool:
        """Whether what a command of a browser asks for is there: the browser may be behind."""
        match command:
            case Rewind(epoch) | Branch(epoch):
                return epoch <= self.trainer.epoch
            case Return(ghost):
                return self.branches.holds(ghost)
            case Play() | Step():
                return not self.trainer.diverged
        return True
