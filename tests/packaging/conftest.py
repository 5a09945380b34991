"""Distributions built from a copy of the tracked files, as on a fresh clone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.thoroughness import THOROUGH

ROOT = Path(__file__).parents[2]


def run(command: list[str], cwd: Path, **environment: str) -> str:
    """Run a command and return its output. Raises AssertionError with the output if it fails."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def clean_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the tracked files in their current state, without anything built or installed."""
    copy = tmp_path_factory.mktemp("checkout") / "epochscope"
    for name in run(["git", "ls-files", "-z"], ROOT).split("\0"):
        if name and (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="session")
def wheel(clean_checkout: Path) -> Path:
    """Return a wheel built from the clean checkout; in a thorough run in an isolated environment."""
    isolation = [] if THOROUGH else ["--no-isolation"]
    # npm may use cached packages.
    run([sys.executable, "-m", "build", "--wheel", *isolation], clean_checkout, npm_config_prefer_offline="true")
    return next((clean_checkout / "dist").glob("*.whl"))


@pytest.fixture(scope="session")
def sdist(clean_checkout: Path, wheel: Path) -> Path:
    """Return the source distribution of the same checkout."""
    run([sys.executable, "-m", "build", "--sdist", "--no-isolation"], clean_checkout)
    return next((clean_checkout / "dist").glob("*.tar.gz"))


@pytest.fixture(scope="session")
def wheel_from_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from the source distribution, with neither npm nor node on the PATH."""
    work = tmp_path_factory.mktemp("sdist")
    shutil.unpack_archive(sdist, work, filter="data")
    source = next(work.iterdir())
    (work / "empty").mkdir()
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation"], source, PATH=str(work / "empty"))
    return next((source / "dist").glob("*.whl"))
