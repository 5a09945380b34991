"""The classic lab's loop, written by hand, in every manner that it is held against; also imported by the kernels.

Every runner trains `n` epochs and returns what an epoch took.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn, optim

from epochscope import Trainer
from epochscope.training.optimizers import step_of, zero_grad_of
from tests.training.classic import SENTENCE


class Took(NamedTuple):
    """Seconds an epoch: by the clock, and of the processor, in all threads of this process."""

    wall: float
    processor: float


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def per(self, n: int) -> Took:
        """What each of `n` epochs took."""
        return Took((time.perf_counter() - self._wall) / n, (time.process_time() - self._processor) / n)


class Bare:
    """The loop by hand. What is made before the first epoch is not timed."""

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
        """Go on from where a trainer is: torch takes longer for some weights than for others."""
        self.net.load_state_dict(trainer.model.rnn.state_dict())  # type: ignore[union-attr]  # it is a CharRNN
        self.optimizer.load_state_dict(trainer.optimizer.state_dict())

    def lean_epoch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The same without what torch notes for its profiler, as a `Trainer` makes it."""
        zero_grad_of(self.optimizer)()
        outputs, _status = self.net(self.inputs)
        loss = self.criterion(outputs.view(-1, self.size), self.targets.view(-1))
        loss.backward()
        step_of(self.optimizer)()
        return loss, outputs

    def epoch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """One epoch: its loss, and its logits (1, P, V)."""
        self.optimizer.zero_grad()
        outputs, _status = self.net(self.inputs)
        loss = self.criterion(outputs.view(-1, self.size), self.targets.view(-1))
        loss.backward()
        self.optimizer.step()
        return loss, outputs

    def collected(self, *, lean: bool = False) -> str:
        """One epoch whose loss, prediction and text are collected; the text."""
        loss, outputs = self.lean_epoch() if lean else self.epoch()
        result = outputs.data.numpy().argmax(axis=2)
        self.losses.append(loss.item())
        self.predictions.append(result[0])
        self.texts.append("".join([self.char_set[c] for c in np.squeeze(result).tolist()]))
        return self.texts[-1]

    def collect(self, n: int, *, lean: bool = False) -> Took:
        """Loss, prediction and text collected."""
        watch = Stopwatch()
        for _ in range(n):
            self.collected(lean=lean)
        return watch.per(n)

    def train(self, n: int) -> Took:
        """Nothing collected."""
        watch = Stopwatch()
        for _ in range(n):
            self.epoch()
        return watch.per(n)


def bare(n: int, *, lean: bool = False) -> Took:
    """A new net, everything collected."""
    return Bare().collect(n, lean=lean)


def by_clock(ones: Sequence[Took], others: Sequence[Took]) -> list[float]:
    """Ratios by the clock, pair by pair: what the machine did at that time is in both, and is divided out."""
    return [a.wall / b.wall for a, b in zip(ones, others, strict=True)]


def by_processor(ones: Sequence[Took], others: Sequence[Took]) -> list[float]:
    """Ratios of processor time: the work itself, without waiting for a processor that others use."""
    return [a.processor / b.processor for a, b in zip(ones, others, strict=True)]
