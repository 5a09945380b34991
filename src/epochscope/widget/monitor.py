"""`monitor`: record and show a training loop of your own."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.size import warn_if_large
from epochscope.runs.loop_axis import Steps
from epochscope.runs.loop_epochs import Epochs
from epochscope.runs.loop_log import LoopLog
from epochscope.runs.loop_texts import parse_probes
from epochscope.runs.notebook import CellRegistry
from epochscope.validation import check_bool, check_int

from .scope import EpochScope
from .uncopied import Uncopied

if TYPE_CHECKING:
    from .player import Player

_displayed: CellRegistry[Monitor] = CellRegistry()


def monitor(
    inputs: Any,
    targets: Any = None,
    *,
    alphabet: Alphabet | Sequence[str] | Mapping[str, int] | Mapping[int, str] | None = None,
    path: str | PathLike[str] | None = None,
    ignore_index: int = -100,
    check_loss: bool = True,
    model: Any = None,
    lang: str | None = None,
) -> Monitor:
    """Make a monitor for a training loop of your own.

    It shows what the network predicts for one text while it learns. If it learns a corpus in mini-batches, pass a short
    text as a probe, and loop over `steps`.

    Parameters
    ----------
    inputs
        The inputs of the network as tensors, arrays or lists: one-hot (B, T, V) or (T, V), or alphabet indices (B, T)
        or (T,). Or the text itself: then the inputs are all tokens but the last, and the targets all but the first.
        Or several by their names, as a dict: each value is a text or a pair (inputs, targets).
    targets
        Alphabet indices (B, T) or (T,). Leave it out if `inputs` is the text, or a dict.
    alphabet
        The tokens in the order of their indices, or a dict from token to index or from index to token. Optional for a
        text.
    path
        A new file, e.g. "run.npz", to which the recording is written as it grows; `EpochScope.load(path, follow=True)`
        shows it in another process. Most of the recording is then in the file instead of in memory. It is made when the
        first loop begins, and has no weights. If it cannot be written any more, e.g. because the disk is full, a
        warning says so, and the recording goes on in memory. Defaults to None.
    ignore_index
        The target of positions that the loss leaves out, such as padding: they are shown, but neither correct nor
        wrong. Defaults to -100, as in `nn.CrossEntropyLoss`.
    check_loss
        Whether to warn if a logged loss is not the mean cross entropy of the logged logits. Pass False if they are
        meant to differ, e.g. with class weights or label smoothing. Losses of `steps` are those of mini-batches, and
        not checked. Defaults to True.
    model
        The `torch.nn.Module` that the loop trains, so that its network can be looked into; call `log` before
        `optimizer.step()`. Its weights are read only while a page shows them. Only with one text. Defaults to None.
    lang
        The language of the controls, "en" or "ko". Defaults to that of the browser.

    Returns
    -------
    Monitor
        Call its `epochs` or `steps`, and its `log` in the loop.

    Raises
    ------
    ValueError
        If shapes or indices do not fit each other or the alphabet, or `model` is no `torch.nn.Module`.
    FileExistsError
        If `path` exists.
    FileNotFoundError
        If the folder of `path` does not exist.
    TypeError
        If `path` is not a path.
    """
    check_bool("check_loss", check_loss)
    probes = parse_probes(inputs, targets, alphabet, ignore_index)
    return Monitor(LoopLog(probes, check_loss=check_loss, model=model, path=path), lang=lang)


class Monitor(Uncopied):
    """Records what `log` is given and shows it in an `EpochScope`. Made by `monitor`."""

    instead = "copy or pickle monitor.history, or write the recording with monitor.history.save(path)"

    #: The widget that shows the recording.
    scope: EpochScope

    def __init__(self, log: LoopLog, *, lang: str | None = None) -> None:
        self._log, self._run = log, log.run
        self._displayed = False  # by a loop or by the user
        self._displayed_by_loop = False
        self.scope = EpochScope._from_run(self._run, lang=lang)  # noqa: SLF001 - not for users

    @property
    def history(self) -> History:
        """The recording so far."""
        return self._run.history

    @property
    def due(self) -> bool:
        """Whether `log` records the current step of a loop over `steps`; True in other loops, and outside of loops."""
        return self._run.due

    def epochs(self, n: int) -> Epochs:
        """Return `n` epochs to loop over with `for` or `async for`: 0 to n - 1.

        Pause in the browser holds the loop before its next epoch, Step lets it make one, and Play continues it. This
        needs ipykernel 7 or later: older ones, as on Colab, answer no page while a cell runs. Interrupt the cell there.
        """
        n = check_int("n", n, 1)
        if self._log.in_memory:
            warn_if_large(self._run.history, n)
        return Epochs(self._run, self.show, n)

    def steps(
        self, n: int, *, every: int = 1, tokens: int | None = None, per_epoch: int | None = None, first: int = 0
    ) -> Epochs:
        """Return `n` steps to loop over with `for` or `async for`: 0 to n - 1, or from the end of an earlier loop on.

        In steps 0, `every`, 2 `every` and so on, and in the last one, `log` records the predictions; call it before
        `optimizer.step()`, since the place of a record is what was done before the step. In the others it does nothing
        and costs nothing: no forward pass, and no wait for a GPU.

        With a loader, put the loader first, as the loop that ends first should not begin a step that is never trained:
        `for batch, step in zip(loader, monitor.steps(n))`.

        The axis counts steps, tokens or epochs. Pause, Step and Play work as with `epochs`; Step goes on to the next
        step that is recorded.

        Parameters
        ----------
        n
            The number of optimizer steps, or mini-batches.
        every
            How many steps there are from one record to the next. Defaults to 1.
        tokens
            How many tokens a step trains on, to count tokens: e.g. batch_size * block_size.
        per_epoch
            How many steps an epoch has, to count epochs: e.g. len(loader).
        first
            The number of the first step, if the training goes on from a checkpoint. Defaults to 0. After an earlier
            loop of this monitor, the steps go on from its last one if that is later.

        Raises
        ------
        ValueError
            If an argument is not an integer of at least 1 (`first`: 0), or both `tokens` and `per_epoch` are given.
        """
        steps = Steps.of(n, every, tokens, per_epoch, first)
        if self._log.in_memory:
            warn_if_large(self._run.history, steps.records(self._run.places.next))
        return Epochs(self._run, self.show, steps.n, steps)

    def log(
        self,
        *,
        loss: Any = None,
        logits: Any = None,
        probe: Any = None,
        scalars: Mapping[str, Any] | None = None,
        lr: Any = None,
        keep_weights: bool = False,
    ) -> None:
        """Record one epoch or step: the loss, and the predictions for the text that `monitor` got.

        Does nothing in steps that are not recorded; see `steps`.

        Parameters
        ----------
        loss
            The mean cross entropy in nats per predicted token; a number or a tensor of one number. Of a loop over
            `steps` it is that of the mini-batch. Defaults to the cross entropy of the logits of the (first) text.
        logits
            (B, T, V), (T, V) for B = 1, or (B*T, V), before any softmax; a tensor or an array. With several texts a
            dict of these by name. Of a loop over epochs they are those of the forward pass whose loss is logged.
        probe
            Instead of `logits`: the model, which is called with the inputs of each text, without gradients and in
            evaluation mode; afterwards the mode of each of its parts is as before. It gets indices (B, T) on its own
            device, or what `monitor` got if that is one-hot. It returns the logits, a tuple that begins with them,
            or an object with `logits`. Or a function that calls the model and returns these.
        scalars
            Other numbers by name, which the chart shows as lines, e.g. {"gradient norm": norm}. Defaults to none.
        lr
            The learning rate of this epoch's update, to record its changes. Defaults to unknown.
        keep_weights
            Whether to record the weights of `model` also if no page shows them; see `monitor`. Defaults to False.

        Raises
        ------
        ValueError
            If `loss`, `lr` or a scalar is not one number, the logits have the wrong shape, or both or neither of
            `logits` and `probe` are given.
        RuntimeError
            If the current epoch or step of the loop was logged before.

        Warns
        -----
        UserWarning
            Once in a loop, if the loss is not the mean cross entropy of the logits; see `check_loss` of `monitor`.
            Once, if no module is found in a function that is passed as `probe`, to put it into evaluation mode.
        """
        fault = self._log.log(loss, logits, probe, scalars, lr, keep_weights)
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
