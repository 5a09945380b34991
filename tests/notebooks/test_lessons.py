"""Each lesson runs in a kernel, and prints what is committed.

What a training beyond epoch 30 gives may differ between processors. So of each cell the words are compared, without
numbers and quoted texts; of a cell with the tag "exact" everything; of one with the tag "varies" nothing.
"""

from __future__ import annotations

import nbformat
import pytest

from tests.notebooks.comparing import committed, skeleton, text_of
from tests.notebooks.conftest import RunOf
from tests.notebooks.examples import LESSONS
from tests.notebooks.executed import WIDGET_VIEW, outputs, widgets

#: The lesson that is executed in every run of the tests: a short one.
ALWAYS = "02-a-teacher-at-its-side"


@pytest.fixture(
    params=[
        pytest.param(path.stem, marks=[] if path.stem == ALWAYS else pytest.mark.thorough, id=path.stem)
        for path in LESSONS
    ]
)
def stem(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def notebook(stem: str, run_of: RunOf) -> nbformat.NotebookNode:
    return run_of(stem).notebook


def test_every_cell_runs_without_errors_or_warnings(notebook: nbformat.NotebookNode) -> None:
    assert [output.evalue for output in outputs(notebook) if output.output_type == "error"] == []
    assert [output.text for output in outputs(notebook) if output.get("name") == "stderr"] == []


def test_a_fresh_run_prints_what_is_committed(stem: str, notebook: nbformat.NotebookNode) -> None:
    before = committed(stem)
    for cell in before.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and "varies" not in tags:
            form = str if "exact" in tags else skeleton
            assert form(text_of(notebook, cell.id)) == form(text_of(before, cell.id)), f"cell {cell.id}: make lessons"


def test_the_saved_notebook_contains_every_widget_that_it_displays(notebook: nbformat.NotebookNode) -> None:
    views = [
        output.data[WIDGET_VIEW]["model_id"] for output in outputs(notebook) if WIDGET_VIEW in output.get("data", {})
    ]
    assert views
    saved = widgets(notebook)
    waiting = list(views)
    while waiting:
        model = saved[waiting.pop()]  # absent if it was not saved
        waiting += [child.removeprefix("IPY_MODEL_") for child in model["state"].get("children", [])]


def test_a_lesson_leaves_no_file_behind(stem: str, run_of: RunOf) -> None:
    assert list(run_of(stem).folder.iterdir()) == []
