"""Run some code cells of a notebook in this process, without a kernel."""

from __future__ import annotations

import ast
from typing import Any

from tests.notebooks.comparing import committed


def run_cells(stem: str, *cell_ids: str, definitions: str = "", **names: Any) -> dict[str, Any]:
    """Run the code of these cells, and return the names that they define.

    Of the cell `definitions` only functions and classes are defined. `names` are defined before.
    """
    sources = {cell.id: cell.source for cell in committed(stem).cells if cell.cell_type == "code"}
    for cell_id in (*cell_ids, *filter(None, [definitions])):
        tree = ast.parse(sources[cell_id])
        if cell_id == definitions:
            tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        exec(compile(tree, cell_id, "exec"), names)
    return names
