"""Reloads, a second page, kernels that stop and connections that lose messages."""

from __future__ import annotations

import os
import random
import signal
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope import History, Trainer
from tests.browser.kernel import RUNNING
from tests.browser.player import WORDS, Player, score, shown
from tests.browser.server import wait_until
from tests.thoroughness import count

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocketRoute

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook

SENTENCE = " I think therefore I am."
SCOPE = f'from epochscope import EpochScope\nscope = EpochScope("{SENTENCE}", epochs=2000)\nscope'
RELOADS = count(3, 10)
RECORDED = "[scope.history.n_correct.tolist(), scope.history.losses.tolist(), [*map(scope.history.text, range({}))]]"


def recorded(notebook: Notebook) -> list[tuple[str, str]]:
    """Return what the kernel has recorded, as `Player.read_all` returns it."""
    epochs = notebook.evaluate("len(scope.history)")
    n_correct, losses, texts = notebook.evaluate(RECORDED.format(epochs))
    positions = notebook.evaluate("scope.history.positions")
    return [
        (score(right, positions, loss), "".join(shown(text)))
        for right, loss, text in zip(n_correct, losses, texts, strict=True)
    ]


def trained(epochs: int) -> list[tuple[str, str]]:
    """Return what a kernel records in this many epochs, as `Player.read_all` returns it."""
    history: History = Trainer(SENTENCE).train(epochs)
    return [
        (score(record.n_correct, history.positions, record.loss), "".join(shown(history.text(epoch))))
        for epoch, record in enumerate(history)
    ]


def pause(notebook: Notebook, player: Player) -> None:
    """Pause and wait until the page has all epochs of the kernel."""
    player.action("pause").click()
    wait_until(lambda: notebook.evaluate("scope.status") == "paused", 20, "the run to pause")
    head = notebook.evaluate("scope.head")
    wait_until(lambda: player.head == head, 20, f"the page to have epoch {head}")


def test_reloads_during_training_neither_lose_nor_double_an_epoch(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.save()
    lab.kernel.run("scope.play(speed=5)")
    for _ in range(RELOADS):
        before = lab.evaluate("scope.head")
        lab.reload()
        player = Player(lab.page, lab.cell(0))
        player.wait_for_epoch_beyond(before)
    assert lab.evaluate("scope.status") == "training"
    pause(lab, player)
    lab.screenshot("life-1-reloaded")
    assert player.read_all() == recorded(lab)


@pytest.mark.thorough
def test_a_second_page_shows_the_run_from_its_beginning_and_can_pause_it(
    lab: Notebook, open_notebook: OpenNotebook
) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.save()
    player.action("train").click()
    player.wait_for_epoch_beyond(5)
    other = open_notebook(lab)
    second = Player(other.page, other.cell(0))
    second.wait_for_epoch_beyond(10)
    pause(lab, second)
    expect(player.action("train")).to_be_visible()
    assert player.read_all() == second.read_all() == recorded(lab)
    other.screenshot("life-2-second-page")


def test_a_closed_scope_leaves_no_view_and_no_task(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    player.action("train").click()
    player.wait_for_epoch_beyond(3)
    lab.kernel.run("scope.close()")
    expect(lab.page.locator(".epochscope-player")).to_have_count(0)
    wait_until(lambda: lab.evaluate(RUNNING) == 0, 5, "the task to end")
    lab.screenshot("life-4-closed")


def test_a_scope_that_has_trained_before_it_is_displayed_is_displayed_whole(lab: Notebook) -> None:
    lab.run_code(f'from epochscope import EpochScope\nscope = EpochScope("{SENTENCE}")\nscope.train(40)\nNone')
    player = Player(lab.page, lab.run_code("scope", 1))
    player.wait_for_epoch(39)
    assert player.read_all() == recorded(lab)
    assert lab.evaluate(RUNNING) == 0


@pytest.mark.thorough
def test_messages_that_are_lost_are_sent_again(lab: Notebook, open_notebook: OpenNotebook) -> None:
    rng = random.Random(5)
    dropped = 0

    def lossy(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            nonlocal dropped
            chunk = b'"kind": "chunk"' in message if isinstance(message, bytes) else '"kind": "chunk"' in message
            if chunk and rng.random() < 0.5:
                dropped += 1
            else:
                socket.send(message)

        server.on_message(pass_on)

    def prepare(page: Page) -> None:
        page.route_web_socket("**/channels?*", lossy)

    notebook = open_notebook(lab, prepare=prepare)
    player = Player(notebook.page, notebook.run_code(SCOPE))
    notebook.kernel.run("scope.play(speed=60)")
    # The page handles the socket while it is awaited. How many epochs a message carries depends on the machine.
    while dropped < 10:
        player.wait_for_epoch_beyond(player.head)
    pause(notebook, player)
    assert player.read_all() == recorded(notebook)


def test_a_text_of_a_hundred_thousand_characters_is_shown_and_scrolls(lab: Notebook) -> None:
    code = 'from epochscope import EpochScope\nscope = EpochScope("the quick brown fox " * 5_000)\nscope'
    player = Player(lab.page, lab.run_code(code))
    player.action("step").click()
    player.wait_for_epoch(0)
    text = lab.evaluate("scope.history.text(0)")
    drawn = player.predictions
    assert 0 < len(drawn) < 3_000, "only visible cells are drawn"
    assert drawn == shown(text[: len(drawn)])
    player.box.locator("[data-part=grid]").evaluate("el => el.scrollTo(0, el.scrollHeight)")
    player.wait_for_epoch(0)
    lab.screenshot("life-6-long")
    drawn = player.predictions
    assert 0 < len(drawn) < 3_000
    assert drawn == shown(text[-len(drawn) :])


# The last two tests replace the kernel, which makes the next scope wait for torch.


@pytest.mark.thorough
def test_a_killed_kernel_leaves_all_epochs_that_the_page_had(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("scope.play(speed=30)")
    player.wait_for_epoch_beyond(60)
    had = player.head
    os.kill(lab.evaluate("__import__('os').getpid()"), signal.SIGKILL)
    lab.disconnect()
    expect(player.message).to_have_text(WORDS["status_disconnected"], timeout=40_000)
    assert player.head >= had
    lab.page.get_by_role("dialog").get_by_role("button", name="OK").click()  # JupyterLab's own message
    assert player.read_all() == trained(player.head + 1)
    player.action("start").click()
    player.wait_for_epoch(0)
    player.action("play").click()
    player.wait_for_epoch_beyond(20)
    lab.screenshot("life-3-killed")


def test_after_a_restart_of_the_kernel_the_recording_remains_and_the_cell_can_run_again(lab: Notebook) -> None:
    player = Player(lab.page, lab.run_code(SCOPE))
    lab.kernel.run("scope.train(20)")
    player.wait_for_epoch(19)
    lab.restart()
    expect(player.message).to_have_text(WORDS["status_disconnected"], timeout=40_000)
    lab.screenshot("life-5-restarted")
    assert player.read_all() == trained(20)
    lab.run(0)
    player = Player(lab.page, lab.cell(0))
    player.wait_for_epoch(-1)
    player.action("step").click()
    player.wait_for_epoch(0)
    assert player.read_all() == recorded(lab)
