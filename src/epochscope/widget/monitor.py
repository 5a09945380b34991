"""Watch a training loop that you write yourself: `for epoch in monitor.epochs(300)`, and one call of `log` in it."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.runs.loop_data import LoopData, as_array, parse_loop_data
from epochscope.runs.loop_run import LoopRun
from epochscope.runs.notebook import CellRegistry

from .player import Player
from .scope import EpochScope

#: How often an `async for` loop gives way to the kernel when it takes a turn: serving a message takes several.
_YIELDS = 4

_shown: CellRegistry[Monitor] = CellRegistry()


def monitor(
    inputs: Any,
    targets: Any = None,
    *,
    alphabet: Alphabet | Sequence[str] | Mapping[str, int] | None = None,
    lang: str | None = None,
) -> Monitor:
    """A monitor for a loop that learns `targets` from `inputs`.

    Args:
        inputs: what the net reads: one-hot (B, T, V) or (T, V), or alphabet indices (B, T) or (T,), as tensors, arrays
            or lists. Or the text itself, from which inputs (all but the last token) and targets (all but the first)
            follow; then leave out `targets`.
        targets: what it should say: alphabet indices (B, T) or (T,).
        alphabet: the tokens in the order of their indices, or a dict from token to index. A text needs none.
        lang: the language of the controls, "en" or "ko"; None follows the browser.

    Raises:
        ValueError: shapes or indices do not fit each other or the alphabet; the message says which.
    """
    return Monitor(parse_loop_data(inputs, targets, alphabet), lang=lang)


class Monitor:
    """Records what `log` is given and shows it in an `EpochScope`; made by `monitor`."""

    def __init__(self, task: LoopData, *, lang: str | None = None) -> None:
        self._task = task
        self._source = LoopRun(task)
        self._displayed = False  # by a loop or by the user
        self._shown = False  # by a loop
        self.scope = EpochScope(self._source, lang=lang)

    @property
    def history(self) -> History:
        """The recording so far."""
        self._source.record()
        return self._source.history

    def epochs(self, n: int) -> Epochs:
        """`n` epochs to loop over, with `for` or `async for`; they yield 0 to n - 1.

        A browser's Pause holds the loop before its next epoch, Step lets it make one, Play lets it go on: in a `for`
        while the cell runs where ipykernel hands messages to another thread (7 and later), in an `async for` always.
        """
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise ValueError(f"n={n!r}: expected a whole number of epochs, at least 1")
        return Epochs(self, n)

    def log(self, *, loss: Any, logits: Any, lr: float | None = None) -> None:
        """Record one epoch: the loss and the logits of the same forward pass.

        Args:
            loss: mean loss in nats per predicted token; a number or a tensor of one number.
            logits: (B, T, V), (T, V) for B = 1, or (B*T, V), before any softmax; a tensor or an array.
            lr: the learning rate of this epoch's update, if the recording is to tell of its changes.

        Raises:
            ValueError: `logits` or `loss` have a shape that does not fit; the message says what to write instead.
        """
        value = _number(loss)
        self._source.log(value, self._task.kept(logits), math.nan if lr is None else float(lr))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self._displayed = True
        return self.scope._repr_mimebundle_(**kwargs)

    def _display_(self) -> Player:
        self._displayed = True
        return self.scope.player

    def show(self) -> None:
        """Display the scope, once, or again where a loop's cell is run again; nothing happens outside a notebook."""
        if "IPython" not in sys.modules:
            return
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is None or (self._displayed and not self._shown):
            return
        again = self in _shown.enter(self)  # the front end has cleared what the cell displayed before
        if again or not self._displayed:
            self._displayed = self._shown = True
            display(self.scope)


class Epochs:
    """The epochs of a loop, for `for` and for `async for`; made by `Monitor.epochs`."""

    def __init__(self, owner: Monitor, n: int) -> None:
        self._owner, self._n = owner, n
        self._source = owner._source  # noqa: SLF001 - the two are one room

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[int]:
        source = self._source
        self._begin()
        try:
            for epoch in range(self._n):
                if source.due():
                    while (seconds := source.turn()) is not None:
                        source.wait(seconds)
                before = source.logged
                yield epoch
                if source.logged == before:
                    raise _unlogged(epoch)
        finally:
            source.end(_raised())

    async def __aiter__(self) -> AsyncIterator[int]:
        source = self._source
        self._begin()
        try:
            for epoch in range(self._n):
                if source.due():
                    while (seconds := source.turn()) is not None:  # noqa: ASYNC110 - commands come from threads too
                        await asyncio.sleep(min(seconds, 0.03))
                    for _ in range(_YIELDS):
                        await asyncio.sleep(0)
                before = source.logged
                yield epoch
                if source.logged == before:
                    raise _unlogged(epoch)
        finally:
            source.end(_raised())

    def _begin(self) -> None:
        self._source.begin(self._n)
        self._owner.show()


def _unlogged(epoch: int) -> RuntimeError:
    return RuntimeError(
        f"epoch {epoch} went by without a record: call monitor.log(loss=loss, logits=outputs) "
        "in the body of the loop, once per epoch"
    )


def _raised() -> BaseException | None:
    """What is ending the loop, if it is an error of its own; a `break`, or an error in the body, closes it instead."""
    error = sys.exc_info()[1]
    return error if isinstance(error, Exception) else None


def _number(loss: Any) -> float:
    try:
        return float(loss.item())  # nearly always
    except (AttributeError, TypeError, ValueError, RuntimeError):
        value = as_array(loss)
    if value.size != 1:
        raise ValueError(
            f"loss has shape {value.shape}: expected one number, the mean over all predicted tokens; "
            "with a criterion of reduction='none', log loss.mean()"
        )
    return float(value.reshape(()))
