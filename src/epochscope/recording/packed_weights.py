"""Weights as bytes, for files, pages and messages; `js/player/packed-weights.ts` reads them.

The bytes are ``b"EPSW" | version u16 | 0 u16 | length of the header u32 | 0 u32 | header | zlib stream``,
little-endian. The header is ASCII JSON: `network` (see `Network.to_json`), `epochs` (n of them, ascending) and the
`revision` of the recording; for a page it may have `refused`, a reason, in place of the first two. The stream holds the
weights (n, W) as 32-bit words: of each word the difference to the same word of the epoch before, modulo 2^32; word
after word, each with its n epochs; and of all these the first bytes, then the second, third and fourth ones. A weight
changes little from one epoch to the next, so most of the upper bytes are equal: 300 epochs of the classic lab take
0.9 MB instead of 2.0 MB.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epochscope.validation import check_int

from .network import Network
from .weights import Weights

if TYPE_CHECKING:
    import numpy.typing as npt

MAGIC = b"EPSW"
VERSION = 1
#: Fast, and within 5 % of the smallest size.
LEVEL = 6
_PREFIX = struct.Struct("<4sHHII")
_WORD = 4  # bytes


def pack_weights(weights: Weights, epochs: Sequence[int] | None = None, *, revision: int = 0) -> bytes:
    """Pack the weights of `epochs`, ascending, which must be known; all known ones if None."""
    epochs = weights.epochs if epochs is None else tuple(epochs)
    header = {"network": weights.network.to_json(), "epochs": list(epochs), "revision": revision}
    rows = np.stack([weights.at(epoch) for epoch in epochs]) if epochs else np.empty((0, weights.network.n_weights))
    return _packed(header, _difference(rows.astype(weights.dtype)))


def pack_refusal(reason: str, *, revision: int = 0) -> bytes:
    """Pack, in place of weights, why a page cannot look inside the network: a sentence for its reader."""
    return _packed({"refused": reason, "revision": revision}, b"")


def _packed(header: dict[str, Any], payload: bytes) -> bytes:
    text = json.dumps(header).encode("ascii")
    return _PREFIX.pack(MAGIC, VERSION, 0, len(text), 0) + text + zlib.compress(payload, LEVEL)


def unpack_weights(data: bytes, max_bytes: int) -> Weights:
    """Return what `pack_weights` packed.

    Raises ValueError if `data` is not that, is damaged, or would take more than `max_bytes` bytes of memory.
    """
    try:
        return _unpack(data, max_bytes)
    except ValueError as error:
        raise ValueError(f"cannot read these weights: {error}") from error
    except Exception as error:  # struct, json and zlib raise many types for bytes that were damaged or forged
        raise ValueError(f"cannot read these weights: {type(error).__name__}: {error}") from error


def _unpack(data: bytes, max_bytes: int) -> Weights:
    magic, version, _, length, _ = _PREFIX.unpack_from(data)
    if magic != MAGIC or version != VERSION:
        raise ValueError(f"they begin with {magic!r}, version {version}; expected {MAGIC!r}, {VERSION}")
    start = _PREFIX.size + length
    header = json.loads(data[_PREFIX.size : start].decode("ascii"))
    network = Network.from_json(header["network"])
    epochs = [check_int("epoch", epoch, 0) for epoch in header["epochs"]]
    if epochs != sorted(set(epochs)):
        raise ValueError(f"their epochs {epochs[:5]}... are not in increasing order")
    weights = Weights(network, max_bytes)
    size = len(epochs) * network.n_weights * weights.dtype.itemsize
    if size > max_bytes:
        raise ValueError(f"they take {size:,} bytes of memory, more than {max_bytes:,}; pass a larger max_bytes")
    stream = zlib.decompressobj()
    payload = stream.decompress(data[start:], size + 1)
    if len(payload) != size or not stream.eof or stream.unused_data:
        raise ValueError(f"they do not unpack to the {size:,} bytes of their {len(epochs)} epochs; the data is damaged")
    for epoch, row in zip(epochs, _accumulate(payload, len(epochs)).view(weights.dtype), strict=True):
        weights.add(epoch, row)
    return weights


def _difference(rows: npt.NDArray[np.floating]) -> bytes:
    words = rows.view("<u4").copy()  # (n, words)
    words[1:] -= words[:-1].copy()
    return np.ascontiguousarray(words.T).view(np.uint8).reshape(-1, _WORD).T.tobytes()


def _accumulate(payload: bytes, epochs: int) -> npt.NDArray[np.uint32]:
    planes = np.frombuffer(payload, np.uint8).reshape(_WORD, -1)
    words = np.ascontiguousarray(planes.T).view("<u4").reshape(-1, max(epochs, 1)).T  # (n, words)
    return np.ascontiguousarray(np.add.accumulate(words, axis=0, dtype=np.uint32)[:epochs])
