"""Looks inside the network of a recorded epoch, and lets it run with other inputs or another memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from epochscope.validation import check_int

from .activations import Activations
from .arguments import check_corrections, check_part
from .experiments import cut_memory, free_run, transplant
from .gradient_reach import gradient_reach

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from epochscope.recording.recording import Recording

    from .numpy_network import NumpyNetwork


class RecordedInspection:
    """The network that made an epoch of a recording, and the text that it reads.

    The methods check their arguments, and return texts as `Recording.join` writes them.

    Parameters
    ----------
    recording
        The recording.
    network
        The network with the weights of the epoch.
    epoch
        The epoch.
    """

    def __init__(self, recording: Recording, network: NumpyNetwork, epoch: int) -> None:
        self._recording, self._network, self._epoch = recording, network, epoch
        self._window: int | None = recording.metadata.get("window")

    def activations(self, layer: int) -> Activations:
        """Return what a layer computes at every position."""
        return Activations(self._network, self._recording, self._epoch, layer)

    def free_run(self, given: int, corrections: Mapping[int, str] | None) -> str:
        """Return what the network says at all P positions if it reads its own predictions."""
        return self._recording.join(self.free_run_tokens(given, corrections))

    def free_run_tokens(self, given: int, corrections: Mapping[int, str] | None = None) -> npt.NDArray[np.int64]:
        """Return the indices (P,) of the tokens of `free_run`."""
        recording = self._recording
        given = check_int("given", given, 1, recording.positions)
        corrected = check_corrections(corrections, recording.alphabet, recording.positions)
        return free_run(self._network, recording.inputs, given, corrected)

    def cut_memory(self, after: int, what: Any) -> str:
        """Return the predictions at all P positions if the state after a position is set to zero."""
        return self._recording.join(self.cut_memory_tokens(after, what))

    def cut_memory_tokens(self, after: int, what: Any) -> npt.NDArray[np.int64]:
        """Return the indices (P,) of the tokens of `cut_memory`."""
        after = check_int("after", after, 0, self._recording.positions - 1)
        part = check_part(what, self._network.network)
        return cut_memory(self._network, self._recording.inputs, after, part, self._window)

    def transplant(self, source: int, to: int, what: Any) -> str:
        """Return what the network says from `to` on if its state there is the one after `source`."""
        last = self._recording.positions - 1
        source, to = check_int("source", source, 0, last), check_int("to", to, 0, last)
        part = check_part(what, self._network.network)
        return self._recording.join(transplant(self._network, self._recording.inputs, source, to, part, self._window))

    def gradient_reach(self) -> npt.NDArray[np.float64]:
        """Return how much of the gradient of each position's loss arrives at the positions before."""
        return gradient_reach(self._network, self._recording.inputs, self._recording.targets, self._window)
