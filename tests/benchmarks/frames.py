"""6. Intervals between animation frames in JupyterLab during training, replay and dragging."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.benchmarks.figure import Figure, p95_of
from tests.benchmarks.lab import Lab, lab
from tests.browser.player import DRAWN, Player

#: (positions, epochs)
SIZES = ((23, 300), (23, 100_000), (2_000, 1_000))
BOUND_MS = 17.0

#: All but the last tenth of the recording is random; the trainer continues from there.
CELL = """
import numpy as np
import torch
from epochscope import EpochScope, Trainer
torch.set_num_threads(1)
text = (" I think therefore I am." * {positions})[: {positions} + 1]
trainer = Trainer(text)
rng = np.random.default_rng(0)
random_epochs = {epochs} * 9 // 10
for start in range(0, random_epochs, 100):
    n = min(100, random_epochs - start)
    logits = rng.normal(size=(n, {positions}, len(trainer.alphabet))).astype(np.float32)
    trainer.history.append(np.linspace(3, 1, random_epochs)[start : start + n], logits, 0.1)
scope = EpochScope.from_trainer(trainer, epochs={epochs})
scope
"""
WATCH_FRAMES = """() => {
  window.frames = []; let last = performance.now(); window.watching = true;
  const tick = now => { window.frames.push(now - last); last = now; if (window.watching) requestAnimationFrame(tick); };
  requestAnimationFrame(now => { last = now; requestAnimationFrame(tick); });
}"""


def watched(page: Page, seconds: float) -> list[float]:
    """Return the intervals between frames during some seconds, ms."""
    page.evaluate(WATCH_FRAMES)
    page.wait_for_timeout(1000 * seconds)
    return page.evaluate("watching = false, frames")


def dragged(player: Player, seconds: float) -> list[float]:
    """Return the intervals between frames while the mouse is dragged back and forth over the timeline, ms."""
    box = player.timeline.locator("canvas").bounding_box()
    assert box is not None
    mouse, y = player.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + 5, y)
    mouse.down()
    player.page.evaluate(WATCH_FRAMES)
    for move in range(int(60 * seconds)):  # about as long: a move returns when the page has handled it
        along = abs((move / 30) % 2 - 1)
        mouse.move(box["x"] + 5 + along * (box["width"] - 10), y)
    frames = player.page.evaluate("watching = false, frames")
    mouse.up()
    return frames


def of_size(place: Lab, positions: int, epochs: int, seconds: float) -> list[Figure]:
    """Measure live at 12 epochs per second and at full speed, replay at 60, dragging, and the idle page."""
    notebook, player = place.play(CELL.format(positions=positions, epochs=epochs))
    page, size = notebook.page, f"{positions:,} x {epochs:,}"
    page.evaluate(DRAWN)
    idle = watched(page, seconds)
    live = list[list[float]]()
    for speed in ("12.0", "None"):
        notebook.kernel.run(f"scope.play(speed={speed})")
        page.wait_for_timeout(500)
        live.append(watched(page, seconds))
        notebook.kernel.run("scope.pause()")
        player.wait_for_epoch(notebook.evaluate("scope.head"))
    player.action("start").click()
    player.action("speed").select_option("60")
    player.action("play").click()
    replayed = watched(page, seconds)
    player.action("pause").click()
    drag = dragged(player, seconds)
    return [
        p95_of(f"{size}: nothing moves", idle, unit="ms"),
        p95_of(f"{size}: live, 12/s", live[0], BOUND_MS, "ms"),
        p95_of(f"{size}: live, as fast as it trains", live[1], BOUND_MS, "ms"),
        p95_of(f"{size}: replay at 60/s", replayed, BOUND_MS, "ms"),
        p95_of(f"{size}: dragging", drag, BOUND_MS, "ms"),
    ]


def measure(quick: bool) -> list[Figure]:
    """Measure all sizes."""
    with lab() as place:
        return [figure for size in SIZES for figure in of_size(place, *size, 2.0 if quick else 4.0)]
