"""`compare`: several runs side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from .comparison import Comparison

if TYPE_CHECKING:
    from epochscope.history import History
    from epochscope.training.trainer import Trainer

    from .scope import EpochScope


def compare(
    *runs: str | Sequence[str] | EpochScope | Trainer | History | PathLike[str] | Mapping[str, Any],
    labels: Sequence[str] | None = None,
    epochs: int = 300,
    match: str | None = None,
    lang: str | None = None,
    **options: Any,
) -> Comparison:
    """Show several runs side by side, in lock step: one cursor, and training by turns.

    Parameters
    ----------
    *runs
        2 to 6 of `EpochScope`, `Trainer`, `History`, the `pathlib.Path` of a recording, or a dict of the options of
        `Trainer`, in any mixture. A text may come first: it is that of the options.
    labels
        A name for each run. Defaults to the model and what differs.
    epochs
        The length of the runs that are made. Defaults to 300.
    match
        "parameters": the first run keeps its size, and the hidden sizes of the others are chosen so that the numbers
        of parameters are as equal as possible. Needs readout=True. Defaults to None.
    lang
        The language of the controls, "en" or "ko". Defaults to that of the browser.
    **options
        Options of `Trainer` for the text. A list gives each run its own value; several lists go together, value by
        value. Wrap a value that is a list itself in another list.

    Returns
    -------
    Comparison
        The widget; it shows itself as the last line of a cell.

    Raises
    ------
    ValueError
        If there are fewer than 2 or more than 6 runs, or an option is invalid.
    TypeError
        If something else is to be compared, or an option does not exist.

    Examples
    --------
    >>> comparison = compare(" I think therefore I am.", cell=["rnn", "lstm"], seed=9, epochs=20)
    >>> comparison.labels
    ('RNN', 'LSTM')
    >>> [len(history) for history in comparison.train()]
    [20, 20]
    """
    return Comparison(*runs, labels=labels, epochs=epochs, match=match, lang=lang, **options)
