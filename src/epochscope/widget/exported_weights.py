"""Which weights a file or an exported page carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from epochscope.recording.archive import MAX_BYTES
from epochscope.recording.weights import Weights, spread
from epochscope.runs.replay_run import ReplayRun
from epochscope.runs.run import Run
from epochscope.runs.sliced_run import SlicedRun
from epochscope.validation import check_int

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer

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
    if is_none(choice) or not count:
        return None
    if choice == "auto":
        try:
            return _quick(run, also)
        except ValueError as error:
            return str(error)
    return _all_of(run, _asked(choice, count), choice, also)


def saved_weights(run: Run, choice: Choice | None) -> Weights | None:
    """Return the weights to save with the recording of a run: those that it has so far if `choice` is None.

    Otherwise `choice` and the errors are those of `exported_weights`.
    """
    if choice is not None:
        weights = exported_weights(run, choice)
        return None if isinstance(weights, str) else weights
    if isinstance(run, SlicedRun):
        run.trainer.weights.note_training()
    return run.history.weights


def epochs_with_states(trainer: Trainer, choice: Choice, moments: int, also: int | None = None) -> tuple[int, ...]:
    """Return the epochs whose weights are exported together with `moments` as large values of the optimizer.

    With "auto" these are those of `exported_weights` or, if that were too many, every second one of them, or third, and
    so on, and the last one. The parameters and errors are those of `exported_weights`.
    """
    count, collector = len(trainer.history), trainer.weights
    size = (1 + moments) * collector.bytes_per_epoch
    if not count:
        return ()
    if choice == "auto":
        return _with(_thinned(collector.quick(AUTO_BYTES), AUTO_BYTES // size), also, count)
    wanted = _with(_asked(choice, count), also, count)
    _check_size(choice, len(wanted), size)
    return wanted


def is_none(choice: Choice) -> bool:
    """Return whether a choice of epochs is none at all. Raises ValueError if it is invalid."""
    if isinstance(choice, str):
        if choice not in ("all", "auto"):
            raise ValueError(f'weights={choice!r}: must be "all", "auto", None or a number of epochs')
        return False
    return check_int("weights", choice, 0) == 0


def _asked(choice: int | str, count: int) -> tuple[int, ...]:
    """Return "all" epochs of `count`, or a number of them."""
    return tuple(range(count)) if isinstance(choice, str) else spread(range(count), choice)


def _thinned(epochs: Sequence[int], most: int) -> tuple[int, ...]:
    """Return every n-th of the epochs, and the last one: at most `most`, but at least the last one."""
    if len(epochs) <= most or not epochs:
        return tuple(epochs)
    step = -(-len(epochs) // max(1, most - 1))
    kept = epochs[::step] if most > 1 else ()
    return tuple(sorted({*kept, epochs[-1]}))


def _check_size(choice: Choice, epochs: int, bytes_per_epoch: int) -> None:
    """Raise ValueError if more would be exported than `History.load` accepts."""
    size = epochs * bytes_per_epoch
    if size > MAX_BYTES:
        raise ValueError(
            f"weights={choice!r}: those of {epochs:,} epochs take {size:,} bytes, more than {MAX_BYTES:,}; pass a "
            "smaller number of epochs, e.g. weights=100"
        )


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


def _all_of(run: Run, wanted: tuple[int, ...], choice: Choice, also: int | None) -> Weights | None:
    if not isinstance(run, SlicedRun):
        run.read_weights(0, len(run.history) - 1, 0)  # raises ValueError if there are none
        return _known(run, len(wanted), also)
    wanted = _with(wanted, also, len(run.history))
    collector = run.trainer.weights
    _check_size(choice, len(wanted), collector.bytes_per_epoch)
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
    chosen.trained = known.trained
    return chosen if len(chosen) else None
