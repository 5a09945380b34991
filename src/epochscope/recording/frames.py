"""Frames: a few records with their places and scalars, as bytes with a length and a CRC-32.

A frame is ``crc u32 | length u32 | n u32 | scalars u32 | length of their names u32 | data``, little-endian, where the
CRC is that of everything after it, and `length` the bytes of data. The data are deflated; unpacked they are::

    losses f64[n] | lrs f64[n] | places f64[n] | each scalar f64[n] | names | position_losses u16[n*P] |
    top_tokens [n*P*K] | top_probabilities u8[n*P*K]

`places` is missing without an axis. The names are a JSON array in ASCII. A scalar that none of the n records has is
left out. Columns are as in `records.layout`.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .blocks import block_size
from .extras import MAX_SCALARS, Extras, check_scalar
from .probes import MAX_NAME
from .records import Records, layout

if TYPE_CHECKING:
    import numpy.typing as npt

_HEAD = struct.Struct("<IIIII")
_MAX_NAMES = MAX_SCALARS * (6 * 2 * MAX_NAME + 4)  # bytes: JSON takes up to 12 for a character
_LEVEL = 6


class FrameHead(NamedTuple):
    """What the beginning of a frame says of the rest."""

    crc: int
    length: int
    records: int
    scalars: int
    names_length: int


class Course(NamedTuple):
    """What a frame has for each of its n records besides the positions."""

    losses: npt.NDArray[np.float64]  # (n,)
    lrs: npt.NDArray[np.float64]  # (n,)
    extras: Extras


@dataclass(frozen=True)
class FrameFormat:
    """Packs and unpacks the frames of a recording of P positions over V tokens, with or without an axis."""

    positions: int
    tokens: int
    has_places: bool

    #: Bytes of the head of a frame.
    HEAD = _HEAD.size

    @cached_property
    def size(self) -> int:
        """The largest number of records in a frame: as many as in a block in memory."""
        return block_size(self.positions, self.tokens)

    def pack(self, records: Records, extras: Extras) -> bytes:
        """Return a frame of at most `size` records."""
        count = len(records.losses)
        scalars = {name: values for name, values in extras.scalars.items() if not np.isnan(values).all()}
        names = json.dumps(list(scalars)).encode() if scalars else b""
        places = [] if extras.places is None else [extras.places]
        floats = [np.asarray(column, "<f8") for column in (records.losses, records.lrs, *places, *scalars.values())]
        columns = [
            np.ascontiguousarray(column, kind)
            for column, (kind, _) in zip(records[2:], layout(count, self.positions, self.tokens)[2:], strict=True)
        ]
        data = zlib.compress(b"".join([*(c.tobytes() for c in floats), names, *(c.tobytes() for c in columns)]), _LEVEL)
        rest = _HEAD.pack(0, len(data), count, len(scalars), len(names))[4:] + data
        return struct.pack("<I", zlib.crc32(rest)) + rest

    def head(self, data: bytes) -> FrameHead | None:
        """Read the head of a frame; None if these bytes are not the head of a frame of this format."""
        if len(data) < _HEAD.size:
            return None
        head = FrameHead._make(_HEAD.unpack(data[: _HEAD.size]))
        if not 1 <= head.records <= self.size or head.scalars > MAX_SCALARS or head.names_length > _MAX_NAMES:
            return None
        size = self._course_size(head) + self._positions_size(head.records)
        return head if 0 < head.length <= size + size // 100 + 1024 else None  # deflate adds little

    def is_whole(self, frame: bytes) -> bool:
        """Return whether the CRC of a frame is right."""
        return zlib.crc32(memoryview(frame)[4:]) == int.from_bytes(frame[:4], "little")

    def course(self, head: FrameHead, frame: bytes) -> Course:
        """Unpack what a frame has besides the positions. Raises ValueError if it was forged."""
        size = self._course_size(head)
        return self._course(head, zlib.decompressobj().decompress(memoryview(frame)[_HEAD.size :], size))

    def unpack(self, head: FrameHead, frame: bytes) -> tuple[Records, Extras]:
        """Unpack a frame. Raises ValueError if it was forged."""
        start = self._course_size(head)
        size = start + self._positions_size(head.records)
        inflate = zlib.decompressobj()
        data = inflate.decompress(memoryview(frame)[_HEAD.size :], size + 1)
        if len(data) != size or not inflate.eof or inflate.unused_data:
            raise ValueError(f"a frame of {head.records} records does not unpack to {size:,} bytes")
        losses, lrs, extras = self._course(head, data)
        columns: list[npt.NDArray[np.generic]] = []
        for kind, shape in layout(head.records, self.positions, self.tokens)[2:]:
            columns.append(np.frombuffer(data, kind, math.prod(shape), start).reshape(shape))
            start += columns[-1].nbytes
        records = Records._make((losses, lrs, *columns))
        if records.top_tokens.max(initial=0) >= self.tokens:
            raise ValueError(f"it has token index {records.top_tokens.max()} with an alphabet of {self.tokens} tokens")
        return records, extras

    def _course(self, head: FrameHead, data: bytes) -> Course:
        n = head.records
        if len(data) < self._course_size(head):
            raise ValueError(f"a frame of {n} records is too short")
        width = 2 + self.has_places + head.scalars
        floats = np.frombuffer(data, "<f8", width * n).reshape(width, n)
        text = data[8 * width * n :][: head.names_length]
        names = [check_scalar(name) for name in json.loads(text)] if head.scalars else []
        if len(set(names)) != head.scalars:
            raise ValueError(f"a frame has {head.scalars} scalars with the names {names}")
        losses, lrs, *others = floats
        places = others.pop(0) if self.has_places else None
        return Course(losses, lrs, Extras(places, dict(zip(names, others, strict=True))))

    def _course_size(self, head: FrameHead) -> int:
        return 8 * head.records * (2 + self.has_places + head.scalars) + head.names_length

    def _positions_size(self, count: int) -> int:
        columns = layout(count, self.positions, self.tokens)[2:]
        return sum(math.prod(shape) * np.dtype(kind).itemsize for kind, shape in columns)
