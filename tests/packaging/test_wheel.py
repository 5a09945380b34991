"""Wheels and source distributions contain the built JavaScript."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, run

STATIC = tuple(
    f"epochscope/widget/static/{name}"
    for name in ("widget.js", "widget.css", "page.css", "loader.js", "page.js", "worker.js", "figure.js")
)


def contents(wheel: Path) -> dict[str, bytes]:
    """Return all files of the package in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("epochscope/")}


def test_a_wheel_from_a_clean_checkout_contains_the_widget(wheel: Path) -> None:
    files = contents(wheel)
    for name in STATIC:
        assert files[name] == (ROOT / "src" / name).read_bytes(), f"{name} may be older than js/: run `make build`"


def test_a_wheel_contains_every_module_and_is_marked_as_typed(wheel: Path, clean_checkout: Path) -> None:
    source = clean_checkout / "src"
    modules = {str(path.relative_to(source)) for path in source.rglob("*.py")}
    assert {name for name in contents(wheel) if name.endswith(".py")} == modules
    assert "epochscope/py.typed" in contents(wheel)


def test_a_wheel_contains_only_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        places = {name.split("/")[0] for name in archive.namelist()}
    assert places == {"epochscope", wheel.name.split("-py3")[0] + ".dist-info"}


def test_an_sdist_contains_the_widget_and_its_sources_but_no_tests(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"src/{name}" for name in STATIC} | {"js/build.mjs", "package-lock.json", "LICENSE"} <= names
    assert not [name for name in names if name.startswith(("tests", "node_modules", "dist"))]


@pytest.mark.thorough
def test_an_sdist_builds_the_same_wheel_without_node(wheel: Path, wheel_from_sdist: Path) -> None:
    assert contents(wheel_from_sdist) == contents(wheel)


@pytest.mark.thorough
def test_a_wheel_installs_the_widget_into_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    run([sys.executable, "-m", "venv", "--without-pip", "empty"], tmp_path)
    python = str(tmp_path / "empty" / "bin" / "python")
    install = ["install", "--no-deps", "--no-index", "--no-compile", str(wheel)]
    run([sys.executable, "-m", "pip", "--python", python, *install], tmp_path)
    # The package cannot be imported without its dependencies.
    find = "import importlib.util as u; print(u.find_spec('epochscope').submodule_search_locations[0])"
    installed = Path(run([python, "-c", find], tmp_path).strip())
    assert tmp_path in installed.parents
    for name in STATIC:
        assert (installed.parent / name).read_bytes() == contents(wheel)[name]
