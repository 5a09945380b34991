"""The wheel, in an environment with nothing but what it requires, runs the first lesson."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.packaging import smoke
from tests.packaging.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.thorough
def test_the_wheel_in_an_empty_environment_runs_the_first_lesson(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_CONSTRAINT", str(ROOT / "constraints.txt"))
    smoke.smoke(wheel, tmp_path)
    assert f"epochscope {wheel.name.split('-')[1]} runs {smoke.LESSON.name}" in capfd.readouterr().out


def test_nothing_of_the_user_reaches_the_empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "JUPYTER_PATH", "IPYTHONDIR"):
        monkeypatch.setenv(name, "/elsewhere")
    assert "/elsewhere" not in smoke.clean_environment(tmp_path).values()


def test_a_wheel_that_does_not_exist_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FileNotFoundError):
        smoke.main([str(tmp_path / "missing.whl")])
    assert smoke.main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_step_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(command: tuple[str, ...], **_: object) -> None:
        raise subprocess.CalledProcessError(3, command)

    wheel = tmp_path / "epochscope-1.0-py3-none-any.whl"
    wheel.touch()
    monkeypatch.setattr(smoke.subprocess, "run", fails)
    assert smoke.main([str(wheel)]) == 1
    assert "failed with exit status 3" in capsys.readouterr().err
