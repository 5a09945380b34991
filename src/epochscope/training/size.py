"""The size of one epoch: what would take gigabytes or minutes is refused, or said, before it is computed."""

from __future__ import annotations

import warnings

from epochscope.recording.size import LARGE, gigabytes

#: The most bytes that an epoch may take.
MAX_BYTES = 4 * 10**9
#: Seconds of an epoch from which they are said.
SLOW_S = 2.0
FLOAT_BYTES = 4
#: Arrays of the size of the logits that are alive at a time: their normalized values and two gradients.
COPIES = 3


def check_inputs(windows: int, length: int, tokens: int, window: int | None) -> None:
    """Raise ValueError if the arrays that every network needs take more than `MAX_BYTES`, before any is made.

    Parameters
    ----------
    windows, length, tokens
        N windows of T positions, and V.
    window
        The option, for the message.
    """
    size = windows * length * tokens * FLOAT_BYTES * (1 + COPIES)
    if size > MAX_BYTES:
        raise ValueError(_too_large(windows, length, window, size))


def check_estimate(windows: int, length: int, window: int | None, size: float, seconds: float) -> None:
    """Raise ValueError if an epoch takes more than `MAX_BYTES`; warn if it takes a gigabyte or more than two seconds.

    Parameters
    ----------
    windows, length
        N windows of T positions.
    window
        The option, for the message.
    size, seconds
        Bytes and time of an epoch.
    """
    if size > MAX_BYTES:
        raise ValueError(_too_large(windows, length, window, size))
    if size > LARGE or seconds > SLOW_S:
        factor = max(size / LARGE, seconds / SLOW_S)
        warnings.warn(
            f"{_described(windows, length, window)}, so it takes about {gigabytes(size)} of memory and {seconds:.0f} s "
            f"on this machine; to make it smaller, {_remedy(windows, length, window, factor)}",
            stacklevel=5,
        )


def _too_large(windows: int, length: int, window: int | None, size: float) -> str:
    return (
        f"{_described(windows, length, window)}, so it would take about {gigabytes(size)} of memory; must be at most "
        f"{gigabytes(MAX_BYTES)}: {_remedy(windows, length, window, size / MAX_BYTES)}"
    )


def _described(windows: int, length: int, window: int | None) -> str:
    text = f"text of {windows + length:,} tokens"
    if window is None:
        return f"{text}: an epoch trains on all {length:,} positions at once"
    return (
        f"{text}, window={window}: an epoch trains on all {windows:,} windows at once, {windows * length:,} positions"
    )


def _remedy(windows: int, length: int, window: int | None, factor: float) -> str:
    """Return how to make an epoch smaller by `factor`."""
    shorter = int((windows * length) / factor / (1 if window is None else length))
    digits = max(0, len(str(shorter)) - 2)
    parts = [f"use the beginning of the text, e.g. text[:{shorter // 10**digits * 10**digits}]"]
    if window is not None and window / factor >= 2:
        parts.append(f"a smaller window, e.g. window={int(window / factor)}")
    return f"{', '.join(parts)}, or train on mini-batches in a loop of your own, with monitor()"
