"""A notebook after a run from end to end, as it is sent to others: with its outputs and its widgets' state."""

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
    """Where the notebook is, and the recording as the run itself saved it."""

    path: Path
    history: History

    def read(self) -> nbformat.NotebookNode:
        """What the notebook holds."""
        return nbformat.read(self.path, as_version=4)

    def signed(self) -> Path:
        """The notebook as the user's own, whom Jupyter trusts."""
        NotebookNotary().sign(self.read())
        return self.path


def run_in(folder: Path) -> Run:
    """Run the cell in a folder, in a kernel that nobody watches."""
    path = folder / "run.ipynb"
    write_notebook(path, [CELL])
    nbformat.write(execute(nbformat.read(path, as_version=4), folder), path)
    return Run(path, History.load(folder / "run.npz"))
