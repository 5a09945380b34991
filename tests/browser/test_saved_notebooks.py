"""A notebook that was run elsewhere is opened where nothing runs: it shows, and replays, what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from epochscope.history import History
from tests.browser.agreement import replays
from tests.browser.notebook import write_notebook
from tests.browser.player import Player
from tests.notebooks.executed import execute

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import OpenNotebook

CELL = """\
from epochscope import EpochScope

scope = EpochScope(" I think therefore I am.")
scope.train()
scope.save("run.npz")
scope"""


@dataclass(frozen=True)
class Run:
    """A notebook after a run from end to end, with its widgets' state, and the recording as the run itself saved it."""

    path: Path
    history: History

    def signed(self) -> Path:
        """The notebook as the user's own, whom Jupyter trusts."""
        NotebookNotary().sign(nbformat.read(self.path, as_version=4))
        return self.path


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("saved")
    path = folder / "run.ipynb"
    write_notebook(path, [CELL])
    notebook = execute(nbformat.read(path, as_version=4), folder)
    nbformat.write(notebook, path)
    return Run(path, History.load(folder / "run.npz"))


def test_a_notebook_reopened_and_not_run_replays_what_was_recorded_without_a_kernel_too(
    run: Run, open_notebook: OpenNotebook
) -> None:
    notebook = open_notebook(run.signed())
    player = Player(notebook.page, notebook.cell(0))
    assert not notebook.evaluate("'scope' in globals()")
    replays(player, run.history, [0, 19, 264])
    notebook.shut_down_kernel()  # only now: JupyterLab reads a notebook's widgets when it has a kernel
    replays(player, run.history, [150, 19, 298])
    player.box.get_by_label("Speed").select_option("60")
    player.button("Play").click()
    player.wait_for_epoch(299)
    notebook.screenshot("saved-lab")
