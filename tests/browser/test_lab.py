"""A sentence trains in JupyterLab, in a real browser: the whole way through."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.player import Player, shown

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook

EXAMPLE = Path(__file__).parents[2] / "examples" / "01-i-think-therefore-i-am.ipynb"
SENTENCE = " I think therefore I am."
SCOPE = ["from epochscope import EpochScope", f'scope = EpochScope("{SENTENCE}")\nscope']
#: Everything that must be alike on screen and in the kernel at an epoch.
RECORDED = "[scope.head, scope.history.text({e}), float(scope.history.losses[{e}]), int(scope.history.n_correct[{e}])]"


def open_scope(open_notebook: OpenNotebook, cells: list[str] | None = None) -> tuple[Notebook, Player]:
    notebook = open_notebook(cells or SCOPE)
    notebook.run(0)
    notebook.run(1)
    return notebook, Player(notebook.page, notebook.cell(1))


def agrees(notebook: Notebook, player: Player) -> int:
    """Hold what is on screen against the kernel's recording; returns the epoch."""
    epoch = player.epoch
    head, text, loss, right = notebook.evaluate(RECORDED.format(e=epoch))
    assert player.says == shown(text)
    score = player.box.locator(".epochscope-score").inner_text()
    assert f"{right} of {len(text)} right" in score
    assert f"loss {loss:.3f}" in score
    assert len(player.wrong) == len(text) - right
    assert player.head == head
    return epoch


def settled(notebook: Notebook, player: Player, state: str) -> None:
    """Wait until kernel and screen are at rest on the same head."""
    expect(player.button("Pause")).to_have_count(0)
    assert notebook.evaluate("scope.status") == state
    player.wait_for_epoch(notebook.evaluate("scope.head"))


