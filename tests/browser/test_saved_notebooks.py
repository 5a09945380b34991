"""A notebook that was run elsewhere is opened where nothing runs: it shows, and replays, what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.sign import NotebookNotary
from playwright.sync_api import expect

from epochscope.history import History
from tests.browser.agreement import replays
from tests.browser.notebook import SCREENSHOTS, write_notebook
from tests.browser.player import Player
from tests.browser.published import answer
from tests.notebooks.executed import execute

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

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


def says_that_it_only_replays(player: Player) -> None:
    """In words, once it has had no answer for a while; no badge of the host's says so again, where there is no room."""
    expect(player.box.locator(".epochscope-sentence")).to_have_text("A recording: it replays, it does not train.")
    expect(player.button("Reset")).to_have_count(0)
    badges = "all => all.map(el => getComputedStyle(el, '::before').display).filter(display => display !== 'none')"
    assert player.page.locator(".jupyter-widgets-disconnected").evaluate_all(badges) == []


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
    says_that_it_only_replays(player)
    notebook.screenshot("saved-lab")


def test_a_page_made_by_nbconvert_replays_what_was_recorded(run: Run, page: Page, tmp_path: Path) -> None:
    answer(page)
    page.goto(converted(run, tmp_path))
    player = Player(page)
    replays(player, run.history, [0, 19, 299])
    says_that_it_only_replays(player)
    page.screenshot(path=SCREENSHOTS / "saved-nbconvert.png")


def test_where_a_page_cannot_be_given_bqplot_the_player_takes_its_place(run: Run, page: Page, tmp_path: Path) -> None:
    answer(page, without=["bqplot"])
    page.goto(converted(run, tmp_path))
    player = Player(page)
    expect(page.locator(".epochscope-chart")).to_be_hidden()
    wide = player.box.evaluate(
        "box => box.querySelector('.epochscope-middle').offsetWidth / box.parentElement.offsetWidth"
    )
    assert wide > 0.95
    replays(player, run.history, [0, 19, 299], chart=False)
    page.screenshot(path=SCREENSHOTS / "saved-nbconvert-without-bqplot.png")


def converted(run: Run, folder: Path) -> str:
    """The address of the notebook as nbconvert makes a page of it."""
    body, _ = HTMLExporter().from_filename(str(run.path))
    page = folder / "run.html"
    page.write_text(body)
    return page.as_uri()
