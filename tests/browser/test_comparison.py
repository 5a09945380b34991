"""Several runs side by side, in the hosts: what the page shows of each run is what the kernel has recorded of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope import compare
from tests.browser.apps import marimo, voila
from tests.browser.notebook import SCREENSHOTS, START_MS, write_notebook
from tests.browser.player import WORDS, Player, shown
from tests.notebooks.executed import recordings

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook

SENTENCE = " I think therefore I am."
COMPARISON = f"""\
from epochscope import compare
comparison = compare("{SENTENCE}", cell=["rnn", "lstm", "gru"], seed=9)
comparison"""


def said(player: Player, run: int) -> list[str]:
    """Return the displayed predictions of a run."""
    return player.box.locator(f".epochscope-compared[data-run='{run}'] [data-part=prediction]").all_inner_texts()


def score(player: Player, run: int) -> str:
    """Return the displayed number of correct positions and the loss of a run."""
    return player.box.locator(f"[data-part=run-row][data-run='{run}'] [data-part=run-row-facts]").first.inner_text()


def expect_equal(player: Player, notebook: Notebook, epoch: int) -> None:
    """Expect that the page shows each run as the kernel has recorded it, and marks where they differ."""
    player.wait_for_epoch(epoch)
    texts = []
    for run in range(3):
        history = f"comparison[{run}].history"
        text = notebook.evaluate(f"{history}.text({epoch})")
        correct, loss = notebook.evaluate(f"[{history}.count_correct({epoch}), float({history}.losses[{epoch}])]")
        facts = player.box.locator(f"[data-part=run-row][data-run='{run}'] [data-part=run-row-facts]").first
        expect(facts).to_have_text(re.compile(rf"^{correct}/23( · {loss:.3f})?$"))
        assert said(player, run) == shown(text)
        texts.append(text)
    differs = [len(set(tokens)) > 1 for tokens in zip(*texts, strict=True)]
    cells = player.box.locator("[data-part=cell]:visible").all()
    assert [cell.get_attribute("data-differs") == "true" for cell in cells] == differs


def test_the_page_shows_each_run_as_the_kernel_recorded_it(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(COMPARISON))
    player.action("speed").select_option("60")
    player.action("train").click()
    player.wait_for_epoch_beyond(30)
    player.action("pause").click()
    expect(player.action("train")).to_be_visible()
    heads = lab.evaluate("[len(run.history) for run in comparison.runs]")
    assert max(heads) - min(heads) <= 1
    for epoch in (min(heads) - 1, 0, 17):
        lab.kernel.run(f"comparison.seek({epoch})")
        expect_equal(player, lab, epoch)
    lab.screenshot("comparison-1-lab")
    lab.save()
    lab.reload()
    player = Player(lab.page, lab.cell(0))
    expect_equal(player, lab, 17)


def test_one_run_is_rewound_and_catches_up(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(COMPARISON))
    lab.kernel.run("_ = comparison.train(40)")
    player.wait_for_epoch(39)
    lab.kernel.run("comparison.rewind(10, run='LSTM')")
    player.wait_for_epoch(9)
    expect(player.message).to_have_text(WORDS["status_runs_behind"].format(run="LSTM", head=9, epoch=39))
    player.action("speed").select_option("Infinity")
    player.action("train").click()
    player.wait_for_epoch_beyond(60)
    player.action("pause").click()
    expect(player.action("train")).to_be_visible()
    heads = lab.evaluate("[len(run.history) for run in comparison.runs]")
    assert max(heads) - min(heads) <= 1
    expect_equal(player, lab, min(heads) - 1)


def test_panels_of_two_runs_compute_what_the_kernel_does(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(COMPARISON))
    lab.kernel.run("_ = comparison.train(30)")
    player.wait_for_epoch(29)
    player.action("free-run").click()
    player.timeline.focus()
    lab.page.keyboard.press("1")
    lab.page.keyboard.press("Shift+2")
    rows = player.box.locator("[data-part=inspect-free_run] [data-row=said]")
    expect(rows).to_have_count(46)
    expected = [*shown(lab.evaluate("comparison[0].free_run()")), *shown(lab.evaluate("comparison[1].free_run()"))]
    expect(rows).to_have_text(expected)
    player.action("gradient-reach").click()
    expect(player.box.locator("[data-part^=inspect-gradient_reach]")).to_have_count(2)
    lab.screenshot("comparison-2-panels")


def test_a_scope_and_its_comparison_follow_each_other(lab: Notebook) -> None:
    code = COMPARISON.replace('comparison = compare("', 'from epochscope import EpochScope\nscope = EpochScope("')
    code = code.replace('cell=["rnn", "lstm", "gru"], seed=9)\ncomparison', "seed=9)\nscope")
    scope = Player(lab.page, lab.run_code(code))
    lab.run_code(
        f"from epochscope import compare\ncomparison = compare('{SENTENCE}', scope, dict(cell='rnn'))\ncomparison", 1
    )
    both = Player(lab.page, lab.cell(1))
    both.action("train").click()
    both.wait_for_epoch_beyond(4)
    both.action("pause").click()
    expect(both.action("train")).to_be_visible()
    heads = lab.evaluate("[len(run.history) for run in comparison.runs]")
    assert max(heads) - min(heads) <= 1
    scope.wait_for_epoch(heads[0] - 1)


def test_a_cell_that_is_run_again_pauses_its_earlier_comparison(lab: Notebook) -> None:
    code = (
        COMPARISON.replace("comparison = ", "earlier = globals().get('comparison')\ncomparison = ")
        + ".play()\ncomparison"
    )
    Player(lab.page, lab.run_code(code)).wait_for_epoch_beyond(3)
    player = Player(lab.page, lab.run_code(code))
    player.wait_for_epoch_beyond(3)
    assert lab.evaluate("[earlier.status, comparison.status]") == ["paused", "training"]
    player.timeline.focus()
    lab.page.keyboard.press("Space")
    expect(player.action("train")).to_be_visible()
    assert lab.evaluate("comparison.status") == "paused"


@pytest.mark.thorough
def test_a_saved_comparison_replays_without_a_kernel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([COMPARISON])
    player = Player(notebook.page, notebook.run(0))
    notebook.kernel.run("_ = comparison.train(30)")
    player.wait_for_epoch(29)
    texts = [notebook.evaluate(f"comparison[{run}].history.text(12)") for run in range(3)]
    notebook.save_widgets(until=lambda saved: [one.header["epochs"] for one in recordings(saved)] == [30] * 3)
    notebook.shut_down_kernel()
    notebook.reopen()
    player = Player(notebook.page, notebook.cell(0))
    expect(player.timeline).to_have_attribute("aria-valuemax", "29")
    player.timeline.focus()
    notebook.page.keyboard.press("Home")
    for _ in range(12):
        notebook.page.keyboard.press("ArrowRight")
    player.wait_for_epoch(12)
    assert [said(player, run) for run in range(3)] == [shown(text) for text in texts]


@pytest.mark.thorough
def test_voila_and_marimo_show_a_comparison(page: Page, browser: Browser, tmp_path: Path) -> None:
    write_notebook(tmp_path / "run.ipynb", [COMPARISON])
    with voila(tmp_path / "run.ipynb") as address:
        page.goto(address, timeout=START_MS)
        train_in(page, "comparison-voila")
    app = tmp_path / "app.py"
    app.write_text(MARIMO, encoding="utf-8")
    with marimo(app, "run", "light") as address:
        other = browser.new_page()
        other.goto(address, timeout=START_MS)
        train_in(other, "comparison-marimo")
        other.close()


MARIMO = f"""\
import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    from epochscope import compare

    comparison = compare("{SENTENCE}", cell=["rnn", "lstm", "gru"], seed=9)
    comparison
    return (comparison,)


