"""A file that another process writes is shown while it grows."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope import EpochScope, History
from epochscope.recording.file_blocks import FileBlocks
from epochscope.recording.frame_writer import FrameWriter
from epochscope.runs import followed_run
from epochscope.runs.followed_run import FollowedRun
from epochscope.widget.monitor import monitor
from tests.widget.browser import send
from tests.widget.test_monitor import wait_for

WRITER = """
import sys
import numpy as np
from epochscope.widget.monitor import monitor
watched = monitor("hihello", path=sys.argv[1])
random = np.random.default_rng(0)
for step in watched.steps(100, every=10):
    watched.log(loss=step, logits=random.normal(size=(1, 6, 5)))
    if watched.due:
        watched.history
        print(step, flush=True)
        sys.stdin.readline()
"""


@contextmanager
def writing(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a process that writes a first record, and then one for each line that it reads."""
    program = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
        try:
            yield writer
        finally:
            writer.kill()


def go_on(writer: subprocess.Popen[str], records: int = 1) -> int:
    """Let it write some more records; return the step of the last one."""
    assert writer.stdin is not None
    assert writer.stdout is not None
    step = -1
    for _ in range(records):
        writer.stdin.write("\n")
        writer.stdin.flush()
        step = int(writer.stdout.readline())
    return step


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followed_run, "POLL_S", 0.01)


def test_what_another_process_appends_is_shown_until_it_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"

    async def watch(writer: subprocess.Popen[str]) -> None:
        scope = EpochScope.load(path, follow=True)
        sent: list[Any] = []
        scope.player.send = lambda content, buffers=None: sent.append(content)  # noqa: ARG005 - as that of a widget
        send(scope.player, kind="ack", view="a", revision=0, epochs=1)
        assert (scope.status, len(scope.history), scope.history.axis) == ("training", 1, "step")
        go_on(writer, 3)
        while not any(message.get("kind") == "chunk" for message in sent):  # noqa: ASYNC110 - a timer is awaited
            await asyncio.sleep(0.01)
        assert scope.head >= 1
        assert go_on(writer, 7) == 99
        assert writer.stdin is not None
        writer.stdin.close()
        history = await scope.finished()
        assert scope.status == "finished"
        assert scope.error is None
        assert history.places.tolist() == [*range(0, 100, 10), 99]
        assert history == History.load(path)
        scope.close()

    with writing(path) as writer:
        asyncio.run(asyncio.wait_for(watch(writer), 30))
        assert writer.wait(20) == 0


def test_a_writer_that_was_killed_is_reported_and_what_it_wrote_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"

    async def watch(writer: subprocess.Popen[str]) -> None:
        go_on(writer, 2)
        scope = EpochScope.load(path, follow=True)
        assert scope.status == "training"
        writer.kill()
        writer.wait(20)
        history = await scope.finished()
        assert (scope.status, len(history)) == ("failed", 3)
        assert "ended before it was done; its 3 complete records are shown" in str(scope.error)
        assert scope.player.status["message"] == str(scope.error)
        scope.close()

    with writing(path) as writer:
        asyncio.run(asyncio.wait_for(watch(writer), 30))


