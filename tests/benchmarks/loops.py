"""The loop of the classic lab written by hand, and a stopwatch; the kernels of the benchmarks import them too."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn, optim

from epochscope import CharRNN, Trainer
from tests.training.classic import SENTENCE


class Took(NamedTuple):
    """Seconds per epoch: wall-clock time, and processor time of all threads of this process."""

    wall: float
    processor: float


class Stopwatch:
    """Measures the time since it was created."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def per(self, n: int) -> Took:
        """Return the time per epoch of `n` epochs."""
        return Took((time.perf_counter() - self._wall) / n, (time.process_time() - self._processor) / n)


class Bare:
    """The loop by hand. Setting up is not timed."""

    def __init__(self, sentence: str = SENTENCE, seed: int = 0) -> None:
        self.char_set = sorted(set(sentence))
        indices = [self.char_set.index(c) for c in sentence]
        self.size = len(self.char_set)
        self.inputs = torch.eye(self.size)[indices[:-1]][None]  # (1, P, V)
        self.targets = torch.tensor([indices[1:]])  # (1, P)
        torch.manual_seed(seed)
        self.net = nn.LSTM(self.size, self.size, batch_first=True)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = optim.Adam(self.net.parameters(), lr=0.1)
        self.losses: list[float] = []
        self.predictions: list[Any] = []
        self.texts: list[str] = []

    def adopt(self, trainer: Trainer) -> None:
        """Copy weights and optimizer state of a trainer: the time of an epoch depends on them."""
        assert isinstance(trainer.model, CharRNN)
        self.net.load_state_dict(trainer.model.rnn.state_dict())
        self.optimizer.load_state_dict(trainer.optimizer.state_dict())

    def epoch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Train one epoch; return its loss and its logits (1, P, V)."""
        self.optimizer.zero_grad()
        outputs, _status = self.net(self.inputs)
        loss = self.criterion(outputs.view(-1, self.size), self.targets.view(-1))
        loss.backward()
        self.optimizer.step()
        return loss, outputs

    def collected(self) -> str:
        """Train one epoch, keep its loss, prediction and text, and return the text."""
        loss, outputs = self.epoch()
        result = outputs.data.numpy().argmax(axis=2)
        self.losses.append(loss.item())
        self.predictions.append(result[0])
        self.texts.append("".join([self.char_set[c] for c in np.squeeze(result).tolist()]))
        return self.texts[-1]

    def collect(self, n: int) -> Took:
        """Train `n` epochs, and keep loss, prediction and text of each."""
        watch = Stopwatch()
        for _ in range(n):
            self.collected()
        return watch.per(n)

    def train(self, n: int) -> Took:
        """Train `n` epochs, and keep nothing."""
        watch = Stopwatch()
        for _ in range(n):
            self.epoch()
        return watch.per(n)


def bare(n: int) -> Took:
    """Train a new network for `n` epochs, and keep loss, prediction and text of each."""
    return Bare().collect(n)


def by_clock(ones: Sequence[Took], others: Sequence[Took]) -> list[float]:
    """Return the ratios of wall-clock times pair by pair, so that changes of the machine's speed cancel out."""
    return [a.wall / b.wall for a, b in zip(ones, others, strict=True)]


def by_processor(ones: Sequence[Took], others: Sequence[Took]) -> list[float]:
    """Return the ratios of processor times pair by pair: the work without waiting for a processor."""
    return [a.processor / b.processor for a, b in zip(ones, others, strict=True)]
