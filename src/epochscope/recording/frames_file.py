"""Recordings as files that grow: version 4.

A file is a zip with the members `header.json`, `inputs.npy`, `targets.npy`, perhaps `weights.bin`, and last
`records.bin`, which is a sequence of frames (see `frames`). All are stored as they are. Frames are appended while a
loop runs; the directory of the zip, which `numpy.load` and zip tools need, is written when the loop ends, and
overwritten by the next frame. Without it, because the writer is running or was killed, a reader takes all whole frames.
Once it is complete, all other bytes follow from the header, the arrays and the frames, so that any damage is noticed.

The header is that of the other versions without `epochs`, and with `axis` and `probes`.
"""

from __future__ import annotations

import io
import json
import os
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, Literal, TypeVar

from epochscope.files import write_new
from epochscope.validation import check_int

from .archive import HEADER, MAX_HEADER
from .file_blocks import FileBlocks
from .file_header import VERSION_OF_FRAMES, check_branches, check_header, described, packed_header, targets_of
from .file_lock import lock
from .file_weights import WEIGHTS, weights_of
from .frame_file import FrameReader
from .frame_writer import FrameWriter
from .frames import FrameFormat
from .npy import array_of, npy, npy_size
from .packed_weights import pack_weights
from .recording import Recording
from .stored_zip import END_MARK, END_SIZE, Member, directory, local_header, read_local_header

if TYPE_CHECKING:
    from .weights import Weights

RECORDS = "records.bin"
MIN_BYTES = 1024  # to recognize a file by
#: All is as `write` makes it; a frame or the directory may follow; or something else follows, in a file that was
#: complete or was not.
State = Literal["complete", "incomplete", "damaged", "damaged at its end"]
_R = TypeVar("_R", bound=Recording)


@dataclass(frozen=True)
class Opened(Generic[_R]):
    """A file whose beginning was read."""

    recording: _R  # without records
    header: Any
    weights: bytes | None
    members: list[Member]  # the size of the last one is 0
    reader: FrameReader


def begins(data: bytes) -> bool:
    """Return whether a file that begins with these bytes is one of version 4."""
    try:
        return read_local_header(io.BytesIO(data[:MIN_BYTES])).name == HEADER
    except ValueError:
        return False


