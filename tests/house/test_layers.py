"""Modules import only what stands above them in ARCHITECTURE.md's table, and no heavy package but their band's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "epochscope"
SCREEN = {"ipywidgets", "anywidget", "bqplot", "IPython"}
HEAVY = {"numpy": set[str](), "torch": {"torch"}, "session": set[str](), ", ".join(sorted(SCREEN)): SCREEN}
"""What each band of the table may import of the packages that are checked."""


def table() -> dict[str, tuple[int, set[str]]]:
    """Of every module in the table: its place from above, and the heavy packages that it may import."""
    rows: dict[str, tuple[int, set[str]]] = {}
    allowed = set[str]()
    for line in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines():
        if band := re.match(r"\| \*\*(.+)\*\* \|", line):
            allowed = HEAVY[", ".join(sorted(band[1].split(", ")))]
        elif line.startswith("| `"):
            for name in re.findall(r"`(\w+)`", line.split("|")[1]):
                rows[name] = (len(rows), allowed)
    return rows


def imports(source: str) -> set[str]:
    """Modules imported at run time: own ones as ".name", others by their package."""
    found = set[str]()
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        if isinstance(node, ast.ImportFrom):
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {("." if node.level else "") + name.split(".")[0] for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        waiting += ast.iter_child_nodes(node)
    return found


MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")


def test_the_table_names_every_module_and_no_other() -> None:
    assert sorted(table()) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_stands_above_it(module: str) -> None:
    rows = table()
    place, allowed = rows[module]
    used = imports((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    below = {name for name in used if name[0] == "." and rows[name[1:]][0] >= place}
    assert not below, f"{module} imports {', '.join(sorted(below))}, below it in ARCHITECTURE.md"
    foreign = used & (SCREEN | {"torch"}) - allowed
    assert not foreign, f"{module} imports {', '.join(sorted(foreign))}, which its band may not"


def test_an_import_that_only_a_type_checker_sees_does_not_count() -> None:
    assert imports("import torch\nif TYPE_CHECKING:\n    import bqplot\n    from .scope import x") == {"torch"}
    assert imports("def f():\n    from .trainer import Trainer") == {".trainer"}