def test_pages_learn_of_an_end_that_a_cell_has_read_first(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"

    async def watch(writer: subprocess.Popen[str]) -> None:
        scope = EpochScope.load(path, follow=True)
        writer.kill()
        writer.wait(20)
        while scope.status == "training":  # no await: no timer reads the file meanwhile
            _ = scope.history
        assert scope.player.status["state"] == "training"
        while scope.player.status["state"] == "training":  # noqa: ASYNC110 - a timer is awaited
            await asyncio.sleep(0.01)
        assert scope.player.status["message"] == str(scope.error)
        scope.close()

    with writing(path) as writer:
        asyncio.run(asyncio.wait_for(watch(writer), 30))


def test_reading_the_history_reads_what_is_new_without_an_event_loop(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    watched = monitor("hihello", path=path, check_loss=False)
    watched.log(loss=1.0, logits=np.zeros((6, 5)))
    assert len(watched.history) == 1
    run = FollowedRun(path)
    for count in (2, 3):
        watched.log(loss=1.0, logits=np.zeros((6, 5)))
        assert len(watched.history) == count
        while len(run.history) < count:
            pass
    run.close()
    watched.scope.close()


def test_a_file_that_is_gone_or_damaged_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none.npz: .*the loop that writes it has not begun yet, or the path"):
        EpochScope.load(tmp_path / "none.npz", follow=True)
    saved = tmp_path / "saved.npz"
    watched = monitor("hihello", check_loss=False)
    watched.log(loss=1.0, logits=np.zeros((6, 5)))
    watched.history.save(saved)
    with pytest.raises(ValueError, match="not a recording that a monitor writes"):
        EpochScope.load(saved, follow=True)
    with pytest.raises(ValueError, match="follow='yes'"):
        EpochScope.load(saved, follow="yes")  # type: ignore[arg-type]


def test_a_file_that_was_deleted_and_written_anew_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"

    def write(count: int) -> None:
        watched = monitor("hihello", path=path, check_loss=False)
        for _ in watched.steps(count):
            watched.log(loss=1.0, logits=np.zeros((6, 5)))
        watched.scope.close()

    write(3)
    run = FollowedRun(path)
    assert run.state == "finished"
    path.unlink()
    write(2)
    wait_for(lambda: len(run.history) == 3 and run.state == "failed")
    assert "was deleted, perhaps for another one; its 3 records are shown; to see the new file, load" in str(run.error)
    run.close()


def test_it_can_do_nothing_but_show(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    watched = monitor("hihello", path=path, check_loss=False)
    watched.log(loss=1.0, logits=np.zeros((6, 5)))
    watched.scope.close()
    scope = EpochScope.load(path, follow=True)
    with pytest.raises(RuntimeError, match="a recording that another process writes"):
        scope.train()
    send(scope.player, kind="command", command="pause")  # ignored
    assert scope.status == "finished"
    scope.close()


# -- what a monitor writes --------------------------------------------------------------------------------------------


def test_a_monitor_writes_a_new_file_and_completes_it_when_a_loop_ends(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    watched = monitor({"a": "hihello", "b": "hello"}, alphabet="ehilo", path=path)
    assert not path.exists()
    logits = {"a": np.zeros((6, 5)), "b": np.zeros((4, 5))}
    for count in (3, 5):
        for _ in watched.steps(count - len(watched.history)):
            watched.log(loss=1.0, logits=logits, scalars={"norm": 2.0})
        loaded = History.load(path)
        assert loaded == watched.history
        assert (len(loaded), [probe.name for probe in loaded.probes]) == (count, ["a", "b"])
        assert np.load(path)["inputs"].tolist() == watched.history.inputs.tolist()  # complete
    watched.scope.close()


def test_a_monitor_writes_over_no_file(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError, match=r"run.npz.*Delete it, or pass another path, e.g. path=time") as raised:
        monitor("hihello", path=path, check_loss=False)
    line = re.findall(r"path=(time.strftime\('.*'\)), a new one", str(raised.value))[0]
    assert re.fullmatch(rf"{tmp_path}/run-\d+-\d+.npz", eval(line, {"time": time}))
    with pytest.raises(TypeError, match="path=5: must be a str or a Path"):
        monitor("hihello", path=5)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError, match="its folder does not exist"):
        monitor("hihello", path=tmp_path / "runs" / "run.npz")
    path.unlink()
    watched = monitor("hihello", path=path, check_loss=False)
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError, match=r"run.npz.*Delete it, or pass another path, e.g. path=time"):
        next(iter(watched.steps(3)))
    assert path.read_bytes() == b"precious"


def test_a_loop_goes_on_in_memory_when_its_file_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.npz"
    watched = monitor({"a": "hihello", "b": "hello"}, alphabet="ehilo", path=path)
    logits = {"a": np.zeros((6, 5)), "b": np.zeros((4, 5))}
    write = FrameWriter._write

    def full(self: FrameWriter, at: int, data: bytes) -> None:
        write(self, at, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def loop() -> None:
        for step in watched.steps(9):
            if step == 4:
                assert len(watched.history.probe("b")) == 4
                monkeypatch.setattr(FrameWriter, "_write", full)
            watched.log(loss=float(step), logits=logits, scalars={"norm": step})
            assert len(watched.history) == step + 1

    with pytest.warns(UserWarning, match=r"cannot be written any more \(No space left on device\)") as warned:
        loop()
    assert [str(path) in str(each.message) for each in warned] == [True]
    assert watched.scope.status == watched.scope.player.status["state"] == "finished"
    assert watched.history.losses.tolist() == watched.history.scalars["norm"].tolist() == [*range(9)]
    assert len(watched.history.probe("b").losses) == 9
    assert len(History.load(path)) == 4
    monkeypatch.setattr(FrameWriter, "_write", write)
    watched.history.save(path)
    assert History.load(path) == watched.history
    watched.scope.close()


def test_a_disk_that_is_full_at_the_end_of_a_loop_or_a_file_that_is_closed_ends_no_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.npz"
    watched = monitor("hihello", path=path, check_loss=False)

    def full(self: FrameWriter) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(FrameWriter, "complete", full)
    for _ in watched.steps(3):
        watched.log(loss=1.0, logits=np.zeros((6, 5)))
    assert watched.scope.status == "finished"
    assert len(History.load(path)) == 3
    store = watched.history.store
    assert isinstance(store, FileBlocks)
    store.close()
    watched.scope.close()
