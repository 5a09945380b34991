"""1. A `Trainer` without a screen, held against the loop by hand that collects the same."""

from __future__ import annotations

import time

import torch

from epochscope import Trainer
from tests.benchmarks.figure import Figure, in_turns, median_of, ratios
from tests.benchmarks.loops import bare
from tests.core.classic import SENTENCE

EPOCHS = 300  # the classic run, from its beginning


def trained(*, read: bool = False) -> float:
    """Seconds an epoch of a new `Trainer`; with every text read out as a string if `read`."""
    trainer = Trainer(SENTENCE)
    start = time.perf_counter()
    history = trainer.train(EPOCHS)
    if read:
        texts = [history.join(said) for said in history.predictions]
        assert len(texts) == len(history.losses) == EPOCHS
    return (time.perf_counter() - start) / EPOCHS


def measure(quick: bool) -> list[Figure]:
    """Whole runs in turns."""
    torch.set_num_threads(1)
    pairs = 12 if quick else 60
    bare(EPOCHS), trained()
    kept, by_hand = in_turns(trained, lambda: bare(EPOCHS), pairs)
    read, again = in_turns(lambda: trained(read=True), lambda: bare(EPOCHS), pairs)
    return [
        median_of("the loop by hand, per epoch", [1e6 * each for each in by_hand], unit="µs"),
        median_of("`Trainer` / loop by hand", ratios(kept, by_hand), 1.02),
        median_of("the same, and every text read out as a string", ratios(read, again)),
    ]
