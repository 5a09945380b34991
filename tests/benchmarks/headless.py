"""1. A `Trainer` without a widget against the loop by hand that keeps the same data."""

from __future__ import annotations

import torch

from epochscope import Trainer
from tests.benchmarks.figure import Figure, in_turns, median_of
from tests.benchmarks.loops import Stopwatch, Took, bare, by_clock, by_processor
from tests.training.classic import SENTENCE

EPOCHS = 300  # the whole classic lab


def trained(*, read: bool = False) -> Took:
    """Return the time per epoch of a new `Trainer`; with `read`, including reading all texts as strings."""
    trainer = Trainer(SENTENCE)
    watch = Stopwatch()
    history = trainer.train(EPOCHS)
    if read:
        texts = [history.join(prediction) for prediction in history.predictions]
        assert len(texts) == len(history.losses) == EPOCHS
    return watch.per(EPOCHS)


def measure(quick: bool) -> list[Figure]:
    """Measure whole runs, alternating."""
    torch.set_num_threads(1)
    pairs = 12 if quick else 60
    bare(EPOCHS)
    trained()
    kept, by_hand = in_turns(trained, lambda: bare(EPOCHS), pairs)
    read, again = in_turns(lambda: trained(read=True), lambda: bare(EPOCHS), pairs)
    return [
        median_of("the loop by hand, per epoch", [1e6 * each.wall for each in by_hand], unit="µs"),
        median_of("`Trainer` / loop by hand", by_clock(kept, by_hand), 1.02),
        median_of("the same in processor time", by_processor(kept, by_hand)),
        median_of("`Trainer`, reading all texts as strings / loop by hand", by_clock(read, again)),
    ]
