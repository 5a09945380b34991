"""The weights of some epochs of a recording, from which everything inside the network is computed."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .network import Network
    from .trained import Trained

#: The most bytes of weights that a recording keeps. Beyond that, every second epoch is discarded.
DEFAULT_BUDGET = 32 * 1024 * 1024


class Weights:
    """The weights of one network at some epochs: those with which the network made the records of these epochs.

    Parameters
    ----------
    network
        The description of the network.
    budget
        Maximum size in bytes. If it is exceeded, every second epoch is discarded: only multiples of `spacing`, which
        doubles, and the last epoch stay. Defaults to 32 MiB.
    """

    #: How the network was trained, where the metadata of the recording do not tell it; None: they do.
    trained: Trained | None = None

    def __init__(self, network: Network, budget: int = DEFAULT_BUDGET) -> None:
        self.network: Network = network
        self.budget = budget
        self.spacing: int = 1
        #: Of one weight, little-endian.
        self.dtype: np.dtype[np.floating] = np.dtype(network.dtype).newbyteorder("<")
        self._n_weights = network.n_weights
        self._epochs: list[int] = []  # ascending
        self._weights: dict[int, npt.NDArray[np.floating]] = {}  # by epoch; never written

    def __len__(self) -> int:
        return len(self._epochs)

    def __contains__(self, epoch: object) -> bool:
        return epoch in self._weights

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs whose weights are known, ascending."""
        return tuple(self._epochs)

    @property
    def bytes_per_epoch(self) -> int:
        """Size of the weights of one epoch in bytes."""
        return self._n_weights * self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Size of all weights in bytes."""
        return len(self._epochs) * self.bytes_per_epoch

    def add(self, epoch: int, weights: npt.ArrayLike) -> None:
        """Add the weights (W,) of an epoch, or replace them. They are copied."""
        copied = np.array(weights, dtype=self.dtype)
        if copied.shape != (self._n_weights,):
            raise ValueError(f"weights {copied.shape}: must be ({self._n_weights},), as the network describes")
        if epoch not in self._weights:
            insort(self._epochs, epoch)
        copied.flags.writeable = False
        self._weights[epoch] = copied
        while self.nbytes > self.budget and len(self._epochs) > 1:
            self._thin()

    def at(self, epoch: int) -> npt.NDArray[np.floating]:
        """Return the weights (W,) of an epoch, read-only. Raises KeyError if they are not known."""
        return self._weights[epoch]

    def nearest(self, epoch: int) -> int:
        """Return the known epoch nearest to `epoch`, the earlier of two. Raises ValueError if none is known."""
        if not self._epochs:
            raise ValueError("no weights are recorded")
        after = bisect_left(self._epochs, epoch)
        return min(self._epochs[max(0, after - 1) : after + 1], key=lambda known: (abs(known - epoch), known))

    def spread(self, count: int, before: int) -> tuple[int, ...]:
        """Return at most `count` of the known epochs before `before`, spread evenly, with the first and the last."""
        return spread(self._epochs[: bisect_left(self._epochs, before)], count)

    def truncate(self, epochs: int) -> None:
        """Delete all but the first `epochs` epochs."""
        for epoch in self._epochs[bisect_left(self._epochs, epochs) :]:
            del self._weights[epoch]
        self._epochs = self._epochs[: bisect_left(self._epochs, epochs)]

    def fork(self, epochs: int) -> Weights:
        """Return a copy of the first `epochs` epochs that shares their memory."""
        fork = Weights(self.network, self.budget)
        fork.spacing, fork.trained = self.spacing, self.trained
        fork._epochs = self._epochs[: bisect_left(self._epochs, epochs)]
        fork._weights = {epoch: self._weights[epoch] for epoch in fork._epochs}
        return fork

    def _thin(self) -> None:
        """Discard what is between the multiples of the spacing, except the last epoch; if nothing is, double it."""
        kept = self._on_grid()
        while len(kept) == len(self._epochs):
            self.spacing *= 2
            kept = self._on_grid()
        self._weights = {epoch: self._weights[epoch] for epoch in kept}
        self._epochs = kept

    def _on_grid(self) -> list[int]:
        return [epoch for epoch in self._epochs[:-1] if epoch % self.spacing == 0] + self._epochs[-1:]


def spread(epochs: Sequence[int], count: int) -> tuple[int, ...]:
    """Return at most `count` of `epochs`, spread evenly, with the first and the last one; the last one if it is 1."""
    if len(epochs) <= count:
        return tuple(epochs)
    if count <= 1:
        return tuple(epochs[-1:]) if count == 1 else ()
    return tuple(epochs[round(i * (len(epochs) - 1) / (count - 1))] for i in range(count))
