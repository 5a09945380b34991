"""`Watch`: the steps of a trainer, watched by a monitor. What the callbacks have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, suppress
from typing import Any

from epochscope.recording.extras import MAX_SCALARS, check_scalar
from epochscope.runs.cell_error import when_cell_ends
from epochscope.runs.loop_axis import Steps
from epochscope.widget.monitor import Monitor

#: How many records a loop is said to have if nobody knows when it ends. Another such loop follows.
UNKNOWN = 1000


class Watch:
    """The steps of a trainer.

    A trainer calls its callbacks, so they cannot write the loop over `Monitor.steps`: `reach` makes its turns, and
    waits where it would wait. Only the process that calls `begin` watches; in others, the other methods do nothing.

    Parameters
    ----------
    given
        A monitor, or None to make one when the training begins.
    every, tokens, per_epoch
        See `Monitor.steps`.

    Raises
    ------
    ValueError
        If one of these is invalid.
    """

    def __init__(self, given: Monitor | None, every: int, tokens: int | None, per_epoch: int | None) -> None:
        Steps.of(1, every, tokens, per_epoch)
        self._monitor = given
        self._every = every
        self._axis = {"tokens": tokens, "per_epoch": per_epoch}
        self._left = self._done = 0  # steps of the trainer when the loop begins
        self._loop: Generator[int, None, None] | None = None
        self._step: int | None = None  # of the loop
        self._ahead = 0  # of the trainer's count
        self._names: set[str] = set()  # of scalars
        #: What is called when the loop ends.
        self.ending: ExitStack = ExitStack()

    @property
    def monitor(self) -> Monitor:
        """The monitor. Raises RuntimeError if there is none yet."""
        if self._monitor is None:
            raise RuntimeError("there is no monitor yet: it is made when the training begins, in the process of rank 0")
        return self._monitor

    def begin(self, make: Callable[[], Monitor], last: float, done: int) -> None:
        """Begin to watch a training.

        Parameters
        ----------
        make
            Makes the monitor, if there is none yet.
        last
            The number of steps that the trainer makes in all; infinite or negative if it is unknown.
        done
            The number of steps that it has made, e.g. before the checkpoint from which it goes on.
        """
        self.end()
        if self._monitor is None:
            self._monitor = make()
        self._left = int(last) - done if done < last < math.inf else 0
        self._done, self._step = done, None
        self._names |= set(self._monitor.history.scalar_names)
        self._loop = self._begun()
        when_cell_ends(self.end)  # an error may end the training without a word to its callbacks

    def reach(self, step: int) -> bool:
        """Go on to a step of the trainer, and return whether it is to be logged; False if it was reached before."""
        if self._loop is None:
            return False
        if self._step is None:
            self._step = self._next()
            self._ahead = self._step - step
        elif step + self._ahead <= self._step:
            return False
        while self._step < step + self._ahead:
            self._step = self._next()
        return self.monitor.due

    def scalars(self, metrics: Mapping[Any, Any], leave_out: Iterable[str] = ()) -> dict[str, float]:
        """Return the metrics of a trainer that can be recorded as scalars, but for names that are left out."""
        scalars = {}
        for name, value in metrics.items():
            with suppress(ValueError, TypeError, RuntimeError, OverflowError):  # a metric must not end the training
                number = value.item() if hasattr(value, "item") else value
                if not isinstance(number, (int, float)) or check_scalar(name) in leave_out:
                    continue
                if len(self._names | {name}) <= MAX_SCALARS:
                    scalars[name] = float(number)
                    self._names.add(name)
        return scalars

    def end(self, error: BaseException | None = None) -> None:
        """End the loop, if there is one, because the training is over or because of an error."""
        self.ending.close()
        loop, self._loop = self._loop, None
        if loop is None:
            return
        if not isinstance(error, Exception):  # an interrupt ends a run as `break` ends a loop
            loop.close()
            return
        trace = error.__traceback__
        try:
            loop.throw(error)
        except Exception as raised:
            if raised is not error:
                raise
        finally:
            error.__traceback__ = trace  # without the frames of this call

    def _begun(self) -> Generator[int, None, None]:
        rest = self._done % self._every
        n = self._left or UNKNOWN * self._every + 1 - rest  # so that the last step is one that is recorded anyway
        return iter(self.monitor.steps(n, every=self._every, first=self._done, **self._axis))

    def _next(self) -> int:
        """Return the next step of the loop. A trainer may make more steps than it has said."""
        if self._loop is None:
            raise RuntimeError("the loop has ended")
        step = next(self._loop, None)
        if step is None:
            self._left, self._done = 0, 0 if self._step is None else self._step + 1
            self._loop = self._begun()
            step = next(self._loop)
        return step
