"""The recordings that each example must contain, computed without the notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from torch import nn

from epochscope.history import History
from epochscope.training.trainer import Trainer

THINK = " I think therefore I am."
FOUR: list[dict[str, Any]] = [{"cell": "rnn"}, {"cell": "rnn", "readout": True}, {"cell": "gru"}, {"cell": "lstm"}]
BRACKETS = {8: "(12345678)[12345678]", 16: "(123456789abcdefg)[123456789abcdefg]"}
SHIP = (
    "if you want to build a ship, don't drum up people together to collect wood and don't assign them tasks and work, "
    "but rather teach them to long for the endless immensity of the sea."
)


def think() -> History:
    """Return the run of the lecture before it branches."""
    return Trainer(THINK, seed=2).train(300)


def fall(history: History) -> tuple[int, int]:
    """Return the first epoch with the most correct positions, and the worst epoch after it."""
    first = int(history.n_correct.argmax())
    return first, first + int(history.n_correct[first:].argmin())


def calm() -> History:
    """Return the same run, with a smaller learning rate from 50 epochs before its worst epoch on."""
    trainer = Trainer(THINK, seed=2)
    first, worst = fall(trainer.train(300))
    trainer.reset()
    trainer.train(max(first, worst - 50))
    trainer.lr = 0.01
    return trainer.train(300 - len(trainer.history))


def words() -> History:
    """Return the recording of the loop over words, written out step by step."""
    tokens = ["the", "cat", "sat", "on", "the", "mat", "and", "the", "dog", "sat", "on", "the", "cat"]
    alphabet = sorted(set(tokens))
    numbers = [alphabet.index(token) for token in tokens]
    indices = torch.tensor(numbers)
    history = History(Trainer(tokens).alphabet, numbers[:-1], numbers[1:], separator=" ")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers = nn.Embedding(7, 16), nn.GRU(16, 16, batch_first=True), nn.Linear(16, 7)
        optimizer = torch.optim.AdamW(nn.ModuleList(layers).parameters(), lr=0.03)
        for epoch in range(80):
            lr = 0.03 if epoch < 40 else 0.03 * 0.1
            optimizer.param_groups[0]["lr"] = lr
            logits = layers[2](layers[1](layers[0](indices[None, :-1]))[0])
            loss = nn.functional.cross_entropy(logits[0], indices[1:])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            history.append([loss.item()], logits.detach().numpy(), lr)
    return history


@cache
def four() -> list[History]:
    """Return the runs of the first comparison."""
    return [Trainer(THINK, seed=9, **options).train(300) for options in FOUR]


def bracket(gap: int, **options: Any) -> Callable[[], History]:
    """Return a function that trains a network with an output layer on brackets."""
    return lambda: Trainer(BRACKETS[gap], readout=True, **options).train(300)


SIDE_BY_SIDE = [
    *(lambda i=i: four()[i] for i in range(len(FOUR))),
    bracket(16, cell="lstm", hidden_size=16, seed=4),
    bracket(16, cell="lstm", hidden_size=16, seed=4, forget_bias=1.0),
    bracket(8, cell="lstm", hidden_size=16),
    bracket(8, cell="rnn", hidden_size=35),  # 2147 parameters, next to the 2124 of the LSTM
]

LRS = (0.1, 0.01)
CELLS = [{"cell": cell, "lr": lr} for cell in ("rnn", "gru", "lstm") for lr in LRS]
SMALL = [
    {"cell": cell, "hidden_size": size, "lr": lr, "readout": True}
    for cell in ("rnn", "lstm")
    for size in (4, 9)  # an RNN of 9 has 365 parameters, an LSTM of 4 has 390
    for lr in LRS
]


def swept(combinations: Sequence[dict[str, Any]], seeds: int, epochs: int) -> list[Callable[[], History] | None]:
    """Return a function for the last seed of each combination; the other runs are not repeated."""

    def run(options: dict[str, Any]) -> Callable[[], History]:
        return lambda: Trainer(THINK, seed=seeds - 1, **options).train(epochs)

    others: list[None] = [None] * (seeds - 1)
    return [one for options in combinations for one in (*others, run(options))]


#: Three sweeps; after the first a run that lost the sentence, and after all two runs of the first: which ones depends
#: on the processor.
SWEPT = [
    *swept(CELLS, seeds=10, epochs=300),
    None,
    *swept([{**options, "readout": True} for options in CELLS], seeds=5, epochs=120),
    *swept(SMALL, seeds=10, epochs=200),
    None,
    None,
]

PREDICT = [  # the last run is another one in each language
    {"seed": 9},
    {"seed": 9, "readout": True},
    {"seed": 2},
    {"seed": 9},
    {"seed": 19},
    *({"seed": 9, "cell": cell} for cell in ("rnn", "gru", "lstm")),
    {"seed": 9},
]
TWISTERS = {
    "08-predict-first": "how much wood would a woodchuck chuck",
    "08-predict-first-ko": "간장 공장 공장장은 강 공장장이고",
}


def predicted(stem: str) -> list[Callable[[], History]]:
    """Return functions that train the runs about which the example asks."""
    runs = [(THINK, options) for options in PREDICT] + [(TWISTERS[stem], {"seed": 0})]
    return [lambda text=text, options=options: Trainer(text, **options).train(30) for text, options in runs]


#: The recordings of each executed example, in the order of its widgets; None: one that is not repeated.
RECORDED: dict[str, Sequence[Callable[[], History] | None]] = {
    "03-long-sentence": [
        lambda: Trainer(SHIP, cell="rnn", num_layers=2, readout=True, window=10).train(100),
    ],
    "04-your-own-loop": [
        lambda: Trainer(" if you want you", cell="rnn").train(50),
        words,
    ],
    "06-side-by-side": SIDE_BY_SIDE,
    "06-side-by-side-ko": SIDE_BY_SIDE,
    "07-one-run-proves-nothing": SWEPT,
    "07-one-run-proves-nothing-ko": SWEPT,
    **{stem: predicted(stem) for stem in TWISTERS},
    "09-real-training": [None, None],  # minutes of training
    "09-real-training-ko": [None, None],
}
