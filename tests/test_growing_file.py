"""`GrowingFile`: following the file of another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from epochscope.growing_file import GrowingFile
from epochscope.history import History
from tests.recording import made_up

WRITER = """
import sys
from tests.recording import made_up
history = made_up.loop(3, path=sys.argv[1])
for line in sys.stdin:
    made_up.grow_loop(history, int(line))
    print(len(history), flush=True)
"""


class Writer:
    """A process that writes a recording, and grows it when it is told to."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-c", WRITER, str(path)]
        self.process = subprocess.Popen(
            command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def grow(self, epochs: int) -> int:
        """Return the number of records after it has grown."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(epochs, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.communicate(timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


@pytest.mark.parametrize("how", ["end", "kill"])
def test_a_follower_sees_what_another_process_writes_and_how_it_ends(how: str, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    writer = Writer(path)
    assert writer.grow(2) == 5
    file = GrowingFile(path)
    assert (len(file.history), file.state) == (5, "growing")
    assert file.history == made_up.loop(5)
    losses = file.history.probe("held out").losses
    assert file.read_new() == 0
    assert writer.grow(60) == 65
    assert (len(file.history), file.read_new(), file.state) == (5, 60, "growing")
    assert file.history == made_up.loop(65)
    assert np.array_equal(file.history.probe("held out").losses[:5], losses)
    assert file.history.events == made_up.loop(65).events
    getattr(writer, how)()
    assert (file.read_new(), file.state) == (0, {"end": "complete", "kill": "abandoned"}[how])
    assert GrowingFile(path).state == file.state
    assert History.load(path) == file.history
    file.close()


def test_a_complete_file_that_grows_again_is_followed(tmp_path: Path) -> None:
    history = made_up.loop(2, path=tmp_path / "run.npz")
    history.complete()
    file = GrowingFile(tmp_path / "run.npz")
    assert (file.state, len(file.history)) == ("complete", 2)
    made_up.grow_loop(history, 2)
    assert (file.state, file.read_new(), file.state) == ("growing", 2, "growing")
    history.complete()
    assert (file.state, file.read_new()) == ("complete", 0)
    file.close()


def test_a_followed_recording_can_be_saved_and_copied_but_not_extended(tmp_path: Path) -> None:
    history = made_up.loop(4, path=tmp_path / "run.npz")
    file = GrowingFile(tmp_path / "run.npz")
    file.history.save(tmp_path / "copy.npz")
    assert History.load(tmp_path / "copy.npz") == history
    with pytest.raises(ValueError, match=r"run.npz: a recording in a file cannot be extended; history.fork"):
        made_up.grow_loop(file.history, 1)
    made_up.grow_loop(file.history.fork(4), 1)
    file.close()


def test_only_the_file_of_a_monitor_can_be_followed(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    with pytest.raises(FileNotFoundError):
        GrowingFile(path)
    for data in (made_up.history(3).to_bytes(), b"", b"PK\3\4" + bytes(100)):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r"run.npz: cannot follow this recording: it is not .*use epochscope.Hist"):
            GrowingFile(path)
    path.write_bytes(made_up.loop(3).to_bytes()[:300])
    with pytest.raises(ValueError, match=r"run.npz: cannot follow this recording: .*damaged"):
        GrowingFile(path)


def test_a_frame_that_is_written_slowly_is_read_once_it_is_whole(tmp_path: Path) -> None:
    source = made_up.loop(6, path=tmp_path / "source.npz")
    data = (tmp_path / "source.npz").read_bytes()
    del source
    path = tmp_path / "run.npz"
    with path.open("wb", buffering=0) as writing:
        writing.write(data[: len(data) // 2])
        file = GrowingFile(path)
        seen = [len(file.history)]
        for at in range(len(data) // 2, len(data)):
            writing.write(data[at : at + 1])
            file.read_new()
            seen.append(len(file.history))
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] == 6
    assert file.history == made_up.loop(6)
    file.close()
