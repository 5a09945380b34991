"""3. A user's loop in JupyterLab with a monitor that Chromium shows, against the same loop without it."""

from __future__ import annotations

from tests.benchmarks.figure import Figure, in_turns, median_of
from tests.benchmarks.lab import lab
from tests.benchmarks.live import quiet
from tests.benchmarks.loops import Took, by_clock, by_processor

PIECE = 1_500

CELL = """
import torch
import epochscope
from tests.benchmarks.loops import Bare, Stopwatch
torch.set_num_threads(1)
loop = Bare()
monitor = epochscope.monitor(loop.inputs, loop.targets, alphabet=loop.char_set)

def monitored(n):
    loop = Bare()
    watch = Stopwatch()
    for epoch in monitor.epochs(n):
        loss, outputs = loop.epoch()
        monitor.log(loss=loss, logits=outputs)
    return watch.per(n)

monitor
"""


def measure(quick: bool) -> list[Figure]:
    """Measure both alternately; the monitor continues its recording."""
    pairs, piece = (6, PIECE // 2) if quick else (16, PIECE)
    with lab() as place:
        notebook, player = place.play(CELL)
        head = -1

        def watched() -> Took:
            nonlocal head
            head += piece
            notebook.kernel.run(f"took = monitored({piece})")
            quiet(notebook, player, head)
            return Took(*notebook.evaluate("took"))

        def alone(what: str) -> Took:
            return Took(*notebook.evaluate(f"Bare().{what}({piece})"))

        watched()
        alone("train")
        seen, unseen = in_turns(watched, lambda: alone("train"), pairs)
        again, collecting = in_turns(watched, lambda: alone("collect"), pairs // 2)
    return [
        median_of("with a monitor / the same loop, which keeps nothing", by_clock(seen, unseen), 1.05),
        median_of("the same in the kernel's processor time", by_processor(seen, unseen)),
        median_of("with a monitor / a loop that keeps loss, prediction and text", by_clock(again, collecting)),
    ]
