"""Execute a notebook and keep of its outputs what reads well where nothing runs: texts, tables and pictures.

A widget becomes an SVG of what it shows when its cell has run; one that has nothing to show yet, what it shows
after the first cell that changes this. A widget that is covered by a question becomes the question. Widget views, the
state of widgets, times and execution counts are left out, so that a second run gives the same notebook.

JupyterLab hides these outputs until their cell is run, since they would tell students what they are to predict.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.notebooks.executed import ONE_THREAD, WIDGET_VIEW

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
HIDDEN = nbformat.NotebookNode({"outputs_hidden": True})
SVG, PNG, TEXT, HTML = "image/svg+xml", "image/png", "text/plain", "text/html"
ROOT = Path(__file__).parents[2]
#: Outputs of widgets, each with the id of the widget's model.
Shown = list[tuple[nbformat.NotebookNode, str]]
#: Runs in the kernel, which has ROOT in its path.
PROBE = "from tests.notebooks.probe import probe as _probe; _probe({ids}); del _probe"


def executed(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Return the notebook with static outputs; pictures are SVGs.

    Parameters
    ----------
    notebook
        The notebook; it is left as it is.
    folder
        The working directory of the kernel.

    Raises
    ------
    CellExecutionError
        If a cell raises an exception.
    RuntimeError
        If a cell writes to stderr, such as a warning.
    """
    notebook = deepcopy(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    scratch = nbformat.v4.new_code_cell(id="probe")
    notebook.cells.append(scratch)  # nbclient executes the cells of a notebook only
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    paths = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}

    def shown(model_ids: list[str]) -> dict[str, dict[str, Any]]:
        scratch.source = PROBE.format(ids=model_ids)
        client.execute_cell(scratch, len(notebook.cells) - 1, store_history=False)
        return json.loads("".join(output.text for output in scratch.outputs))

    waiting: Shown = []
    with client.setup_kernel(env=environment):
        for index, cell in enumerate(notebook.cells[:-1]):
            client.execute_cell(cell, index)
            if cell.cell_type == "code":
                waiting = replace_widgets(waiting + views(cell), shown)
    notebook.cells.pop()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in cells:
        clean(cell)
    return notebook


def views(cell: nbformat.NotebookNode) -> Shown:
    """Return the outputs of a cell that are widgets, each with the id of its model."""
    outputs = [output for output in cell.outputs if WIDGET_VIEW in output.get("data", {})]
    return [(output, output.data[WIDGET_VIEW]["model_id"]) for output in outputs]


def replace_widgets(waiting: Shown, shown: Callable[[list[str]], dict[str, dict[str, Any]]]) -> Shown:
    """Replace widgets by what they show, and return those that show nothing yet."""
    states = shown([model_id for _, model_id in waiting]) if waiting else {}
    for output, model_id in waiting:
        output.data = bundle(states[model_id])
    return [each for each in waiting if not states[each[1]]["svg"] and not states[each[1]]["covered"]]


def bundle(state: dict[str, Any]) -> nbformat.NotebookNode:
    """Return the output of a widget."""
    return nbformat.NotebookNode({TEXT: state["text"]} | ({SVG: state["svg"]} if state["svg"] else {}))


def clean(cell: nbformat.NotebookNode) -> None:
    """Remove what only the execution knows, and hide the outputs in JupyterLab until the cell is run."""
    cell.execution_count = None
    cell.metadata = nbformat.NotebookNode({name: tags for name, tags in cell.metadata.items() if name == "tags"})
    if cell.outputs:
        cell.metadata["jupyter"] = HIDDEN
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise RuntimeError(f"cell {cell.id} writes to stderr: {output.text}")
        if "execution_count" in output:
            output.execution_count = None
        if "metadata" in output:
            output.metadata = nbformat.from_dict({})
