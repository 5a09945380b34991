"""Looks inside the networks of a recording, from its recorded weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from epochscope.validation import check_int

from . import experiments
from .activations import Activations
from .arguments import check_corrections, check_part

if TYPE_CHECKING:
    import numpy.typing as npt

    from epochscope.recording.recording import Recording

    from .numpy_network import NumpyNetwork


class RecordedInspection:
    """What `Trainer` offers under the same names, for a recording.

    Parameters
    ----------
    recording
        The recording.
    network_at
        Returns the network that made an epoch. Raises ValueError if its weights are not recorded.
    """

    def __init__(self, recording: Recording, network_at: Callable[[int], NumpyNetwork]) -> None:
        self._recording, self._network_at = recording, network_at
        self._inputs = recording.inputs
        self._window: int | None = recording.metadata.get("window")

    def activations(self, epoch: int, *, layer: int) -> Activations:
        """Return what a layer computes at every position."""
        return Activations(self._network_at(epoch), self._recording, epoch, layer)

    def free_run(self, epoch: int, *, given: int, corrections: Mapping[int, str] | None) -> str:
        """Return what the network says if it reads its own predictions."""
        given = check_int("given", given, 1, len(self._inputs))
        corrected = check_corrections(corrections, self._recording.alphabet, len(self._inputs))
        return self._join(experiments.free_run(self._network_at(epoch), self._inputs, given, corrected))

    def cut_memory(self, after: int, *, epoch: int, what: Any) -> str:
        """Return the predictions if the state after a position is set to zero."""
        after, network = self._position("after", after), self._network_at(epoch)
        part = check_part(what, network.network)
        return self._join(experiments.cut_memory(network, self._inputs, after, part, self._window))

    def transplant(self, source: int, to: int, *, epoch: int, what: Any) -> str:
        """Return what the network says from `to` on if its state there is the one after `source`."""
        source, to, network = self._position("source", source), self._position("to", to), self._network_at(epoch)
        part = check_part(what, network.network)
        return self._join(experiments.transplant(network, self._inputs, source, to, part, self._window))

    def _position(self, name: str, position: Any) -> int:
        return check_int(name, position, 0, len(self._inputs) - 1)

    def _join(self, tokens: npt.NDArray[Any]) -> str:
        return self._recording.join(tokens.tolist())
