"""9. Looking inside the network: what it costs the training, its bytes, and the time until a panel is drawn."""

from __future__ import annotations

import torch

from epochscope import Trainer
from epochscope.recording.packed_weights import pack_weights
from epochscope.runs.training_run import TrainingRun
from tests.benchmarks.figure import Figure, in_turns, median_of, one, p95_of
from tests.benchmarks.frames import BOUND_MS, dragged
from tests.benchmarks.lab import Lab, lab
from tests.benchmarks.loops import Stopwatch, Took, by_clock
from tests.browser.player import DRAWN
from tests.training.classic import SENTENCE

EPOCHS = 300
POSITIONS = (23, 200)
CELL = """
import torch
from epochscope import EpochScope
torch.set_num_threads(1)
scope = EpochScope((" I think therefore I am." * 9)[: {positions} + 1])
scope.train({epochs})
scope
"""
#: From a click to the frame after the one in which the panel has maps of states, ms.
OPENED = """async () => {
  const frame = () => new Promise(requestAnimationFrame), start = performance.now();
  document.querySelector("[data-action=inside]").click();
  while (!document.querySelector("[data-part=state-map]")) await frame();
  await frame();
  return performance.now() - start;
}"""


def sliced(*, opened: bool) -> Took:
    """Return the time per epoch of a run in slices, as fast as possible; `opened`: while a page has an open panel."""
    run = TrainingRun(Trainer(SENTENCE), epochs=EPOCHS)
    if opened:
        run.want_weights()
    watch = Stopwatch()
    run.train()
    return watch.per(EPOCHS)


def alone() -> Took:
    """Return the time per epoch of a `Trainer`."""
    trainer = Trainer(SENTENCE)
    watch = Stopwatch()
    trainer.train(EPOCHS)
    return watch.per(EPOCHS)


def of_training(pairs: int) -> list[Figure]:
    """Measure the training, with closed and with open panels."""
    torch.set_num_threads(1)
    alone()
    sliced(opened=True)
    closed, trainer = in_turns(lambda: sliced(opened=False), alone, pairs)
    opened, again = in_turns(lambda: sliced(opened=True), lambda: sliced(opened=False), pairs)
    return [
        median_of("panels closed: a run in slices / `Trainer`", by_clock(closed, trainer), 1.02),
        median_of("panels open / closed", by_clock(opened, again)),
    ]


def of_size() -> list[Figure]:
    """Measure the bytes of weights."""
    trainer = Trainer(SENTENCE)
    trainer.train(EPOCHS)
    weights = trainer.weights.collect(range(EPOCHS))
    blocks = [len(pack_weights(weights, range(start, start + 32))) / 32 for start in range(0, EPOCHS - 31, 32)]
    return [
        median_of("weights on the wire, per epoch, in blocks of 32", blocks, unit="bytes"),
        one("weights in the page, per epoch", weights.bytes_per_epoch, unit="bytes"),
    ]


def of_panels(place: Lab, positions: int, clicks: int, seconds: float) -> list[Figure]:
    """Measure the first panel after a click, each time in a page that has no weights, and dragging with two panels."""
    opened = list[float]()
    while True:
        notebook, player = place.play(CELL.format(positions=positions, epochs=EPOCHS))
        notebook.page.evaluate(DRAWN)
        opened.append(notebook.page.evaluate(OPENED))
        if len(opened) == clicks:
            break
    player.action("free-run").click()
    notebook.page.evaluate(DRAWN)
    return [
        p95_of(f"{positions} positions: from a click to the first panel", opened, 150, "ms"),
        p95_of(f"{positions} positions: dragging, two panels open", dragged(player, seconds), BOUND_MS, "ms"),
    ]


def measure(quick: bool) -> list[Figure]:
    """Measure all of it."""
    figures = [*of_training(8 if quick else 40), *of_size()]
    with lab() as place:
        for positions in POSITIONS:
            figures += of_panels(place, positions, 2 if quick else 10, 2.0 if quick else 4.0)
    return figures
