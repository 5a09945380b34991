"""Training in other hosts than JupyterLab: Notebook 7, Voila and marimo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope.history import History
from tests.browser.agreement import assert_replays, assert_shows
from tests.browser.apps import marimo, voila
from tests.browser.notebook import SCREENSHOTS, START_MS, write_notebook
from tests.browser.player import Player
from tests.browser.server import wait_until
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import OpenNotebook

SCOPE = 'from epochscope import EpochScope\n\nscope = EpochScope(" I think therefore I am.")'
#: Saves the recording for the test whenever the status changes, in any host.
KEEP = 'scope.player.observe(lambda _: scope.save("{file}"), "status")'


def cells(file: Path) -> list[str]:
    """Return cells that display a scope and save its recording to `file`."""
    return [SCOPE, KEEP.format(file=file), "scope"]


def train(player: Player, file: Path) -> History:
    """Train for about a second, assert that the player shows what was recorded, and return that."""
    player.action("speed").select_option("60")
    player.action("train").click()
    player.wait_for_epoch_beyond(40)
    player.action("pause").click()
    expect(player.action("train")).to_be_visible()
    wait_until(lambda: file.exists() and len(History.load(file)) == player.head + 1, 10, "the recording to be saved")
    history = History.load(file)
    player.wait_for_epoch(len(history) - 1)
    assert_shows(player, history, len(history) - 1)
    return history


@pytest.mark.thorough
def test_notebook_7_trains_and_shows_what_it_recorded(open_notebook: OpenNotebook, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    notebook = open_notebook(cells(file), "notebook", color_scheme="dark")
    for index in range(3):
        notebook.run(index)
    player = Player(notebook.page, notebook.cell(2))
    history = train(player, file)
    assert_replays(player, history, [0, 19, len(history) - 2])
    notebook.screenshot("host-notebook-7")


def displayed(page: Page) -> Player:
    """Return the player once the host has run the notebook."""
    page.locator(".epochscope-player").first.wait_for(timeout=START_MS)
    return Player(page)


def test_voila_trains_and_shows_what_it_recorded(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    write_notebook(tmp_path / "run.ipynb", cells(file))
    with voila(tmp_path / "run.ipynb") as address:
        page.goto(address, timeout=START_MS)
        player = displayed(page)
        history = train(player, file)
        assert_replays(player, history, [0, 19, len(history) - 2])
        page.screenshot(path=SCREENSHOTS / "host-voila.png")


#: marimo reruns cells that depend on each other, so the cell that makes the scope also saves the recording.
MARIMO = """\
import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    {scope}
    {keep}
    return (scope,)


@app.cell
def _(scope):
    scope
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.mark.parametrize(("mode", "theme"), quick_among([("edit", "light"), ("run", "dark")], ("run", "dark")))
def test_marimo_trains_and_shows_what_it_recorded(mode: str, theme: str, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    scope = SCOPE.replace("\n\n", "\n    ")
    (tmp_path / "run.py").write_text(MARIMO.format(scope=scope, keep=KEEP.format(file=file)))
    with marimo(tmp_path / "run.py", mode, theme) as address:
        page.goto(address, timeout=START_MS)
        player = displayed(page)
        history = train(player, file)
        assert_replays(player, history, [0, 19, len(history) - 2], chart=False)
        expect(player.action("log")).to_be_hidden()  # marimo cannot show the chart
        # The theme of marimo, which may differ from that of the system.
        expect(player.box.locator("[data-part=root]")).to_have_css("color-scheme", theme)
        page.screenshot(path=SCREENSHOTS / f"host-marimo-{mode}.png")
