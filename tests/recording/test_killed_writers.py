"""Files whose writer was killed have all records that it had counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.thoroughness import count

from . import killed_writers


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked processes")
def test_the_file_of_a_writer_that_was_killed_at_any_moment_has_all_its_records(tmp_path: Path) -> None:
    arguments = [str(tmp_path), str(count(12, 200)), str(count(5, int.from_bytes(os.urandom(2), "little")))]
    done = subprocess.run(
        [sys.executable, "-m", killed_writers.__name__, *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    files, records = map(int, done.stdout.split())
    assert files > 0
    assert records > files
