"""Which weights a file or an exported page carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from epochscope.recording.archive import MAX_BYTES
from epochscope.recording.weights import Weights, spread
from epochscope.runs.replay_run import ReplayRun
from epochscope.runs.run import Run
from epochscope.runs.sliced_run import SlicedRun
from epochscope.validation import check_int

#: What `save` and `to_html` accept, besides None.
Choice: TypeAlias = int | Literal["all", "auto"]

#: The most bytes of weights that are exported without being asked for. Packed, they take about half as much.
AUTO_BYTES = 4_000_000


def exported_weights(run: Run, choice: Choice, also: int | None = None) -> Weights | str | None:
    """Return the weights to export with the recording of a run; None if there are none, or why not with "auto".

    Parameters
    ----------
    run
        The run.
    choice
        "all" epochs; a number of epochs, spread evenly over the run, with the first and the last one; or "auto": those
        that take little space and time.
    also
        An epoch whose weights are exported in any case, as a question needs them. Defaults to none.

    Raises
    ------
    ValueError
        If `choice` is none of these; unless it is "auto", also if the network cannot be looked into, or if the weights
        are too large.
    """
    count = len(run.history)
    if isinstance(choice, str):
        if choice not in ("all", "auto"):
            raise ValueError(f'weights={choice!r}: must be "all", "auto", None or a number of epochs')
    elif check_int("weights", choice, 0) == 0:
        return None
    if not count:
        return None
    if choice == "auto":
        try:
            return _quick(run, also)
        except ValueError as error:
            return str(error)
    wanted = tuple(range(count)) if choice == "all" else spread(range(count), choice)
    return _all_of(run, wanted, choice, also)


def _with(epochs: Sequence[int], also: int | None, count: int) -> tuple[int, ...]:
    """Return epochs with another one of `count`, ascending."""
    return tuple(epochs) if also is None or also >= count else tuple(sorted({*epochs, also}))


def _quick(run: Run, also: int | None) -> Weights | None:
    if isinstance(run, SlicedRun):
        weights = run.trainer.weights
        return weights.collect(_with(weights.quick(AUTO_BYTES), also, len(run.history))) or None
    known = run.history.weights
    if known is None and not isinstance(run, ReplayRun):
        run.read_weights(0, len(run.history) - 1, 0)  # raises ValueError, with the reason
    return None if known is None else _known(run, AUTO_BYTES // known.bytes_per_epoch, also)


def _all_of(run: Run, wanted: tuple[int, ...], choice: int | str, also: int | None) -> Weights | None:
    if not isinstance(run, SlicedRun):
        run.read_weights(0, len(run.history) - 1, 0)  # raises ValueError if there are none
        return _known(run, len(wanted), also)
    wanted = _with(wanted, also, len(run.history))
    collector = run.trainer.weights
    size = len(wanted) * collector.bytes_per_epoch
    if size > MAX_BYTES:
        raise ValueError(
            f"weights={choice!r}: those of {len(wanted):,} epochs take {size:,} bytes, more than {MAX_BYTES:,}; pass a "
            "smaller number of epochs, e.g. weights=100"
        )
    return collector.collect(wanted, progress=True)


def _known(run: Run, count: int, also: int | None) -> Weights | None:
    """Return those of at most `count` of the epochs whose weights the recording has, and of another one."""
    known = run.history.weights
    if known is None:
        return None
    epochs = known.spread(count, before=len(run.history))
    if also is not None and also in known:
        epochs = _with(epochs, also, len(run.history))
    chosen = Weights(known.network, max(known.budget, len(epochs) * known.bytes_per_epoch))
    for epoch in epochs:
        chosen.add(epoch, known.at(epoch))
    return chosen if len(chosen) else None
