"""Without PyTorch, epochscope installs with README.md's commands, replays recordings, and says what training needs."""

from __future__ import annotations

import os
import re
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import epochscope
from tests.packaging.conftest import ROOT, run

README = re.compile(r'^pip install ((?:"[^"]+" ?)+)\npip install --no-deps \.$', re.MULTILINE)

#: Everything that needs no torch; `sys.argv` has the recording, and "block" where torch is installed.
REPLAY = """
import sys
if "block" in sys.argv:
    sys.modules["torch"] = None

import numpy as np
import epochscope
from epochscope import *
from epochscope import History, EpochScope

history = History.load(sys.argv[1])
scope = EpochScope.load(sys.argv[1])
assert len(EpochScope.from_history(history).history.losses) == len(scope.history.losses) == 3
scope.to_html("run.html")
assert "<svg" in history.to_svg(2)
watched = monitor("hello")
for epoch in watched.epochs(2):
    watched.log(loss=np.log(4), logits=np.zeros((1, 4, 4)))
assert len(watched.history.losses) == 2
assert "Trainer" not in globals() and "CharRNN" not in globals() and "Trainer" in dir(epochscope)
messages = []
for train in (lambda: EpochScope("x"), lambda: epochscope.Trainer("xy"), lambda: epochscope.CharRNN):
    try:
        train()
    except ImportError as error:
        messages.append(str(error))
assert len(messages) == 3 and len(set(messages)) == 1, messages
assert not sys.modules.get("torch")
print(messages[0])
"""
MESSAGE = (
    "training needs PyTorch, which is not installed: pip install torch; "
    "a recording is replayed without it: EpochScope.load(path)"
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a saved recording of three epochs."""
    path = tmp_path_factory.mktemp("recording") / "run.npz"
    epochscope.Trainer("hihello").train(3).save(path)
    return path


def test_without_torch_recordings_are_replayed_and_training_says_what_to_install(
    recording: Path, tmp_path: Path
) -> None:
    program = [sys.executable, "-W", "error", "-c", IGNORE_BQSCALES + REPLAY, str(recording), "block"]
    assert run(program, tmp_path).strip() == MESSAGE


#: bqscales 0.3 declares traits in a way that traitlets calls old; see pyproject.toml.
IGNORE_BQSCALES = 'import warnings; warnings.filterwarnings("ignore", "metadata .* was set", DeprecationWarning)\n'


@pytest.mark.parametrize("library", ["anywidget", "ipywidgets", "msgspec"])
def test_without_a_widget_library_star_import_leaves_out_the_widget_which_says_what_to_install(
    library: str, tmp_path: Path
) -> None:
    program = f"""
import sys
sys.modules["{library}"] = None
from epochscope import *
import epochscope
assert History and Alphabet and "EpochScope" not in globals() and "monitor" not in globals()
try:
    epochscope.EpochScope
except ImportError as error:
    print(error)
"""
    expected = f"the widget needs {library}, which is not installed: pip install {library}"
    assert run([sys.executable, "-c", program], tmp_path).strip() == expected


def test_a_missing_module_of_another_library_is_reported_as_it_is(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["traitlets"] = None
import epochscope
try:
    epochscope.EpochScope
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert run([sys.executable, "-c", program], tmp_path).strip() == "traitlets"


def requirements(wheel: Path) -> list[Requirement]:
    """Return the requirements of a wheel that belong to no extra."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    found = [Requirement(line.partition(": ")[2]) for line in lines if line.startswith("Requires-Dist: ")]
    return [requirement for requirement in found if "extra" not in str(requirement.marker)]


def documented() -> list[Requirement]:
    """Return what README.md installs for an environment that only replays."""
    match = README.search((ROOT / "README.md").read_text("utf-8"))
    assert match, "README.md no longer says how to install what only replays"
    return [Requirement(text) for text in re.findall(r'"([^"]+)"', match[1])]


def test_readme_lists_every_requirement_except_torch_for_replay(wheel: Path) -> None:
    assert {str(r) for r in documented()} == {str(r) for r in requirements(wheel) if r.name != "torch"}


def test_torch_is_required_everywhere_but_on_webassembly(wheel: Path) -> None:
    marker = next(r.marker for r in requirements(wheel) if r.name == "torch")
    assert marker is not None
    assert {p: marker.evaluate({"sys_platform": p}) for p in ("linux", "darwin", "win32", "emscripten")} == {
        "linux": True,
        "darwin": True,
        "win32": True,
        "emscripten": False,
    }


def test_the_oldest_versions_that_are_tested_are_the_oldest_allowed(wheel: Path) -> None:
    lines = [line for line in (ROOT / "floors.txt").read_text("utf-8").splitlines() if line and line[0] != "#"]
    tested = dict(line.split("==") for line in lines)
    for requirement in requirements(wheel):
        floor = next(s.version for s in requirement.specifier if s.operator == ">=")
        version = tested[requirement.name]
        assert requirement.specifier.contains(version)
        if requirement.name not in {"anywidget", "bqplot", "ipywidgets"}:
            assert version.startswith(floor), f"{requirement.name}: {version} is not the oldest that {floor} allows"


@pytest.mark.thorough
def test_the_commands_of_the_readme_make_an_environment_that_replays(
    wheel: Path, recording: Path, tmp_path: Path
) -> None:
    run([sys.executable, "-m", "venv", "replay"], tmp_path)
    python = str(tmp_path / "replay" / "bin" / "python")
    libraries = [str(requirement) for requirement in documented()]
    pins = {"PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    run([python, "-m", "pip", "install", "--quiet", *libraries], tmp_path, **pins)
    run([python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], tmp_path, **pins)
    installed = run([python, "-m", "pip", "list", "--format=freeze"], tmp_path)
    assert "torch" not in installed
    assert "numpy==" in installed
    environment = {"PYTHONPATH": "", "PATH": f"{tmp_path / 'replay' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    assert run([python, "-c", REPLAY, str(recording)], tmp_path, **environment).strip() == MESSAGE
