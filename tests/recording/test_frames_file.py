"""Version 4 of the file: recordings on an axis, with probes and scalars, and those that are written while they grow."""

from __future__ import annotations

import io
import json
import os
import threading
import warnings
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochscope import histories
from epochscope.history import History
from epochscope.recording.file_blocks import FileBlocks
from epochscope.recording.frame_writer import FrameWriter
from epochscope.recording.frames import FrameFormat
from epochscope.recording.records import Records
from epochscope.recording.stored_zip import END_SIZE, Member, directory, local_header
from tests.thoroughness import count

from . import made_up
from .test_files_with_weights import with_weights


@cache
def long_one() -> History:
    """Return a recording of more than one block."""
    return made_up.loop(700)


def written(path: Path, epochs: int, at_once: int = 1) -> History:
    """Return a recording that is written to a file, a few records at a time."""
    source = long_one().fork(epochs)
    history = made_up.loop(0, path=path)
    for start in range(0, epochs, at_once):
        history.extend(source.records(start, start + at_once), source.extras(start, start + at_once))
    return history


@settings(max_examples=count(30, 1000))
@given(st.integers(0, 600), st.sampled_from(["step", "token", "epoch", None]), st.booleans())
def test_loading_returns_what_was_saved(epochs: int, axis: str | None, forked: bool) -> None:
    source = long_one().fork(epochs)
    probes = source.probes[:0] if axis is None else source.probes
    history = History(source.alphabet, source.inputs, source.targets, axis=axis, probes=probes, separator=" ")  # type: ignore[arg-type]
    extras = source.extras()
    history.extend(source.records(), extras if axis else extras._replace(places=None))
    if forked:
        history = history.fork(epochs // 2)
    again = History.from_bytes(history.to_bytes())
    assert again == history
    assert (again.axis, again.probes, again.branches) == (history.axis, history.probes, history.branches)
    assert again.events == history.events
    assert again.to_bytes() == history.to_bytes()


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_equal_recordings_give_equal_bytes_however_they_were_recorded(at_once: int, tmp_path: Path) -> None:
    history = written(tmp_path / "run.npz", 700, at_once)
    history.save(tmp_path / "copy.npz")
    expected = long_one().to_bytes()
    assert (tmp_path / "copy.npz").read_bytes() == expected == history.to_bytes()
    history.complete()
    assert History.load(tmp_path / "run.npz").to_bytes() == expected
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy.npz", "run.npz"]


def test_only_recordings_with_an_axis_probes_or_scalars_have_version_4() -> None:
    def version(history: History) -> int:
        with zipfile.ZipFile(io.BytesIO(history.to_bytes())) as archive:
            return json.loads(archive.read("header.json"))["version"]

    assert version(made_up.history(3)) == 1
    assert version(made_up.loop(0)) == 4
    scalar = made_up.history(1)
    scalar.append([1.0], made_up.logits(scalar, 1), scalars={"norm": [2.0]})
    assert version(scalar) == 4


def test_numpy_and_zip_tools_open_a_complete_file(tmp_path: Path) -> None:
    history = written(tmp_path / "run.npz", 5)
    history.complete()
    with np.load(tmp_path / "run.npz", allow_pickle=False) as file:
        assert file["inputs"].tolist() == history.inputs.tolist()
        assert json.loads(file["header.json"])["axis"] == "step"
    with zipfile.ZipFile(tmp_path / "run.npz") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["header.json", "inputs.npy", "targets.npy", "records.bin"]


def test_zipfile_reads_a_file_of_more_than_4_gib(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    size = 5 * 2**30
    member = Member("records.bin", 0, size, 7)
    with path.open("wb") as file:
        file.write(local_header(member))
        end = file.tell() + size
        file.seek(end)  # nothing is written in between: the disk has a hole there
        file.write(directory([member], end))
    with zipfile.ZipFile(path) as archive, archive.open("records.bin") as read:
        assert [(each.filename, each.file_size, each.CRC) for each in archive.infolist()] == [("records.bin", size, 7)]
        assert read.read(100) == bytes(100)


def test_a_file_is_read_while_it_is_written_and_after_it_was_completed(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    history = written(path, 4)
    assert History.load(path) == history == made_up.loop(4)
    history.complete()
    history.complete()
    assert History.load(path) == made_up.loop(4)
    source = made_up.loop(9)
    history.extend(source.records(4, 5), source.extras(4, 5))  # shorter than the end of the zip that it replaces
    assert len(History.load(path)) == 5
    history.extend(source.records(5), source.extras(5))
    assert History.load(path) == source
    del history
    assert zipfile.ZipFile(path).testzip() is None
    assert History.load(path) == source


def test_a_file_that_exists_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    made_up.history(3).save(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match=r"run.npz'?: this file exists, .*Delete it, or pass another path"):
        made_up.loop(0, path=path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["run.npz"]


def test_a_disk_without_hard_links_has_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    written(tmp_path / "run.npz", 2)
    with pytest.raises(FileExistsError, match="pass another path"):
        made_up.loop(0, path=tmp_path / "run.npz")
    assert len(History.load(tmp_path / "run.npz")) == 2
    assert [each.name for each in tmp_path.iterdir()] == ["run.npz"]


def test_a_recording_that_is_written_to_a_file_can_be_neither_cut_nor_saved_over_it(tmp_path: Path) -> None:
    history = written(tmp_path / "run.npz", 3)
    with pytest.raises(
        ValueError, match=r"run.npz: a recording in a file cannot be cut; history.fork\(len\(history\)\)"
    ):
        history.truncate(1)
    with pytest.raises(
        ValueError, match=r"run.npz'?: is the file that this recording is written to.*pass another path"
    ):
        history.save(tmp_path / "run.npz")
    fork = history.fork(2)
    made_up.grow_loop(fork, 3)
    assert (len(fork), len(history), len(History.load(tmp_path / "run.npz"))) == (5, 3, 3)


def test_a_failed_write_records_nothing_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, source = written(tmp_path / "run.npz", 2), made_up.loop(4)
    assert isinstance(history.store, FileBlocks)
    writer = history.store._writer
    assert writer is not None
    file = writer._file

    class Full:
        """A disk that is full after a few bytes."""

        def write(self, data: memoryview) -> int:
            file.write(data[:9])
            raise OSError(28, "No space left on device")

        def __getattr__(self, name: str) -> object:
            return getattr(file, name)

    with monkeypatch.context() as patch:
        patch.setattr(writer, "_file", Full())
        with pytest.raises(OSError, match="No space left"):
            history.store.add(source.records(2, 3), source.extras(2, 3))
    assert len(history) == len(History.load(tmp_path / "run.npz")) == 2
    history.store.add(source.records(2), source.extras(2))
    assert history == source == History.load(tmp_path / "run.npz")


def test_columns_of_a_recording_in_a_file_are_those_of_one_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    source = long_one()
    source.save(path)
    history = History.load(path, max_bytes=60_000)
    assert isinstance(history.store, FileBlocks)
    for name in ("losses", "lrs", "places", "predictions", "position_losses", "n_correct", "first_error", "learned_at"):
        np.testing.assert_array_equal(getattr(history, name), getattr(source, name), err_msg=name)
    np.testing.assert_array_equal(history.scalars["gradient norm"], source.scalars["gradient norm"])
    assert history == source
    assert history.events == source.events
    assert history.text(650) == source.text(650)
    assert history.probe("held out").topk(-1)[0].tolist() == source.probe("held out").topk(-1)[0].tolist()
    assert history.to_svg(600) == source.to_svg(600)
    with pytest.raises(ValueError, match="cannot be extended"):
        made_up.grow_loop(history, 1)


def test_a_small_file_is_read_into_memory_and_can_be_extended(tmp_path: Path) -> None:
    made_up.loop(3).save(tmp_path / "run.npz")
    history = History.load(tmp_path / "run.npz")
    (tmp_path / "run.npz").unlink()
    made_up.grow_loop(history, 2)
    assert history == made_up.loop(5)


def test_records_that_do_not_fit_are_refused_where_there_is_no_file() -> None:
    data = made_up.loop(900).to_bytes()
    with pytest.raises(ValueError, match=r"it takes [0-9,]+ bytes of memory, more than 150,000; pass a larger max_byt"):
        History.from_bytes(data, max_bytes=150_000)
    with pytest.raises(ValueError, match="more than 100 bytes; pass a larger max_bytes"):
        History.from_bytes(data, max_bytes=100)


def test_of_a_file_that_is_cut_anywhere_all_whole_frames_are_read(tmp_path: Path) -> None:
    path, cut = tmp_path / "run.npz", tmp_path / "cut.npz"
    history = made_up.loop(0, path=path)
    ends = [path.stat().st_size]
    for _ in range(4):
        made_up.grow_loop(history, 1)
        ends.append(path.stat().st_size)
    history.complete()
    data, source = path.read_bytes(), made_up.loop(4)
    beginnings = [source.fork(whole) for whole in range(5)]
    for beginning in beginnings:
        beginning.branches = ()
    for end in {*range(ends[0], len(data), count(20, 1)), *ends, *(stop - 1 for stop in ends[1:])}:
        cut.write_bytes(data[:end])
        assert History.load(cut) == beginnings[sum(stop <= end for stop in ends) - 1], end


def test_a_file_that_is_cut_in_its_beginning_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    history = written(path, 0)
    data = path.read_bytes()
    assert len(history) == len(History.load(path)) == 0
    for end in range(0, len(data), count(7, 1)):
        path.write_bytes(data[:end])
        with pytest.raises(ValueError, match=r"run.npz: cannot read this recording"):
            History.load(path)


def test_any_damaged_byte_of_a_complete_file_is_noticed() -> None:
    history = made_up.loop(2)
    data = history.to_bytes()
    for at in range(0, len(data), count(5, 1)):
        for damage in (data[at] ^ 1, data[at] ^ 0xFF):
            damaged = bytes([*data[:at], damage, *data[at + 1 :]])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    again = History.from_bytes(damaged)
                except ValueError:
                    continue
            assert at >= len(data) - END_SIZE  # without the end of the zip it is as if the writer had been killed
            assert again == history


def test_a_damaged_frame_of_a_file_that_is_not_complete_ends_what_is_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    history = made_up.loop(0, path=path)
    sizes = []
    for _ in range(5):
        made_up.grow_loop(history, 1)
        sizes.append(path.stat().st_size)
    data = bytearray(path.read_bytes())
    data[sizes[2] + 60] ^= 1
    other = tmp_path / "other.npz"
    other.write_bytes(data)
    with pytest.warns(
        UserWarning, match=rf"other.npz: is damaged at byte {sizes[2]:,}; the 3 records before it are read"
    ):
        assert History.load(other) == made_up.loop(3)
    other.write_bytes(path.read_bytes() + bytes(500))  # as a disk may leave a file after a power failure
    with pytest.warns(UserWarning, match="the 5 records before it are read"):
        assert len(History.load(other)) == 5


def test_weights_of_a_recording_with_an_axis_are_saved_and_loaded() -> None:
    source = with_weights(0, 3)
    history = History(source.alphabet, source.inputs, source.targets, axis="step")
    history.extend(source.records(), made_up.loop(len(source)).extras()._replace(scalars={}))
    history.weights = source.weights
    loaded = History.from_bytes(history.to_bytes())
    assert loaded == history
    assert loaded.weights is not None
    assert source.weights is not None
    assert loaded.weights.epochs == (0, 3)
    assert loaded.weights.at(3).tolist() == source.weights.at(3).tolist()
    assert loaded.to_bytes() == history.to_bytes()


def test_a_comparison_holds_recordings_of_version_4() -> None:
    runs = [made_up.loop(3), made_up.history(4), made_up.loop(2)]
    loaded, labels = histories.from_bytes(histories.to_bytes(runs, ["a", "b", "c"]))
    assert loaded == runs
    assert labels == ("a", "b", "c")
    with pytest.raises(ValueError, match=r"holds a single recording; use epochscope.EpochScope.load\(path\)"):
        histories.from_bytes(runs[0].to_bytes())


def forged(history: History, **changes: object) -> bytes:
    """Return the file of a recording with other fields in its header."""
    data = history.to_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents["header.json"] = json.dumps(json.loads(contents["header.json"]) | changes).encode()
    return assembled(contents)


def assembled(contents: dict[str, bytes]) -> bytes:
    """Return a complete file with these members."""
    members, file = [], b""
    for name, data in contents.items():
        members.append(Member(name, len(file), len(data), zlib.crc32(data)))
        file += local_header(members[-1]) + data
    return file + directory(members, len(file))


def test_an_assembled_file_is_that_which_is_saved() -> None:
    assert History.from_bytes(forged(made_up.loop(3))) == made_up.loop(3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": 5}, "version is 5, expected 1 to 4; update epochscope"),
        ({"version": 3}, "version is 3, but its members are those of 4"),
        ({"format": "epochscope sweep"}, "holds a sweep"),
        ({"positions": 3}, "inputs.npy has .* expected at most|inputs is"),
        ({"positions": 10**15}, "inputs is"),
        ({"positions": 0}, "positions=0"),
        ({"axis": "meter"}, "axis='meter'"),
        ({"axis": None}, "."),
        ({"probes": [["a", 0, 3]]}, "must cover"),
        ({"probes": [["a"]]}, "ValueError|not enough values"),
        ({"probes": 3}, "TypeError"),
        ({"alphabet": list("ab")}, "index"),
        ({"branches": [9]}, "branch=9"),
        ({"branches": [2, 1]}, "not in increasing order"),
        ({"metadata": [1]}, "TypeError"),
    ],
)
def test_a_forged_header_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=f"cannot read this recording: .*({reason})"):
        History.from_bytes(forged(made_up.loop(3), **changes))


def frame_with(records: bytes, scalars: int = 0, names: bytes = b"", n: int = 1) -> bytes:
    """Return a frame with a right CRC and these bytes in it."""
    data = zlib.compress(records)
    rest = b"".join(value.to_bytes(4, "little") for value in (len(data), n, scalars, len(names))) + data
    return zlib.crc32(rest).to_bytes(4, "little") + rest


def test_a_forged_frame_is_refused() -> None:
    history = made_up.loop(1)
    packer = FrameFormat(history.positions, len(history.alphabet), True)
    frame = packer.pack(history.records(), history.extras()._replace(scalars={}))
    head = packer.head(frame)
    assert head is not None
    good = zlib.decompress(frame[packer.HEAD :])
    assert len(packer.unpack(head, frame)[0].losses) == 1
    token = 8 * 3 + 2 * history.positions
    two = b'["a","a"]'
    for bad, reason in [
        (frame_with(good[:-1]), "does not unpack"),
        (frame_with(good + b"x"), "does not unpack"),
        (frame_with(b""), "too short"),
        (frame_with(good[:token] + b"\xff" + good[token + 1 :]), "token index 255"),
        (frame_with(good[:24] + bytes(16) + two + good[24:], 2, two), "has 2 scalars with the names"),
        (frame_with(good[:24] + bytes(16) + b"[1,2]" + good[24:], 2, b"[1,2]"), "the scalar 1: must be"),
        (frame_with(good[:16] + np.float64(np.nan).tobytes() + good[24:]), "places"),
        (frame_with(bytes(10**6)), "does not unpack"),
        (frame_with(bytes(10**7)), "it is damaged"),  # no frame of one record is as long
    ]:
        with zipfile.ZipFile(io.BytesIO(history.to_bytes())) as archive:
            contents = {name: archive.read(name) for name in archive.namelist()}
        with pytest.raises(ValueError, match=f"cannot read this recording: .*{reason}"):
            History.from_bytes(assembled({**contents, "records.bin": bad}))


def test_threads_that_read_while_another_one_writes_see_whole_records(tmp_path: Path) -> None:
    source, history = long_one(), made_up.loop(0, path=tmp_path / "run.npz")
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(len(history))
            if seen[-1]:
                last = seen[-1] - 1
                assert history.records(last).losses[0] == source.losses[last]
            history.complete()

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for start in range(0, 300, 2):
            history.extend(source.records(start, start + 2), source.extras(start, start + 2))
        done.set()
        for each in readers:
            each.result()
    assert len(history) == 300
    assert len(set(seen)) > 1
    assert all(number % 2 == 0 for number in seen)
    assert np.array_equal(History.load(tmp_path / "run.npz").losses, source.losses[:300])


def test_a_file_that_another_program_has_cut_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history, source = written(tmp_path / "run.npz", 2), made_up.loop(3)
    appended = FrameWriter.append

    def cut(self: FrameWriter, frame: bytes) -> None:
        appended(self, frame)
        os.truncate(tmp_path / "run.npz", 100)

    monkeypatch.setattr(FrameWriter, "append", cut)
    with pytest.raises(OSError, match=r"run.npz: another program has changed the file; pass another path"):
        history.store.add(source.records(2), source.extras(2))
    assert len(history) == 2
    long_one().save(tmp_path / "other.npz")
    other = History.load(tmp_path / "other.npz", max_bytes=60_000)
    os.truncate(tmp_path / "other.npz", 9_000)
    with pytest.raises(ValueError, match=r"the file has changed at byte .* load it again"):
        other.text(0)


def test_a_forked_process_does_not_write_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history, source = written(tmp_path / "run.npz", 2), made_up.loop(3)
    with monkeypatch.context() as patch:
        patch.setattr("epochscope.recording.frame_writer.os.getpid", lambda: 0)
        with pytest.raises(OSError, match="a fork of the one that writes the file"):
            history.extend(source.records(2), source.extras(2))
    assert len(history) == 2
    history.extend(source.records(2), source.extras(2))
    assert history == source


def test_a_recording_that_grows_while_it_is_saved_is_saved_as_it_was() -> None:
    class Growing(History):
        def records(self, start: int = 0, stop: int | None = None) -> Records:
            made_up.grow_loop(self, 1)
            return super().records(start, stop)

    source = made_up.loop(3)
    history = Growing(
        source.alphabet,
        source.inputs,
        source.targets,
        axis=source.axis,
        probes=source.probes,
        metadata=source.metadata,
    )
    made_up.grow_loop(history, 3)
    assert History.from_bytes(history.to_bytes()) == source
