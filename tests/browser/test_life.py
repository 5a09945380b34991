"""What a scope lives through in a browser: reloads, two pages, kernels that end, connections that drop."""

from __future__ import annotations

import os
import random
import signal
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from epochscope import History, Trainer
from tests.browser.player import Player, shown
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocketRoute

    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import Notebook

SENTENCE = " I think therefore I am."
CELLS = ["from epochscope import EpochScope", f'scope = EpochScope("{SENTENCE}", epochs=2000)\nscope', "scope"]
TASKS = "sum('Pacer._train' in repr(task) for task in __import__('asyncio').all_tasks(scope._run._loop))"
GONE = "The kernel is gone. What was recorded still replays."
FILM = """[
    [f"{int(right)} of {len(scope.history.targets)} right · loss {loss:.3f}", scope.history.text(epoch)]
    for epoch, (right, loss) in enumerate(zip(scope.history.n_correct, scope.history.losses.tolist()))
]"""


def open_scope(open_notebook: OpenNotebook, **options: object) -> tuple[Notebook, Player]:
    notebook = open_notebook(CELLS, **options)  # type: ignore[arg-type]
    notebook.run(0)
    notebook.run(1)
    return notebook, Player(notebook.page, notebook.cell(1))


def recorded(notebook: Notebook) -> list[tuple[str, str]]:
    """What the kernel has recorded, as a player shows it."""
    film = notebook.evaluate(" ".join(FILM.split("\n")))
    return [(score, "".join(shown(text))) for score, text in film]


def trained(epochs: int) -> list[tuple[str, str]]:
    """What a kernel on this machine records, where there is none to be asked any more."""
    history: History = Trainer(SENTENCE).train(epochs)
    score = "{} of {} right · loss {:.3f}"
    scores = [
        score.format(int(right), len(history.targets), loss)
        for right, loss in zip(history.n_correct, history.losses, strict=True)
    ]
    return [(score, "".join(shown(history.text(epoch)))) for epoch, score in enumerate(scores)]


def rests(notebook: Notebook, player: Player) -> None:
    """Pause, and wait until the page has all that the kernel has."""
    player.button("Pause").click()
    wait_until(lambda: notebook.evaluate("scope.status") == "paused", 20, "the run to pause")
    head = notebook.evaluate("scope.head")
    wait_until(lambda: player.head == head, 20, f"the page to have epoch {head}")


def test_ten_reloads_in_the_middle_of_training_lose_and_double_no_epoch(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.save()
    notebook.kernel.run("scope.play(speed=5)")
    for _ in range(10):
        before = notebook.evaluate("scope.head")
        notebook.reload()
        player = Player(notebook.page, notebook.cell(1))
        player.wait_for_epoch_beyond(before)
    assert notebook.evaluate("scope.status") == "training"
    rests(notebook, player)
    notebook.screenshot("life-1-reloaded-ten-times")
    assert player.film() == recorded(notebook)


def test_a_second_page_sees_the_run_from_its_beginning_and_can_stop_it(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.save()
    player.button("Train").click()
    player.wait_for_epoch_beyond(5)
    other = open_notebook(notebook)
    second = Player(other.page, other.cell(1))
    second.wait_for_epoch_beyond(10)
    rests(notebook, second)
    expect(player.button("Train")).to_be_visible()
    assert player.film() == second.film() == recorded(notebook)
    other.screenshot("life-2-second-page")


def test_a_killed_kernel_leaves_every_epoch_that_the_page_had(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.kernel.run("scope.play(speed=30)")
    player.wait_for_epoch_beyond(60)
    had = player.head
    os.kill(notebook.evaluate("__import__('os').getpid()"), signal.SIGKILL)
    expect(player.box.get_by_text(GONE).first).to_be_visible(timeout=40_000)
    assert player.head >= had
    notebook.page.get_by_role("dialog").get_by_role("button", name="OK").click()  # JupyterLab's own word of it
    assert player.film() == trained(player.head + 1)
    player.button("To the start").click()
    player.wait_for_epoch(0)
    player.button("Play").click()
    player.wait_for_epoch_beyond(20)
    notebook.screenshot("life-3-killed")


def test_a_restarted_kernel_is_said_and_the_cell_can_be_run_again(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    notebook.kernel.run("scope.train(20)")
    player.wait_for_epoch(19)
    notebook.restart()
    expect(player.box.get_by_text(GONE).first).to_be_visible(timeout=40_000)
    notebook.screenshot("life-5-restarted")
    assert player.film() == trained(20)
    notebook.run(0)
    notebook.run(1)
    player = Player(notebook.page, notebook.cell(1))
    player.wait_for_epoch(-1)
    player.button("One epoch on").click()
    player.wait_for_epoch(0)
    assert player.film() == recorded(notebook)


def test_a_closed_scope_leaves_the_page_and_the_loop(open_notebook: OpenNotebook) -> None:
    notebook, player = open_scope(open_notebook)
    player.button("Train").click()
    player.wait_for_epoch_beyond(3)
    notebook.kernel.run("scope.close()")
    expect(notebook.page.locator(".epochscope-player")).to_have_count(0)
    wait_until(lambda: notebook.evaluate(TASKS) == 0, 5, "the task to end")
    notebook.screenshot("life-4-closed")


def test_what_was_trained_before_it_is_shown_is_shown_whole(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([CELLS[0], f'scope = EpochScope("{SENTENCE}")\nscope.train(40)\nNone', "scope"])
    for index in range(3):
        notebook.run(index)
    player = Player(notebook.page, notebook.cell(2))
    player.wait_for_epoch(39)
    assert player.film() == recorded(notebook)
    assert notebook.evaluate(TASKS) == 0


def test_what_is_lost_on_the_way_is_sent_again(open_notebook: OpenNotebook) -> None:
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

    notebook, player = open_scope(open_notebook, prepare=prepare)
    notebook.kernel.run("scope.play(speed=60)")
    player.wait_for_epoch_beyond(150)
    rests(notebook, player)
    assert dropped > 10
    assert player.film() == recorded(notebook)


def test_a_text_of_a_hundred_thousand_characters_is_shown_and_scrolls(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([CELLS[0], 'scope = EpochScope("the quick brown fox " * 5_000)\nscope'])
    notebook.run(0)
    notebook.run(1)
    player = Player(notebook.page, notebook.cell(1))
    player.button("One epoch on").click()
    player.wait_for_epoch(0)
    _, says = recorded(notebook)[0]
    assert "".join(player.says) == says[: len(player.says)]
    player.box.locator(".epochscope-stage").evaluate("el => el.scrollTo(0, el.scrollHeight)")
    player.wait_for_epoch(0)
    notebook.screenshot("life-6-long")
    assert 0 < len(player.says) < 3_000  # only what is seen is drawn
    assert says.endswith("".join(player.says))
