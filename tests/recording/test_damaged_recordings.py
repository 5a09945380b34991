"""Damaged, forged, foreign and future files are refused with the reason, and none takes much memory."""

from __future__ import annotations

import io
import json
import pickle
import random
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording.records import Records
from tests.thoroughness import count

from . import made_up

WIDE = "".join(map(chr, range(0x3042, 0x3042 + 300)))  # more than 256 tokens
COLUMNS = ("inputs", "targets", *Records._fields)


def members_of(history: History) -> dict[str, Any]:
    """The header and the arrays of a recording's file, by name without extension."""
    with np.load(io.BytesIO(history.to_bytes()), allow_pickle=False) as file:
        return {"header": json.loads(file["header.json"]), **{name: file[name] for name in COLUMNS}}


def written(members: dict[str, Any], *, pickles: bool = False, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A file with these members and valid CRCs, as someone who knows the format would forge it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, value in members.items():
            if name == "header":
                archive.writestr("header.json", value if isinstance(value, (bytes, str)) else json.dumps(value))
                continue
            with archive.open(f"{name}.npy", "w") as member:
                if isinstance(value, bytes):
                    member.write(value)
                else:
                    np.lib.format.write_array(member, np.asarray(value), version=(1, 0), allow_pickle=pickles)
        archive.comment = b"00000000"
    body = file.getvalue()[:-8]
    return body + f"{zlib.crc32(body):08x}".encode()


def test_a_forged_file_with_the_same_members_is_read() -> None:
    history = made_up.history(5)
    assert History.from_bytes(written(members_of(history))) == history


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a zip file"),
        (b"hello", "not a zip file"),
        (pickle.dumps({"losses": [1]}), "not a zip file"),
        (b"PK\x03\x04", "not a zip file"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_path(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=rf"other.npz: cannot read this recording: .*{reason}"):
        History.load(path)


def test_another_npz_file_is_refused() -> None:
    file = io.BytesIO()
    np.savez(file, losses=np.zeros(3))
    with pytest.raises(ValueError, match=r"cannot read this recording: .*no item named 'header.json'"):
        History.from_bytes(file.getvalue())


def test_a_missing_file_raises_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        History.load(tmp_path / "none.npz")


HEADERS: list[tuple[dict[str, Any], str]] = [
    ({"version": 5}, "version is 5, expected 1 to 4; update epochscope"),
    ({"version": 4}, "version is 4, but its members are not those of this version"),
    ({"format": "film"}, "format is 'film', expected 'epochscope recording'"),
    ({"epochs": -1}, "epochs=-1: must be an integer of at least 0"),
    ({"epochs": True}, "epochs=True: must be an integer"),
    ({"epochs": 4}, r"losses is .*\(5,\).*expected .*\(4,\)"),
    ({"epochs": 10**15}, r"losses is .*\(5,\).*expected .*\(1000000000000000,\)"),
    ({"epochs": 10**30}, r"losses is .*\(5,\).*expected"),
    ({"positions": 10**15}, "inputs is .*expected"),
    ({"positions": 0}, "positions=0"),
    ({"alphabet": 3}, "TypeError"),
    ({"alphabet": ["a", 1]}, "the token 1"),
    ({"alphabet": ["a", ["b"]]}, r"the token \['b'\]"),
    ({"alphabet": ["a", "b"]}, "top_tokens is .*expected"),
    ({"alphabet": list("abcdefg")}, "token index 7 with an alphabet of 7"),
    ({"separator": "-"}, "separator='-'"),
    ({"separator": None}, "separator=None"),
    ({"metadata": [1]}, "TypeError"),
    ({"branches": [9]}, "branch=9"),
    ({"branches": [3, 2]}, "not in increasing order"),
    ({"branches": ["x"]}, "branch='x'"),
]

MEMBERS: list[tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = [
    (lambda m: {**m, "header": "{"}, "Expecting"),
    (lambda m: {**m, "header": "{}"}, "KeyError: 'format'"),
    (lambda m: {**m, "header": "3"}, "TypeError"),
    (lambda m: {**m, "header": "[" * 100_000}, "RecursionError"),
    (lambda m: {**m, "header": {**m["header"], "metadata": {"lr": float("nan")}}}, "JSON"),
    (lambda m: {**m, "header": b"\xff\xfe{"}, "."),
    (lambda m: {**m, "header": " " * 9_000_000}, "header.json has 9,000,000 bytes, expected at most 8,388,608"),
    (lambda m: {**m, "losses": b"no npy"}, "magic string"),
    (lambda m: {k: v for k, v in m.items() if k != "lrs"}, "its members are .* expected"),
    (lambda m: {k: v for k, v in m.items() if k != "header"}, "no item named 'header.json'"),
    (lambda m: {**m, "extra": np.zeros(3)}, "extra.npy; expected header.json"),
    (lambda m: {**m, "losses": m["losses"].astype(np.float32)}, "losses is .*float32.*expected .*float64"),
    (lambda m: {**m, "losses": m["losses"].astype(">f8")}, "losses is .*>f8"),
    (lambda m: {**m, "losses": m["losses"][:4]}, r"losses is .*\(4,\)"),
    (lambda m: {**m, "losses": m["losses"][:, None]}, r"losses is .*\(5, 1\)"),
    (lambda m: {**m, "position_losses": np.asfortranarray(m["position_losses"])}, "position_losses is .*True"),
    (lambda m: {**m, "top_tokens": m["top_tokens"] + 100}, "token index 10[0-9] with an alphabet of 8"),
    (lambda m: {**m, "top_tokens": m["top_tokens"].astype(np.uint16)}, "top_tokens .*bytes"),
    (lambda m: {**m, "inputs": m["inputs"] + 100}, "inputs contains the index 10"),
    (lambda m: {**m, "losses": _npy("<f8", (5,), b"")}, "losses is .* with 0 bytes, expected .* with 40 bytes"),
    (lambda m: {**m, "losses": _npy("<f8", (5,), bytes(41))}, "losses is .* with 41 bytes, expected .* with 40 bytes"),
    (lambda m: {**m, "losses": _npy("<f8", (10**12,), b"")}, "losses is .*1000000000000"),
    (lambda m: {**m, "losses": b"\x93NUMPY\x02\x00"}, "."),
    (lambda m: {**m, "losses": b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 15 + b"\n"}, "."),
    (lambda m: {**m, "losses": b"\x93NUMPY\x01\x00\x03\x00{]\n"}, "."),
]


def _npy(kind: str, shape: tuple[int, ...], data: bytes) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": shape})
    return file.getvalue() + data


@pytest.mark.parametrize(("changes", "message"), HEADERS)
def test_an_invalid_header_is_refused(changes: dict[str, Any], message: str) -> None:
    members = members_of(made_up.history(5))
    with pytest.raises(ValueError, match=f"cannot read this recording: .*{message}"):
        History.from_bytes(written({**members, "header": {**members["header"], **changes}}))


@pytest.mark.parametrize(("change", "message"), MEMBERS)
def test_invalid_members_are_refused(change: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"cannot read this recording: .*{message}"):
        History.from_bytes(written(change(members_of(made_up.history(5)))))


def test_a_later_version_is_refused_as_such_whatever_its_members() -> None:
    header = {**members_of(made_up.history(5))["header"], "version": 7}
    with pytest.raises(ValueError, match="version is 7, expected 1 to 4; update epochscope"):
        History.from_bytes(written({"header": header, "all": np.zeros(3)}))


class Trap:
    """Sets a flag if it is ever unpickled."""

    sprung = False

    def __reduce__(self) -> tuple[Any, ...]:
        return _spring, ()


def _spring() -> None:
    Trap.sprung = True


def test_pickles_in_a_file_are_not_executed() -> None:
    members = members_of(made_up.history(5))
    for name in COLUMNS:
        data = written({**members, name: np.array([Trap()], dtype=object)}, pickles=True)
        with pytest.raises(ValueError, match="cannot read this recording"):
            History.from_bytes(data)
    assert not Trap.sprung


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_types_are_refused(compression: int) -> None:
    with pytest.raises(ValueError, match="compression type"):
        History.from_bytes(written(members_of(made_up.history(5)), compression=compression))


def understated(data: bytes, name: str, size: int) -> bytes:
    """A file whose directory gives a member another uncompressed size."""
    at = data.rindex(name.encode()) - 46  # of its entry in the directory
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]


def bombs() -> list[tuple[str, bytes]]:
    """Small files that claim to contain, or contain, a lot."""
    members = members_of(made_up.history(5))
    header = members["header"]
    large = np.zeros((60_000_000,), np.uint8)
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(5_000):
            archive.writestr(f"{number}.npy", b"")
    forged = {**members, "losses": _npy("<f8", (5,), large.tobytes())}
    return [
        ("a header of 60 MB", written({**members, "header": large.tobytes()})),
        ("a column of 60 MB", written({**members, "losses": large})),
        ("a column that continues for 60 MB", written(forged)),
        ("a column of 60 MB that claims to be small", understated(written(forged), "losses.npy", 168)),
        ("columns of 10^12 epochs", written({**members, "header": {**header, "epochs": 10**12}})),
        ("5,000 members", many.getvalue()),
    ]


@pytest.mark.parametrize(("what", "data"), bombs())
def test_a_bomb_is_refused_before_it_takes_memory(what: str, data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(ValueError, match="cannot read this recording"):
        History.from_bytes(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000 + 2 * len(data), what


def test_a_recording_larger_than_the_limit_is_read_with_a_larger_limit() -> None:
    history = made_up.history(3000)
    data = history.to_bytes()
    with pytest.raises(ValueError, match=r"takes .* bytes of memory, more than 300,000; pass a larger max_bytes"):
        History.from_bytes(data, max_bytes=300_000)
    with pytest.raises(ValueError, match="more than 1,000 bytes; pass a larger max_bytes"):
        History.from_bytes(data, max_bytes=1_000)
    assert History.from_bytes(data, max_bytes=500_000) == history


def originals() -> list[History]:
    histories = [made_up.history(0), made_up.history(4), made_up.history(7, WIDE[:30] + WIDE)]
    return [*histories, made_up.history(30, "to be or not to be").fork(20)]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The bytes of a file after an accident: changed bits or bytes, a cut, a gap, or bytes of another file."""
    file = bytearray(data)
    at = rng.randrange(len(file))
    accident = rng.randrange(6)
    if accident <= 1:
        file[at] ^= 1 << rng.randrange(8)
    elif accident == 2:
        for _ in range(rng.randrange(2, 20)):
            file[rng.randrange(len(file))] ^= rng.randrange(1, 256)
    elif accident == 3:
        del file[at:]
    elif accident == 4:
        del file[at : at + rng.randrange(1, 50)]
    else:
        file[at:at] = rng.randbytes(rng.randrange(1, 50))
    return bytes(file)


def is_refused(data: bytes) -> bool:
    try:
        History.from_bytes(data)
    except ValueError:
        return True
    return False


def test_a_damaged_file_is_refused() -> None:
    rng = random.Random(1)
    files = [history.to_bytes() for history in originals()]
    for _ in range(count(1_000, 8_000)):
        data = rng.choice(files)
        broken = damaged(data, rng)
        assert broken == data or is_refused(broken)


def test_damaged_content_is_refused() -> None:
    rng = random.Random(2)
    files = [history.to_bytes() for history in originals()]
    for _ in range(count(300, 2_000)):
        data = rng.choice(files)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = rng.choice(archive.infolist())
        at = entry.header_offset + 30 + len(entry.filename) + rng.randrange(entry.compress_size)
        broken = bytearray(data)
        broken[at] ^= rng.randrange(1, 256)
        assert is_refused(bytes(broken))


def test_a_member_with_any_byte_changed_and_a_valid_crc_is_refused_or_a_valid_recording() -> None:
    rng = random.Random(3)
    members = members_of(made_up.history(6))
    for _ in range(count(200, 2_000)):
        name = rng.choice(list(members))
        file = io.BytesIO()
        if name == "header":
            file.write(json.dumps(members[name]).encode())
        else:
            np.lib.format.write_array(file, members[name], version=(1, 0))
        changed = bytearray(file.getvalue())
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        try:
            history = History.from_bytes(written({**members, name: bytes(changed)}))
        except ValueError:
            continue
        assert len(history) == 6
        assert repr(history)
        assert len(history.events) >= 0
