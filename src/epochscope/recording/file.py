"""Recordings as `.npz` files.

A file is a zip of `header.json` (format, version, alphabet, ...) and one `.npy` array each for `inputs`, `targets` and
the columns of `Records`; `numpy.load` opens it without pickle. Zip keeps a CRC-32 of every member, and its comment here
one of everything before it, so any damage is detected. Sizes, dtypes and shapes are checked before memory is allocated.

Version 2 has ignored positions, whose target is 2^32 - 1; a recording without them is written as version 1. Version 3
has weights, in a last member `weights.bin` (see `packed_weights`), and may have ignored positions. So an older one
reads what it can show, and for the others it says that it must be updated.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from epochscope.validation import check_int

from .alphabet import Alphabet
from .packed_weights import pack_weights, unpack_weights
from .recording import Recording
from .records import IGNORED, Records, layout

if TYPE_CHECKING:
    import numpy.typing as npt

    from .weights import Weights

FORMAT = "epochscope recording"
VERSION, VERSION_WITH_IGNORED, VERSION_WITH_WEIGHTS = 1, 2, 3
MAX_BYTES = 512 * 1024 * 1024
_MAX_HEADER = 8 * 1024 * 1024  # bytes
_MAX_PREAMBLE = 1024  # bytes before the values of an .npy file
_MAX_MEMBERS = 64
_CRC_DIGITS = 8
_NO_TARGET = 2**32 - 1  # IGNORED as an unsigned integer
_HEADER, _WEIGHTS = "header.json", "weights.bin"
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
    header = json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()
    if len(header) > _MAX_HEADER:
        raise ValueError(f"alphabet and metadata take {len(header):,} bytes: at most {_MAX_HEADER:,} can be saved")
    arrays = (recording.inputs.astype("<u4"), recording.targets.astype("<u4"), *recording.records())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = b" " * _CRC_DIGITS
        archive.writestr(_entry(_HEADER), header)
        for name, array in zip(_ARRAYS, arrays, strict=True):
            with archive.open(_entry(f"{name}.npy"), "w") as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
        if weights is not None and known:
            archive.writestr(_entry(_WEIGHTS), pack_weights(weights, known), zipfile.ZIP_STORED)
    body = file.getvalue()[:-_CRC_DIGITS]
    return body + _crc(body)


def _crc(body: bytes) -> bytes:
    return f"{zlib.crc32(body):0{_CRC_DIGITS}x}".encode()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980, so that equal recordings give equal bytes
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


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
    if len(data) > max_bytes:
        raise ValueError(f"cannot read this recording: more than {max_bytes:,} bytes; pass a larger max_bytes")
    if data.count(b"PK\1\2") > _MAX_MEMBERS:  # each member has this in the zip's directory
        raise ValueError(f"cannot read this recording: it has more than {_MAX_MEMBERS} members")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = _unpack(archive, kind, max_bytes)
        if data[-_CRC_DIGITS:] != _crc(data[:-_CRC_DIGITS]):
            raise ValueError("it is damaged, or was not written by History.save; copy or download it again")
        return unpacked
    except ValueError as error:
        raise ValueError(f"cannot read this recording: {error}") from error
    except Exception as error:  # zipfile, zlib, json and numpy raise many types for bytes that were damaged or forged
        raise ValueError(f"cannot read this recording: {type(error).__name__}: {error}") from error


def _unpack(archive: zipfile.ZipFile, kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    size = sum(entry.file_size for entry in archive.infolist())
    if size > max_bytes:
        raise ValueError(f"it takes {size:,} bytes of memory, more than {max_bytes:,}; pass a larger max_bytes")
    header = json.loads(_member(archive, _HEADER, _MAX_HEADER))
    if header["format"] != FORMAT:
        raise ValueError(f"its format is {header['format']!r}, expected {FORMAT!r}")
    version = header["version"]
    if version not in (VERSION, VERSION_WITH_IGNORED, VERSION_WITH_WEIGHTS):
        raise ValueError(f"its version is {version!r}, expected {VERSION} to {VERSION_WITH_WEIGHTS}; update epochscope")
    found, expected = archive.namelist(), [_HEADER, *(f"{name}.npy" for name in _ARRAYS)]
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
    return recording, _weights(archive, recording, max_bytes - size)


def _weights(archive: zipfile.ZipFile, recording: Recording, max_bytes: int) -> Weights:
    """Read the weights. Raises ValueError if they are not of a network over this alphabet, or of other epochs."""
    weights = unpack_weights(_member(archive, _WEIGHTS, max_bytes), max_bytes)
    tokens = weights.network.tokens
    if tokens != len(recording.alphabet):
        raise ValueError(f"its weights are of a network over {tokens} tokens, not {len(recording.alphabet)}")
    if not len(weights) or weights.epochs[-1] >= len(recording):
        raise ValueError(f"its weights are of epochs {weights.epochs[:5]}..., but {len(recording)} epochs are recorded")
    return weights


def _array(archive: zipfile.ZipFile, name: str, dtype: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Read a member that must be an array of this dtype and shape."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    data = _member(archive, f"{name}.npy", size + _MAX_PREAMBLE)
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    found = (version, *np.lib.format.read_array_header_1_0(file))
    expected = ((1, 0), shape, False, np.dtype(dtype))
    if found != expected or len(data) != file.tell() + size:
        raise ValueError(
            f"{name} is {found} with {len(data) - file.tell()} bytes, expected {expected} with {size} bytes"
        )
    return np.frombuffer(data, dtype, offset=file.tell()).reshape(shape)


def _member(archive: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    """Read a member of at most `max_bytes` bytes; zipfile verifies its CRC."""
    entry = archive.getinfo(name)
    if entry.file_size > max_bytes:
        raise ValueError(f"{name} has {entry.file_size:,} bytes, expected at most {max_bytes:,}")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} has compression type {entry.compress_type}, expected 0 or 8")
    with archive.open(entry) as member:
        return member.read(entry.file_size)  # not read(): a forged stream may expand to more
