"""A notebook that was executed elsewhere replays its recording without running a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from epochscope.history import History
from tests.browser.agreement import assert_replays
from tests.browser.notebook import SCREENSHOTS
from tests.browser.player import WORDS, Player
from tests.browser.published import answer
from tests.notebooks.executed import recordings

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import OpenNotebook
    from tests.browser.saved import Run

NOTE_RECORDINGS = """
sent = []
scope.player.send_recordings = lambda: sent.append(len(scope.history))
"""
"""A statement for the kernel: note when the whole recording would be sent."""


def assert_says_that_it_only_replays(player: Player) -> None:
    """Assert that the player says that it cannot train, without the host's badge for disconnected widgets."""
    expect(player.message).to_have_text(WORDS["status_replay_only"])
    expect(player.action("reset")).to_have_count(0)
    badges = "all => all.map(el => getComputedStyle(el, '::before').display).filter(display => display !== 'none')"
    assert player.page.locator(".jupyter-widgets-disconnected").evaluate_all(badges) == []


@pytest.mark.thorough
def test_a_reopened_notebook_replays_with_a_kernel_and_without(run: Run, open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(run.signed())
    player = Player(notebook.page, notebook.cell(0))
    assert not notebook.evaluate("'scope' in globals()")
    assert_replays(player, run.history, [0, 19, 264])
    notebook.shut_down_kernel()  # JupyterLab loads the widgets of a notebook only when it has a kernel
    assert_replays(player, run.history, [150, 19, 298])
    player.action("speed").select_option("60")
    player.action("play").click()
    player.wait_for_epoch(299)
    assert_says_that_it_only_replays(player)
    notebook.screenshot("saved-lab")


def test_an_untrusted_copy_shows_the_picture(run: Run, open_notebook: OpenNotebook, tmp_path: Path) -> None:
    foreign = run.read()
    foreign.metadata["title"] = "changed after it was signed"
    nbformat.write(foreign, tmp_path / "foreign.ipynb")
    notebook = open_notebook(tmp_path / "foreign.ipynb")
    picture = notebook.output(0).get_by_role("img")
    expect(picture).to_have_attribute("alt", f"EpochScope, finished: {run.history!r}")
    assert picture.evaluate("async img => (await img.decode(), img.naturalWidth)") > 300
    expect(notebook.page.locator(".epochscope-player")).to_have_count(0)
    notebook.screenshot("saved-untrusted")


def test_the_plain_text_output_summarizes_the_run(run: Run) -> None:
    (output,) = run.read().cells[0].outputs
    summary, last = output.data["text/plain"], len(run.history) - 1
    for part in ("LSTM", "300 epochs", f"{run.history.losses[last]:.3f}", run.history.text(last)):
        assert part in summary


def test_a_notebook_saved_by_jupyterlab_with_its_widgets_replays_when_reopened(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    file = tmp_path / "run.npz"
    cell = 'from epochscope import EpochScope\n\nscope = EpochScope(" I think therefore I am.")\nscope'
    notebook = open_notebook([cell])
    notebook.run(0)
    player = Player(notebook.page, notebook.cell(0))
    notebook.kernel.run(NOTE_RECORDINGS)
    player.action("speed").select_option("60")
    player.action("train").click()
    player.wait_for_epoch_beyond(40)
    player.action("pause").click()
    expect(player.action("train")).to_be_visible()
    notebook.kernel.run(f"scope.save({str(file)!r})")
    history = History.load(file)
    notebook.save_widgets(until=lambda saved: [one.header["epochs"] for one in recordings(saved)] == [len(history)])
    assert notebook.evaluate("sent") == []  # the page has it from the chunks
    notebook.reopen()
    player = Player(notebook.page, notebook.cell(0))
    assert not notebook.evaluate("'scope' in globals()")
    assert_replays(player, history, [0, 19, len(history) - 1])
    notebook.screenshot("saved-by-lab")


def test_a_page_made_by_nbconvert_replays(run: Run, page: Page, tmp_path: Path) -> None:
    answer(page)
    page.goto(converted(run, tmp_path))
    player = Player(page)
    assert_replays(player, run.history, [0, 19, 299])
    assert_says_that_it_only_replays(player)
    page.screenshot(path=SCREENSHOTS / "saved-nbconvert.png")


def test_without_bqplot_the_player_fills_the_page(run: Run, page: Page, tmp_path: Path) -> None:
    answer(page, without=["bqplot"])
    page.goto(converted(run, tmp_path))
    player = Player(page)
    expect(page.locator(".epochscope-chart")).to_be_hidden()
    wide = player.box.evaluate(
        "box => box.querySelector('.epochscope-main').offsetWidth / box.parentElement.offsetWidth"
    )
    assert wide > 0.95
    assert_replays(player, run.history, [0, 19, 299], chart=False)
    page.screenshot(path=SCREENSHOTS / "saved-nbconvert-without-bqplot.png")


def converted(run: Run, folder: Path) -> str:
    """Convert the notebook to HTML with nbconvert and return the address of the page."""
    body, _ = HTMLExporter().from_filename(str(run.path))
    page = folder / "run.html"
    page.write_text(body)
    return page.as_uri()
