"""`import epochscope` is fast, its public names are complete, and packages import only downwards."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import epochscope

WIDGETS = {"bqplot", "ipywidgets", "anywidget", "IPython"}
HEAVY = WIDGETS | {"torch", "pandas", "numpy", "tqdm", "msgspec", "joblib", "lightning", "transformers", "accelerate"}
ROOT = Path(epochscope.__file__).parent
#: From top to bottom, with the heavy libraries that each may import, as in ARCHITECTURE.md.
PACKAGES = {
    "__init__": set(),
    "__main__": set(),
    "commands": set(),
    "callbacks": {"torch", "lightning", "transformers", "accelerate"},
    "widget": {"ipywidgets", "anywidget", "bqplot", "traitlets", "IPython", "numpy", "pandas"},
    "runs": {"numpy", "msgspec", "IPython"},
    "questions": {"numpy", "pandas"},
    "experiments": {"torch", "joblib", "numpy", "pandas", "tqdm"},
    "training": {"torch", "numpy", "tqdm"},
    "histories": {"pandas"},
    "growing_file": set(),
    "history": {"numpy", "pandas"},
    "picture": {"numpy"},
    "inspection": {"numpy", "pandas"},
    "recording": {"numpy"},
    "words": set(),
    "validation": set(),
    "files": set(),
    "dependencies": set(),
}
LEVELS = list(PACKAGES)
MODULES = sorted(ROOT.rglob("*.py"))
MAX_LINES = 250


def loaded_by(statement: str) -> set[str]:
    """Return the heavy packages that a new interpreter has loaded after a statement."""
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return HEAVY & set(done.stdout.split())


def test_importing_epochscope_loads_nothing_heavy() -> None:
    assert loaded_by("import epochscope; dir(epochscope)") == set()


@pytest.mark.parametrize(("statement", "heavy"), [("import epochscope, torch", "torch"), ("import pandas", "pandas")])
def test_the_test_above_can_fail(statement: str, heavy: str) -> None:
    assert heavy in loaded_by(statement)


def test_a_recording_needs_only_numpy() -> None:
    statement = "from epochscope import Alphabet, Epoch, Event, History, Reference; History.load"
    assert loaded_by(statement) == {"numpy"}


def test_a_trainer_needs_torch_but_no_notebook() -> None:
    statement = "from epochscope import Trainer, TrainingDiverged; Trainer('hihello').train(3)"
    assert loaded_by(statement) & {"bqplot", "ipywidgets", "anywidget", "pandas", "msgspec"} == set()


def test_the_exception_of_training_needs_no_torch() -> None:
    assert loaded_by("from epochscope import TrainingDiverged, Branch") <= {"numpy"}


def test_the_page_command_needs_neither_torch_nor_a_notebook(tmp_path: Path) -> None:
    program = f"from epochscope.commands import main; assert main(['page', {str(tmp_path / 'page.html')!r}]) == 0"
    assert loaded_by(program) == set()
    assert (tmp_path / "page.html").stat().st_size > 1000


MISSING = """
import importlib, sys
class Missing:
    def find_spec(self, name, path, target=None):
        if name in ("lightning", "transformers"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
for name in ("lightning", "transformers"):
    try:
        importlib.import_module(f"epochscope.callbacks.{name}")
    except ModuleNotFoundError as error:
        print(error)
"""


def test_a_callback_says_which_library_it_needs() -> None:
    done = subprocess.run([sys.executable, "-c", MISSING], capture_output=True, text=True, check=True)
    says = "its callback needs {0}, which is not installed: pip install {0}"
    assert done.stdout.splitlines() == [says.format("lightning"), says.format("transformers")]


def test_every_public_name_exists_and_is_listed() -> None:
    program = "import epochscope\nprint(*(n for n in dir(epochscope) if not n.startswith('_')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    internal = {"TYPE_CHECKING", "Any", "annotations", "import_module"}
    assert {*done.stdout.split(), "__version__"} - internal == set(epochscope.__all__)
    for name in epochscope.__all__:
        assert getattr(epochscope, name) is not None


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(AttributeError, match=r"epochscope has no 'Trianer'; it has Alphabet, .*Trainer"):
        _ = epochscope.Trianer


def test_monitor_is_the_function_even_after_its_module_was_imported() -> None:
    program = "import epochscope.widget.monitor, epochscope; print(callable(epochscope.monitor))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]


def imports(path: Path) -> Iterator[str]:
    """Yield the absolute names of the modules that a file imports, also for types and in functions."""
    package = ["epochscope", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *([node.module] if node.module else [])]
            yield from (".".join([*base, name.name]) for name in node.names)


def module_of(name: str) -> Path | None:
    """Return the file of the module of ours that a name is, or is in."""
    parts = name.split(".")[1:] if name.split(".")[0] == "epochscope" else []
    for n in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:n])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file in MODULES:
                return file
    return None


def level(path: Path) -> int:
    return LEVELS.index(path.relative_to(ROOT).with_suffix("").parts[0])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_downwards_and_only_the_libraries_of_its_package(path: Path) -> None:
    libraries = PACKAGES[path.relative_to(ROOT).with_suffix("").parts[0]]
    for name in imports(path):
        target = module_of(name)
        if target is not None and path.parent != ROOT / ".":
            assert level(target) >= level(path), f"{name} is above"
        if target is None and name.split(".")[0] in HEAVY:
            assert name.split(".")[0] in libraries, f"{name} is not for this package"


def test_there_are_no_import_cycles() -> None:
    left = {path: {module_of(name) for name in imports(path)} & set(MODULES) - {path} for path in MODULES}
    while leaves := [path for path, targets in left.items() if not targets & left.keys()]:
        for path in leaves:
            del left[path]
    assert [str(path.relative_to(ROOT)) for path in left] == []


def test_a_long_module_is_named_in_the_architecture() -> None:
    architecture = (Path(__file__).parents[1] / "ARCHITECTURE.md").read_text("utf-8")
    long = [path for path in MODULES if len(path.read_text("utf-8").splitlines()) > MAX_LINES]
    assert [path.name for path in long if path.name not in architecture] == []
