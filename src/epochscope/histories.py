"""Several recordings: one file, one table."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from epochscope.history import History
from epochscope.recording import comparison_file
from epochscope.recording.archive import MAX_BYTES
from epochscope.recording.labels import check_labels

if TYPE_CHECKING:
    import pandas as pd


def load(path: str | PathLike[str], *, max_bytes: int = MAX_BYTES) -> tuple[list[History], tuple[str, ...]]:
    """Read recordings and labels from the file of a comparison; parameters and errors are those of `History.load`."""
    with Path(path).open("rb") as file:
        data = file.read(max_bytes + 1)
    try:
        return from_bytes(data, max_bytes=max_bytes)
    except ValueError as error:
        raise ValueError(f"{fspath(path)}: {error}") from error


def to_bytes(histories: Sequence[History], labels: Sequence[str]) -> bytes:
    """Return the file of a comparison, with the weights that the recordings have; `files.write_atomic` writes it.

    Raises ValueError unless there are 2 to 6 recordings and as many different labels.
    """
    return comparison_file.pack(histories, labels, [history.weights for history in histories])


def from_bytes(data: bytes, *, max_bytes: int = MAX_BYTES) -> tuple[list[History], tuple[str, ...]]:
    """Read recordings and labels from the bytes of a file; errors are those of `comparison_file.unpack`."""
    runs, labels = comparison_file.unpack(data, History, max_bytes)
    for history, weights in runs:
        history.weights = weights
    return [history for history, _ in runs], labels


def recordings_to_pandas(histories: Sequence[History], labels: Sequence[str]) -> pd.DataFrame:
    """Return the tables of several recordings as one, with the index (run, epoch); see `History.to_pandas`.

    Raises
    ------
    ValueError
        Unless there are as many different labels as recordings.
    ImportError
        If pandas is not installed.
    """
    labels = check_labels(labels, len(histories))
    tables = {label: history.to_pandas() for label, history in zip(labels, histories, strict=True)}
    import pandas as pd

    recorded = {label: table for label, table in tables.items() if len(table)}  # an empty one has other dtypes
    return pd.concat(recorded or tables, names=["run"])
