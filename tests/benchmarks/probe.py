"""13. A small GPT on mini-batches in JupyterLab, while Chromium shows its probe, against the same without a monitor."""

from __future__ import annotations

from tests.benchmarks.figure import Figure, in_turns, median_of
from tests.benchmarks.lab import lab
from tests.benchmarks.live import quiet
from tests.benchmarks.loops import Took, by_clock, by_processor

STEPS = 5_000
PIECE = 250
EVERY = 50

CELL = """
import torch
import epochscope
from tests.benchmarks.gpt import Training
torch.set_num_threads(1)
training = Training()
monitor = epochscope.monitor(training.corpus.probe, alphabet=training.corpus.alphabet)
monitor
"""


def measure(quick: bool) -> list[Figure]:
    """Measure pieces of one training alternately, with a monitor and without; the monitor continues its recording."""
    pairs = 3 if quick else STEPS // PIECE
    with lab() as place:
        notebook, player = place.play(CELL)

        def watched() -> Took:
            notebook.kernel.run(f"took = training.watched(monitor, {PIECE}, {EVERY})")
            quiet(notebook, player, notebook.evaluate("int(monitor.history.places[-1])"))
            return Took(*notebook.evaluate("took"))

        def alone() -> Took:
            return Took(*notebook.evaluate(f"training.bare({PIECE})"))

        watched()
        alone()
        seen, unseen = in_turns(watched, alone, pairs)
        records = notebook.evaluate("len(monitor.history)")
    note = f"{pairs * PIECE:,} steps of each; {records} records of a probe of 64 positions"
    return [
        median_of("a step of the GPT alone", [1e3 * each.wall for each in unseen], unit="ms"),
        median_of(f"with a monitor, every {EVERY} steps / without", by_clock(seen, unseen), 1.01, note=note),
        median_of("the same in the kernel's processor time", by_processor(seen, unseen)),
    ]
