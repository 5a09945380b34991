"""Fixtures of the notebook tests: each notebook is executed once for all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import pytest
import torch

from tests.notebooks.examples import FOLDER
from tests.notebooks.executed import execute
from tests.thoroughness import count

#: What is replaced in a notebook that trains for minutes, unless this run is thorough.
SHORTENED = ("steps = 2000", f"steps = {count(61, 2000)}")


@dataclass(frozen=True)
class Run:
    """An executed notebook and its working directory."""

    notebook: nbformat.NotebookNode
    folder: Path


RunOf = Callable[[str], Run]


@pytest.fixture(scope="session")
def run_of(own_jupyter: Path, tmp_path_factory: pytest.TempPathFactory) -> RunOf:
    """Return a function that executes a notebook, once for all tests."""

    @cache
    def run(stem: str) -> Run:
        folder = tmp_path_factory.mktemp(stem)
        notebook = nbformat.read(FOLDER / f"{stem}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = cell.source.replace(*SHORTENED)
        return Run(execute(notebook, folder), folder)

    return run


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Use one thread, like the kernels: see `ONE_THREAD`."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
