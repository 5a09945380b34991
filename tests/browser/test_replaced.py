"""Scopes that are no longer displayed do not train on: `interact`, cleared outputs, cells run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.player import Player
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from tests.browser.notebook import Notebook

INTERACT = """\
from ipywidgets import interact
from epochscope import EpochScope
scopes = []
@interact(seed=(0, 9))
def show(seed=0):
    scope = EpochScope(" I think therefore I am.", seed=seed, epochs=100_000)
    scope.play(speed=None)
    scopes.append(scope)
    display(scope)
"""
PLAYED = """\
from epochscope import EpochScope
scope = EpochScope(" I think therefore I am.", epochs=100_000)
scope.play(speed=30)
scope
"""


def test_a_slider_that_is_moved_leaves_one_training_the_one_that_is_shown(lab: Notebook) -> None:
    """ipywidgets#2645, holoviews#1821: five trainings ran for one that was shown."""
    cell = lab.run_code(INTERACT)
    Player(lab.page, cell).wait_for_epoch_beyond(0)
    slider = cell.locator(".noUi-handle").first
    for moves in range(1, 6):
        slider.press("ArrowRight")
        wait_until(lambda moves=moves: lab.evaluate("len(scopes)") > moves, 20, "the slider to make a scope")
    wait_until(lambda: lab.evaluate("[scope.status for scope in scopes].count('training')") == 1, 20, "one training")
    assert lab.evaluate("[scopes[-1].status, scopes[-1].trainer.seed]") == ["training", 5]
    heads = lab.evaluate("[scope.head for scope in scopes]")
    player = Player(lab.page, cell)
    player.wait_for_epoch_beyond(heads[-1])
    assert lab.evaluate("[scope.head for scope in scopes[:-1]]") == heads[:-1]
    lab.screenshot("lab-interact")
    lab.kernel.run("scopes[-1].pause()")


@pytest.mark.thorough
def test_a_run_pauses_when_its_output_is_cleared_but_not_when_the_page_is_reloaded(lab: Notebook) -> None:
    """ipywidgets#2645."""
    player = Player(lab.page, lab.run_code(PLAYED))
    player.wait_for_epoch_beyond(3)
    lab.save()
    lab.page.reload()
    lab.wait_until_idle()
    head = lab.evaluate("scope.head")
    wait_until(lambda: lab.evaluate("scope.head") > head + 150, 30, "5 s of training after the reload")
    assert lab.evaluate("scope.status") == "training"
    lab.run_code("scope", 0)
    Player(lab.page, lab.cell(0)).wait_for_epoch_beyond(lab.evaluate("scope.head"))
    lab.set_source(0, "None")
    lab.run(0)
    wait_until(lambda: lab.evaluate("scope.status") == "paused", 20, "the run to pause")
    lab.run_code("scope", 0)
    player = Player(lab.page, lab.cell(0))
    head = lab.evaluate("scope.head")
    player.action("train").click()
    player.wait_for_epoch_beyond(head)
    lab.kernel.run("scope.pause()")
