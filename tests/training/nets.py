"""Networks that a user could pass as `model`."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class Dropping(nn.Module):
    """A network with dropout, and with running means in buffers."""

    def __init__(self, tokens: int, hidden: int = 8) -> None:
        super().__init__()
        self.rnn = nn.GRU(tokens, hidden, batch_first=True)
        self.norm = nn.BatchNorm1d(hidden)
        self.drop = nn.Dropout(0.3)
        self.out = nn.Linear(hidden, tokens)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = self.rnn(x)[0]  # (B, T, H)
        hidden = self.norm(hidden.transpose(1, 2)).transpose(1, 2)
        return self.out(self.drop(hidden))


class Embedding(nn.Module):
    """A network that reads token indices."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(tokens, 6)
        self.rnn = nn.RNN(6, tokens, batch_first=True)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.rnn(self.embed(x))


class Table(nn.Module):
    """A network whose logits are its parameters, which an update changes in place."""

    def __init__(self, positions: int, tokens: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(1, positions, tokens))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.logits.view(x.shape)


class Surprising(nn.Module):
    """A network that runs a function at chosen calls, counted from 1; its result is added to the logits.

    It counts the calls in an object of its own, which no rewind restores.
    """

    def __init__(self, tokens: int, surprises: dict[int, Callable[[], Any]]) -> None:
        super().__init__()
        self.rnn = nn.RNN(tokens, tokens, batch_first=True)
        self.surprises = surprises
        self._counter = itertools.count(1)
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls = next(self._counter)
        logits = self.rnn(x)[0]
        surprise = self.surprises.get(self.calls)
        return logits if surprise is None else logits + surprise()
