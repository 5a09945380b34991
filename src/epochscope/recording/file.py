"""Recordings as `.npz` files.

A file is a zip of `header.json` (format, version, alphabet, ...) and one `.npy` array each for `inputs`, `targets` and
the columns of `Records`; `numpy.load` opens it without pickle. Sizes, dtypes and shapes are checked before memory is
allocated (see `archive`).

Version 2 has ignored positions, whose target is 2^32 - 1; a recording without them is written as version 1. Version 3
has weights, in a last member `weights.bin` (see `packed_weights`), and may have ignored positions; its header has
`trained` (see `trained`) where a page must know more than the metadata tell, which older versions do not read. So an
older one reads what it can show, and for the others it says that it must be updated.

Version 4 is another file, which can grow (see `frames_file`). It holds recordings with an axis, probes or scalars,
those that a loop writes to a file, and those of more than 512 MiB.
"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from epochscope.files import replacing, write_atomic
from epochscope.validation import check_int

from . import frames_file
from .alphabet import Alphabet
from .archive import (
    HEADER,
    MAX_BYTES,
    check_crc,
    entry,
    member,
    opened,
    read_header,
    reasons,
    sealed,
    size_of,
)
from .file_header import (
    VERSION,
    VERSION_OF_FRAMES,
    VERSION_WITH_IGNORED,
    VERSION_WITH_WEIGHTS,
    check_branches,
    check_header,
    described,
    packed_header,
    targets_of,
)
from .file_weights import WEIGHTS, recorded_weights, weights_of
from .npy import array_of, npy, npy_size
from .packed_weights import pack_weights
from .recording import Recording
from .records import Records, layout

if TYPE_CHECKING:
    from .weights import Weights

_ARRAYS = ("inputs", "targets", *Records._fields)
_READING = "cannot read this recording"
_R = TypeVar("_R", bound=Recording)


def save(path: str | os.PathLike[str], recording: Recording, weights: Weights | None = None) -> None:
    """Write the file of a recording atomically; what it contains is said at `pack`.

    Raises
    ------
    ValueError
        If this process is writing the recording to this very file, or its header takes more than 8 MiB.
    OSError
        If the file cannot be written; an existing file then stays as it was.
    """
    if _has_frames(recording):
        frames_file.check_not_written_to(path, recording)
        with replacing(path) as temporary, temporary.open("wb") as file:
            frames_file.write(file, recording, recorded_weights(recording, weights))
    else:
        write_atomic(path, pack(recording, weights))


def pack(recording: Recording, weights: Weights | None = None) -> bytes:
    """Return the bytes of a recording's file; equal recordings give equal bytes (with the same version of zlib).

    Weights of epochs that are not recorded are left out.

    Raises ValueError if the alphabet and the metadata take more than 8 MiB.
    """
    known = recorded_weights(recording, weights)
    if _has_frames(recording):
        file = io.BytesIO()
        frames_file.write(file, recording, known)
        return file.getvalue()
    without = VERSION if recording.counted.all() else VERSION_WITH_IGNORED
    header = packed_header(recording, without if known is None else VERSION_WITH_WEIGHTS, known)
    arrays = (recording.inputs.astype("<u4"), recording.targets.astype("<u4"), *recording.records())

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr(entry(HEADER), header)
        for name, array in zip(_ARRAYS, arrays, strict=True):
            archive.writestr(entry(f"{name}.npy"), npy(array))
        if known is not None:
            archive.writestr(entry(WEIGHTS, zipfile.ZIP_STORED), pack_weights(known, known.epochs))

    return sealed(write)


def load(path: str | os.PathLike[str], kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    """Return the recording in a file, and its weights if it has any; see `unpack`.

    Of a file of version 4 that takes more than `max_bytes` in memory, the records stay in the file. A damaged one whose
    writer did not complete it is read up to the damage.

    Raises
    ------
    ValueError
        As `unpack` does; the message begins with the path.
    OSError
        If the file cannot be read.

    Warns
    -----
    UserWarning
        If the file is read up to a damage.
    """
    if frames_file.is_one(path):
        with reasons(f"{os.fspath(path)}: {_READING}"):
            return frames_file.load(path, kind, max_bytes)
    with Path(path).open("rb") as file:
        data = file.read(max_bytes + 1)
    with reasons(os.fspath(path)):
        return unpack(data, kind, max_bytes)


def unpack(data: bytes, kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    """Return the recording in the bytes of a file, and its weights if it has any.

    Parameters
    ----------
    data
        What `pack` returned.
    kind
        Class of the recording to return.
    max_bytes
        Maximum size of `data`, and of the recording and its weights in memory.

    Raises
    ------
    ValueError
        If `data` is not a recording, is damaged, was written by a later epochscope or is larger than `max_bytes`.
    """
    with reasons(_READING):
        return read(data, kind, max_bytes)


def read(data: bytes, kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    """Do what `unpack` does, but raise any exception for bytes that were damaged or forged."""
    if frames_file.begins(data):
        return frames_file.unpack(data, kind, max_bytes)
    with opened(data, max_bytes) as archive:
        unpacked = _unpack(archive, kind, max_bytes)
    check_crc(data, "History.save")
    return unpacked


def _unpack(archive: zipfile.ZipFile, kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    header = read_header(archive)
    version = check_header(header)
    if version == VERSION_OF_FRAMES:
        raise ValueError(f"its version is {version}, but its members are not those of this version")
    found, expected = archive.namelist(), [HEADER, *(f"{name}.npy" for name in _ARRAYS)]
    if version == VERSION_WITH_WEIGHTS:
        expected.append(WEIGHTS)
    if found != expected:
        raise ValueError(f"its members are {', '.join(found)}; expected {', '.join(expected)}")
    alphabet = Alphabet(header["alphabet"])
    epochs, positions = check_int("epochs", header["epochs"], 0), check_int("positions", header["positions"], 1)
    check_branches(header, epochs)
    layouts = (("<u4", (positions,)),) * 2 + layout(epochs, positions, len(alphabet))
    inputs, targets, *columns = (
        array_of(name, member(archive, f"{name}.npy", npy_size(*expected)), *expected)
        for name, expected in zip(_ARRAYS, layouts, strict=True)
    )
    if version != VERSION:
        targets = targets_of(targets)
    records = Records(*columns)
    if records.top_tokens.max(initial=0) >= len(alphabet):
        raise ValueError(f"it has token index {records.top_tokens.max()} with an alphabet of {len(alphabet)} tokens")
    recording = described(header, inputs, targets, kind)
    recording.extend(records)
    if version != VERSION_WITH_WEIGHTS:
        return recording, None
    data = member(archive, WEIGHTS, max_bytes)
    return recording, weights_of(data, header, recording, max_bytes - size_of(archive))


def _has_frames(recording: Recording) -> bool:
    """Return whether a recording is written as version 4. It depends on what is recorded alone."""
    large = len(recording) * recording.bytes_per_epoch > MAX_BYTES
    return large or bool(recording.axis or recording.probes or recording.scalar_names)
