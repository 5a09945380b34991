"""Kill processes that write a recording, and check their files: `python -m ...killed_writers FOLDER COUNT SEED`.

A process of its own, because a process with threads should not be forked.
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from epochscope.growing_file import GrowingFile
from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.extras import Extras
from epochscope.recording.records import Records

POSITIONS, TOKENS = 6_000, 40  # a frame of a record is larger than a page of the disk
LONGEST_S = 0.15
NOISE = np.random.default_rng(0).integers(0, TOKENS, (64, POSITIONS, 5), dtype=np.uint8)


def records(start: int, stop: int) -> tuple[Records, Extras]:
    """Return the records `start` to `stop` - 1, which depend on their numbers alone."""
    numbers = np.arange(start, stop)
    noise = NOISE[numbers % 64]
    columns = (numbers / 7, numbers / 9, noise[:, :, 0].astype(np.uint16), noise, noise)
    return Records._make(columns), Extras((numbers * 50.0).astype(np.float64), {"norm": numbers / 3})


def write(path: Path, recorded: mmap.mmap, rng: random.Random) -> None:
    """Write records until this process is killed; note after each call how many there are."""
    alphabet = Alphabet(map(chr, range(64, 64 + TOKENS)))
    tokens = np.arange(POSITIONS) % TOKENS
    history = History.open(path, alphabet, tokens, tokens, axis="step", probes=[("all", 0, POSITIONS)])
    while True:
        start = len(history)
        history.extend(*records(start, start + rng.randint(1, 9)))
        recorded[:8] = len(history).to_bytes(8, "little")
        if rng.random() < 0.2:
            history.complete()


def check(path: Path, recorded: int) -> int:
    """Check that a file has at least the records that its writer has counted; return how many it has."""
    file = GrowingFile(path)
    history = file.history
    assert file.state in ("abandoned", "complete"), file.state
    assert len(history) >= recorded, f"{len(history)} of {recorded} records"
    expected, extras = records(0, len(history))
    found = history.records()
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    assert np.array_equal(history.places, extras.places)  # type: ignore[arg-type]
    assert not len(history) or np.array_equal(history.scalars["norm"], extras.scalars["norm"])
    assert History.load(path) == history
    file.close()
    return len(history)


def main(folder: Path, count: int, seed: int) -> None:
    """Kill `count` writers, each at a random moment, and check their files."""
    warnings.simplefilter("error")
    rng = random.Random(seed)
    found = []
    for i in range(count):
        path, recorded = folder / f"{i}.npz", mmap.mmap(-1, 8)
        writer = os.fork()
        if not writer:
            write(path, recorded, random.Random(i))
        time.sleep(rng.uniform(0, LONGEST_S))  # the moment is what is tested
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        count_recorded = int.from_bytes(recorded[:8], "little")
        if path.exists():
            found.append(check(path, count_recorded))
            path.unlink()
        else:
            assert not count_recorded
    print(len(found), sum(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
