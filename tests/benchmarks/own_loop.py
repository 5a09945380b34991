"""3. A loop of the user's own in JupyterLab, watched by a monitor that Chromium shows, against the same loop alone."""

from __future__ import annotations

from tests.benchmarks.figure import Figure, in_turns, median_of, ratios
from tests.benchmarks.lab import lab
from tests.benchmarks.live import quiet

PIECE = 1_500

CELL = """
import time
import torch
import epochscope
from tests.benchmarks.loops import Bare
torch.set_num_threads(1)
loop = Bare()
monitor = epochscope.monitor(loop.inputs, loop.targets, alphabet=loop.char_set)

def monitored(n):
    loop = Bare()
    start = time.perf_counter()
    for epoch in monitor.epochs(n):
        loss, outputs = loop.epoch()
        monitor.log(loss=loss, logits=outputs)
    return (time.perf_counter() - start) / n

monitor
"""


def measure(quick: bool) -> list[Figure]:
    """In turns; the recording goes on from piece to piece, as a monitor's does."""
    pairs, piece = (6, PIECE // 2) if quick else (24, PIECE)
    with lab() as place:
        notebook, player = place.play(CELL)
        head = -1

        def watched() -> float:
            nonlocal head
            head += piece
            notebook.kernel.run(f"took = monitored({piece})")
            quiet(notebook, player, head)
            return notebook.evaluate("took")

        def alone(what: str) -> float:
            return notebook.evaluate(f"Bare().{what}({piece})")

        watched(), alone("train")
        seen, unseen = in_turns(watched, lambda: alone("train"), pairs)
        again, collecting = in_turns(watched, lambda: alone("collect"), pairs)
    return [
        median_of("monitored / the same loop, which keeps nothing", ratios(seen, unseen), 1.05),
        median_of("monitored / one that keeps loss, prediction and text", ratios(again, collecting)),
    ]
