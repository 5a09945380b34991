"""Sweeps for tests, and models for them: in a module, so that other processes can import them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from epochscope.experiments.sweep_training import SweepTraining, new_sweep

TEXT = "hihello"


def make(
    text: str = TEXT, seeds: Any = 2, epochs: int = 12, n_jobs: int | None = None, **options: Any
) -> SweepTraining:
    return new_sweep(text, seeds=seeds, epochs=epochs, n_jobs=n_jobs, options=options)


def trained(*args: Any, **options: Any) -> SweepTraining:
    sweep = make(*args, **options)
    sweep.start()
    assert sweep.wait(120)
    return sweep


class Dropped(nn.Module):
    """A recurrent network whose hidden states are dropped at random."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(5, 16, batch_first=True)
        self.out = nn.Linear(16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(nn.functional.dropout(self.rnn(x)[0], 0.3, self.training))


def dropped(_seed: int) -> nn.Module:
    return Dropped()


class Failing(Dropped):
    """Raises at the given update."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        super().__init__()
        self.left, self.act = at, act

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.is_grad_enabled():
            self.left -= 1
            if self.left < 0:
                self.act()
        return super().forward(x)


def refuse() -> None:
    raise OSError("no such layer")


def failing(seed: int) -> nn.Module:
    """Raise at update 7 with an odd seed."""
    return Failing(7, refuse) if seed % 2 else Dropped()


def unmade(seed: int) -> nn.Module:
    raise RuntimeError(f"no model for seed {seed}")


class Growing(nn.Module):
    """A loss that grows with each call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return nn.functional.cross_entropy(logits, targets) * (1 + 0.01 * self.calls)
