"""A file that another process writes, followed in JupyterLab until that process is killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from epochscope.words import words
from tests.browser.player import Player, shown
from tests.runs.test_followed_run import go_on, writing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.notebook import Notebook

LOAD = """
from epochscope import EpochScope
scope = EpochScope.load({path!r}, follow=True)
scope
"""


def test_a_page_shows_what_another_process_appends_and_says_when_it_was_killed(lab: Notebook, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    with writing(path) as writer:
        lab.set_source(0, LOAD.format(path=str(path)))
        lab.run(0)
        player = Player(lab.page, lab.cell(0))
        for records in (1, 3):
            step = go_on(writer, records)
            player.wait_for_epoch(step)
        assert player.predictions == shown(lab.evaluate("scope.history.text(-1)"))
        assert lab.evaluate("scope.status") == "training"
        writer.kill()
        file_error = words("en")["status_error_file"].split("{")[0]
        expect(player.message).to_contain_text(file_error + str(path))
        assert lab.evaluate("[scope.status, len(scope.history)]") == ["failed", 5]
        lab.screenshot("followed-killed")
