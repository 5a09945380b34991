"""`sweep`: the same training with many seeds and options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .sweep_view import Sweep


def sweep(
    text: str | Sequence[str],
    *,
    seeds: int | Iterable[int] = 10,
    epochs: int = 300,
    n_jobs: int | None = None,
    progress: bool = True,
    lang: str | None = None,
    **options: Any,
) -> Sweep:
    """Train all combinations of options, each with several seeds, and show how often they succeed.

    In a notebook the runs are trained in the background: the cell ends at once, and others can be run meanwhile;
    `await sweep.finished()` waits. Several sweeps are trained one after the other. Elsewhere the function returns when
    all runs are trained, or after Ctrl-C, with those that were done by then; `resume` trains the others.

    Each run equals `Trainer(text, seed=seed, ...).train(epochs)` with one thread of torch bit for bit, on the same
    kind of processor. joblib distributes the runs: `with joblib.parallel_config("dask"): sweep(...)` trains them on a
    Dask cluster, and any other backend of joblib will do, e.g. "threading" or "ray".

    Parameters
    ----------
    text
        A string or a sequence of tokens, see `Trainer`; a list is one text.
    seeds
        The seeds, or their number n for 0 to n - 1. Defaults to 10.
    epochs
        The number of epochs of each run. Defaults to 300.
    n_jobs
        How many runs are trained at a time, in processes of their own; -1 is one for each core. Defaults to that of
        `joblib.parallel_config`, else 1. Networks as small as these gain little by threads, because Python runs one
        at a time; and a cell that draws random numbers meanwhile disturbs runs on threads of the same process.
    progress
        Whether to show a progress bar outside notebooks, if tqdm is installed. Defaults to True.
    lang
        The language of the controls, "en" or "ko". Defaults to that of the browser.
    **options
        Options of `Trainer`, without `seed` and `checkpoint_bytes`. A list, tuple, range or array gives the values of
        one that varies; wrap a value that is one itself in a list. `model` is a function of the seed that makes a
        module; it is called after `torch.manual_seed(seed)`.

    Returns
    -------
    Sweep
        The widget; it shows itself as the last line of a cell.

    Raises
    ------
    ValueError
        If an option is invalid. What happens in a run is a result: it is shown in its row.
    TypeError
        If an option does not exist.

    Examples
    --------
    >>> runs = sweep("hihello", cell=["rnn", "lstm"], seeds=3, epochs=40, progress=False)
    >>> runs.rates()[["runs", "ever"]]
          runs  ever
    cell
    rnn      3   1.0
    lstm     3   1.0
    """
    return Sweep(text, seeds=seeds, epochs=epochs, n_jobs=n_jobs, progress=progress, lang=lang, **options)
