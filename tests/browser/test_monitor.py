"""A student's own loop in JupyterLab: held and released from the screen while its cell runs."""

from __future__ import annotations

import importlib.metadata
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.kernels import add_kernel, choose_kernel
from tests.browser.notebook import write_notebook
from tests.browser.player import Player

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook
    from tests.browser.server import Server

INSTALLED = ".".join(importlib.metadata.version("ipykernel").split(".")[:2])

SETUP = """
from pathlib import Path

import torch
from torch import nn

import epochscope

torch.set_num_threads(1)
sentence = " I think therefore I am."
alphabet = sorted(set(sentence))
V = len(alphabet)
indices = torch.tensor([[alphabet.index(token) for token in sentence]])
inputs = nn.functional.one_hot(indices[:, :-1], V).float()
targets = indices[:, 1:]
monitor = epochscope.monitor(inputs, targets, alphabet=alphabet)
enough = Path("enough")
enough.unlink(missing_ok=True)
"""
#: Far more epochs than there is time for: the test stops it. `{async}` and `{epochs}` are filled in.
LOOP = """
torch.manual_seed(0)
net = nn.LSTM(V, V, batch_first=True)
optimizer = torch.optim.Adam(net.parameters(), lr=0.003)  # smooth: no event has its say where the state is read
losses = []
{async}for epoch in {epochs}:
    optimizer.zero_grad()
    outputs, _ = net(inputs)
    loss = nn.functional.cross_entropy(outputs.view(-1, V), targets.view(-1))
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
"""
#: From a click in the player until it says that the loop is paused, in ms.
PAUSED = """box => ({ said: new Promise(resolve => box.addEventListener("click", ({ timeStamp }) => {
    const look = () => box.querySelector(".epochscope-sentence").textContent.startsWith("Paused at")
        ? resolve(performance.now() - timeStamp)
        : setTimeout(look, 1);
    look();
}, { once: true, capture: true })) })"""
#: The epoch at which a box says that the loop is paused, once it shows that one; until then undefined.
HELD = """box => {
    const said = /^Paused at epoch (\\d+)\\./.exec(box.querySelector(".epochscope-sentence").textContent)?.[1];
    return said === box.querySelector(".epochscope-counter strong span").textContent ? Number(said) : undefined;
}"""
LOG = "    monitor.log(loss=loss, logits=outputs)\n"
STOP = "    if enough.exists():\n        break\n"
EPOCHS = "monitor.epochs(100_000)"


def loop(epochs: str = EPOCHS, *, asynchronous: bool = False) -> str:
    return LOOP.replace("{async}", "async " if asynchronous else "").replace("{epochs}", epochs).lstrip()


def open_loop(open_notebook: OpenNotebook, tmp_path: Path, loop: str, ipykernel: str = INSTALLED) -> Loop:
    """A notebook in Lab whose second cell, the loop, has been started and shows epochs."""
    cells = [SETUP.strip(), loop]
    if ipykernel == INSTALLED:
        notebook = open_notebook(cells)
    else:
        write_notebook(tmp_path / "loop.ipynb", cells)
        choose_kernel(tmp_path / "loop.ipynb", add_kernel(ipykernel))
        notebook = open_notebook(tmp_path / "loop.ipynb")
    notebook.run(0)
    assert notebook.evaluate("__import__('ipykernel').__version__").startswith(f"{ipykernel}.")
    notebook.start(1)
    return Loop(notebook)


