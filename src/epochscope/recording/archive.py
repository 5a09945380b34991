"""Zip files with a CRC-32 of the whole, read with care: nothing in a file decides how much memory is allocated.

Zip keeps a CRC-32 of every member, and its comment here one of everything before it, so any damage is detected.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

HEADER = "header.json"
MAX_BYTES = 512 * 1024 * 1024
MAX_HEADER = 8 * 1024 * 1024  # bytes
_MAX_MEMBERS = 256
_CRC_DIGITS = 8


def sealed(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    """Return the bytes of a file whose members `write` adds."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = b" " * _CRC_DIGITS
        write(archive)
    body = file.getvalue()[:-_CRC_DIGITS]
    return body + _crc(body)


def entry(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """Return the entry of a member; it is dated 1980, so that equal contents give equal bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = compression
    return info


@contextmanager
def opened(data: bytes, max_bytes: int, max_members: int = _MAX_MEMBERS) -> Iterator[zipfile.ZipFile]:
    """Open a file.

    Raises ValueError if it, or what its members unpack to, is larger than `max_bytes` bytes, or if it has more than
    `max_members` members.
    """
    if len(data) > max_bytes:
        raise ValueError(f"more than {max_bytes:,} bytes; pass a larger max_bytes")
    if data.count(b"PK\1\2") > max_members:  # each member has this in the zip's directory
        raise ValueError(f"it has more than {max_members} members")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = size_of(archive)
        if size > max_bytes:
            raise ValueError(f"it takes {size:,} bytes of memory, more than {max_bytes:,}; pass a larger max_bytes")
        yield archive


@contextmanager
def reasons(before: str) -> Iterator[None]:
    """Make every error a ValueError whose message begins with `before`."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{before}: {error}") from error
    except Exception as error:  # zipfile, zlib, json and numpy raise many types for bytes that were damaged or forged
        raise ValueError(f"{before}: {type(error).__name__}: {error}") from error


def check_crc(data: bytes, writer: str) -> None:
    """Raise ValueError unless the CRC of a file is right; `writer` is what writes such files."""
    if data[-_CRC_DIGITS:] != _crc(data[:-_CRC_DIGITS]):
        raise ValueError(f"it is damaged, or was not written by {writer}; copy or download it again")


def size_of(archive: zipfile.ZipFile) -> int:
    """Return the bytes of all members when they are unpacked, as the file states them."""
    return sum(each.file_size for each in archive.infolist())


def read_header(archive: zipfile.ZipFile) -> Any:
    """Return the header, any JSON value."""
    return json.loads(member(archive, HEADER, MAX_HEADER))


def member(archive: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    """Read a member of at most `max_bytes` bytes; zipfile verifies its CRC."""
    info = archive.getinfo(name)
    if info.file_size > max_bytes:
        raise ValueError(f"{name} has {info.file_size:,} bytes, expected at most {max_bytes:,}")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} has compression type {info.compress_type}, expected 0 or 8")
    with archive.open(info) as opened_member:
        return opened_member.read(info.file_size)  # not read(): a forged stream may expand to more


def _crc(body: bytes) -> bytes:
    return f"{zlib.crc32(body):0{_CRC_DIGITS}x}".encode()
