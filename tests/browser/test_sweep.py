"""A sweep in the hosts: the page shows what the kernel has trained, and the kernel is free meanwhile."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope import Trainer, sweep
from tests.browser.apps import marimo, voila
from tests.browser.notebook import SCREENSHOTS, START_MS, write_notebook
from tests.browser.player import Player, shown
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    import nbformat
    from playwright.sync_api import Browser, Locator, Page

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook

SENTENCE = " I think therefore I am."


def code(seeds: int, epochs: int, n_jobs: int | None = None) -> str:
    return f"""\
from epochscope import sweep
runs = sweep("{SENTENCE}", cell=["rnn", "lstm"], seeds={seeds}, epochs={epochs}, n_jobs={n_jobs})
runs"""


class SweepView:
    """A sweep on a page."""

    def __init__(self, within: Locator | Page) -> None:
        self.box = within.locator("[data-part=sweep]").first.locator("..")
        expect(self.part("sweep-plot").first).to_be_visible(timeout=START_MS)

    def part(self, name: str) -> Locator:
        return self.box.locator(f"[data-part={name}]")

    def action(self, name: str) -> Locator:
        return self.box.locator(f"[data-action={name}]")

    def select(self, box: int, presses: int) -> None:
        """Select a run of a box by keyboard."""
        plot = self.box.locator(f"[data-box='{box}'] [data-part=sweep-plot]")
        plot.focus()
        for _ in range(presses):
            plot.press("ArrowDown")

    def wait_until_finished(self, runs: int) -> None:
        expect(self.part("sweep-state")).to_have_text(f"All {runs} runs are done.", timeout=60_000)

    def expect_rates(self, rates: list[tuple[int, int, int]]) -> None:
        """Expect the rates of each box: ever, at the end, and the number of runs."""
        for box, (ever, end, n) in enumerate(rates):
            rate = self.box.locator(f"[data-box='{box}'] [data-part=sweep-rates]")
            both = rf"ever\s*{ever}\s*of {n}.*at the end\s*{end}\s*of {n}"
            expect(rate).to_have_text(re.compile(both, re.DOTALL))


RATES = "[[b.ever.successes, b.at_end.successes, len(b.done)] for b in runs._runs.summary.boxes]"


def test_the_kernel_is_free_while_the_boxes_fill_and_a_run_is_replayed(lab: Notebook) -> None:
    view = SweepView(lab.run_code(code(3, 60, n_jobs=2)))
    assert lab.evaluate("21 * 2") == 42
    view.wait_until_finished(6)
    view.expect_rates(lab.evaluate(RATES))
    lab.screenshot("sweep-1-lab")
    view.select(1, 2)
    expect(view.part("sweep-card")).to_contain_text("LSTM, seed 1")
    view.action("sweep-open").click()
    player = Player(lab.page, view.part("sweep-replay"))
    player.wait_for_epoch(59)
    expected = Trainer(SENTENCE, cell="lstm", seed=1).train(25).text(24)
    player.timeline.focus()
    lab.page.keyboard.press("Home")
    for _ in range(24):
        lab.page.keyboard.press("ArrowRight")
    player.wait_for_epoch(24)
    assert player.predictions == shown(expected)
    lab.save()
    lab.reload()
    view = SweepView(lab.cell(0))
    view.wait_until_finished(6)
    view.expect_rates(lab.evaluate(RATES))


def test_stop_keeps_what_is_done_and_resume_trains_the_others(lab: Notebook) -> None:
    view = SweepView(lab.run_code(code(40, 300)))
    wait_until(lambda: lab.evaluate("runs._runs.done") >= 2 or None, 60.0, "two runs")
    view.action("sweep-stop").click()
    expect(view.action("sweep-resume")).to_be_visible()
    done = lab.evaluate("runs._runs.done")
    assert 2 <= done < 80
    assert lab.evaluate("runs.status") == "stopped"
    expect(view.part("sweep-state")).to_have_text(f"Stopped: {done} of 80 runs are done.")
    view.action("sweep-resume").click()
    expect(view.action("sweep-stop")).to_be_visible()
    wait_until(lambda: lab.evaluate("runs._runs.done") > done or None, 60.0, "another run")
    view.action("sweep-stop").click()
    expect(view.action("sweep-resume")).to_be_visible()


def test_an_interrupt_of_the_cell_that_waits_stops_the_sweep(lab: Notebook) -> None:
    view = SweepView(lab.run_code(code(40, 300)))
    for waits in ("await runs.finished()", "runs.wait()"):
        lab.set_source(1, waits)
        lab.start(1)
        wait_until(lambda: view.part("sweep-state").inner_text() != "" or None, 10.0, "a state")
        before = int(re.findall(r"\d+", view.part("sweep-state").inner_text())[0])
        expect(view.part("sweep-state")).not_to_have_text(re.compile(rf"^\D*{before} of"))  # it is shown meanwhile
        lab.page.locator('[data-command="notebook:interrupt-kernel"]').first.click()
        expect(view.action("sweep-resume")).to_be_visible()
        assert lab.evaluate("runs.status") == "stopped"
        lab.wait_until_idle()
        lab.kernel.run("runs.resume()")
        expect(view.action("sweep-stop")).to_be_visible()
    lab.kernel.run("runs.stop()")
    expect(view.action("sweep-resume")).to_be_visible()


def test_an_interrupt_of_the_idle_kernel_stops_the_sweep_and_one_of_a_cell_does_not(lab: Notebook) -> None:
    view = SweepView(lab.run_code(code(40, 300)))
    interrupt = lab.page.locator('[data-command="notebook:interrupt-kernel"]').first
    lab.set_source(1, "import time\nprint('asleep', flush=True)\ntime.sleep(60)")
    lab.start(1)
    expect(lab.output(1)).to_contain_text("asleep")  # before the cell itself runs, an interrupt is not its own
    interrupt.click()
    expect(lab.output(1)).to_contain_text("KeyboardInterrupt")
    lab.wait_until_idle()
    assert lab.evaluate("runs.status") == "running"
    for _ in range(2):
        wait_until(lambda: stopped_by(lab, interrupt, view), 30.0, "the sweep to stop")
        assert lab.evaluate("runs.status") == "stopped"
        view.action("sweep-resume").click()
        expect(view.action("sweep-stop")).to_be_visible()
    view.action("sweep-stop").click()
    expect(view.action("sweep-resume")).to_be_visible()


def stopped_by(lab: Notebook, interrupt: Locator, view: SweepView) -> bool:
    """Interrupt, and return whether the sweep stops; an interrupt while a cell ends is one of the cell."""
    lab.wait_until_idle()
    interrupt.click()
    try:
        expect(view.action("sweep-resume")).to_be_visible(timeout=2_000)
    except AssertionError:
        return False
    return True


def test_a_cell_that_is_run_again_stops_its_earlier_sweep(lab: Notebook) -> None:
    again = "earlier = globals().get('runs')\n" + code(40, 300)
    SweepView(lab.run_code(again))
    SweepView(lab.run_code(again))
    wait_until(lambda: lab.evaluate("earlier.status") == "stopped" or None, 30.0, "the earlier sweep to stop")
    assert lab.evaluate("runs.status") == "running"
    wait_until(lambda: lab.evaluate("earlier.comm is None") or None, 30.0, "the earlier widget to be closed")
    lab.kernel.run("runs.stop()")


def compare_two(view: SweepView, page: Page) -> None:
    """Compare two runs, and expect that the page shows them as they were trained."""
    for box in (0, 1):
        view.select(box, 1)
        view.action("sweep-add").click()
    player = Player(page, view.part("sweep-comparison"))
    player.wait_for_epoch(19)
    for run, cell in enumerate(("rnn", "lstm")):
        said = player.box.locator(f".epochscope-compared[data-run='{run}'] [data-part=prediction]").all_inner_texts()
        assert said == shown(Trainer(SENTENCE, cell=cell, seed=0).train(20).text(19))


@pytest.mark.thorough
def test_a_saved_sweep_is_complete_without_a_kernel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([code(2, 20)])
    notebook.run(0)
    SweepView(notebook.cell(0)).wait_until_finished(4)

    def has_all(saved: nbformat.NotebookNode) -> bool:
        return json.dumps(saved.metadata).count('"path": ["recordings"') == 4

    notebook.save_widgets(until=has_all)
    notebook.shut_down_kernel()
    notebook.reopen()
    view = SweepView(notebook.cell(0))
    view.wait_until_finished(4)
    compare_two(view, notebook.page)
    notebook.screenshot("sweep-2-saved")


def test_an_exported_sweep_needs_no_network(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "sweep.html"
    sweep(SENTENCE, cell=["rnn", "lstm"], seeds=2, epochs=20).wait().to_html(file)
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: problems.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    )
    page.goto(file.as_uri())
    view = SweepView(page)
    view.wait_until_finished(4)
    expect(view.action("sweep-stop")).to_have_count(0)
    compare_two(view, page)
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "sweep-3-exported.png", full_page=True)
    assert problems == []
    page.close()


MARIMO = f"""\
import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    from epochscope import sweep

    runs = sweep("{SENTENCE}", cell=["rnn", "lstm"], seeds=2, epochs=20)
    runs
    return (runs,)


if __name__ == "__main__":
    app.run()
"""


@pytest.mark.thorough
def test_voila_and_marimo_show_a_sweep(page: Page, browser: Browser, tmp_path: Path) -> None:
    write_notebook(tmp_path / "run.ipynb", [code(2, 20)])
    with voila(tmp_path / "run.ipynb") as address:
        page.goto(address, timeout=START_MS)
        view = SweepView(page)
        view.wait_until_finished(4)
        compare_two(view, page)
        page.screenshot(path=SCREENSHOTS / "sweep-voila.png")
    app = tmp_path / "app.py"
    app.write_text(MARIMO, encoding="utf-8")
    with marimo(app, "run", "light") as address:
        other = browser.new_page()
        other.goto(address, timeout=START_MS)
        view = SweepView(other)
        view.wait_until_finished(4)
        compare_two(view, other)
        other.screenshot(path=SCREENSHOTS / "sweep-marimo.png")
        other.close()
