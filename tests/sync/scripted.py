"""A trainer that learns nothing: what it would record follows from a number that every update turns into another."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from epochscope.history import Epoch, History
from epochscope.recording.alphabet import Alphabet
from epochscope.training.trainer import Trainer
from tests.sync.simulated import Clock

COST_S = 0.005
"""How long an epoch takes."""
TOKENS, POSITIONS = 3, 3
INPUTS, TARGETS = np.array([0, 1, 2]), np.array([1, 2, 0])
LRS = (0.1, 0.01, 0.001)
_TURN, _WORD = 6364136223846793005, 2**64


class Scripted:
    """The face of `Trainer` that a session sees. After a rewind it repeats itself; with another rate it does not."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self.seed = seed
        self.trouble = False
        """The next epoch raises."""
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        self.seed = self.seed if seed is None else seed
        about = {"model": "scripted", "lr": LRS[0], "seed": self.seed}
        self.history = History(Alphabet("abc"), INPUTS, TARGETS, metadata=about)
        self.lr = LRS[0]
        self._states = [(self.seed + 1) * 0x9E3779B97F4A7C15 % _WORD]  # before each update, and after the last one

    @property
    def recorded(self) -> History:
        return self.history

    @property
    def epoch(self) -> int:
        return len(self._states) - 1

    @property
    def diverged(self) -> bool:
        return len(self.history) > 0 and not math.isfinite(self.history.records(-1).losses[0])

    def run(self, n: int, stop: Callable[[float], bool] | None = None) -> int:
        losses, logits = [], []
        for _ in range(n):
            self._clock.now += COST_S
            if self.trouble:
                self.trouble = False
                self._record(losses, logits)
                raise ZeroDivisionError("the lecturer's own mistake")
            state = self._states[-1]
            finite = state >> 40 & 255
            loss = math.inf if not finite else 0.05 + (state >> 48) / 2**16
            losses.append(loss)
            logits.append([state >> 3 * i & 7 for i in range(TOKENS * POSITIONS)])
            if not finite or (self._turn() or (stop is not None and stop(loss))):
                break
        self._record(losses, logits)
        return len(losses)

    def _turn(self) -> None:
        mixed = (self._states[-1] * _TURN + int(self.lr * 1e6) * 2 + 1) % _WORD
        self._states.append(mixed ^ mixed >> 29)

    def _record(self, losses: list[float], logits: list[list[int]]) -> None:
        if losses:
            self.history.append(losses, np.array(logits, np.float32).reshape(-1, POSITIONS, TOKENS), self.lr)

    def step(self) -> Epoch:
        self.run(1)
        return self.history[-1]

    def rewind(self, epoch: int) -> None:
        if not 0 <= epoch <= len(self.history):
            raise ValueError(f"epoch={epoch}")
        if epoch < len(self.history):
            self.lr = float(self.history.lrs[epoch])
        self.history.truncate(epoch)
        del self._states[epoch + 1 :]

    def branch(self, epoch: int, *, lr: float | None = None) -> Scripted:
        if not 0 <= epoch <= len(self.history):
            raise ValueError(f"epoch={epoch}")
        branch = Scripted(self._clock, self.seed)
        branch.lr = float(self.history.lrs[epoch]) if epoch < len(self.history) else self.lr
        branch.history, branch._states = self.history.fork(epoch), self._states[: epoch + 1]
        if lr is not None:
            branch.lr = lr
        return branch


class Timed(Trainer):
    """A real trainer whose epochs take simulated time."""

    clock: Clock
    trouble = False

    def run(self, n: int, stop: Callable[[float], bool] | None = None) -> int:
        def end(loss: float) -> bool:
            self.clock.now += COST_S
            return stop is not None and stop(loss)

        return super().run(n, end)


def real(clock: Clock, seed: int) -> Any:
    """A small real trainer."""
    trainer = Timed("abcab", seed=seed)
    trainer.clock = clock
    return trainer
