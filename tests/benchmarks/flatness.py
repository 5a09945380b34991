"""4. A run of 100,000 epochs: are the last epochs as fast as the first, and does only the recording take memory?

The loop by hand is measured at the same times, at the end with the trainer's weights, so that changes of the machine's
speed, and torch's dependence on the weights, cancel out. The latter is measured too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence

from tests.benchmarks.figure import Figure, in_turns, median_of, one
from tests.benchmarks.lab import ROOT, lab
from tests.benchmarks.live import quiet
from tests.benchmarks.loops import Took, by_clock

EPOCHS = 100_000
EDGE = 1_000  # number of first and of last epochs that are compared
PIECES = 20  # measurements per edge, alternating with the loop by hand

CELL = """
import torch
from epochscope import EpochScope
from tests.benchmarks.loops import Bare, Stopwatch
torch.set_num_threads(1)
by_hand = Bare()
scope = EpochScope(" I think therefore I am.", epochs=100)

def trained(n):
    watch = Stopwatch()
    scope.train(n)
    return watch.per(n)

scope
"""


def edge(piece: Callable[[], Took], by_hand: Callable[[], Took], pieces: int) -> list[float]:
    """Return ratios of the time of a piece to that of the loop by hand."""
    return by_clock(*in_turns(piece, by_hand, pieces))


def quotients(last: Sequence[float], first: Sequence[float]) -> list[float]:
    """Return the quotients pair by pair."""
    return [a / b for a, b in zip(last, first, strict=True)]


def headless(epochs: int) -> dict[str, list[float]]:
    """Measure a `Trainer` in this process: the first and last ratios to the loop by hand, and memory in bytes."""
    import psutil
    import torch

    from epochscope import Trainer
    from tests.benchmarks.loops import Bare, Stopwatch
    from tests.training.classic import SENTENCE

    torch.set_num_threads(1)
    process, loop, n = psutil.Process(), Bare(), EDGE // PIECES
    Trainer(SENTENCE).train(EDGE)  # warm-up: torch allocates memory of its own at first
    loop.train(EDGE)
    trainer = Trainer(SENTENCE)

    def trained() -> Took:
        watch = Stopwatch()
        trainer.train(n)
        return watch.per(n)

    first = edge(trained, lambda: loop.train(n), PIECES)
    before = process.memory_info().rss
    trainer.train(epochs - 2 * EDGE)
    grown = process.memory_info().rss - before
    fresh = Bare()
    loop.adopt(trainer)
    last = edge(trained, lambda: loop.train(n), PIECES)
    torchs = by_clock(*in_turns(lambda: loop.train(n), lambda: fresh.train(n), PIECES))
    documented = trainer.history.bytes_per_epoch * (epochs - 2 * EDGE)
    return {"first": first, "last": last, "torchs": torchs, "grown": [grown], "documented": [documented]}


def live(epochs: int) -> tuple[list[float], list[float]]:
    """Measure a scope in JupyterLab; a piece takes about a second, so that it includes messages and charts."""
    with lab() as place:
        notebook, player = place.play(CELL)

        def trained() -> Took:
            quiet(notebook, player, notebook.evaluate("scope.head"))
            return Took(*notebook.evaluate(f"trained({EDGE})"))

        def by_hand() -> Took:
            quiet(notebook, player, notebook.evaluate("scope.head"))
            return Took(*notebook.evaluate(f"by_hand.train({EDGE})"))

        by_hand()
        first = edge(trained, by_hand, 8)
        for _ in range((epochs - 16 * EDGE) // EDGE // 10):
            notebook.kernel.run(f"scope.train({10 * EDGE})")
        notebook.kernel.run("by_hand.adopt(scope.trainer)")
        last = edge(trained, by_hand, 8)
    return first, last


def measure(quick: bool) -> list[Figure]:
    """Measure without a widget, in a separate process because of its memory; then live."""
    epochs = EPOCHS // 5 if quick else EPOCHS
    command = [sys.executable, "-m", "tests.benchmarks.flatness", str(epochs)]
    measured = json.loads(subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT).stdout)
    first, last = live(epochs)
    grown, documented = measured["grown"][0], measured["documented"][0]
    how = "each relative to the loop by hand with these weights"
    what = f"last {EDGE:,} of {epochs:,} epochs / first {EDGE:,}"
    per_epoch = (
        f"{grown / (epochs - 2 * EDGE):.0f} bytes an epoch, of {documented / (epochs - 2 * EDGE):.0f} documented"
    )
    return [
        median_of(f"`Trainer`: {what}", quotients(measured["last"], measured["first"]), 1.05, note=how),
        one("`Trainer`: growth of resident memory / documented bytes", grown / documented, 1.2, note=per_epoch),
        median_of(
            f"live: last 8 x {EDGE:,} of {epochs:,} epochs / first 8 x {EDGE:,}",
            quotients(last, first),
            1.05,
            note=how,
        ),
        median_of(f"the loop by hand: with the weights of epoch {epochs:,} / with new ones", measured["torchs"]),
    ]


if __name__ == "__main__":
    print(json.dumps(headless(int(sys.argv[1]))))
