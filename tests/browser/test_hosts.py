"""A sentence trains in every host that can be had here, and each shows what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from epochscope.history import History
from tests.browser.agreement import agrees, replays
from tests.browser.player import Player
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import OpenNotebook

SCOPE = 'from epochscope import EpochScope\n\nscope = EpochScope(" I think therefore I am.")'
#: Whenever the run begins or rests, what is recorded is written where the test can read it, whatever the host.
KEEP = 'scope.player.observe(lambda _: scope.save("{file}"), "status")'


def cells(file: Path) -> list[str]:
    return [SCOPE, KEEP.format(file=file), "scope"]


def trains(player: Player, file: Path) -> History:
    """Press Play and, a second or so later, Pause; the recording that is on show then."""
    player.box.get_by_label("Speed").select_option("60")
    player.button("Train").click()
    player.wait_for_epoch_beyond(40)
    player.button("Pause").click()
    expect(player.button("Train")).to_be_visible()
    wait_until(lambda: file.exists() and len(History.load(file)) == player.head + 1, 10, "the recording to be kept")
    history = History.load(file)
    player.wait_for_epoch(len(history) - 1)
    agrees(player, history, len(history) - 1)
    return history


def test_notebook_7_trains_and_shows_what_it_recorded(open_notebook: OpenNotebook, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    notebook = open_notebook(cells(file), "notebook")
    for index in range(3):
        notebook.run(index)
    player = Player(notebook.page, notebook.cell(2))
    history = trains(player, file)
    replays(player, history, [0, 19, len(history) - 2])
    notebook.screenshot("host-notebook-7")
