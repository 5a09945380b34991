"""`monitor`: record and show a training loop of your own."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.runs.loop_data import LoopData, as_array, parse_loop_data
from epochscope.runs.loop_run import LoopRun
from epochscope.runs.notebook import CellRegistry
from epochscope.validation import check_int

from .scope import EpochScope

if TYPE_CHECKING:
    from .player import Player

#: How often an `async for` loop gives the event loop a turn: it needs several to handle one message.
YIELDS = 4
#: The longest sleep, in seconds, of an `async for` loop that is paused: commands may arrive on other threads.
SLEEP_S = 0.03

_displayed: CellRegistry[Monitor] = CellRegistry()


def monitor(
    inputs: Any,
    targets: Any = None,
    *,
    alphabet: Alphabet | Sequence[str] | Mapping[str, int] | None = None,
    lang: str | None = None,
) -> Monitor:
    """Make a monitor for a training loop of your own.

    Parameters
    ----------
    inputs
        The inputs of the network as tensors, arrays or lists: one-hot (B, T, V) or (T, V), or alphabet indices (B, T)
        or (T,). Or the text itself: then the inputs are all tokens but the last, and the targets all but the first.
    targets
        Alphabet indices (B, T) or (T,). Leave it out if `inputs` is the text.
    alphabet
        The tokens in the order of their indices, or a dict from token to index. Optional for a text.
    lang
        The language of the controls, "en" or "ko". Defaults to that of the browser.

    Returns
    -------
    Monitor
        Call its `epochs` and `log` in the loop.

    Raises
    ------
    ValueError
        If shapes or indices do not fit each other or the alphabet.
    """
    return Monitor(parse_loop_data(inputs, targets, alphabet), lang=lang)


class Monitor:
    """Records what `log` is given and shows it in an `EpochScope`. Made by `monitor`."""

    #: The widget that shows the recording.
    scope: EpochScope

    def __init__(self, data: LoopData, *, lang: str | None = None) -> None:
        self._data = data
        self._run = LoopRun(data)
        self._displayed = False  # by a loop or by the user
        self._displayed_by_loop = False
        self.scope = EpochScope._from_run(self._run, lang=lang)  # noqa: SLF001 - not for users

    @property
    def history(self) -> History:
        """The recording so far."""
        self._run.record()
        return self._run.history

    def epochs(self, n: int) -> Epochs:
        """Return `n` epochs to loop over with `for` or `async for`: 0 to n - 1.

        Pause in the browser holds the loop before its next epoch, Step lets it make one, and Play continues it. This
        needs ipykernel 7 or later: older ones, as on Colab, answer no page while a cell runs. Interrupt the cell there.
        """
        return Epochs(self, self._run, check_int("n", n, 1))

    def log(self, *, loss: Any, logits: Any, lr: float | None = None) -> None:
        """Record one epoch: the loss and the logits of the same forward pass.

        Parameters
        ----------
        loss
            The mean loss in nats per predicted token; a number or a tensor of one number.
        logits
            (B, T, V), (T, V) for B = 1, or (B*T, V), before any softmax; a tensor or an array.
        lr
            The learning rate of this epoch's update, to record its changes. Defaults to unknown.

        Raises
        ------
        ValueError
            If the shape of `logits` or `loss` is wrong.
        """
        value = _number(loss)
        self._run.log(value, self._data.copy_logits(logits), math.nan if lr is None else float(lr))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self._displayed = True
        return self.scope._repr_mimebundle_(**kwargs)

    def _display_(self) -> Player:
        self._displayed = True
        return self.scope.player

    def show(self) -> None:
        """Display the scope once, and again if the cell of a loop is run again. Does nothing outside a notebook."""
        if "IPython" not in sys.modules:
            return
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is None or (self._displayed and not self._displayed_by_loop):
            return
        again = self in _displayed.register(self)  # the front end has cleared the output of the cell
        if again or not self._displayed:
            self._displayed = self._displayed_by_loop = True
            display(self.scope)


class Epochs:
    """The epochs of a loop, for `for` and `async for`. Made by `Monitor.epochs`."""

    def __init__(self, owner: Monitor, run: LoopRun, n: int) -> None:
        self._owner, self._run, self._n = owner, run, n

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[int]:
        with closing(self._turns()) as turns:
            for epoch, seconds in turns:
                if seconds is None:
                    yield epoch
                elif seconds:
                    self._run.wait(seconds)

    async def __aiter__(self) -> AsyncIterator[int]:
        with closing(self._turns()) as turns:
            for epoch, seconds in turns:
                if seconds is None:
                    yield epoch
                elif seconds:
                    await asyncio.sleep(min(seconds, SLEEP_S))
                else:
                    for _ in range(YIELDS):
                        await asyncio.sleep(0)

    def _turns(self) -> Generator[tuple[int, float | None], None, None]:
        """Yield each epoch with the seconds to wait before it, any number of times, and then with None to begin it."""
        run, error = self._run, None
        run.begin(self._n)
        self._owner.show()
        try:
            for epoch in range(self._n):
                if run.due():
                    while (seconds := run.turn()) is not None:
                        yield epoch, seconds
                    yield epoch, 0.0
                logged = run.logged
                yield epoch, None
                if run.logged == logged:
                    raise RuntimeError(
                        f"epoch {epoch} was not logged: call monitor.log(loss=loss, logits=outputs) "
                        "in the body of the loop, once per epoch"
                    )
        except Exception as raised:
            error = raised
            raise
        finally:  # also after a `break` or an error in the body, which close the generator
            run.end(error)


def _number(loss: Any) -> float:
    try:
        return float(loss.item())
    except (AttributeError, TypeError, ValueError, RuntimeError):
        value = as_array(loss)
    if value.size != 1:
        raise ValueError(
            f"loss has shape {value.shape}: must be one number, the mean over all predicted tokens; "
            "with a criterion of reduction='none', log loss.mean()"
        )
    return float(value.reshape(()))
