"""Recordings in files take little memory, however long they are."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording import figures, file_blocks
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.extras import Extras
from epochscope.recording.records import Records

POSITIONS, TOKENS = 500, 64


def records(start: int, stop: int) -> tuple[Records, Extras]:
    """Return records that depend on their numbers alone, of about 6 kB each."""
    numbers = np.arange(start, stop)
    noise = (numbers[:, None, None] * np.arange(1, POSITIONS + 1)[:, None] // 7 + np.arange(5)) % TOKENS
    columns = (
        numbers / 7,
        numbers / 9,
        noise[:, :, 1].astype(np.uint16),
        noise.astype(np.uint8),
        noise.astype(np.uint8),
    )
    return Records._make(columns), Extras((numbers * 50.0).astype(np.float64), {"norm": numbers / 3})


def written(path: Path, epochs: int) -> History:
    alphabet = Alphabet(map(chr, range(64, 64 + TOKENS)))
    tokens = np.arange(POSITIONS) % TOKENS
    probes = [("train", 0, 300), ("held out", 300, POSITIONS)]
    history = History.open(path, alphabet, tokens, tokens, axis="step", probes=probes)
    for start in range(0, epochs, 20):
        history.extend(*records(start, start + 20))
    return history


def used(history: History) -> None:
    """Read what a page and a user ask of a recording; check some of it."""
    last = len(history) - 1
    for number in (0, last // 2, last):
        expected, _ = records(number, number + 1)
        assert all(np.array_equal(a, b) for a, b in zip(history.records(number, number + 1), expected, strict=True))
    assert history.places[-1] == 50 * last
    assert len(history.events_in(last, last + 1)) <= 3
    assert len(history.probe("held out").losses) == len(history.n_correct) == last + 1
    assert history.learned_at.shape == (POSITIONS,)
    assert history.probe("train").to_svg().startswith("<svg")


def test_a_recording_in_a_file_keeps_its_small_columns_and_a_few_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = 600
    monkeypatch.setattr(file_blocks, "_CACHED", 500_000)
    monkeypatch.setattr(figures, "CHUNK", 50)
    warm = written(tmp_path / "warm.npz", 100)
    used(warm)
    tracemalloc.start()
    try:
        history = written(tmp_path / "run.npz", epochs)
        used(history)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert epochs * history.bytes_per_epoch > 3_600_000
    assert kept < 1_000_000
    assert peak < 3_000_000


PROGRAM = """
import resource, sys
from pathlib import Path
from epochscope.growing_file import GrowingFile
from epochscope.history import History
from epochscope.recording.file_blocks import FileBlocks
from tests.recording.test_memory_of_files import used, written
what, path, epochs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
used(written(path.with_name("warm.npz"), 100))
path.with_name("warm.npz").unlink()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if what == "write":
    history = written(path, epochs)
elif what == "follow":
    file = GrowingFile(path)
    history = file.history
else:
    history = History.load(path, max_bytes=300_000_000)
    assert isinstance(history.store, FileBlocks)
if what == "save":
    history.save(path.with_name("copy.npz"))
else:
    used(history)
assert len(history) == epochs
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the resident set differs")
def test_100_000_records_of_500_positions_are_written_followed_loaded_and_saved_in_less_than_100_mb(
    tmp_path: Path,
) -> None:
    grown = {}
    for what in ("write", "follow", "load", "save"):
        command = [sys.executable, "-c", PROGRAM, what, str(tmp_path / "run.npz"), "100000"]
        done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
        grown[what] = int(done.stdout) // 1000  # MB
    assert max(grown.values()) < 100, grown
