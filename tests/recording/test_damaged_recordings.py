"""Damaged, forged, foreign and future files are refused by the name of their fault, and none takes much memory."""

from __future__ import annotations

import io
import json
import pickle
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording import file as recording_file

from . import made_up

WIDE = "".join(map(chr, range(0x3042, 0x3042 + 300)))  # more than 256 tokens


def seal(body: bytes) -> bytes:
    """A file that bears the right seal, whatever it holds. What stands before must end with a comment's length."""
    return body + recording_file._seal(memoryview(body))


def arrays_of(history: History) -> dict[str, Any]:
    return dict(np.load(io.BytesIO(history.to_bytes()), allow_pickle=False))


def written(arrays: dict[str, Any], *, pickles: bool = False, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A sealed file with these arrays, as someone who knows the format would forge it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                if isinstance(array, bytes):
                    member.write(array)
                else:
                    np.lib.format.write_array(member, np.asarray(array), version=(1, 0), allow_pickle=pickles)
        archive.comment = b" " * recording_file._COMMENT
    return seal(file.getvalue()[: -recording_file._COMMENT])


def header_with(history: History, **changes: Any) -> np.ndarray:
    header = json.loads(bytes(arrays_of(history)["header"]))
    return np.frombuffer(json.dumps({**header, **changes}).encode(), np.uint8)


def test_a_forged_file_that_changes_nothing_is_read() -> None:
    history = made_up.history(5)
    assert History.from_bytes(written(arrays_of(history))) == history


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not even an .npz file"),
        (b"hello", "not even an .npz file"),
        (pickle.dumps({"losses": [1]}), "not even an .npz file"),
        (b"PK\x03\x04", "seal is not where it should be"),
    ],
)
def test_what_is_no_recording_is_called_so(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=rf"other.npz: no recording of epochscope.*{message}"):
        History.load(path)


def test_an_npz_of_somebody_else_is_called_so() -> None:
    file = io.BytesIO()
    np.savez(file, losses=np.zeros(3))
    with pytest.raises(ValueError, match=r"no recording of epochscope.*seal"):
        History.from_bytes(file.getvalue())


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        History.load(tmp_path / "none.npz")


HEADERS: list[tuple[dict[str, Any], str]] = [
    ({"version": 2}, "of format 2: this epochscope reads format 1; update"),
    ({"format": "film"}, "its header says something else"),
    ({"epochs": -1}, "epochs=-1: it is a whole number of 0 or more"),
    ({"epochs": True}, "epochs=True: it is a whole number"),
    ({"epochs": 4}, r"losses is .*'shape': \(5,\).*'shape': \(4,\), } is exp"),
    ({"epochs": 10**15}, "would take .* bytes of memory, more than"),
    ({"positions": 10**15}, "would take .* bytes of memory, more than"),
    ({"positions": 0}, "positions=0"),
    ({"alphabet": "abc"}, "alphabet is 'abc', and a list is expected"),
    ({"alphabet": ["a", 1]}, "the token 1"),
    ({"alphabet": ["a", ["b"]]}, r"the token \['b'\]"),
    ({"alphabet": ["a", "b"]}, "token number"),
    ({"alphabet": list("abcdefg")}, "alphabet has 0 to 6"),
    ({"joined": 1}, "joined is 1, and a bool"),
    ({"about": []}, "about is"),
    ({"branches": [9]}, "branch=9"),
    ({"branches": [3, 2]}, "not in order"),
    ({"branches": ["x"]}, "branch='x'"),
]

