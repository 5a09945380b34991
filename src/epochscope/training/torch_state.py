"""Global state of torch that training must not disturb: random number generators and the number of threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from epochscope.recording.threads import MAX_SINGLE_THREADED

#: Held while the random state of a training is torch's: there is one for all threads.
_global_state = threading.RLock()


@contextmanager
def one_thread_for_small_work(work: int) -> Iterator[None]:
    """Use one thread if `work`, parameters times tokens, is small; restore the number of threads on exit."""
    before = torch.get_num_threads()
    if work > MAX_SINGLE_THREADED or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class RandomState:
    """Torch's random state as one training sees it, on the CPU and on the device that it uses.

    Parameters
    ----------
    device
        The device of the training.
    """

    def __init__(self, device: torch.device) -> None:
        self.device: torch.device = device
        #: Whether anything draws from it. If not, it is never made torch's, and trainings in threads need not wait.
        self.used: bool = True
        self.state: tuple[torch.Tensor, ...] = self._read()  # replaced as a whole, never written in place

    def seed(self, seed: int) -> None:
        """Set this state to the one after `torch.manual_seed(seed)`."""
        with _global_state:
            before = self._read()
            torch.default_generator.manual_seed(seed)
            if self.device.type == "cuda":
                with torch.cuda.device(self.device):
                    torch.cuda.manual_seed(seed)
            elif self.device.type == "mps":
                torch.mps.manual_seed(seed)
            self.state = self._read()
            self._write(before)

    def update(self) -> None:
        """Copy torch's current global state into this one. Call it inside `installed`."""
        self.state = self._read()

    @contextmanager
    def installed(self, *, keep: bool = True) -> Iterator[None]:
        """Make this the global state of torch; restore the previous one on exit. Trainings in other threads wait.

        Parameters
        ----------
        keep
            Whether random numbers that are drawn inside advance this state. Defaults to True.
        """
        if not self.used:
            yield
            return
        with _global_state:
            before = self._read()
            try:
                self._write(self.state)
                yield
                if keep:
                    self.update()
            finally:
                self._write(before)

    def _read(self) -> tuple[torch.Tensor, ...]:
        state = torch.get_rng_state()
        if self.device.type == "cuda":
            return state, torch.cuda.get_rng_state(self.device)
        if self.device.type == "mps":
            return state, torch.mps.get_rng_state()
        return (state,)

    def _write(self, state: tuple[torch.Tensor, ...]) -> None:
        torch.set_rng_state(state[0])
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(state[1], self.device)
        elif self.device.type == "mps":
            torch.mps.set_rng_state(state[1])
