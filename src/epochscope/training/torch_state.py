"""A run's own random state, so that the one of the notebook is left as it was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


class RandomState:
    """The random state of torch as this run sees it, on the CPU and on the device that it trains on."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.state: tuple[torch.Tensor, ...] = self._read()  # never written in place

    def seed(self, seed: int) -> None:
        """As after `torch.manual_seed(seed)`."""
        before = self._read()
        torch.default_generator.manual_seed(seed)
        if self._device.type == "cuda":
            with torch.cuda.device(self._device):
                torch.cuda.manual_seed(seed)
        elif self._device.type == "mps":
            torch.mps.manual_seed(seed)
        self.state = self._read()
        self._write(before)

    def note(self) -> None:
        """Take over what torch's state has become, while this is borrowed."""
        self.state = self._read()

    @contextmanager
    def borrowed(self, *, forget: bool = False) -> Iterator[None]:
        """Inside, torch draws from this state; afterwards the world's is back, whatever happened.

        `forget` what was drawn, and this state stays what it was.
        """
        before = self._read()
        try:
            self._write(self.state)
            yield
            if not forget:
                self.note()
        finally:
            self._write(before)

    def _read(self) -> tuple[torch.Tensor, ...]:
        state = torch.get_rng_state()
        if self._device.type == "cuda":
            return state, torch.cuda.get_rng_state(self._device)
        if self._device.type == "mps":
            return state, torch.mps.get_rng_state()
        return (state,)

    def _write(self, state: tuple[torch.Tensor, ...]) -> None:
        torch.set_rng_state(state[0])
        if self._device.type == "cuda":
            torch.cuda.set_rng_state(state[1], self._device)
        elif self._device.type == "mps":
            torch.mps.set_rng_state(state[1])
