"""Atomic writing."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from epochscope import files


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "run.html"
    path.write_bytes(b"old")
    return path


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(
    old: Path, fault: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise fault

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(type(fault)) as raised:
        files.write_atomic(old, b"new and longer")
    assert old.read_bytes() == b"old"
    assert names(old.parent) == ["run.html"]
    if isinstance(fault, OSError):
        assert f"path={str(old)!r}: No space left on device" in str(raised.value)


def test_the_old_file_is_there_until_the_new_one_is_complete(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    written = Path.write_bytes

    def watched(self: Path, data: bytes) -> int:
        done = written(self, data)
        seen.append(old.read_bytes())
        return done

    monkeypatch.setattr(Path, "write_bytes", watched)
    files.write_atomic(old, b"new")
    assert seen == [b"old"]
    assert old.read_bytes() == b"new"


def test_a_written_file_has_the_usual_permissions(tmp_path: Path) -> None:
    files.write_atomic(tmp_path / "ours", b"")
    (tmp_path / "ordinary").write_bytes(b"")
    ours, ordinary = ((tmp_path / name).stat().st_mode for name in ("ours", "ordinary"))
    assert stat.filemode(ours) == stat.filemode(ordinary)


def test_a_symbolic_link_stays(old: Path) -> None:
    link = old.with_name("latest.html")
    link.symlink_to(old)
    files.write_atomic(link, b"new")
    assert link.is_symlink()
    assert old.read_bytes() == b"new"


def test_a_path_may_be_a_relative_str(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files.write_atomic("run.html", b"new")
    assert (tmp_path / "run.html").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".", IsADirectoryError),
        (f"nowhere{os.sep}run.html", FileNotFoundError),
        (f"file{os.sep}run.html", NotADirectoryError),
        (f"{'x' * 300}.html", OSError),
    ],
)
def test_a_path_that_cannot_be_written_is_named_in_the_error(
    path: str, kind: type[OSError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    with pytest.raises(kind, match="pass the name of a file in an existing, writable folder") as raised:
        files.write_atomic(path, b"new")
    assert f"path={path!r}: " in str(raised.value)
    assert names(tmp_path) == ["file"]
    assert tmp_path.is_dir()


def test_a_value_that_is_not_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="path=3: must be a str or a Path"):
        files.write_atomic(3, b"new")  # type: ignore[arg-type]
