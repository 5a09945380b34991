"""Training in JupyterLab, from the buttons to the kernel and back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope.recording.epoch_axis import epochs_on_axis
from tests.browser.kernel import RUNNING
from tests.browser.player import Player, chart_share, score, shown
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.notebook import Notebook

EXAMPLE = Path(__file__).parents[2] / "examples" / "01-i-think-therefore-i-am.ipynb"
SENTENCE = " I think therefore I am."
SCOPE = f'from epochscope import EpochScope\nscope = EpochScope("{SENTENCE}")\nscope'
#: What screen and kernel must agree on at an epoch.
RECORDED = "[scope.head, scope.history.text({e}), float(scope.history.losses[{e}]), int(scope.history.n_correct[{e}])]"


def assert_agrees(notebook: Notebook, player: Player) -> int:
    """Assert that the player shows what the kernel has recorded, and return the displayed epoch."""
    epoch = player.epoch
    head, text, loss, n_correct = notebook.evaluate(RECORDED.format(e=epoch))
    assert player.predictions == shown(text)
    assert player.score == score(n_correct, len(text), loss)
    assert len(player.wrong) == len(text) - n_correct
    assert player.head == head
    return epoch


def wait_for(notebook: Notebook, expression: str, wanted: object) -> None:
    """Wait until an expression has this value in the kernel."""
    wait_until(lambda: notebook.evaluate(expression) == wanted, 10, f"{expression} to be {wanted!r}")


def wait_until_paused(notebook: Notebook, player: Player) -> None:
    """Wait until kernel and screen are paused at the same head."""
    expect(player.action("pause")).to_have_count(0)  # at once; the kernel follows
    wait_for(notebook, "scope.status", "paused")
    player.wait_for_epoch(notebook.evaluate("scope.head"))


def test_the_first_example_plays_pauses_and_steps(lab: Notebook) -> None:
    cells = [cell for cell in json.loads(EXAMPLE.read_text())["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    until_scope = next(i for i, source in enumerate(sources) if source.rstrip().endswith("\nscope"))
    cell = [lab.run_code(source, index) for index, source in enumerate(sources[: until_scope + 1])][-1]
    player = Player(lab.page, cell)
    assert player.epoch == -1
    assert player.targets == shown(SENTENCE[1:])
    lab.screenshot("lab-1-before")

    player.action("train").click()
    player.wait_for_epoch_beyond(3)
    first = player.predictions
    player.wait_for_epoch_beyond(player.epoch + 6)
    assert player.predictions != first
    lab.screenshot("lab-2-playing")

    player.action("pause").click()
    wait_until_paused(lab, player)
    paused = assert_agrees(lab, player)
    wait_for(lab, "[scope.epoch, scope.head, len(scope.history)]", [paused, paused, paused + 1])
    lab.screenshot("lab-3-paused")

    player.action("step").click()
    player.wait_for_epoch(paused + 1)
    assert assert_agrees(lab, player) == paused + 1
    assert lab.evaluate("len(scope.history)") == paused + 2

    player.action("back").click()
    player.wait_for_epoch(paused)
    assert_agrees(lab, player)
    assert lab.evaluate("len(scope.history)") == paused + 2, "stepping back never trains"


def test_the_timeline_shows_every_epoch_as_it_was_recorded(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("scope.train()")
    player.wait_for_epoch(299)
    seen = []
    for epoch in (0, 19, 150, 264, 298):
        player.drag(299, 120, epoch, span=300)
        player.wait_for_epoch(epoch)
        seen.append(assert_agrees(lab, player))
    assert seen == [0, 19, 150, 264, 298]
    wait_for(lab, "scope.epoch", 298)
    lab.screenshot("lab-4-dragged")


def test_replay_behind_the_head_sends_no_command_to_the_kernel(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("scope.train(40)")
    player.wait_for_epoch(39)
    player.action("start").click()
    player.wait_for_epoch(0)
    player.action("speed").select_option("60")
    lab.kernel.run("received = []\nscope.player.on_msg(lambda _, content, buffers: received.append(content['kind']))")
    player.action("play").click()
    player.wait_for_epoch(39)
    expect(player.action("train")).to_be_visible()
    assert lab.evaluate("['command' in received, len(scope.history)]") == [False, 40]


def test_a_reload_brings_the_same_state_back(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("scope.train(60)")
    player.wait_for_epoch(59)  # then the axis ends at 100
    player.drag(59, 33, span=100)
    player.wait_for_epoch(33)
    wait_for(lab, "scope.epoch", 33)
    before = (player.predictions, player.head)
    lab.save()
    lab.reload()
    player = Player(lab.page, lab.cell(0))
    player.wait_for_epoch(33)
    assert (player.predictions, player.head) == before
    assert_agrees(lab, player)
    lab.screenshot("lab-5-reloaded")


def test_two_views_of_one_scope_agree(lab: Notebook) -> None:
    one, other = (Player(lab.page, lab.run_code(code, index)) for index, code in enumerate((SCOPE, "scope")))
    one.action("step").click()
    other.wait_for_epoch(0)
    other.action("train").click()
    one.wait_for_epoch_beyond(4)
    one.action("pause").click()
    wait_until_paused(lab, one)
    assert assert_agrees(lab, one) == assert_agrees(lab, other)
    one.drag(2, span=epochs_on_axis(one.head + 1, 300))
    other.wait_for_epoch(2)
    assert one.predictions == other.predictions
    lab.screenshot("lab-6-two-views")


def test_reset_returns_the_same_initial_weights(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    weights = "[p.tolist() for p in scope.trainer.model.parameters()]"
    before = lab.evaluate(weights)
    lab.kernel.run("scope.train(30)")
    player.wait_for_epoch(29)
    losses = lab.evaluate("scope.history.losses.tolist()")
    assert lab.evaluate(weights) != before
    player.action("reset").click()
    player.wait_for_epoch(-1)
    lab.screenshot("lab-7-reset")
    assert lab.evaluate(weights) == before
    assert lab.evaluate("[scope.head, scope.status]") == [-1, "idle"]
    lab.kernel.run("scope.train(30)")
    player.wait_for_epoch(29)
    assert lab.evaluate("scope.history.losses.tolist()") == losses


def test_train_clicked_twice_and_a_cell_run_twice_leave_one_run(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    player.action("train").dblclick()  # trains, and may pause
    lab.kernel.run("scope.pause()")
    wait_for(lab, RUNNING, 0)
    player.action("train").click()
    wait_for(lab, RUNNING, 1)
    lab.kernel.run("old = scope\nscope.pause()\nscope.play()")
    assert lab.evaluate(RUNNING) == 1
    lab.run(0)
    wait_for(lab, "[old.status, scope.status]", ["paused", "idle"])
    wait_for(lab, RUNNING, 0)


def test_player_and_chart_share_one_cursor(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("scope.train()")
    player.wait_for_epoch(299)
    plot = lab.page.locator(".epochscope-chart .plotarea_background").first.bounding_box()
    assert plot is not None
    x = {epoch: plot["x"] + plot["width"] * chart_share(epoch) for epoch in (60, 80, 120, 200, 240)}
    mouse = lab.page.mouse
    for epoch in (60, 240):
        mouse.click(x[epoch], plot["y"] + plot["height"] / 2)
        player.wait_for_epoch(epoch)
        assert_agrees(lab, player)
        wait_for_chart_cursor(lab.page, x[epoch])
    player.drag(120, span=300)
    player.wait_for_epoch(120)
    wait_for_chart_cursor(lab.page, x[120])
    mouse.move(x[200], plot["y"] + 20)
    mouse.down()
    mouse.move(x[80], plot["y"] + 60, steps=6)
    player.wait_for_epoch(80)
    mouse.up()
    wait_for_chart_cursor(lab.page, x[80])
    lab.screenshot("lab-8-chart")


def wait_for_chart_cursor(page: Page, x: float) -> None:
    """Wait until the cursor of the chart is `x` px from the left of the page."""
    line = page.locator(".epochscope-chart .bqplot g.curve path.line").last
    page.wait_for_function(
        "([path, x]) => Math.abs(path.getBoundingClientRect().left - x) < 2", arg=[line.element_handle(), x]
    )


def test_the_loss_axis_can_be_logarithmic(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE.replace('")', '", readout=True, lr=0.03)')))
    lab.kernel.run("scope.train()")
    player.wait_for_epoch(299)
    loss = lab.page.locator(".epochscope-chart .bqplot g.curve path.line").nth(-2)
    expect(loss).to_have_attribute("d", re.compile(r"^M[^L]*(L[^L]*){250}"))  # drawn, and not a reference line
    linear = loss.get_attribute("d")
    switch = player.action("log")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(loss).not_to_have_attribute("d", linear or "")
    logarithmic = loss.get_attribute("d")
    assert height_at(logarithmic, 0.3) < height_at(linear, 0.3) - 0.03, "small losses are spread out"
    lab.screenshot("lab-11-logarithmic")
    lab.kernel.run("scope.train(5)")
    player.wait_for_epoch(304)
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert height_at(loss.get_attribute("d"), 0.3) == pytest.approx(height_at(linear, 0.3), abs=0.01)


def height_at(path: str | None, share: float) -> float:
    """Return how far down a curve is at a share of its length: 0 at its highest and 1 at its lowest point."""
    points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path or "")]
    heights = [y for _, y in points]
    at = points[int(share * (len(points) - 1))][1]
    return (at - min(heights)) / (max(heights) - min(heights))


def test_a_branch_keeps_the_old_branch_to_switch_back_to(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("scope.train(60)\nold = scope.history.losses.tolist()")
    player.wait_for_epoch(59)
    player.drag(20, span=100)
    player.wait_for_epoch(20)
    player.action("continue").click()
    player.part("branch-lr").fill("0.01")
    player.action("branch").click()
    player.wait_for_epoch(19)
    assert lab.evaluate("[scope.head, scope.trainer.lr]") == [19, 0.01]
    lab.kernel.run("scope.train(10)")
    player.wait_for_epoch(29)
    assert_agrees(lab, player)
    player.action("continue").click()
    lab.screenshot("lab-10-branch")
    player.action("switch").click()
    player.wait_for_epoch(59)
    assert lab.evaluate("scope.history.losses.tolist() == old")
    assert_agrees(lab, player)


def test_markup_in_a_text_is_shown_as_text(lab: Notebook) -> None:
    text = "<script>window.hit=1</script>\"'&\n👍한글\u0301 a\u0301</p>`${1}\\"
    player = Player(lab.page, lab.run_code(SCOPE.replace(f'"{SENTENCE}"', f"{text!r}, epochs=20")))
    lab.kernel.run("scope.train()")
    player.wait_for_epoch(19)
    indices = lab.evaluate("scope.history.targets.tolist()")
    tokens = lab.evaluate("list(scope.history.alphabet.tokens)")
    assert "".join(tokens[i] for i in indices) == text[1:]
    targets = player.targets
    assert len(targets) == len(text) - 1
    assert targets[:27] == shown(text[1:28])
    assert "👍" in targets
    assert "◌\u0301" in targets
    assert lab.page.evaluate("window.hit") is None
    assert not [problem for problem in lab.problems if "epochscope" in problem]
    lab.screenshot("lab-9-markup")