def is_one(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is one of version 4. Raises OSError if it cannot be read."""
    with Path(path).open("rb") as file:
        return begins(file.read(MIN_BYTES))


def write(file: BinaryIO, recording: Recording, weights: Weights | None) -> None:
    """Write a complete file; equal recordings give equal bytes (with the same version of zlib)."""
    beginning, members = _beginning(recording, weights)
    file.write(beginning)
    frame = _format(recording)
    size = crc = 0
    total = len(recording)  # another thread may extend it
    for start in range(0, total, frame.size):
        stop = min(start + frame.size, total)
        data = frame.pack(recording.records(start, stop), recording.extras(start, stop))
        file.write(data)
        size, crc = size + len(data), zlib.crc32(data, crc)
    members[-1] = members[-1]._replace(size=size, crc=crc)
    file.seek(members[-1].offset)
    file.write(local_header(members[-1]))
    file.seek(len(beginning) + size)
    file.write(directory(members, len(beginning) + size))


def create(path: str | os.PathLike[str], recording: Recording) -> FileBlocks:
    """Make a new file for an empty recording; return the store that writes to it.

    Raises
    ------
    FileExistsError
        If `path` exists.
    OSError
        If it cannot be written.
    """
    beginning, members = _beginning(recording, None)
    target = write_new(path, beginning)
    file = target.open("r+b", buffering=0)
    lock(file)
    reader = FrameReader(target.open("rb", buffering=0), len(beginning), _format(recording))
    return FileBlocks(target, reader, FrameWriter(file, reader, members))


def opened(file: BinaryIO, kind: type[_R], max_bytes: int) -> Opened[_R]:
    """Read the beginning of a file. Raises any exception for bytes that were damaged or forged."""
    file.seek(0)
    members: list[Member] = []

    def data_of(name: str, limit: int) -> bytes:
        member = read_local_header(file)
        if member.name != name:
            raise ValueError(f"at byte {member.offset:,} it has {member.name!r}, expected {name!r}")
        if member.size > limit:
            raise ValueError(f"{name} has {member.size:,} bytes, expected at most {limit:,}; pass a larger max_bytes")
        data = file.read(member.size)
        if len(data) != member.size or zlib.crc32(data) != member.crc:
            raise ValueError(f"{name} is damaged; copy or download the file again")
        members.append(member)
        return data

    header = json.loads(data_of(HEADER, MAX_HEADER))
    if check_header(header) != VERSION_OF_FRAMES:
        raise ValueError(f"its version is {header['version']}, but its members are those of {VERSION_OF_FRAMES}")
    layout = "<u4", (check_int("positions", header["positions"], 1),)
    size = min(max_bytes, npy_size(*layout))
    inputs, targets = (array_of(name, data_of(f"{name}.npy", size), *layout) for name in ("inputs", "targets"))
    recording = described(header, inputs, targets_of(targets), kind)
    start = file.tell()
    last = read_local_header(file)
    weights = None
    if last.name == WEIGHTS:
        file.seek(start)
        weights = data_of(WEIGHTS, max_bytes)
        last = read_local_header(file)
    if last.name != RECORDS:
        raise ValueError(f"at byte {last.offset:,} it has {last.name!r}, expected {RECORDS!r}")
    reader = FrameReader(file, file.tell(), _format(recording))
    return Opened(recording, header, weights, [*members, last._replace(size=0, crc=0)], reader)


def state_of(found: Opened[Any]) -> State:
    """Return what the bytes after the last frame that was found say of the file."""
    reader, last = found.reader, found.members[-1]
    last = last._replace(size=reader.end - reader.start, crc=reader.crc)
    header, tail = local_header(last), directory([*found.members[:-1], last], reader.end)
    rest = reader.read_bytes(reader.end, len(tail) + 1)
    if rest == tail and reader.read_bytes(last.offset, len(header)) == header:
        return "complete"
    size = reader.size()
    if size >= reader.end + END_SIZE and reader.read_bytes(size - END_SIZE, len(END_MARK)) == END_MARK:
        return "damaged"
    head = reader.frame.head(rest)
    cut_short = len(rest) < reader.frame.HEAD or (head and size < reader.end + reader.frame.HEAD + head.length)
    if cut_short or tail.startswith(rest) or reader.following() is not None:
        return "incomplete"
    return "damaged at its end"


def load(path: str | os.PathLike[str], kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    """Read a file; its records stay there if they take more than `max_bytes`. Raises and warns as `file.load`."""
    file = Path(path).open("rb", buffering=0)  # noqa: SIM115 - a store keeps it
    try:
        recording, weights, store = _read(file, kind, max_bytes, Path(path).resolve())
        if len(recording) * recording.bytes_per_epoch > max_bytes:
            return recording, weights
        recording.store = store.fork(len(recording))
    except BaseException:
        file.close()
        raise
    file.close()
    return recording, weights


def unpack(data: bytes, kind: type[_R], max_bytes: int) -> tuple[_R, Weights | None]:
    """Read the bytes of a file. Raises any exception for damaged or forged bytes, and warns as `file.load`."""
    if len(data) > max_bytes:
        raise ValueError(f"more than {max_bytes:,} bytes; pass a larger max_bytes")
    recording, weights, store = _read(io.BytesIO(data), kind, max_bytes, Path(RECORDS))
    size = len(recording) * recording.bytes_per_epoch
    if size > max_bytes:
        raise ValueError(f"it takes {size:,} bytes of memory, more than {max_bytes:,}; pass a larger max_bytes")
    recording.store = store.fork(len(recording))
    return recording, weights


def check_not_written_to(path: str | os.PathLike[str], recording: Recording) -> None:
    """Raise ValueError if `path` is the file to which this process writes the recording."""
    store = recording.store
    if isinstance(store, FileBlocks) and store.is_written and Path(path).resolve() == store.path:
        raise ValueError(
            f"path={os.fspath(path)!r}: is the file that this recording is written to, so it is there already; pass "
            "another path for a copy"
        )


def _read(file: BinaryIO, kind: type[_R], max_bytes: int, path: Path) -> tuple[_R, Weights | None, FileBlocks]:
    found = opened(file, kind, max_bytes)
    recording = found.recording
    recording.store = store = FileBlocks(path, found.reader)
    store.find(max_bytes)
    while (state := state_of(found)) == "damaged" and store.find(max_bytes):  # it has grown in between
        pass
    if state == "damaged":
        raise ValueError("it is damaged; copy or download it again")
    if state == "damaged at its end":
        warnings.warn(
            f"{path}: is damaged at byte {found.reader.end:,}; the {len(recording):,} records before it are read",
            stacklevel=2,
        )
    check_branches(found.header, len(recording))
    weights = None if found.weights is None else weights_of(found.weights, found.header, recording, max_bytes)
    return recording, weights, store


def _format(recording: Recording) -> FrameFormat:
    return FrameFormat(recording.positions, len(recording.alphabet), recording.axis is not None)


def _beginning(recording: Recording, weights: Weights | None) -> tuple[bytes, list[Member]]:
    """Return all that precedes the frames, and the members; the size of the last one is 0."""
    contents = {
        HEADER: packed_header(recording, VERSION_OF_FRAMES, weights),
        "inputs.npy": npy(recording.inputs.astype("<u4")),
        "targets.npy": npy(recording.targets.astype("<u4")),
        **({} if weights is None else {WEIGHTS: pack_weights(weights, weights.epochs)}),
        RECORDS: b"",
    }
    members: list[Member] = []
    file = b""
    for name, data in contents.items():
        members.append(Member(name, len(file), len(data), zlib.crc32(data)))
        file += local_header(members[-1]) + data
    return file, members
