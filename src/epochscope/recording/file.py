"""A recording as a file: a numpy `.npz`, sealed, and read back with suspicion.

The file is a zip of eight arrays that `numpy.load` reads without pickle: `header` (UTF-8 JSON: format, version,
alphabet, ...), `inputs`, `targets` and the columns of `Records`. Its comment is a seal, the SHA-256 of all that stands
before it, so that a damaged file is never taken for a whole one. What a sealed file claims is checked too, before
memory is given to it.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

import numpy as np

from epochscope.files import write_atomic
from epochscope.validation import check_int

from .records import Records, Shapes, bytes_per_epoch, layout

FORMAT = "epochscope recording"
VERSION = 1
MAX_BYTES = 512 * 1024 * 1024
_MOST_HEADER = 8 * 1024 * 1024  # bytes
_SEAL = b"epochscope sha256 "
_COMMENT = len(_SEAL) + 64  # bytes: the seal and 64 hexadecimal digits
_MOST_ENTRIES = 64
_CHUNK = 1024  # epochs
_PREAMBLE = 10  # bytes of an .npy file before the text that says its dtype and shape
_END = struct.Struct("<4s4H2LH")  # the end of a zip's central directory
_T = TypeVar("_T")
_MEMBERS = ("header", "inputs", "targets", *Records._fields)


class Recording(NamedTuple):
    """What a file says but for the records: P positions over the tokens of the alphabet."""

    alphabet: tuple[str, ...]
    joined: bool
    metadata: dict[str, Any]
    branches: tuple[int, ...]
    inputs: np.ndarray  # (P,) token numbers
    targets: np.ndarray  # (P,)


def save(path: str | os.PathLike[str], recording: Recording, records: Records) -> None:
    """Write a recording, whole or not at all."""
    write_atomic(path, pack(recording, records))


def load(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """The bytes of a file, for `unpack`."""
    with Path(path).open("rb") as file:
        return file.read(max_bytes + 1)


def pack(recording: Recording, records: Records) -> bytes:
    """A recording as the bytes of a file; the same recording makes the same bytes."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "epochs": len(records.losses),
        "positions": len(recording.targets),
        "alphabet": recording.alphabet,
        "joined": recording.joined,
        "about": recording.metadata,
        "branches": recording.branches,
    }
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    if len(text) > _MOST_HEADER:
        raise ValueError(
            f"the alphabet and `about` take {len(text):,} bytes: {_MOST_HEADER:,} can be saved; shorten them"
        )
    arrays = (
        np.frombuffer(text, np.uint8),
        *(a.astype("<u4") for a in (recording.inputs, recording.targets)),
        *records,
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in zip(_MEMBERS, arrays, strict=True):
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980: no clock in the bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
        archive.comment = b" " * _COMMENT
    whole = file.getbuffer()
    body = len(whole) - _COMMENT
    whole[body:] = _seal(whole[:body])
    return whole.tobytes()


def unpack(data: bytes, max_bytes: int) -> tuple[Recording, Iterator[Records]]:
    """The recording in the bytes of a file, and its records, some at a time.

    Raises
    ------
    ValueError
        It is no recording, was damaged, comes from a later epochscope, or would take more than `max_bytes` of memory.
        What is wrong with the records themselves shows when they are read.
    """
    if len(data) > max_bytes:
        raise ValueError(f"more than {max_bytes:,} bytes: give max_bytes to read a recording as large as this")
    if data[:2] != b"PK":
        raise ValueError("no recording of epochscope: it is not even an .npz file; give one that History.save wrote")
    body = len(data) - _COMMENT
    if body < _END.size or not data[body:].startswith(_SEAL):
        raise ValueError(
            "no recording of epochscope, or one that was cut off or written anew: its seal is not where it should be; "
            "give one as History.save wrote it"
        )
    if data[body:] != _seal(memoryview(data)[:body]):
        raise ValueError("damaged: its bytes are not those that its seal was made for; copy or download it again")
    *_, entries, directory, _, comment = _END.unpack_from(data, body - _END.size)
    if comment != _COMMENT or entries > _MOST_ENTRIES or directory > _MOST_ENTRIES * 100:
        raise ValueError(f"not a recording: a directory of {entries} entries and {directory} bytes")
    with _naming_faults():
        return _read(zipfile.ZipFile(io.BytesIO(data)), max_bytes)


@contextmanager
def _naming_faults() -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise ValueError(f"not a recording: {error.args[0]}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, RuntimeError, OSError) as error:
        raise ValueError(f"damaged: {type(error).__name__}: {error}") from error


def _seal(body: memoryview) -> bytes:
    return _SEAL + hashlib.sha256(body).hexdigest().encode()


def _read(archive: zipfile.ZipFile, max_bytes: int) -> tuple[Recording, Iterator[Records]]:
    header = _header(archive)
    names = [entry.filename for entry in archive.infolist()]
    if names != [f"{name}.npy" for name in _MEMBERS]:
        raise ValueError(f"not a recording: it holds {', '.join(names)}, and {', '.join(_MEMBERS)} are expected")
    alphabet = tuple(_typed(header, "alphabet", list))
    epochs, positions = (check_int(name, header.get(name), least) for name, least in (("epochs", 0), ("positions", 1)))
    needed = 16 * positions + epochs * bytes_per_epoch(positions, len(alphabet))
    if needed > max_bytes:
        raise ValueError(f"it would take {needed:,} bytes of memory, more than {max_bytes:,}: give a larger max_bytes")
    branches = tuple(_typed(header, "branches", list))
    if [check_int("branch", epoch, 0, epochs) for epoch in branches] != sorted(set(branches)):
        raise ValueError(f"damaged: branches {branches} are not in order")
    joined, metadata = _typed(header, "joined", bool), _typed(header, "about", dict)
    inputs, targets = (next(_rows(archive, name, "<u4", (positions,), positions)) for name in ("inputs", "targets"))
    shapes = layout(epochs, positions, len(alphabet))
    return Recording(alphabet, joined, metadata, branches, inputs, targets), _records(archive, shapes, len(alphabet))


def _records(archive: zipfile.ZipFile, shapes: Shapes, tokens: int) -> Iterator[Records]:
    columns = (_rows(archive, name, *shape, _CHUNK) for name, shape in zip(Records._fields, shapes, strict=True))
    with _naming_faults():
        for rows in zip(*columns, strict=True):
            records = Records(*rows)
            if records.top_tokens.max(initial=0) >= tokens:
                raise ValueError(f"damaged: a token {records.top_tokens.max()} with an alphabet of {tokens}")
            if np.isinf(records.lrs).any():
                raise ValueError("damaged: an infinite learning rate")
            yield records


def _header(archive: zipfile.ZipFile) -> dict[str, Any]:
    size = archive.getinfo("header.npy").file_size
    if size > _MOST_HEADER + 1024:
        raise ValueError(f"not a recording: a header of {size:,} bytes, and {_MOST_HEADER:,} are the most")
    with _member(archive, "header") as member:
        text = member.read(size)
    header = json.loads(text[_preamble(text) :].decode(), parse_constant=_refuse)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError("no recording of epochscope: its header says something else")
    version = header.get("version")
    if version != VERSION:
        raise ValueError(
            f"a recording of format {version!r}: this epochscope reads format {VERSION}; update it to read later ones"
        )
    return header


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    entry = archive.getinfo(f"{name}.npy")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"not a recording: {name} is packed in the way {entry.compress_type}, and 0 or 8 are expected")
    return archive.open(entry)


def _rows(archive: zipfile.ZipFile, name: str, kind: str, shape: tuple[int, ...], most: int) -> Iterator[np.ndarray]:
    """An array of exactly this dtype and shape, `most` rows at a time."""
    expected = f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape!r}, }}"
    row = np.dtype(kind).itemsize * math.prod(shape[1:])
    with _member(archive, name) as member:
        start = member.read(_PREAMBLE)
        start += member.read(_preamble(start) - _PREAMBLE)
        if start[_PREAMBLE:].decode("latin1").strip() != expected:
            raise ValueError(f"damaged: {name} is {start[_PREAMBLE:200]!r}, and {expected} is expected")
        for first in range(0, max(shape[0], 1), most):
            count = min(most, shape[0] - first)
            data = member.read(count * row)
            if len(data) < count * row:
                raise ValueError(f"damaged: {name} ends too early")
            yield np.frombuffer(data, kind).reshape(count, *shape[1:])
        if member.read(1):
            raise ValueError(f"damaged: {name} is longer than {shape}")


def _preamble(start: bytes) -> int:
    """How many bytes stand before the values of an .npy file of version 1."""
    if len(start) < _PREAMBLE or start[:8] != b"\x93NUMPY\x01\x00":
        raise ValueError("damaged: a member is no .npy file of version 1")
    return _PREAMBLE + int.from_bytes(start[8:_PREAMBLE], "little")


def _typed(header: dict[str, Any], name: str, kind: type[_T]) -> _T:
    value = header.get(name)
    if not isinstance(value, kind):
        raise ValueError(f"damaged: {name} is {value!r}, and a {kind.__name__} is expected")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"damaged: {constant} in the header")
