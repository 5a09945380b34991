"""The versions of Google Colab: ipywidgets 7, anywidget 0.9, bqplot 0.12, ipykernel 6; shown by JupyterLab 3.

anywidget of that time hands a widget neither a host nor a signal, ipywidgets 7 displays its widgets itself, and the
colours of its traits allow no CSS variables (bqplot/bqplot, googlecolab/backend-info).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

from epochscope.history import History
from epochscope.recording.epoch_axis import epochs_on_axis
from tests.browser.agreement import assert_replays
from tests.browser.colab.environment import PINNED, ROOT, colab_python
from tests.browser.conftest import VIEWPORT
from tests.browser.notebook import Notebook, write_notebook
from tests.browser.player import WORDS, Player, chart_share
from tests.browser.server import jupyter_server, wait_until
from tests.notebooks.executed import recordings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.server import Server

pytestmark = pytest.mark.thorough

SCOPE = 'from epochscope import EpochScope\nscope = EpochScope(" I think therefore I am.")\n'
LOOP = """
import torch
from epochscope import monitor
net = torch.nn.Linear(3, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
inputs, targets = torch.tensor([0, 1]), torch.tensor([1, 2])
watch = monitor(inputs, targets, alphabet="abc")
{loop} epoch in watch.epochs(10_000_000):
    outputs = net(torch.nn.functional.one_hot(inputs, 3).float())
    loss = torch.nn.functional.cross_entropy(outputs, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    watch.log(loss=loss, logits=outputs)
"""
# ipywidgets 7 raises this for every trait that anywidget adds.
ERRORS = """
import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", "Deprecated in traitlets 4.1", DeprecationWarning)
"""
CURSOR = ".epochscope-chart .bqplot g.curve path.line"


@pytest.fixture(scope="module")
def python() -> Path:
    return colab_python()


@pytest.fixture(scope="module")
def server(python: Path, own_jupyter: Path) -> Iterator[Server]:
    home = own_jupyter / "colab"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "src"))
        with jupyter_server(home, str(python)) as running:
            yield running


@pytest.fixture
def notebook(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook with the cells that the test is parametrized with, in JupyterLab 3."""
    name = f"colab-{abs(hash(request.node.name))}.ipynb"
    write_notebook(server.notebooks / name, request.param)
    opened = Notebook(browser.new_context(viewport=VIEWPORT).new_page(), server, name, "lab")
    yield opened
    opened.close()


def cells(*codes: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("notebook", [list(codes)], indirect=True, ids=["cells"])


def test_the_environment_has_the_versions_of_colab(python: Path) -> None:
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], capture_output=True, check=True).stdout
    versions = {each["name"].lower().replace("-", "_"): each["version"] for each in json.loads(listed)}
    assert {line: versions[line.split("==")[0]] for line in PINNED} == {line: line.split("==")[1] for line in PINNED}


@pytest.mark.parametrize("shown", ["scope", "display(scope)", "import ipywidgets\nipywidgets.VBox([scope])"])
def test_a_scope_is_shown_trains_pauses_and_keeps_its_cursor(
    server: Server, browser: Browser, shown: str, tmp_path: Path
) -> None:
    name = f"colab-{len(shown)}.ipynb"
    write_notebook(server.notebooks / name, [SCOPE + shown])
    notebook = Notebook(browser.new_context(viewport=VIEWPORT).new_page(), server, name, "lab")
    try:
        player = Player(notebook.page, notebook.run(0))
        player.action("train").click()
        player.wait_for_epoch_beyond(12)
        player.action("pause").click()
        expect(player.message).to_contain_text(WORDS["status_paused"].split("{")[0])
        head = notebook.evaluate("scope.head")
        player.wait_for_epoch(head)
        player.action("step").click()
        player.wait_for_epoch(head + 1)
        notebook.kernel.run(f"scope.save({str(tmp_path / 'run.npz')!r})")
        assert_replays(player, History.load(tmp_path / "run.npz"), [0, 11, 7])
        wait_until(lambda: notebook.evaluate("scope.epoch") == 7, 10, "the kernel to have the cursor")
        notebook.save()
        notebook.reload()
        player = Player(notebook.page, notebook.output(0))
        player.wait_for_epoch(7)
        wait_for_cursor(notebook, 7, epochs_on_axis(head + 2, 300))
        assert notebook.evaluate("[scope.epoch, scope.head]") == [7, head + 1]
    finally:
        notebook.close()


@cells(SCOPE + "scope")
def test_a_notebook_is_saved_with_what_its_page_has_received(notebook: Notebook) -> None:
    player = Player(notebook.page, notebook.run(0))
    notebook.kernel.run("sent = []\nscope.player.send_recordings = lambda: sent.append(len(scope.history))")
    player.action("train").click()
    player.wait_for_epoch_beyond(12)
    player.action("pause").click()
    expect(player.message).to_contain_text(WORDS["status_paused"].split("{")[0])
    losses = notebook.evaluate("scope.history.losses.tolist()")
    notebook.save_widgets(until=lambda saved: [one.losses.tolist() for one in recordings(saved)] == [losses])
    assert notebook.evaluate("sent") == []


@cells(SCOPE + "scope", "scope.play(speed=None)\nawait scope.finished()\nscope.head")
def test_the_chart_is_drawn_in_the_colours_of_the_theme(notebook: Notebook) -> None:
    player = Player(notebook.page, notebook.run(0))
    expect(notebook.run(1)).to_contain_text("299")
    player.wait_for_epoch(299)
    wait_for_cursor(notebook, 299)
    assert color(notebook) == "rgb(31, 36, 48)"
    notebook.screenshot("colab-light")
    notebook.page.get_by_role("menuitem", name="Settings").click()
    for entry in ("Theme", "JupyterLab Dark"):
        notebook.page.locator(".lm-Menu-item").filter(has_text=entry).first.click()
    notebook.page.locator('body[data-jp-theme-light="false"]').wait_for(state="attached")
    assert color(notebook) == "rgb(233, 235, 241)"
    notebook.screenshot("colab-dark")


@pytest.mark.parametrize(
    "notebook", [[LOOP.format(loop=loop)] for loop in ("for", "async for")], indirect=True, ids=["for", "async for"]
)
def test_a_running_loop_is_shown_before_its_cell_ends(notebook: Notebook, server: Server) -> None:
    notebook.start(0)
    player = Player(notebook.page, notebook.output(0))
    player.wait_for_epoch_beyond(50)
    player.wait_for_epoch_beyond(player.epoch)
    server.api("POST", f"kernels/{server.sessions(notebook.name)[0]['kernel']['id']}/interrupt")
    notebook.wait_until_idle()
    assert notebook.evaluate("watch.history.text(0)")


def test_an_executed_notebook_has_the_recording_and_no_warning_of_ours(python: Path, tmp_path: Path) -> None:
    codes = [
        ERRORS + SCOPE + "scope",
        "scope.play(speed=None)",
        "await scope.finished()",
        "scope",
        "scope.to_html('x')",
    ]
    content = new_notebook(cells=[new_code_cell(code) for code in [*codes, "scope.close()\nscope"]])
    nbformat.write(content, tmp_path / "run.ipynb")
    execute = [python, "-m", "jupyter", "nbconvert", "--to=notebook", "--inplace", "--execute", "run.ipynb"]
    subprocess.run(execute, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, check=True)
    run = nbformat.read(tmp_path / "run.ipynb", as_version=4)
    before, *_, after, _, closed = [cell.outputs[0].data if cell.outputs else {} for cell in run.cells]
    view = "application/vnd.jupyter.widget-view+json"
    assert set(before) == {"text/plain", view}
    assert set(after) == {"text/plain", "text/html", view}
    assert set(closed) == {"text/plain", "text/html"}
    assert "bqplot" in (tmp_path / "x").read_text(encoding="utf-8")


def test_our_wheel_changes_no_package_of_colab(python: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT]
    subprocess.run(build, env=os.environ | {"HATCH_BUILD_NO_HOOKS": "true"}, check=True)
    report = tmp_path / "report.json"
    install = [python, "-m", "pip", "install", "--dry-run", "--quiet", "--report", report, next(tmp_path.glob("*.whl"))]
    subprocess.run(install, check=True)
    assert [each["metadata"]["name"] for each in json.loads(report.read_text())["install"]] == ["epochscope"]


def wait_for_cursor(notebook: Notebook, epoch: int, span: int = 300) -> None:
    """Wait until the chart's cursor is at an epoch, on an axis of `span` epochs."""
    notebook.page.wait_for_function(
        """([selector, share]) => {
          const plot = document.querySelector(".epochscope-chart .plotarea_background").getBoundingClientRect();
          const cursor = [...document.querySelectorAll(selector)].at(-1).getBoundingClientRect();
          return Math.abs(plot.left + share * plot.width - cursor.left) < 2;
        }""",
        arg=[CURSOR, chart_share(epoch, span)],
    )


def color(notebook: Notebook) -> str:
    """Return the colour of the chart's cursor."""
    return notebook.page.locator(CURSOR).last.evaluate("path => getComputedStyle(path).stroke")
