"""A training loop of the user in JupyterLab: pause, step and resume it from the player while its cell runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.kernels import add_kernel, choose_kernel
from tests.browser.notebook import write_notebook
from tests.browser.player import WORDS, Player

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook
    from tests.browser.server import Server

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
#: Longer than any test, which stops it. `{async}` and `{epochs}` are filled in.
LOOP = """
torch.manual_seed(0)
net = nn.LSTM(V, V, batch_first=True)
optimizer = torch.optim.Adam(net.parameters(), lr=0.003)  # small, so that no event replaces the message
losses = []
{async}for epoch in {epochs}:
    optimizer.zero_grad()
    outputs, _ = net(inputs)
    loss = nn.functional.cross_entropy(outputs.view(-1, V), targets.view(-1))
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
"""
#: The time from a click in the player until its message says that the loop is paused, ms.
PAUSED = """box => ({ said: new Promise(resolve => box.addEventListener("click", ({ timeStamp }) => {
    const look = () => box.querySelector("[data-part=status]").textContent.startsWith("PAUSED")
        ? resolve(performance.now() - timeStamp)
        : setTimeout(look, 1);
    look();
}, { once: true, capture: true })) })""".replace("PAUSED", WORDS["status_paused"].split("{")[0])
#: The epoch at which the loop is paused according to the message, once it is displayed; undefined until then.
HELD = """box => {
    const text = part => box.querySelector(`[data-part=${part}]`).textContent;
    const epoch = text("epoch");
    return text("status") === "PAUSED".replace("{at}", `epoch ${epoch}`) ? Number(epoch) : undefined;
}""".replace("PAUSED", WORDS["status_paused"])
LOG = "    monitor.log(loss=loss, logits=outputs)\n"
STOP = "    if enough.exists():\n        break\n"
EPOCHS = "monitor.epochs(100_000)"


def loop(epochs: str = EPOCHS, *, asynchronous: bool = False) -> str:
    """Return the code of a loop over `epochs`, an expression."""
    return LOOP.replace("{async}", "async " if asynchronous else "").replace("{epochs}", epochs).lstrip()


class Loop:
    """A loop that runs in the second cell of a notebook. The kernel answers nothing else while it runs.

    Parameters
    ----------
    notebook : Notebook
        A notebook with at least two cells.
    code : str
        The code of the loop, as `loop` returns it; `SETUP` runs before it.
    """

    def __init__(self, notebook: Notebook, code: str) -> None:
        self.notebook = notebook
        notebook.run_code(SETUP)
        notebook.set_source(1, code)
        notebook.start(1)
        player = notebook.cell(1).locator(".epochscope-player")
        player.wait_for(timeout=30_000)  # the first import of an optimizer is slow
        self.player = Player(notebook.page, notebook.cell(1))
        self.player.wait_for_epoch_beyond(5)

    def press(self, name: str) -> None:
        """Click the control of the player with this `data-action`."""
        self.player.action(name).click()

    def pause(self) -> float:
        """Click Pause and return how long the player takes to show that the loop is paused, ms."""
        waits = self.player.box.evaluate_handle(PAUSED)
        self.press("pause")
        return waits.evaluate("({ said }) => said")

    def wait_until_paused(self) -> int:
        """Wait until the player shows that the loop is paused, and its last epoch; return this epoch."""
        # The message arrives with the status, after the epochs; until then it is about the epoch before.
        settled = self.player.page.wait_for_function(HELD, arg=self.player.box.element_handle(), timeout=20_000)
        head = settled.json_value()
        assert self.player.head == head
        assert self.runs
        return head

    @property
    def runs(self) -> bool:
        """Whether the cell is running, paused or not."""
        return self.notebook.cell(1).locator(".jp-InputPrompt").first.inner_text().strip() == "[*]:"

    def interrupt(self) -> None:
        """Interrupt the kernel with JupyterLab's button and wait for the end of the cell."""
        self.notebook.page.locator('[data-command="notebook:interrupt-kernel"]').first.click()
        self._wait_for_end()
        expect(self.notebook.output(1)).to_contain_text("KeyboardInterrupt")

    def end(self, enough: Path) -> None:
        """Create the file that makes the loop break, and wait for the end of the cell."""
        enough.touch()
        self._wait_for_end()
        expect(self.notebook.output(1)).not_to_contain_text("Traceback")

    def _wait_for_end(self) -> None:
        expect(self.notebook.cell(1).locator(".jp-InputPrompt").first).to_have_text(re.compile(r"\[\d+\]:"))


