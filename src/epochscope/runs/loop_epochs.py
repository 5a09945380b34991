"""The epochs, or steps, of a user's loop, for `for` and `async for`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator

from .cell_error import current_place, if_cell_fails
from .loop_axis import Steps
from .loop_mistakes import not_logged
from .loop_run import LoopRun

#: How often an `async for` loop gives the event loop a turn: it needs several to handle one message.
YIELDS = 4
#: The longest sleep, in seconds, of an `async for` loop that is paused: commands may arrive on other threads.
SLEEP_S = 0.03


class Epochs:
    """The epochs or steps of a loop. Made by `Monitor.epochs` and `Monitor.steps`.

    Parameters
    ----------
    run
        The run that records them.
    show
        Called when the loop begins.
    n
        How many there are.
    steps
        If they are steps: which are recorded.
    """

    def __init__(self, run: LoopRun, show: Callable[[], None], n: int, steps: Steps | None = None) -> None:
        self._run, self._show, self._n, self._steps = run, show, n, steps

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Generator[int, None, None]:
        return self._numbers(self._run.clock.wait)  # pyright: ignore[reportReturnType] - with `wait` it yields no float

    def __aiter__(self) -> AsyncIterator[int]:
        return _AsyncEpochs(self._numbers(None))

    def _numbers(self, wait: Callable[[float], None] | None) -> Generator[int | float, None, None]:
        """Yield the number of each epoch, an int; before it, any number of times, how many seconds to wait, a float.

        With `wait` it is called instead.
        """
        run, clock, steps, error, complete = self._run, self._run.clock, self._steps, None, False
        begin_epoch = run.begin_epoch
        loop = run.loops + 1
        try:
            run.begin(self._n, steps)
            self._show()
            first = run.places.next if steps else 0
            last = first + self._n - 1
            every = steps.every if steps else 1
            unlooked = 0  # epochs until the next look at the clock
            for number in range(first, last + 1):
                due = every == 1 or number % every == 0 or number == last
                if clock.attention or unlooked <= 0:
                    if clock.look():
                        for seconds in run.turns(due):
                            if wait is None:
                                yield seconds
                            elif seconds:
                                wait(seconds)
                    unlooked = clock.stride
                unlooked -= 1
                begin_epoch(loop, number, due)
                yield number
                if due and not run.has_logged and (steps is None or not run.logged):
                    raise RuntimeError(not_logged(number, steps))
            complete = True
        except Exception as raised:
            error = raised
            raise
        finally:  # also after a `break` or an error in the body, which close the generator
            run.end(loop, error, complete=complete)
            if error is None and not complete:
                if_cell_fails(current_place(), lambda raised: run.end(loop, raised))


class _AsyncEpochs:
    """The epochs of an `async for` loop. An asynchronous generator would be closed too late, after the cell's end."""

    def __init__(self, numbers: Generator[int | float, None, None]) -> None:
        self._numbers = numbers

    def __aiter__(self) -> _AsyncEpochs:
        return self

    async def __anext__(self) -> int:
        for item in self._numbers:
            if isinstance(item, int):
                return item
            try:
                if item:
                    await asyncio.sleep(min(item, SLEEP_S))
                else:
                    for _ in range(YIELDS):
                        await asyncio.sleep(0)
            except BaseException:  # the task was cancelled
                self._numbers.close()
                raise
        raise StopAsyncIteration
