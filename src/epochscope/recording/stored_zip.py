"""The structures of a zip file whose members are stored as they are.

`zipfile` loses count of a member if an interrupt comes while it writes. A file that grows while a loop runs needs no
count: what is around its data is a function of the sizes and CRCs of the members.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END_64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<4sIQI")
_END = struct.Struct("<4sHHHHIIH")
_SIZES_64 = struct.Struct("<HHQQ")
_VERSION, _DATE, _BIG = 45, 0x21, 0xFFFFFFFF  # zip 4.5 has 64-bit sizes; 1 January 1980, so that equal files are equal
_UNIX = 3 << 8
END_MARK = b"PK\5\6"
END_SIZE = _END.size


class Member(NamedTuple):
    """A member of a zip file: `size` bytes with this CRC-32, whose local header begins at `offset`."""

    name: str
    offset: int
    size: int
    crc: int


def local_header(member: Member) -> bytes:
    """Return what precedes the data of a member; its length depends on the name alone."""
    name = member.name.encode()
    extra = _SIZES_64.pack(1, 16, member.size, member.size)
    fields = (_VERSION, 0, 0, 0, _DATE, member.crc, _BIG, _BIG, len(name), len(extra))
    return _LOCAL.pack(b"PK\3\4", *fields) + name + extra


def read_local_header(file: BinaryIO) -> Member:
    """Read a local header, after which the data begin. Raises ValueError if it is not one that `local_header` wrote."""
    offset = file.tell()
    data = file.read(_LOCAL.size)
    if len(data) < _LOCAL.size:
        raise ValueError(f"it ends at byte {offset + len(data):,}, in the header of a member")
    length, extra_length = _LOCAL.unpack(data)[-2:]
    rest = file.read(length + extra_length)
    if extra_length == _SIZES_64.size and len(rest) == length + extra_length:
        size = _SIZES_64.unpack(rest[length:])[2]
        member = Member(rest[:length].decode(errors="replace"), offset, size, _LOCAL.unpack(data)[6])
        if local_header(member) == data + rest:
            return member
    raise ValueError(f"at byte {offset:,} there is no header of a stored member")


def directory(members: Sequence[Member], offset: int) -> bytes:
    """Return the end of a zip file with these members, which begins at `offset`."""
    entries = b"".join(_central_entry(member) for member in members)
    count, end = len(members), offset + len(entries)
    end_64 = _END_64.pack(
        b"PK\6\6", _END_64.size - 12, _UNIX | _VERSION, _VERSION, 0, 0, count, count, len(entries), offset
    )
    locator = _LOCATOR_64.pack(b"PK\6\7", 0, end, 1)
    return entries + end_64 + locator + _END.pack(END_MARK, 0, 0, count, count, len(entries), _BIG, 0)


def _central_entry(member: Member) -> bytes:
    name = member.name.encode()
    extra = _SIZES_64.pack(1, 16, member.size, member.size)
    version = (_UNIX | _VERSION, _VERSION)
    fields = (0, 0, 0, _DATE, member.crc, _BIG, _BIG, len(name), len(extra), 0, 0, 0, 0, member.offset)
    return _CENTRAL.pack(b"PK\1\2", *version, *fields) + name + extra
