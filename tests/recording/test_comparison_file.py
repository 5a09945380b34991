"""Files of several recordings: what is restored, and what is refused."""

from __future__ import annotations

import io
import json
import random
import re
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope import histories
from epochscope.histories import from_bytes, load, recordings_to_pandas, to_bytes
from epochscope.history import History
from tests.thoroughness import count

from . import made_up
from .test_damaged_recordings import damaged, members_of, understated, written
from .test_files_with_weights import with_weights

LABELS = ("RNN", "LSTM, lr 0.01", "GRU")


def runs(n: int = 3) -> list[History]:
    """Return recordings of different texts and lengths."""
    several = [made_up.history(5), with_weights(0, 3, recorded=4), made_up.history(0, "a b a b")]
    return [*several, *(made_up.history(2, seed=seed) for seed in range(n - 3))][:n]


def members(data: bytes) -> dict[str, Any]:
    """The members of a comparison's file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(contents: dict[str, Any], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A file with these members and a valid CRC, as someone who knows the format would forge it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, value in contents.items():
            archive.writestr(name, value if isinstance(value, (bytes, str)) else json.dumps(value))
        archive.comment = b"00000000"
    body = file.getvalue()[:-8]
    return body + f"{zlib.crc32(body):08x}".encode()


@pytest.mark.parametrize("n", [2, 3, 6])
def test_a_file_restores_recordings_weights_and_labels(n: int, tmp_path: Path) -> None:
    labels = [f"run {i}" for i in range(n)]
    data = to_bytes(runs(n), labels)
    (tmp_path / "runs.npz").write_bytes(data)
    loaded, restored = load(tmp_path / "runs.npz")
    assert loaded == runs(n)
    assert restored == tuple(labels)
    assert [None if each.weights is None else each.weights.epochs for each in loaded] == [
        None,
        (0, 3),
        *[None] * (n - 2),
    ]
    assert loaded[1].to_bytes() == runs(n)[1].to_bytes()
    assert to_bytes(loaded, restored) == data


def test_labels_may_be_any_text() -> None:
    labels = ("한국어", "\ud800\x00\n</script>", "LSTM" * 1000)
    assert from_bytes(to_bytes(runs(), labels))[1] == labels


def test_numpy_lists_the_members_of_a_file() -> None:
    with np.load(io.BytesIO(to_bytes(runs(), LABELS)), allow_pickle=False) as file:
        assert file.files == ["header.json", "run-0.npz", "run-1.npz", "run-2.npz"]
        assert History.from_bytes(file["run-1.npz"]) == runs()[1]


@pytest.mark.parametrize(
    ("n", "labels", "reason"),
    [
        (1, ["RNN"], "1 run: a comparison has 2 to 6"),
        (7, [*"abcdefg"], "7 runs: a comparison has 2 to 6"),
        (3, ["RNN", "LSTM"], "2 labels for 3 runs; pass one label for each run"),
        (2, ["RNN", "RNN"], "'RNN' occurs twice; pass a different label for each run"),
        (2, ["RNN", " "], r"labels=\['RNN', ' '\]: must be strings that are not empty"),
        (2, ["RNN", 3], r"labels=\['RNN', 3\]: must be strings"),
        (2, "ab", "labels='ab': must be strings"),
    ],
)
def test_what_is_no_comparison_is_not_written(n: int, labels: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        to_bytes(runs(6)[:n] if n < 7 else [*runs(6), made_up.history(1)], labels)


def test_a_recording_that_cannot_be_saved_is_named() -> None:
    several = runs()
    several[1].metadata["note"] = "x" * 9_000_000
    with pytest.raises(ValueError, match=r"run 2 \(LSTM, lr 0.01\): alphabet and metadata take 9,000"):
        to_bytes(several, LABELS)


def test_the_file_of_a_single_recording_is_refused_with_what_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    made_up.history(5).save(path)
    expected = (
        "one.npz: cannot read this comparison: this file holds a single recording; use "
        "epochscope.EpochScope.load(path) or epochscope.History.load(path)"
    )
    with pytest.raises(ValueError, match=f"{re.escape(expected)}$"):
        load(path)


@pytest.mark.parametrize("n", [2, 6])
def test_history_load_refuses_the_file_of_a_comparison_with_what_reads_it(n: int, tmp_path: Path) -> None:
    path = tmp_path / "runs.npz"
    path.write_bytes(to_bytes([with_weights(0, 3) for _ in range(n)], ["long" * 99, *"abcde"[: n - 1]]))
    expected = (
        f"runs.npz: cannot read this recording: this file holds a comparison of {n} runs (long{'long' * 8}lon…, "
        f"{', '.join('abcde'[: n - 1])}); use epochscope.Comparison.load(path)"
    )
    with pytest.raises(ValueError, match=f"{re.escape(expected)}$"):
        History.load(path)


HEADER = {"format": "epochscope comparison", "version": 1, "labels": list(LABELS)}
CHANGES: list[tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = [
    (lambda m: {**m, "header.json": {**HEADER, "version": 2, "labels": 3}}, "version is 2, expected 1; update epo"),
    (lambda m: {**m, "header.json": {**HEADER, "format": "film"}}, "format is 'film', expected 'epochscope"),
    (lambda m: {**m, "header.json": {**HEADER, "labels": ["RNN"]}}, "1 run: a comparison has 2 to 6"),
    (lambda m: {**m, "header.json": {**HEADER, "labels": [*"abcdefg"]}}, "7 runs: a comparison has 2 to 6"),
    (lambda m: {**m, "header.json": {**HEADER, "labels": ["a", "b", "a"]}}, "'a' occurs twice"),
    (lambda m: {**m, "header.json": {**HEADER, "labels": ["a", "b", None]}}, "labels=.*None.*must be strings"),
    (lambda m: {**m, "header.json": {**HEADER, "labels": 3}}, "labels=3"),
    (lambda m: {**m, "header.json": {**HEADER, "labels": ["a", "b"]}}, "members are .*run-2.npz; expected .*run-1.npz"),
    (lambda m: {**m, "header.json": "{}"}, "KeyError: 'format'"),
    (lambda m: {**m, "header.json": "3"}, "TypeError"),
    (lambda m: {**m, "header.json": "[" * 100_000}, "RecursionError"),
    (lambda m: {**m, "header.json": " " * 9_000_000}, "header.json has 9,000,000 bytes, expected at most 8,388,608"),
    (lambda m: {k: v for k, v in m.items() if k != "run-1.npz"}, "its members are .*expected .*run-1.npz"),
    (lambda m: {k: v for k, v in m.items() if k != "header.json"}, "no item named 'header.json'"),
    (lambda m: {**m, "extra": b""}, "its members are .*extra; expected"),
    (lambda m: {**m, "run-1.npz": b""}, r"run 2 \(LSTM, lr 0.01\): BadZipFile"),
    (lambda m: {**m, "run-1.npz": m["run-1.npz"] + b" "}, r"run 2 \(LSTM, lr 0.01\): it is damaged"),
    (lambda m: {**m, "run-2.npz": forged(m)}, r"run 3 \(GRU\): this file holds a comparison of 3 runs"),
    (lambda m: {**m, "run-0.npz": written({"header": {"format": "epochscope recording", "version": 9}})},
     r"run 1 \(RNN\): its version is 9, expected 1 to 4; update epochscope"),
]  # fmt: skip


def test_a_forged_file_with_the_same_members_is_read() -> None:
    assert from_bytes(forged(members(to_bytes(runs(), LABELS)))) == (runs(), LABELS)


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_forged_members_are_refused(change: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=f"cannot read this comparison: .*{reason}"):
        from_bytes(forged(change(members(to_bytes(runs(), LABELS)))))


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04"])
def test_a_file_of_another_kind_is_refused_with_its_path(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"other.npz: cannot read this comparison: .*not a zip file"):
        load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.npz")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_types_are_refused(compression: int) -> None:
    with pytest.raises(ValueError, match="compression type"):
        from_bytes(forged(members(to_bytes(runs(), LABELS)), compression))


def refused(data: bytes) -> str:
    """Why a comparison is refused; "" if it is not."""
    try:
        from_bytes(data)
    except ValueError as error:
        return str(error)
    return ""


def test_a_damaged_file_is_refused_as_such() -> None:
    rng = random.Random(1)
    files = [to_bytes(runs(n), [f"run {i}" for i in range(n)]) for n in (2, 3, 6)]
    for _ in range(count(500, 5_000)):
        data = rng.choice(files)
        broken = damaged(data, rng)
        if broken != data:
            assert refused(broken).startswith("cannot read this comparison: ")
            assert "single recording" not in refused(broken)


def test_a_file_that_ends_after_a_run_is_damaged_and_not_a_single_recording() -> None:
    data = to_bytes(runs(), LABELS)
    for run in list(members(data).values())[1:]:
        end = data.index(run) + len(run)
        for more in (0, 1, 50):
            assert "it is damaged, or was not written by" in refused(data[: end + more])
            with pytest.raises(ValueError, match="cannot read this recording: it is damaged"):
                History.from_bytes(data[: end + more])


def bombs() -> list[tuple[str, bytes]]:
    """Small files that claim to contain, or contain, a lot."""
    contents = members(to_bytes(runs(), LABELS))
    large, one = bytes(60_000_000), members_of(made_up.history(5))
    column = written({**one, "losses": np.frombuffer(large, np.uint8)})
    return [
        ("a run with a column of 60 MB", forged({**contents, "run-1.npz": column})),
        ("a run with a column of 60 MB that claims to be small",
         forged({**contents, "run-1.npz": understated(column, "losses.npy", 168)})),
        ("a run of 60 MB of zeros", forged({**contents, "run-1.npz": large}, zipfile.ZIP_DEFLATED)),
        ("a run of 60 MB that claims to be small",
         understated(forged({**contents, "run-1.npz": large}, zipfile.ZIP_DEFLATED), "run-1.npz", 168)),
        ("a header of 60 MB", forged({**contents, "header.json": large}, zipfile.ZIP_DEFLATED)),
        ("5,000 members", forged({f"{i}.npz": b"" for i in range(5_000)})),
    ]  # fmt: skip


@pytest.mark.parametrize(("what", "data"), bombs())
def test_a_bomb_is_refused_before_it_takes_memory(what: str, data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(ValueError, match="cannot read this comparison"):
        from_bytes(data, max_bytes=30_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000 + 4 * len(data), what


def test_max_bytes_is_that_of_all_runs_together() -> None:
    several = [made_up.history(3000, seed=seed) for seed in range(3)]
    data = to_bytes(several, LABELS)
    memory = sum(len(each) * each.bytes_per_epoch for each in several)
    assert from_bytes(data, max_bytes=memory + 20_000)[0] == several
    with pytest.raises(ValueError, match=r"run 3 \(GRU\): it takes .* bytes of memory.*pass a larger max_bytes"):
        from_bytes(data, max_bytes=memory - 1)
    with pytest.raises(ValueError, match="more than 1,000 bytes; pass a larger max_bytes"):
        from_bytes(data, max_bytes=1_000)


def test_max_bytes_counts_the_weights_of_all_runs() -> None:
    several = [with_weights(*range(9)) for _ in range(2)]
    data = to_bytes(several, ["a", "b"])
    weights = [each.weights.nbytes for each in several if each.weights is not None]
    enough = sum(weights) + len(data) + sum(len(each.to_bytes()) for each in several)
    assert from_bytes(data, max_bytes=enough)[0] == several
    with pytest.raises(ValueError, match=r"run 2 \(b\): .*pass a larger max_bytes"):
        from_bytes(data, max_bytes=weights[0] + len(several[0].to_bytes()))


def test_a_table_has_a_row_for_each_run_and_epoch() -> None:
    pd = pytest.importorskip("pandas")
    table = recordings_to_pandas(runs(), LABELS)
    assert table.index.names == ["run", "epoch"]
    assert [len(table.loc[[label]]) if label in table.index else 0 for label in LABELS] == [5, 4, 0]
    pd.testing.assert_frame_equal(table.loc[LABELS[1]], runs()[1].to_pandas(), check_index_type=False)
    assert table.dtypes.equals(runs()[0].to_pandas().dtypes)
    with pytest.raises(ValueError, match="2 labels for 3 runs"):
        recordings_to_pandas(runs(), ["a", "b"])
    assert len(recordings_to_pandas([made_up.history(0), made_up.history(0)], ["a", "b"])) == 0


def test_a_table_needs_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="needs pandas, which is not installed: pip install pandas"):
        histories.recordings_to_pandas(runs(), LABELS)
