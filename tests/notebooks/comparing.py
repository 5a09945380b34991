"""Compare what notebooks have saved with what was committed, and with trainings without a notebook."""

from __future__ import annotations

import re

import nbformat
import numpy as np

from epochscope.history import History
from tests.notebooks.examples import FOLDER
from tests.notebooks.executed import WIDGET_VIEW, Saved, printed
from tests.notebooks.static_outputs import PNG, SVG

_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_NUMBER = re.compile(r"[-+−]?\d[\d,.]*(?:e[-+]?\d+)?|\bnan\b|<NA>|\bTrue\b|\bFalse\b")
_SPACES = re.compile(r"\s+")


def committed(stem: str) -> nbformat.NotebookNode:
    """Return a notebook as it is committed, with its outputs."""
    return nbformat.read(FOLDER / f"{stem}.ipynb", as_version=4)


def shown(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    """Return the text of what a cell shows."""
    (cell,) = (cell for cell in notebook.cells if cell.id == cell_id)
    return "".join(output.data["text/plain"] for output in cell.outputs if "data" in output)


def text_of(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    """Return what a cell prints, and the text of the tables that it shows. Widgets are left out."""
    (cell,) = (cell for cell in notebook.cells if cell.id == cell_id)
    data = [output.data for output in cell.outputs if "data" in output]
    tables = [each["text/plain"] for each in data if not {WIDGET_VIEW, PNG, SVG} & set(each) and not _is_widget(each)]
    return printed(notebook, cell_id) + "".join(tables)


def _is_widget(data: nbformat.NotebookNode) -> bool:
    """Return whether a committed output stands for a widget without a picture."""
    return data["text/plain"].startswith(("A question covers", "답할 때까지", "EpochScope", "Comparison", "Sweep"))


def skeleton(text: str) -> str:
    """Return a text without what a training on another processor may change: numbers, yes or no, and quoted texts."""
    return _SPACES.sub(" ", _NUMBER.sub("0", _QUOTED.sub("''", text))).strip()


def assert_same_recording(saved: Saved, expected: History) -> None:
    """Assert that a notebook has saved the recording of a training."""
    assert saved.header["epochs"] == len(expected)
    assert saved.losses.tolist() == expected.losses.tolist()
    assert saved.text(-1) == expected.text(-1)
    n_correct = (saved.predictions == saved.targets).sum(axis=1)
    assert n_correct.tolist() == expected.n_correct.tolist()
    assert np.array_equal(saved.predictions, expected.predictions)
    assert np.isnan(saved.lrs).all() or np.array_equal(saved.lrs, expected.lrs)  # a monitor need not know them
