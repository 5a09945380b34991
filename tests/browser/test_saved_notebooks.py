"""A notebook that was run elsewhere is opened where nothing runs: it shows, and replays, what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from epochscope.history import History
from tests.browser.agreement import replays
from tests.browser.notebook import SCREENSHOTS
from tests.browser.player import Player
from tests.browser.published import answer
from tests.notebooks.executed import recordings

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import OpenNotebook
    from tests.browser.saved import Run


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


def test_an_untrusted_copy_shows_the_picture(run: Run, open_notebook: OpenNotebook, tmp_path: Path) -> None:
    foreign = run.read()
    foreign.metadata["title"] = "not as it was signed"
    nbformat.write(foreign, tmp_path / "foreign.ipynb")
    notebook = open_notebook(tmp_path / "foreign.ipynb")
    picture = notebook.output(0).get_by_role("img")
    expect(picture).to_have_attribute("alt", f"EpochScope, finished: {run.history!r}")
    assert picture.evaluate("async img => (await img.decode(), img.naturalWidth)") > 300
    expect(notebook.page.locator(".epochscope-player")).to_have_count(0)
    notebook.screenshot("saved-untrusted")


def test_where_only_plain_text_is_shown_it_tells_the_story(run: Run) -> None:
    (output,) = run.read().cells[0].outputs
    said, last = output.data["text/plain"], len(run.history) - 1
    for part in ("LSTM", "300 epochs", f"{run.history.losses[last]:.3f}", run.history.text(last)):
        assert part in said


def test_a_notebook_saved_by_jupyterlab_with_its_widgets_replays_when_it_is_opened_again(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    file = tmp_path / "run.npz"
    cell = 'from epochscope import EpochScope\n\nscope = EpochScope(" I think therefore I am.")\nscope'
    notebook = open_notebook([cell])
    notebook.run(0)
    player = Player(notebook.page, notebook.cell(0))
    player.box.get_by_label("Speed").select_option("60")
    player.button("Train").click()
    player.wait_for_epoch_beyond(40)
    player.button("Pause").click()
    expect(player.button("Train")).to_be_visible()
    notebook.kernel.run(f"scope.save({str(file)!r})")
    history = History.load(file)
    notebook.save_widgets(until=lambda saved: [one.header["epochs"] for one in recordings(saved)] == [len(history)])
    notebook.reopen()
    player = Player(notebook.page, notebook.cell(0))
    assert not notebook.evaluate("'scope' in globals()")
    replays(player, history, [0, 19, len(history) - 1])
    notebook.screenshot("saved-by-lab")


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
