"""Looking inside in JupyterLab: the page computes what the kernel's own network gives, also when it is saved."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope.recording.archive import MAX_BYTES
from epochscope.recording.packed_weights import unpack_weights
from tests.browser.player import WORDS, Player, shown
from tests.browser.test_life import pause
from tests.notebooks.executed import recordings, widgets

if TYPE_CHECKING:
    import nbformat
    from playwright.sync_api import Locator

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook

SENTENCE = " I think therefore I am."
SCOPE = f'from epochscope import EpochScope\nscope = EpochScope("{SENTENCE}", cell="rnn", seed=9)\nscope'


class Panels:
    """The panels of a player."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.said: Locator = player.box.locator("[data-part=inspect-free_run] [data-row=said]")

    def open(self, *names: str) -> None:
        for name in names:
            self.player.action(name).click()

    def expect_said(self, text: str) -> None:
        """Expect that the free run says this; the weights may still be on their way."""
        expect(self.said).to_have_text(shown(text))


def go_to(player: Player, notebook: Notebook, epoch: int) -> None:
    notebook.kernel.run(f"scope.seek({epoch})")
    player.wait_for_epoch(epoch)


def test_a_free_run_in_the_page_is_that_of_the_kernel_at_every_epoch(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    panels = Panels(player)
    panels.open("free-run", "inside", "memory", "network")
    expect(player.box.locator("[data-part=inspect-note]")).to_contain_text(WORDS["weights_later"])
    player.action("train").click()
    player.wait_for_epoch_beyond(20)
    expect(panels.said.first).not_to_be_empty()  # while it trains
    pause(lab, player)
    panels.expect_said(lab.evaluate("scope.free_run()"))
    for epoch in (0, 3, 17):
        go_to(player, lab, epoch)
        panels.expect_said(lab.evaluate(f"scope.free_run({epoch})"))
    lab.screenshot("inspection-1-lab")
    lab.save()
    lab.reload()
    player = Player(lab.page, lab.cell(0))
    panels = Panels(player)
    player.wait_for_epoch(17)
    panels.open("free-run")
    panels.expect_said(lab.evaluate("scope.free_run(17)"))


def test_words_of_ones_own_are_continued_as_generate_does(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("_ = scope.train(80)")
    player.wait_for_epoch(79)
    panels = Panels(player)
    panels.open("free-run")
    player.box.locator("[data-part=own-words]").fill("the fork")
    for epoch in (79, 12):
        go_to(player, lab, epoch)
        text = lab.evaluate(f"scope.trainer.generate('the fork', 16, at={epoch})")
        expect(panels.said).to_have_text([""] * 7 + shown(text[8:]))


def test_after_a_branch_the_weights_are_those_of_the_branch(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("_ = scope.train(60)")
    panels = Panels(player)
    panels.open("free-run")
    player.wait_for_epoch(59)
    panels.expect_said(lab.evaluate("scope.free_run(59)"))
    lab.kernel.run("scope.branch(20, lr=0.5); _ = scope.train(30)")
    player.wait_for_epoch(49)
    panels.expect_said(lab.evaluate("scope.free_run(49)"))
    go_to(player, lab, 10)
    panels.expect_said(lab.evaluate("scope.free_run(10)"))


def test_a_model_that_is_not_known_is_refused_with_the_reason(lab: Notebook) -> None:
    model = "nn.Sequential(nn.Linear(5, 9), nn.Linear(9, 5))"
    lab.kernel.run("from epochscope import EpochScope; from torch import nn")
    player = Player(lab.page, lab.run_code(f"scope = EpochScope('hihello', model={model})\nscope"))
    lab.kernel.run("_ = scope.train(3)")
    player.wait_for_epoch(2)
    player.action("free-run").click()
    expect(player.box.locator("[data-part=inspect-note]")).to_contain_text("no recurrent layer of torch found")


def has_recording_and_weights(saved: nbformat.NotebookNode) -> bool:
    """Return whether a saved notebook has 60 epochs, and the weights of all of them, which come later."""
    buffers = [buffer for model in widgets(saved).values() for buffer in model.get("buffers", [])]
    packed = [b64decode(buffer["data"]) for buffer in buffers if buffer["path"] == ["weights"]]
    epochs = [unpack_weights(data, MAX_BYTES).epochs for data in packed if data]
    return [one.header["epochs"] for one in recordings(saved)] == [60] and epochs == [tuple(range(60))]


@pytest.mark.thorough
def test_a_notebook_that_was_saved_with_an_open_panel_can_be_looked_into_without_its_kernel(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([SCOPE])
    notebook.run(0)
    player = Player(notebook.page, notebook.cell(0))
    notebook.kernel.run("_ = scope.train(60)")
    player.wait_for_epoch(59)
    panels = Panels(player)
    panels.open("free-run")
    expected = {epoch: notebook.evaluate(f"scope.free_run({epoch})") for epoch in (59, 5)}
    panels.expect_said(expected[59])
    notebook.save_widgets(until=has_recording_and_weights)
    notebook.reopen()
    player = Player(notebook.page, notebook.cell(0))
    panels = Panels(player)
    player.wait_for_epoch(59)
    panels.open("free-run", "inside", "memory")
    panels.expect_said(expected[59])
    player.timeline.focus()
    notebook.page.keyboard.press("Home")
    for _ in range(5):
        notebook.page.keyboard.press("ArrowRight")
    panels.expect_said(expected[5])
    notebook.screenshot("inspection-2-saved")


LOOP = f"""
import time
import torch
from torch import nn
import epochscope
torch.manual_seed(0)
text = "{SENTENCE}"
tokens = sorted(set(text))
numbers = torch.tensor([[tokens.index(token) for token in text]])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(tokens), 8)
        self.gru = nn.GRU(8, 20, batch_first=True)
        self.output = nn.Linear(20, len(tokens))
    def forward(self, x):
        return self.output(self.gru(self.embedding(x))[0])
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
monitor = epochscope.monitor(numbers[:, :-1], numbers[:, 1:], alphabet=tokens, model=net)
scope = monitor.scope
async for epoch in monitor.epochs(300):
    optimizer.zero_grad()
    logits = net(numbers[:, :-1])
    loss = nn.functional.cross_entropy(logits[0], numbers[0, 1:])
    monitor.log(loss=loss, logits=logits)
    loss.backward()
    optimizer.step()
    time.sleep(0.02)
"""


@pytest.mark.thorough
def test_the_network_of_a_loop_of_ones_own_can_be_looked_into_while_it_runs(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([LOOP])
    notebook.start(0)
    player = Player(notebook.page, notebook.cell(0))
    player.wait_for_epoch_beyond(5)
    panels = Panels(player)
    panels.open("free-run", "inside")
    expect(panels.said.first).not_to_be_empty(timeout=20_000)
    player.wait_for_epoch(299)
    notebook.wait_until_idle()
    panels.expect_said(notebook.evaluate("scope.free_run(299)"))
    notebook.screenshot("inspection-3-monitor")