def test_the_examples_cell_plays_pauses_and_steps(open_notebook: OpenNotebook) -> None:
    cells = [cell for cell in json.loads(EXAMPLE.read_text())["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    until_scope = next(i for i, source in enumerate(sources) if source.rstrip().endswith("\nscope"))
    notebook = open_notebook(sources[: until_scope + 1])
    for index in range(until_scope + 1):
        notebook.run(index)
    player = Player(notebook.page, notebook.cell(until_scope))
    assert player.epoch == -1
    assert player.targets == shown(SENTENCE[1:])
    notebook.screenshot("lab-1-before")

    player.button("Train").click()
    player.wait_for_epoch_beyond(3)
    first = player.says
    player.wait_for_epoch_beyond(player.epoch + 6)
    assert player.says != first
    notebook.screenshot("lab-2-playing")

    player.button("Pause").click()
    settled(notebook, player, "paused")
    paused = agrees(notebook, player)
    _poll(notebook, "[scope.epoch, scope.head, len(scope.history)]", [paused, paused, paused + 1])
    notebook.screenshot("lab-3-paused")

    player.button("One epoch on").click()
    player.wait_for_epoch(paused + 1)
    assert agrees(notebook, player) == paused + 1
    assert notebook.evaluate("len(scope.history)") == paused + 2

    player.button("One epoch back").click()
    player.wait_for_epoch(paused)
    agrees(notebook, player)
    assert notebook.evaluate("len(scope.history)") == paused + 2  # back never trains


def test_the_timeline_shows_every_epoch_as_it_was_recorded(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.kernel.run("scope.train()")
    player.wait_for_epoch(299)
    seen = []
    for epoch in (0, 19, 150, 264, 298):
        player.drag(299, 120, epoch, span=300)
        player.wait_for_epoch(epoch)
        seen.append(agrees(notebook, player))
    assert seen == [0, 19, 150, 264, 298]
    _poll(notebook, "scope.epoch", 298)  # told when the cursor came to rest
    notebook.screenshot("lab-4-dragged")


def test_replay_behind_the_head_asks_the_kernel_for_nothing(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.kernel.run("scope.train(40)")
    player.wait_for_epoch(39)
    player.button("To the start").click()
    player.wait_for_epoch(0)
    player.box.get_by_label("Speed").select_option("60")
    notebook.kernel.run(
        "heard = []\n_post = scope._run.post\nscope._run.post = lambda c: (heard.append(c), _post(c))"
    )
    player.button("Play").click()
    player.wait_for_epoch(39)
    expect(player.button("Train")).to_be_visible()
    assert notebook.evaluate("[len(heard), len(scope.history)]") == [0, 40]


def test_a_reload_brings_the_same_state_back(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.kernel.run("scope.train(60)")
    player.drag(59, 33, span=300)
    player.wait_for_epoch(33)
    _poll(notebook, "scope.epoch", 33)
    before = (player.says, player.head)
    notebook.save()
    notebook.reload()
    player = Player(notebook.page, notebook.cell(1))
    player.wait_for_epoch(33)
    assert (player.says, player.head) == before
    agrees(notebook, player)
    notebook.screenshot("lab-5-reloaded")


def test_two_views_of_one_scope_agree(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([*SCOPE, "scope"])
    for index in range(3):
        notebook.run(index)
    one, other = (Player(notebook.page, notebook.cell(index)) for index in (1, 2))
    one.button("One epoch on").click()
    other.wait_for_epoch(0)
    other.button("Train").click()
    one.wait_for_epoch_beyond(4)
    one.button("Pause").click()
    settled(notebook, one, "paused")
    assert agrees(notebook, one) == agrees(notebook, other)
    one.drag(2, span=300)
    other.wait_for_epoch(2)
    assert one.says == other.says
    notebook.screenshot("lab-6-two-views")


def test_reset_returns_the_same_initial_weights(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    weights = "[p.tolist() for p in scope.trainer.model.parameters()]"
    before = notebook.evaluate(weights)
    notebook.kernel.run("scope.train(30)")
    player.wait_for_epoch(29)
    losses = notebook.evaluate("scope.history.losses.tolist()")
    assert notebook.evaluate(weights) != before
    player.button("Reset").click()
    player.wait_for_epoch(-1)
    notebook.screenshot("lab-7-reset")
    assert notebook.evaluate(weights) == before
    assert notebook.evaluate("[scope.head, scope.status]") == [-1, "idle"]
    notebook.kernel.run("scope.train(30)")
    player.wait_for_epoch(29)
    assert notebook.evaluate("scope.history.losses.tolist()") == losses


def test_play_pressed_twice_and_a_cell_run_twice_leave_one_run(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    player.button("Train").dblclick()
    player.wait_for_epoch_beyond(-1)
    tasks = "sum('Pacer._train' in repr(t) for t in __import__('asyncio').all_tasks(scope._run._loop))"
    assert notebook.evaluate(tasks) <= 1
    notebook.kernel.run("old = scope\nscope.pause()\nscope.play()")
    assert notebook.evaluate(tasks) == 1
    notebook.run(1)
    _poll(notebook, "[old.status, scope.status]", ["paused", "idle"])
    _poll(notebook, tasks, 0)


def test_the_shared_cursor_is_one_in_player_and_chart(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.kernel.run("scope.train()")
    player.wait_for_epoch(299)
    plot = notebook.page.locator(".epochscope-chart .plotarea_background").first.bounding_box()
    assert plot is not None
    for epoch in (60, 240):
        notebook.page.mouse.click(plot["x"] + plot["width"] * epoch / 300, plot["y"] + plot["height"] / 2)
        player.wait_for_epoch(epoch)
        agrees(notebook, player)
        _wait_for_chart_cursor(notebook.page, plot["x"] + plot["width"] * epoch / 300)
    player.drag(120, span=300)
    player.wait_for_epoch(120)
    _wait_for_chart_cursor(notebook.page, plot["x"] + plot["width"] * 120 / 300)
    x = [plot["x"] + plot["width"] * epoch / 300 for epoch in (200, 80)]
    notebook.page.mouse.move(x[0], plot["y"] + 20)
    notebook.page.mouse.down()
    notebook.page.mouse.move(x[1], plot["y"] + 60, steps=6)
    player.wait_for_epoch(80)
    notebook.page.mouse.up()
    _wait_for_chart_cursor(notebook.page, x[1])
    notebook.screenshot("lab-8-chart")


def test_the_axis_of_the_loss_can_be_logarithmic_with_no_word_to_the_kernel(open_notebook: OpenNotebook) -> None:
    cells = [SCOPE[0], SCOPE[1].replace(")", ", readout=True, lr=0.03)", 1)]
    notebook, player = open_scope(open_notebook, cells)
    notebook.kernel.run("scope.train()")
    player.wait_for_epoch(299)
    loss = notebook.page.locator(".epochscope-chart .bqplot g.curve path.line").nth(3)
    linear = loss.get_attribute("d")
    switch = player.button("Log")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(loss).not_to_have_attribute("d", linear or "")
    logarithmic = loss.get_attribute("d")
    assert _height_at(logarithmic, 0.3) < _height_at(linear, 0.3) - 0.03  # it spreads what lay flat on the floor
    notebook.screenshot("lab-11-logarithmic")
    notebook.kernel.run("scope.train(5)")  # what comes after the switch is drawn on the new axis too
    player.wait_for_epoch(304)
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert _height_at(loss.get_attribute("d"), 0.3) == pytest.approx(_height_at(linear, 0.3), abs=0.01)


def test_a_branch_leaves_a_ghost_that_can_be_returned_to(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.kernel.run("scope.train(60)\nold = scope.history.losses.tolist()")
    player.wait_for_epoch(59)
    player.drag(20, span=300)
    player.wait_for_epoch(20)
    player.button("Go on from here…").click()
    panel = player.box.get_by_role("dialog")
    panel.get_by_role("spinbutton").fill("0.01")
    panel.get_by_role("button", name="Branch").click()
    player.wait_for_epoch(19)
    assert notebook.evaluate("[scope.head, scope.trainer.lr]") == [19, 0.01]
    notebook.kernel.run("scope.train(10)")
    player.wait_for_epoch(29)
    agrees(notebook, player)
    player.button("Go on from here…").click()
    notebook.screenshot("lab-10-branch")
    panel.get_by_role("button", name="Return").click()
    player.wait_for_epoch(59)
    assert notebook.evaluate("scope.history.losses.tolist() == old")
    agrees(notebook, player)


def test_a_text_that_could_break_a_page_is_only_text(open_notebook: OpenNotebook) -> None:
    text = "<script>window.hit=1</script>\"'&\n👍한글\u0301 a\u0301</p>`${1}\\"
    notebook, player = open_scope(open_notebook, [SCOPE[0], f"scope = EpochScope({text!r}, epochs=20)\nscope"])
    notebook.kernel.run("scope.train()")
    player.wait_for_epoch(19)
    indices = notebook.evaluate("scope.history.targets.tolist()")
    tokens = notebook.evaluate("list(scope.history.alphabet.tokens)")
    assert "".join(tokens[i] for i in indices) == text[1:]
    written = player.targets
    assert len(written) == len(text) - 1
    assert written[:27] == shown(text[1:28])
    assert "👍" in written
    assert "◌\u0301" in written
    assert notebook.page.evaluate("window.hit") is None
    assert not [problem for problem in notebook.problems if "epochscope" in problem]
    notebook.screenshot("lab-9-markup")


def test_it_is_shown_in_a_dark_notebook_7_too(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(SCOPE, "notebook", color_scheme="dark")
    notebook.run(0)
    notebook.run(1)
    player = Player(notebook.page, notebook.cell(1))
    player.button("Train").click()
    player.wait_for_epoch_beyond(3)
    player.button("Pause").click()
    settled(notebook, player, "paused")
    agrees(notebook, player)
    notebook.screenshot("notebook-dark")


def _height_at(path: str | None, share: float) -> float:
    """How far down a drawn line is at a share of its length, 0 at its highest and 1 at its lowest point."""
    points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path or "")]
    heights = [y for _, y in points]
    at = points[int(share * (len(points) - 1))][1]
    return (at - min(heights)) / (max(heights) - min(heights))


def _wait_for_chart_cursor(page: Page, x: float) -> None:
    """Wait until the chart's cursor stands `x` px from the left of the page."""
    line = page.locator(".epochscope-chart .bqplot g.curve path.line").last
    page.wait_for_function(
        "([path, x]) => Math.abs(path.getBoundingClientRect().left - x) < 2", arg=[line.element_handle(), x]
    )


def _poll(notebook: Notebook, expression: str, wanted: object) -> None:
    """Wait until an expression has a value in the kernel."""
    found: object = None
    for _ in range(100):
        if (found := notebook.evaluate(expression)) == wanted:
            return
        notebook.page.wait_for_timeout(50)
    raise AssertionError(f"{expression} is {found!r}, not {wanted!r}, after 5 s")
