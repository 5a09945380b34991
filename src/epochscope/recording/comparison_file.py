"""Comparisons of several recordings as one `.npz` file.

A file is a zip of `header.json` (format, version, labels) and `run-0.npz`, `run-1.npz`, ..., each the file of a
recording with the weights that it has (see `file`). They are stored as they are, since they are compressed already.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from . import file, frames_file
from .archive import HEADER, MAX_BYTES, MAX_HEADER, check_crc, entry, member, opened, read_header, reasons, sealed
from .file_header import FORMAT as ONE
from .file_header import FORMAT_OF_SEVERAL, check_format
from .labels import check_count, check_labels, named
from .recording import Recording

if TYPE_CHECKING:
    from .weights import Weights

FORMAT = FORMAT_OF_SEVERAL
VERSION = 1
_R = TypeVar("_R", bound=Recording)


def pack(
    recordings: Sequence[Recording], labels: Sequence[str], weights: Sequence[Weights | None] | None = None
) -> bytes:
    """Return the bytes of a comparison's file; equal recordings give equal bytes (with the same version of zlib).

    Parameters
    ----------
    recordings
        2 to 6 of them.
    labels
        Their names, all different.
    weights
        The weights of some epochs of each; those of epochs that are not recorded are left out. Defaults to none.

    Raises
    ------
    ValueError
        If there are too many or too few recordings, the labels are not as many different strings, or the alphabet and
        the metadata of one take more than 8 MiB.
    """
    check_count(len(recordings))
    labels = check_labels(labels, len(recordings))
    header = json.dumps({"format": FORMAT, "version": VERSION, "labels": labels}).encode()
    if len(header) > MAX_HEADER:
        raise ValueError(f"labels take {len(header):,} bytes: at most {MAX_HEADER:,} can be saved; pass shorter labels")
    runs = []
    for i, recording in enumerate(recordings):
        with reasons(_name(i, labels)):
            runs.append(file.pack(recording, None if weights is None else weights[i]))

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr(entry(HEADER), header)
        for i, run in enumerate(runs):
            archive.writestr(entry(_member(i), zipfile.ZIP_STORED), run)

    return sealed(write)


def unpack(
    data: bytes, kind: type[_R], max_bytes: int = MAX_BYTES
) -> tuple[list[tuple[_R, Weights | None]], tuple[str, ...]]:
    """Return the recordings in the bytes of a file, each with its weights if it has any, and their labels.

    Parameters
    ----------
    data
        What `pack` returned.
    kind
        Class of the recordings to return.
    max_bytes
        Maximum size of `data`, and of all recordings and their weights in memory. Defaults to 512 MiB.

    Raises
    ------
    ValueError
        If `data` is not a comparison, is damaged, was written by a later epochscope or is larger than `max_bytes`.
    """
    with reasons("cannot read this comparison"):
        with opened(data, max_bytes) as archive:
            header = read_header(archive)
            if header["format"] == ONE and not frames_file.begins(data):
                check_crc(data, "epochscope")  # the rest of a comparison may end with the file of a run
                check_format(header["format"], FORMAT)
            labels = _labels(archive, header)
            check_crc(data, "Comparison.save")
            runs, left = [], max_bytes
            for i in range(len(labels)):
                with reasons(_name(i, labels)):
                    recording, weights = file.read(member(archive, _member(i), max_bytes), kind, left)
                left -= len(recording) * recording.bytes_per_epoch + (0 if weights is None else weights.nbytes)
                runs.append((recording, weights))
        return runs, labels


def _labels(archive: zipfile.ZipFile, header: dict[str, Any]) -> tuple[str, ...]:
    """Return the labels. Raises ValueError if the file is not a comparison that this version can read."""
    check_format(header["format"], FORMAT)
    if header["version"] != VERSION:
        raise ValueError(f"its version is {header['version']!r}, expected {VERSION}; update epochscope")
    labels = check_labels(header["labels"])
    found, expected = archive.namelist(), [HEADER, *map(_member, range(len(labels)))]
    if found != expected:
        raise ValueError(f"its members are {', '.join(found)}; expected {', '.join(expected)}")
    return labels


def _member(run: int) -> str:
    return f"run-{run}.npz"


def _name(run: int, labels: Sequence[str]) -> str:
    return f"run {run + 1} ({named([labels[run]])})"