if __name__ == "__main__":
    app.run()
"""


def train_in(page: Page, name: str) -> None:
    """Train by the buttons of a page, and expect that the runs are shown."""
    page.locator(".epochscope-player").first.wait_for(timeout=START_MS)
    player = Player(page)
    player.action("train").click()
    player.wait_for_epoch_beyond(5)
    player.action("pause").click()
    expect(player.action("train")).to_be_visible()
    player.timeline.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    player.wait_for_epoch(1)
    for run, history in enumerate(compare(SENTENCE, cell=["rnn", "lstm", "gru"], seed=9, epochs=2).train()):
        assert said(player, run) == shown(history.text(1))
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_an_exported_comparison_replays_without_a_network(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    comparison = compare(SENTENCE, cell=["rnn", "lstm", "gru"], seed=9, epochs=30)
    comparison.train()
    comparison.to_html(file)
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: problems.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    )
    page.goto(file.as_uri())
    player = Player(page)
    player.wait_for_epoch(29)
    page.keyboard.press("Home")
    for epoch in (0, 1, 2):
        player.wait_for_epoch(epoch)
        for run in range(3):
            assert said(player, run) == shown(comparison[run].history.text(epoch))
        page.keyboard.press("ArrowRight")
    player.action("free-run").click()
    rows = player.box.locator("[data-part=inspect-free_run] [data-row=said]")
    expect(rows).to_have_text(shown(comparison["GRU"].free_run(3)))
    expect(page.locator(".epochscope-chart .bqplot path.dot[style*='--epochscope-run-']")).to_have_count(3)
    names = page.locator(".epochscope-chart .bqplot text.label").all_text_contents()
    assert {"RNN", "LSTM", "GRU"} <= set(names)
    assert problems == []
    page.close()
