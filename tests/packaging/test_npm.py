"""In a checkout npm runs where the bundles are missing or older than a source, and only there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BUNDLES = Path("src/epochscope/widget/static")


def build_with_failing_npm(checkout: Path) -> subprocess.CompletedProcess[str]:
    """Build a wheel with an npm that fails."""
    npm = checkout.parent / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho 'npm was called' >&2\nexit 1\n")
    npm.chmod(0o755)
    return subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation"],
        cwd=checkout,
        env={**os.environ, "PATH": f"{npm.parent}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def built_checkout(clean_checkout: Path, wheel: Path, tmp_path: Path) -> Path:
    """Return a copy of a checkout in which the bundles are newer than the sources."""
    copy = tmp_path / "epochscope"
    shutil.copytree(clean_checkout, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    return copy


def test_a_checkout_with_new_bundles_builds_without_running_npm(built_checkout: Path) -> None:
    done = build_with_failing_npm(built_checkout)
    assert done.returncode == 0, done.stderr


def test_a_checkout_with_a_source_newer_than_the_bundles_runs_npm(built_checkout: Path) -> None:
    newest = max(path.stat().st_mtime for path in (built_checkout / BUNDLES).iterdir())
    os.utime(built_checkout / "js" / "widget.ts", (newest + 60, newest + 60))
    done = build_with_failing_npm(built_checkout)
    assert done.returncode != 0
    assert "npm was called" in done.stdout + done.stderr


def test_a_checkout_without_bundles_runs_npm(built_checkout: Path) -> None:
    shutil.rmtree(built_checkout / BUNDLES)
    done = build_with_failing_npm(built_checkout)
    assert done.returncode != 0
    assert "npm was called" in done.stdout + done.stderr
