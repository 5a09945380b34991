"""A trainer without a network: its records are computed from a number that every update changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.network import Layer, Network
from epochscope.recording.weights import Weights
from epochscope.training.trainer import Trainer
from tests.sync.simulated import Clock

COST_S = 0.005
"""How long an epoch takes."""
TOKENS, POSITIONS = 3, 3
INPUTS, TARGETS = np.array([0, 1, 2]), np.array([1, 2, 0])
LRS = (0.1, 0.01, 0.001)
_FACTOR, _WORD = 6364136223846793005, 2**64


#: What the weights of a scripted trainer belong to: two numbers from 0 to 1 that depend on its state.
NETWORK = Network(1, (Layer("rnn", 1, 1, bias=False),))
READING_S = 0.002
"""How long reading the weights of an epoch takes."""


class ScriptedWeights:
    """The part of `TrainingWeights` that a run uses."""

    def __init__(self, trainer: Scripted, clock: Clock) -> None:
        self._trainer, self._clock = trainer, clock

    def note(self) -> None:
        self._add(self._trainer.epoch)

    def read(self, first: int, last: int, deadline: float) -> bool:
        for epoch in range(first, min(last, self._trainer.epoch) + 1):
            known = self._trainer.history.weights
            if known is not None and epoch in known:
                continue
            if self._clock.now >= deadline:
                return False
            self._clock.now += READING_S
            self._add(epoch)
        return True

    def _add(self, epoch: int) -> None:
        history = self._trainer.history
        if history.weights is None:
            history.weights = Weights(NETWORK)
        history.weights.add(epoch, self._trainer.weights_at(epoch))


class Scripted:
    """The part of `Trainer` that a run uses. It repeats itself after a rewind, but not with another learning rate."""

    @property
    def _training(self) -> NoReturn:
        raise ValueError("spec(): a scripted trainer has none")

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self.seed = seed
        self.trouble = False
        """The next epoch raises."""
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        self.seed = self.seed if seed is None else seed
        metadata = {"model": "scripted", "lr": LRS[0], "seed": self.seed}
        self._history = History(Alphabet("abc"), INPUTS, TARGETS, metadata=metadata)
        self._losses: list[float] = []  # not recorded yet, as in the buffer of a trainer
        self._logits: list[list[int]] = []
        self.lr = LRS[0]
        self._states = [(self.seed + 1) * 0x9E3779B97F4A7C15 % _WORD]  # before each update, and after the last one

    @property
    def weights(self) -> ScriptedWeights:
        return ScriptedWeights(self, self._clock)

    def weights_at(self, epoch: int) -> np.ndarray:
        """Return the weights that made an epoch."""
        return np.array([self._states[epoch] >> 40 & 1023, self._states[epoch] >> 50 & 1023], np.float32)

    @property
    def recorded(self) -> History:
        return self._history

    @property
    def history(self) -> History:
        if self._losses:
            logits = np.array(self._logits, np.float32).reshape(-1, POSITIONS, TOKENS)
            self._history.append(self._losses, logits, self.lr)
            self._losses, self._logits = [], []
        return self._history

    @property
    def epoch(self) -> int:
        return len(self._states) - 1

    @property
    def diverged(self) -> bool:
        return len(self.history) > 0 and not math.isfinite(self.history.records(-1).losses[0])

    def run(self, epochs: int, stop: Callable[[float], bool] | None = None) -> int:
        start = self.epoch
        for _ in range(epochs):
            self._clock.now += COST_S
            if self.trouble:
                self.trouble = False
                _ = self.history
                raise ZeroDivisionError("the lecturer's own mistake")
            state = self._states[-1]
            finite = state >> 40 & 255
            loss = math.inf if not finite else 0.05 + (state >> 48) / 2**16
            self._losses.append(loss)
            self._logits.append([state >> 3 * i & 7 for i in range(TOKENS * POSITIONS)])
            if not finite:
                break
            self._update()
            if stop is not None and stop(loss):
                break
        _ = self.history
        return self.epoch - start

    def _update(self) -> None:
        mixed = (self._states[-1] * _FACTOR + int(self.lr * 1e6) * 2 + 1) % _WORD
        self._states.append(mixed ^ mixed >> 29)

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
        branch._history, branch._states = self.history.fork(epoch), self._states[: epoch + 1]
        if lr is not None:
            branch.lr = lr
        return branch


class Timed(Trainer):
    """A real trainer whose epochs take simulated time."""

    clock: Clock
    trouble = False

    def weights_at(self, epoch: int) -> np.ndarray:
        """Return the weights that made an epoch."""
        self.weights.read(epoch, epoch)
        assert self.history.weights is not None
        return self.history.weights.at(epoch)

    def run(self, epochs: int, stop: Callable[[float], bool] | None = None) -> int:
        def end(loss: float) -> bool:
            self.clock.now += COST_S
            return stop is not None and stop(loss)

        return super().run(epochs, end)


def real(clock: Clock, seed: int) -> Any:
    """Make a small real trainer."""
    trainer = Timed("abcab", seed=seed)
    trainer.clock = clock
    return trainer