ARRAYS: list[tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = [
    (lambda a: {**a, "header": np.frombuffer(b"{", np.uint8)}, "Expecting"),
    (lambda a: {**a, "header": np.frombuffer(b"[" * 100_000, np.uint8)}, "RecursionError"),
    (lambda a: {**a, "header": np.frombuffer(b'{"format": NaN}', np.uint8)}, "NaN in the header"),
    (lambda a: {**a, "header": np.frombuffer(b"\xff\xfe", np.uint8)}, "decode"),
    (lambda a: {**a, "header": np.zeros(9_000_000, np.uint8)}, "header of 9,000,128 bytes"),
    (lambda a: {**a, "header": b"no npy"}, "no .npy file of version 1"),
    (lambda a: {k: v for k, v in a.items() if k != "lrs"}, "it holds .* are expected"),
    (lambda a: {k: v for k, v in a.items() if k != "header"}, "There is no item named 'header.npy'"),
    (lambda a: {**a, "extra": np.zeros(3)}, "extra.npy, and header"),
    (lambda a: {**a, "losses": a["losses"].astype(np.float32)}, "losses is .*<f4.*<f8"),
    (lambda a: {**a, "losses": a["losses"].astype(">f8")}, "losses is .*>f8"),
    (lambda a: {**a, "losses": a["losses"][:4]}, r"losses is .*\(4,\)"),
    (lambda a: {**a, "losses": a["losses"][:, None]}, r"losses is .*\(5, 1\)"),
    (lambda a: {**a, "position_losses": np.asfortranarray(a["position_losses"])}, "fortran_order': True"),
    (lambda a: {**a, "top_tokens": a["top_tokens"] + 100}, "a token 10[0-9] with an alphabet of 8"),
    (lambda a: {**a, "top_tokens": a["top_tokens"].astype(np.uint16)}, "top_tokens is .*<u2"),
    (lambda a: {**a, "lrs": a["lrs"] * np.inf}, "an infinite learning rate"),
    (lambda a: {**a, "inputs": a["inputs"] + 100}, "inputs holds the token number 10"),
    (lambda a: {**a, "losses": _npy("<f8", (5,), b"")}, "losses ends too early"),
    (lambda a: {**a, "losses": _npy("<f8", (5,), bytes(41))}, r"losses is longer than \(5,\)"),
    (lambda a: {**a, "losses": _npy("<f8", (10**12,), b"")}, "losses is .*1000000000000"),
    (lambda a: {**a, "losses": b"\x93NUMPY\x02\x00"}, "no .npy file of version 1"),
]


def _npy(kind: str, shape: tuple[int, ...], data: bytes) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": shape})
    return file.getvalue() + data


@pytest.mark.parametrize(("changes", "message"), HEADERS)
def test_a_sealed_header_that_says_what_cannot_be_is_refused_by_name(changes: dict[str, Any], message: str) -> None:
    history = made_up.history(5)
    with pytest.raises(ValueError, match=message):
        History.from_bytes(written({**arrays_of(history), "header": header_with(history, **changes)}))


@pytest.mark.parametrize(("change", "message"), ARRAYS)
def test_sealed_arrays_that_cannot_be_are_refused_by_name(change: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        History.from_bytes(written(change(arrays_of(made_up.history(5)))))


def test_a_later_format_is_called_so_whatever_it_holds() -> None:
    header = header_with(made_up.history(5), version=7)
    with pytest.raises(ValueError, match="of format 7: this epochscope reads format 1; update"):
        History.from_bytes(written({"header": header, "all": np.zeros(3)}))


class Trap:
    """Sets a mark if it is ever unpickled."""

    sprung = False

    def __reduce__(self) -> tuple[Any, ...]:
        return _spring, ()


def _spring() -> None:
    Trap.sprung = True


def test_pickles_in_a_file_are_not_executed() -> None:
    history = made_up.history(5)
    for name in arrays_of(history):
        data = written({**arrays_of(history), name: np.array([Trap()], dtype=object)}, pickles=True)
        with pytest.raises(ValueError, match=r"damaged|decode"):
            History.from_bytes(data)
    assert not Trap.sprung


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(compression: int) -> None:
    with pytest.raises(ValueError, match="packed in the way"):
        History.from_bytes(written(arrays_of(made_up.history(5)), compression=compression))


def bombs() -> list[tuple[str, bytes]]:
    """Small files that say, or hold, a lot."""
    history = made_up.history(5)
    arrays = arrays_of(history)
    large = np.zeros((60_000_000,), np.uint8)
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(5_000):
            archive.writestr(f"{number}.npy", b"")
        archive.comment = b" " * recording_file._COMMENT
    return [
        ("a header that unpacks to 60 MB", written({**arrays, "header": large})),
        ("a column that unpacks to 60 MB", written({**arrays, "losses": large})),
        ("a column that goes on for 60 MB", written({**arrays, "losses": _npy("<f8", (5,), large.tobytes())})),
        ("columns of 10^12 epochs", written({**arrays, "header": header_with(history, epochs=10**12)})),
        ("5,000 members", seal(many.getvalue()[: -recording_file._COMMENT])),
    ]


@pytest.mark.parametrize(("what", "data"), bombs())
def test_a_bomb_is_refused_before_it_takes_memory(what: str, data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(ValueError):  # noqa: PT011  # whichever of its faults is found first
        History.from_bytes(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000 + 2 * len(data), what


def test_a_recording_larger_than_the_bound_is_read_when_the_bound_is_raised() -> None:
    history = made_up.history(3000)
    data = history.to_bytes()
    with pytest.raises(ValueError, match=r"would take .* bytes of memory, more than 300,000: give a larger max_bytes"):
        History.from_bytes(data, max_bytes=300_000)
    with pytest.raises(ValueError, match="more than 1,000 bytes: give max_bytes"):
        History.from_bytes(data, max_bytes=1_000)
    assert History.from_bytes(data, max_bytes=500_000) == history


def wholes() -> list[bytes]:
    histories = [made_up.history(0), made_up.history(4), made_up.history(7, WIDE[:30] + WIDE)]
    histories.append(made_up.history(30, "to be or not to be").fork(20))
    return [history.to_bytes() for history in histories]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The bytes of a file after an accident: flips, a cut, a hole, a repetition, a stranger's bytes."""
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


def test_eight_thousand_accidents_are_all_noticed() -> None:
    rng = random.Random(1)
    files = wholes()
    for _ in range(8_000):
        data = rng.choice(files)
        broken = damaged(data, rng)
        if broken != data:
            with pytest.raises(ValueError, match=r"."):
                History.from_bytes(broken)


def test_two_thousand_forgeries_are_refused_or_are_whole_recordings() -> None:
    rng = random.Random(2)
    files = wholes()
    refused = 0
    for _ in range(2_000):
        data = damaged(rng.choice(files)[: -recording_file._COMMENT], rng)
        try:
            history = History.from_bytes(seal(data))
        except ValueError:
            refused += 1
        else:  # it was a date or the like that was changed
            assert History.from_bytes(history.to_bytes()) == history
    assert refused > 1_500


def test_headers_and_columns_with_any_byte_changed_are_refused_or_whole() -> None:
    rng = random.Random(3)
    arrays = arrays_of(made_up.history(6))
    for _ in range(500):
        name = rng.choice(list(arrays))
        file = io.BytesIO()
        np.lib.format.write_array(file, arrays[name], version=(1, 0))
        changed = bytearray(file.getvalue())
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        try:
            history = History.from_bytes(written({**arrays, name: bytes(changed)}))
        except ValueError:
            continue
        assert len(history) == 6
        assert repr(history)
        assert len(history.events) >= 0