def pause_step_and_resume(running: Loop) -> None:
    """Pause, step three times, resume, and pause again, checking the player after each."""
    running.press("pause")
    head = running.wait_until_paused()
    for more in (1, 2, 3):
        running.press("step")
        running.player.wait_for_epoch(head + more)
        assert running.wait_until_paused() == head + more
    running.press("train")
    running.player.wait_for_epoch_beyond(head + 50)
    print(f"paused {running.pause():.0f} ms after the click")
    assert running.wait_until_paused() > head + 50


def assert_complete(notebook: Notebook, player: Player) -> int:
    """Assert that the recording has all epochs, with the losses of an unwatched loop; return their number."""
    bare = loop("range(len(monitor.history))").replace("losses", "bare")
    # An interrupt within an optimizer's step leaves torch without gradients, with a monitor or without.
    notebook.kernel.run("torch.set_grad_enabled(True)\n" + bare)
    assert notebook.evaluate("monitor.history.losses.tolist() == bare")
    logged, recorded, head = notebook.evaluate("[len(losses), len(monitor.history), monitor.scope.head]")
    assert recorded == head + 1
    assert recorded in (logged, logged - 1), "an interrupt may come before the last log"
    player.wait_for_epoch(head)
    return recorded


def check_a_for_loop(notebook: Notebook) -> None:
    running = Loop(notebook, loop() + LOG)
    pause_step_and_resume(running)
    notebook.screenshot("monitor-paused")
    paused = running.player.head
    running.press("train")
    running.player.wait_for_epoch_beyond(paused + 50)
    running.interrupt()
    assert assert_complete(notebook, running.player) > paused + 50
    assert notebook.evaluate("monitor.scope.status") == "finished"
    expect(running.player.action("train")).to_have_count(0)
    notebook.screenshot("monitor-interrupted")


def test_a_for_loop_can_be_paused_stepped_and_resumed_while_its_cell_runs(lab: Notebook) -> None:
    check_a_for_loop(lab)


@pytest.mark.thorough
def test_a_for_loop_can_be_paused_stepped_and_resumed_in_an_older_ipykernel(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    write_notebook(tmp_path / "loop.ipynb", ["", ""])
    choose_kernel(tmp_path / "loop.ipynb", add_kernel("7.3"))
    notebook = open_notebook(tmp_path / "loop.ipynb")
    assert notebook.evaluate("__import__('ipykernel').__version__").startswith("7.3.")
    check_a_for_loop(notebook)


def test_a_loop_that_is_interrupted_while_paused_leaves_a_complete_recording(lab: Notebook) -> None:
    running = Loop(lab, loop() + LOG)
    running.press("pause")
    paused = running.wait_until_paused()
    running.interrupt()
    assert assert_complete(lab, running.player) == paused + 1


def test_an_error_that_ends_a_loop_is_shown(lab: Notebook) -> None:
    """The errors are like those of finetuner#271 and metal#80."""
    fails = "    if epoch == 50:\n        raise MemoryError('CUDA out of memory')\n"
    running = Loop(lab, loop() + LOG + fails)
    message = WORDS["status_error_loop"].format(message="MemoryError: CUDA out of memory")
    expect(running.player.box.locator("[data-part=status]")).to_have_text(message)
    running.player.wait_for_epoch(50)
    assert lab.evaluate("[monitor.scope.status, len(monitor.history)]") == ["failed", 51]
    lab.screenshot("monitor-error")


@pytest.mark.thorough
def test_an_async_for_loop_can_be_paused_stepped_and_resumed(lab: Notebook, server: Server) -> None:
    running = Loop(lab, loop(asynchronous=True) + LOG + STOP)
    pause_step_and_resume(running)
    paused = running.player.head
    running.press("train")
    running.player.wait_for_epoch_beyond(paused + 50)
    running.end(server.notebooks / "enough")
    assert assert_complete(lab, running.player) > paused + 50
    lab.screenshot("monitor-async")