class Loop:
    """A loop that runs in the second cell, and its player. While it runs the kernel answers no question."""

    def __init__(self, notebook: Notebook):
        self.notebook = notebook
        player = notebook.cell(1).locator(".epochscope-player")
        player.wait_for(timeout=30_000)  # the first optimizer takes its time
        self.player = Player(notebook.page, notebook.cell(1))
        self.player.wait_for_epoch_beyond(5)

    def press(self, name: str) -> None:
        self.player.button(name).click()

    def pause(self) -> float:
        """Press Pause, and wait for the kernel's word; returns how long it took, in milliseconds."""
        waits = self.player.box.evaluate_handle(PAUSED)
        self.press("Pause")
        return waits.evaluate("({ said }) => said")

    def wait_until_held(self) -> int:
        """Wait until the player says that the loop is held, and shows its last epoch; returns this one."""
        # The words come with the status, and after the epochs: until they do they tell of the epoch before.
        settled = self.player.page.wait_for_function(HELD, arg=self.player.box.element_handle(), timeout=20_000)
        head = settled.json_value()
        assert self.player.head == head
        assert self.runs
        return head

    @property
    def runs(self) -> bool:
        """Whether the cell is running, held or not."""
        return self.notebook.cell(1).locator(".jp-InputPrompt").first.inner_text().strip() == "[*]:"

    def interrupt(self) -> None:
        """Press Lab's own button, and wait for the end of the cell."""
        self.notebook.page.locator('[data-command="notebook:interrupt-kernel"]').first.click()
        self._wait_for_end()
        expect(self.notebook.output(1)).to_contain_text("KeyboardInterrupt")

    def end(self, enough: Path) -> None:
        """Let the loop break off by itself, and wait for the end of the cell."""
        enough.touch()
        self._wait_for_end()
        expect(self.notebook.output(1)).not_to_contain_text("Traceback")

    def _wait_for_end(self) -> None:
        expect(self.notebook.cell(1).locator(".jp-InputPrompt").first).to_have_text(re.compile(r"\[\d+\]:"))


def holds_steps_and_goes_on(loop: Loop) -> None:
    """Pause, three times Step, Train, and Pause again: what the screen says of each."""
    loop.press("Pause")
    head = loop.wait_until_held()
    for more in (1, 2, 3):
        loop.press("One epoch on")
        loop.player.wait_for_epoch(head + more)
        assert loop.wait_until_held() == head + more
    loop.press("Train")
    loop.player.wait_for_epoch_beyond(head + 50)
    print(f"paused {loop.pause():.0f} ms after the click")
    assert loop.wait_until_held() > head + 50


def is_whole(notebook: Notebook, player: Player) -> int:
    """The recording is all that the loop has logged, and what the same loop without a monitor gives."""
    bare = loop("range(len(monitor.history))").replace("losses", "bare")
    # An interrupt at the end of an optimizer's step leaves torch without gradients, monitored or not.
    notebook.kernel.run("torch.set_grad_enabled(True)\n" + bare)
    assert notebook.evaluate("monitor.history.losses.tolist() == bare")
    logged, recorded, head = notebook.evaluate("[len(losses), len(monitor.history), monitor.scope.head]")
    assert recorded == head + 1
    assert recorded in (logged, logged - 1)  # an interrupt may have come between the two lines
    player.wait_for_epoch(head)
    return recorded


@pytest.mark.parametrize("ipykernel", ["7.3", INSTALLED])
def test_a_for_loop_is_held_stepped_and_released_while_its_cell_runs(
    open_notebook: OpenNotebook, tmp_path: Path, ipykernel: str
) -> None:
    running = open_loop(open_notebook, tmp_path, loop() + LOG, ipykernel)
    holds_steps_and_goes_on(running)
    running.notebook.screenshot(f"monitor-held-{ipykernel}")
    held = running.player.head
    running.press("Train")
    running.player.wait_for_epoch_beyond(held + 50)
    running.interrupt()
    assert is_whole(running.notebook, running.player) > held + 50
    assert running.notebook.evaluate("monitor.scope.status") == "finished"
    expect(running.player.button("Train")).to_have_count(0)
    running.notebook.screenshot(f"monitor-interrupted-{ipykernel}")


def test_a_loop_that_is_interrupted_while_held_leaves_a_whole_recording(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    running = open_loop(open_notebook, tmp_path, loop() + LOG)
    running.press("Pause")
    held = running.wait_until_held()
    running.interrupt()
    assert is_whole(running.notebook, running.player) == held + 1


def test_an_async_for_loop_is_held_stepped_and_released_too(
    open_notebook: OpenNotebook, server: Server, tmp_path: Path
) -> None:
    running = open_loop(open_notebook, tmp_path, loop(asynchronous=True) + LOG + STOP)
    holds_steps_and_goes_on(running)
    held = running.player.head
    running.press("Train")
    running.player.wait_for_epoch_beyond(held + 50)
    running.end(server.notebooks / "enough")
    assert is_whole(running.notebook, running.player) > held + 50
    running.notebook.screenshot("monitor-async")
