"""The version comes from the tags: of a checkout, an editable installation, a source distribution and a wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from epochscope import playground
from tests.packaging.conftest import ROOT, run

#: What the build of a distribution reads, besides the modules.
FILES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "src/epochscope/__init__.py")
#: Without this the JavaScript would be built.
NO_HOOKS = {"HATCH_BUILD_NO_HOOKS": "true"}
SETTINGS = ("user.name=A", "user.email=a@example.org", "commit.gpgsign=false", "tag.gpgsign=false")


def git(checkout: Path, *arguments: str) -> None:
    """Run git, without the settings of the user and without the repository of a hook that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    subprocess.run(["git", *settings, *arguments], cwd=checkout, env=kept, check=True, capture_output=True)


def version(checkout: Path, **environment: str) -> str:
    """Return the version that a build of this checkout would have."""
    return run([sys.executable, "-m", "hatchling", "version"], checkout, **environment).strip()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of a checkout that has few modules and no repository."""
    copy = tmp_path_factory.mktemp("version") / "epochscope"
    for name in FILES:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    return copy


@pytest.fixture
def repository(files: Path, tmp_path: Path) -> Path:
    """Return a repository with one commit and no tag."""
    copy = tmp_path / "repository"
    shutil.copytree(files, copy)
    git(copy, "init", "--quiet")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message=one")
    return copy


def test_a_tag_gives_the_version_and_a_later_commit_the_next_one(repository: Path) -> None:
    assert version(repository) == "0.1.0.dev1"
    git(repository, "tag", "v3.2.1")
    assert version(repository) == "3.2.1"
    git(repository, "commit", "--quiet", "--allow-empty", "--message=two")
    assert version(repository) == "3.2.2.dev1"


@pytest.mark.thorough
def test_without_git_a_repository_or_a_tag_the_version_is_the_fallback(
    files: Path, repository: Path, tmp_path: Path
) -> None:
    assert version(files) == "0.1.0.dev0"
    (tmp_path / "empty").mkdir()
    assert version(repository, PATH=str(tmp_path / "empty")) == "0.1.0.dev0"
    git(repository, "tag", "v3.2.1")
    git(repository, "commit", "--quiet", "--allow-empty", "--message=two")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-tags", repository.as_uri(), "shallow")
    assert version(tmp_path / "shallow") == "0.1.0.dev1"


def test_a_distribution_made_at_a_tag_keeps_its_version_and_tells_it(repository: Path, tmp_path: Path) -> None:
    git(repository, "tag", "v3.2.1")
    build = [sys.executable, "-m", "hatchling", "build", "-t"]
    run([*build, "sdist"], repository, **NO_HOOKS)
    shutil.unpack_archive(repository / "dist" / "epochscope-3.2.1.tar.gz", tmp_path, filter="data")
    source = tmp_path / "epochscope-3.2.1"
    run([*build, "wheel"], source, **NO_HOOKS)
    shutil.unpack_archive(source / "dist" / "epochscope-3.2.1-py3-none-any.whl", tmp_path / "wheel", "zip")
    editable = "from hatchling.build import build_editable; print(build_editable('.'))"
    name = run([sys.executable, "-c", editable], repository, **NO_HOOKS).split()[-1]
    shutil.unpack_archive(repository / name, tmp_path / "editable", "zip")
    places = {"wheel": [tmp_path / "wheel"], "editable": [tmp_path / "editable", repository / "src"]}
    for installed in places.values():
        program = [sys.executable, "-c", "import epochscope; print(epochscope.__version__, epochscope.__file__)"]
        told, place = run(program, tmp_path, PYTHONPATH=os.pathsep.join(map(str, installed))).split()
        assert told == "3.2.1"
        assert Path(place).parents[1] == installed[-1]


def test_a_page_does_not_differ_from_commit_to_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []
    for number in ("0.1.0.dev7", "0.1.0.dev8"):
        monkeypatch.setattr("epochscope.widget.document.version", lambda _, number=number: number)
        pages.append(playground(text="hihello") or "")
    assert pages[0] == pages[1]
    assert 'content="epochscope 0.1.0.dev"' in pages[0]
