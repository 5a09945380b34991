"""`monitor`: record and show a training loop of your own."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeAlias

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.size import warn_if_large
from epochscope.runs.cell_error import current_place, if_cell_fails
from epochscope.runs.loop_arguments import parse_loop_data
from epochscope.runs.loop_data import LoopData
from epochscope.runs.loop_run import LoopRun
from epochscope.runs.loop_values import copy_logits, loss_of, lr_of
from epochscope.runs.notebook import CellRegistry
from epochscope.validation import check_int

from .scope import EpochScope
from .uncopied import Uncopied

if TYPE_CHECKING:
    from .player import Player

#: How often an `async for` loop gives the event loop a turn: it needs several to handle one message.
YIELDS = 4
#: The longest sleep, in seconds, of an `async for` loop that is paused: commands may arrive on other threads.
SLEEP_S = 0.03

#: Each epoch of a loop with the seconds to wait before it, None to begin it.
Turns: TypeAlias = Generator[tuple[int, float | None], None, None]

_displayed: CellRegistry[Monitor] = CellRegistry()


def monitor(
    inputs: Any,
    targets: Any = None,
    *,
    alphabet: Alphabet | Sequence[str] | Mapping[str, int] | Mapping[int, str] | None = None,
    ignore_index: int = -100,
    check_loss: bool = True,
    model: Any = None,
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
        The tokens in the order of their indices, or a dict from token to index or from index to token. Optional for a
        text.
    ignore_index
        The target of positions that the loss leaves out, such as padding: they are shown, but neither correct nor
        wrong. Defaults to -100, as in `nn.CrossEntropyLoss`.
    check_loss
        Whether to warn if a logged loss is not the mean cross entropy of the logged logits. Pass False if they are
        meant to differ, e.g. with class weights or label smoothing. Defaults to True.
    model
        The `torch.nn.Module` that the loop trains, so that its network can be looked into; call `log` before
        `optimizer.step()`. Its weights are read only while a page shows them. Defaults to None.
    lang
        The language of the controls, "en" or "ko". Defaults to that of the browser.

    Returns
    -------
    Monitor
        Call its `epochs` and `log` in the loop.

    Raises
    ------
    ValueError
        If shapes or indices do not fit each other or the alphabet, or `model` is no `torch.nn.Module`.
    """
    if not isinstance(check_loss, bool):
        raise ValueError(f"check_loss={check_loss!r}: must be True or False; pass e.g. check_loss=False")
    data = parse_loop_data(inputs, targets, alphabet, ignore_index)
    return Monitor(data, check_loss=check_loss, model=model, lang=lang)


class Monitor(Uncopied):
    """Records what `log` is given and shows it in an `EpochScope`. Made by `monitor`."""

    instead = "copy or pickle monitor.history, or write the recording with monitor.history.save(path)"

    #: The widget that shows the recording.
    scope: EpochScope

    def __init__(self, data: LoopData, *, check_loss: bool = True, model: Any = None, lang: str | None = None) -> None:
        self._data = data
        self._run = LoopRun(data, check_loss=check_loss, model=model)
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
        n = check_int("n", n, 1)
        warn_if_large(self._run.history, n)
        return Epochs(self, self._run, n)

    def log(self, *, loss: Any, logits: Any, lr: Any = None, keep_weights: bool = False) -> None:
        """Record one epoch: the loss and the logits of the same forward pass.

        Parameters
        ----------
        loss
            The mean cross entropy in nats per predicted token; a number or a tensor of one number.
        logits
            (B, T, V), (T, V) for B = 1, or (B*T, V), before any softmax; a tensor or an array.
        lr
            The learning rate of this epoch's update, to record its changes. Defaults to unknown.
        keep_weights
            Whether to record the weights of `model` also if no page shows them; see `monitor`. Defaults to False.

        Raises
        ------
        ValueError
            If `loss` or `lr` is not one number, or `logits` has the wrong shape.
        RuntimeError
            If the current epoch of the loop was logged before.

        Warns
        -----
        UserWarning
            Once in a loop, if the loss is not the mean cross entropy of the logits; see `check_loss` of `monitor`.
        """
        number, copied = loss_of(loss), copy_logits(self._data, logits)
        fault = self._run.log(number, copied, lr_of(lr), keep_weights=bool(keep_weights))
        if fault is not None:
            warnings.warn(fault, stacklevel=2)

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

    def __aiter__(self) -> AsyncIterator[int]:
        return _AsyncEpochs(self._turns())

    def _turns(self) -> Turns:
        """Yield each epoch with the seconds to wait before it, any number of times, and then with None to begin it."""
        run, error, complete = self._run, None, False
        loop = run.begin(self._n)
        self._owner.show()
        try:
            for epoch in range(self._n):
                if run.due():
                    while (seconds := run.turn()) is not None:
                        yield epoch, seconds
                    yield epoch, 0.0
                run.begin_epoch(epoch)
                yield epoch, None
                if not run.has_logged:
                    raise RuntimeError(
                        f"epoch {epoch} was not logged: call monitor.log(loss=loss, logits=outputs) "
                        "in the body of the loop, once per epoch"
                    )
            complete = True
        except Exception as raised:
            error = raised
            raise
        finally:  # also after a `break` or an error in the body, which close the generator
            run.end(error)
            if error is None and not complete:
                if_cell_fails(current_place(), lambda raised: run.fail(loop, raised))


class _AsyncEpochs:
    """The epochs of an `async for` loop. An asynchronous generator would be closed too late, after the cell's end."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def __aiter__(self) -> _AsyncEpochs:
        return self

    async def __anext__(self) -> int:
        for epoch, seconds in self._turns:
            if seconds is None:
                return epoch
            try:
                if seconds:
                    await asyncio.sleep(min(seconds, SLEEP_S))
                else:
                    for _ in range(YIELDS):
                        await asyncio.sleep(0)
            except BaseException:  # the task was cancelled
                self._turns.close()
                raise
        raise StopAsyncIteration
