"""The names of the runs of a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MIN_RUNS, MAX_RUNS = 2, 6
_MAX_NAMED = 40  # characters of a label in a message


def check_labels(labels: object, runs: int | None = None) -> tuple[str, ...]:
    """Return the labels of a comparison.

    Raises ValueError unless they are as many different strings as there are `runs`, if given, and 2 to 6.
    """
    found = None if isinstance(labels, (str, bytes)) or not isinstance(labels, Iterable) else tuple(labels)
    if found is None or not all(isinstance(label, str) and label.strip() for label in found):
        raise ValueError(f'labels={labels!r}: must be strings that are not empty; pass e.g. labels=["RNN", "LSTM"]')
    check_count(len(found) if runs is None else runs)
    if runs is not None and len(found) != runs:
        raise ValueError(f"labels={labels!r}: {len(found)} labels for {runs} runs; pass one label for each run")
    twice = next((label for i, label in enumerate(found) if label in found[:i]), None)
    if twice is not None:
        raise ValueError(f"labels={labels!r}: {twice!r} occurs twice; pass a different label for each run")
    return found


def check_count(runs: int) -> None:
    """Raise ValueError unless a comparison can have so many runs."""
    if not MIN_RUNS <= runs <= MAX_RUNS:
        raise ValueError(f"{runs} {'run' if runs == 1 else 'runs'}: a comparison has {MIN_RUNS} to {MAX_RUNS}")


def named(labels: Sequence[str]) -> str:
    """Return the labels as a list for a message."""
    return ", ".join(label if len(label) <= _MAX_NAMED else label[: _MAX_NAMED - 1] + "…" for label in labels)
