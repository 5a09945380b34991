"""An executed notebook, with its outputs and the state of its widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import nbformat
from nbformat.sign import NotebookNotary

from epochscope.history import History
from tests.browser.notebook import write_notebook
from tests.notebooks.executed import execute

if TYPE_CHECKING:
    from pathlib import Path

CELL = """\
from epochscope import EpochScope

scope = EpochScope(" I think therefore I am.")
scope.train()
scope.save("run.npz")
scope"""


@dataclass(frozen=True)
class Run:
    """The path of the notebook, and the recording that it saved."""

    path: Path
    history: History

    def read(self) -> nbformat.NotebookNode:
        """Return the content of the notebook."""
        return nbformat.read(self.path, as_version=4)

    def signed(self) -> Path:
        """Sign the notebook, so that Jupyter trusts it, and return its path."""
        NotebookNotary().sign(self.read())
        return self.path


def run_in(folder: Path) -> Run:
    """Execute the cell in `folder`, in a kernel without a browser."""
    path = folder / "run.ipynb"
    write_notebook(path, [CELL])
    nbformat.write(execute(nbformat.read(path, as_version=4), folder), path)
    return Run(path, History.load(folder / "run.npz"))
