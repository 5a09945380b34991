"""6. Time from the click on Pause to the end of the last epoch, in JupyterLab."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.benchmarks.figure import Figure, p95_of
from tests.benchmarks.lab import lab
from tests.browser.server import wait_until

BOUND_MS = 100.0
CELL = """
import time
import torch
from epochscope import EpochScope
torch.set_num_threads(1)
scope = EpochScope(" I think therefore I am.", epochs=1_000_000)
last = 0.0

def note(*_):
    global last
    last = time.time()

scope.trainer.optimizer.register_step_post_hook(note)
scope
"""
#: The page's time origin and the kernel's `time.time()` use the same clock.
NOTE_CLICK = """() => document.addEventListener('click', event => {
  window.clicked = performance.timeOrigin + event.timeStamp;
}, { capture: true })"""


def measure(quick: bool) -> list[Figure]:
    """Click Train and Pause repeatedly, at full speed and at 12 epochs per second."""
    figures = list[Figure]()
    with lab() as place:
        notebook, player = place.play(CELL)
        notebook.page.evaluate(NOTE_CLICK)
        for speed, name in (("Infinity", "as fast as it trains"), ("12", "12/s")):
            waits = list[float]()
            player.action("speed").select_option(speed)
            for turn in range(10 if quick else 40):
                player.action("train").click()
                player.wait_for_epoch_beyond(player.epoch)
                notebook.page.wait_for_timeout(100 + 37 * (turn % 7))  # varied: clicks fall at any phase of a slice
                player.action("pause").click()
                expect(player.action("train")).to_be_visible()
                wait_until(lambda: notebook.evaluate("scope.status") == "paused" or None, 10, "the run to pause")
                last, clicked = 1000 * notebook.evaluate("last"), notebook.page.evaluate("clicked")
                waits.append(max(0.0, last - clicked))
            figures.append(p95_of(f"{name}: click on Pause to the end of the last epoch", waits, BOUND_MS, "ms"))
    return figures
