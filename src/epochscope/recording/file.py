"""Recordings as `.npz` files.

A file is a zip of `header.json` (format, version, alphabet, ...) and one `.npy` array each for `inputs`, `targets` and
the columns of `Records`; `numpy.load` opens it without pickle. Sizes, dtypes and shapes are checked before memory is
allocated (see `archive`).

Version 2 has ignored positions, whose target is 2^32 - 1; a recording without them is written as version 1. Version 3
has weights, in a last member `weights.bin` (see `packed_weights`), and may have ignored positions; its header has
`trained` (see `trained`) where a page must know more than the metadata tell, which older versions do not read. So an
older one reads what it can show, and for the others it says that it must be updated.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from epochscope.validation import check_int

from .alphabet import Alphabet
from .archive import (
    HEADER,
    MAX_HEADER,
    check_crc,
    entry,
    member,
    opened,
    read_header,
    reasons,
    sealed,
    size_of,
)
from .labels import check_labels, named
from .packed_weights import pack_weights, unpack_weights
from .recording import Recording
from .records import IGNORED, Records, layout
from .trained import Trained

if TYPE_CHECKING:
    import numpy.typing as npt

    from .weights import Weights

FORMAT, FORMAT_OF_SEVERAL, FORMAT_OF_SWEEP = "epochscope recording", "epochscope comparison", "epochscope sweep"
_HOLDS = {
    FORMAT: "a single recording; use epochscope.EpochScope.load(path) or epochscope.History.load(path)",
    FORMAT_OF_SEVERAL: "a comparison; use epochscope.Comparison.load(path)",
    FORMAT_OF_SWEEP: "a sweep; use epochscope.Sweep.load(path)",
}
VERSION, VERSION_WITH_IGNORED, VERSION_WITH_WEIGHTS = 1, 2, 3
_MAX_PREAMBLE = 1024  # bytes before the values of an .npy file
_NO_TARGET = 2**32 - 1  # IGNORED as an unsigned integer
_WEIGHTS = "weights.bin"
_ARRAYS = ("inputs", "targets", *Records._fields)
_R = TypeVar("_R", bound=Recording)


def pack(recording: Recording, weights: Weights | None = None) -> bytes:
    """Return the bytes of a recording's file; equal recordings give equal bytes (with the same version of zlib).

    Weights of epochs that are not recorded are left out.

    Raises ValueError if the alphabet and the metadata take more than 8 MiB.
    """
    known = () if weights is None else [epoch for epoch in weights.epochs if epoch < len(recording)]
    without = VERSION if recording.counted.all() else VERSION_WITH_IGNORED
    fields = {
        "format": FORMAT,
        "version": VERSION_WITH_WEIGHTS if known else without,
        "epochs": len(recording),
        "positions": recording.positions,
        "alphabet": recording.alphabet.tokens,
        "separator": recording.separator,
        "metadata": recording.metadata,
        "branches": recording.branches,
    }
    if weights is not None and known and weights.trained is not None:
        fields["trained"] = weights.trained.to_json()
    header = json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()
    if len(header) > MAX_HEADER:
        raise ValueError(f"alphabet and metadata take {len(header):,} bytes: at most {MAX_HEADER:,} can be saved")
    arrays = (recording.inputs.astype("<u4"), recording.targets.astype("<u4"), *recording.records())

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr(entry(HEADER), header)
        for name, array in zip(_ARRAYS, arrays, strict=True):
            with archive.open(entry(f"{name}.npy"), "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
        if weights is not None and known:
            archive.writestr(entry(_WEIGHTS, zipfile.ZIP_STORED), pack_weights(weights, known))

    return sealed(write)


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
    with reasons("cannot read this recording"):
        return read(data, kind, max_bytes)


def read(data: bytes, kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    """Do what `unpack` does, but raise any exception for bytes that were damaged or forged."""
    with opened(data, max_bytes) as archive:
        unpacked = _unpack(archive, kind, max_bytes)
    check_crc(data, "History.save")
    return unpacked


def check_format(found: object, expected: str) -> None:
    """Raise ValueError unless a file has the expected format; the message names what reads it."""
    if found == expected:
        return
    if isinstance(found, str) and found in _HOLDS:
        raise ValueError(f"this file holds {_HOLDS[found]}")
    raise ValueError(f"its format is {found!r}, expected {expected!r}")


def _unpack(archive: zipfile.ZipFile, kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    header = read_header(archive)
    if header["format"] == FORMAT_OF_SEVERAL:
        labels = check_labels(header["labels"])
        raise ValueError(
            f"this file holds a comparison of {len(labels)} runs ({named(labels)}); use "
            "epochscope.Comparison.load(path)"
        )
    check_format(header["format"], FORMAT)
    version = header["version"]
    if version not in (VERSION, VERSION_WITH_IGNORED, VERSION_WITH_WEIGHTS):
        raise ValueError(f"its version is {version!r}, expected {VERSION} to {VERSION_WITH_WEIGHTS}; update epochscope")
    found, expected = archive.namelist(), [HEADER, *(f"{name}.npy" for name in _ARRAYS)]
    if version == VERSION_WITH_WEIGHTS:
        expected.append(_WEIGHTS)
    if found != expected:
        raise ValueError(f"its members are {', '.join(found)}; expected {', '.join(expected)}")
    alphabet = Alphabet(header["alphabet"])
    epochs, positions = check_int("epochs", header["epochs"], 0), check_int("positions", header["positions"], 1)
    branches = tuple(check_int("branch", epoch, 0, epochs) for epoch in header["branches"])
    if branches != tuple(sorted(set(branches))):
        raise ValueError(f"its branches {branches} are not in increasing order")
    layouts = (("<u4", (positions,)),) * 2 + layout(epochs, positions, len(alphabet))
    inputs, targets, *columns = (
        _array(archive, name, *expected) for name, expected in zip(_ARRAYS, layouts, strict=True)
    )
    targets = targets.astype(np.int64)
    if version != VERSION:
        targets[targets == _NO_TARGET] = IGNORED
    records = Records(*columns)
    if records.top_tokens.max(initial=0) >= len(alphabet):
        raise ValueError(f"it has token index {records.top_tokens.max()} with an alphabet of {len(alphabet)} tokens")
    recording = kind(
        alphabet,
        inputs,
        targets,
        separator=header["separator"],
        metadata=header["metadata"],
        branches=branches,
    )
    recording.extend(records)
    if version != VERSION_WITH_WEIGHTS:
        return recording, None
    weights = _weights(archive, recording, max_bytes - size_of(archive))
    weights.trained = Trained.from_json(header["trained"]) if "trained" in header else None
    return recording, weights


def _weights(archive: zipfile.ZipFile, recording: Recording, max_bytes: int) -> Weights:
    """Read the weights. Raises ValueError if they are not of a network over this alphabet, or of other epochs."""
    weights = unpack_weights(member(archive, _WEIGHTS, max_bytes), max_bytes)
    tokens = weights.network.tokens
    if tokens != len(recording.alphabet):
        raise ValueError(f"its weights are of a network over {tokens} tokens, not {len(recording.alphabet)}")
    if not len(weights) or weights.epochs[-1] >= len(recording):
        raise ValueError(f"its weights are of epochs {weights.epochs[:5]}..., but {len(recording)} epochs are recorded")
    return weights


def _array(archive: zipfile.ZipFile, name: str, dtype: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Read a member that must be an array of this dtype and shape."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    data = member(archive, f"{name}.npy", size + _MAX_PREAMBLE)
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    found = (version, *np.lib.format.read_array_header_1_0(file))
    expected = ((1, 0), shape, False, np.dtype(dtype))
    if found != expected or len(data) != file.tell() + size:
        raise ValueError(
            f"{name} is {found} with {len(data) - file.tell()} bytes, expected {expected} with {size} bytes"
        )
    return np.frombuffer(data, dtype, offset=file.tell()).reshape(shape)
