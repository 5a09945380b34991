"""Looks inside the network of one epoch of a recording, from its recorded weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from epochscope.validation import check_int

from . import experiments
from .activations import Activations
from .arguments import check_corrections, check_part

if TYPE_CHECKING:
    import numpy.typing as npt

    from epochscope.recording.recording import Recording

    from .numpy_network import NumpyNetwork


class RecordedInspection:
    """What `Trainer` offers under the same names, for the network of one epoch of a recording.

    Parameters
    ----------
    network
        The network that made the epoch.
    recording
        The recording.
    epoch
        The epoch.
    """

    def __init__(self, network: NumpyNetwork, recording: Recording, epoch: int) -> None:
        self._network, self._recording, self._epoch = network, recording, epoch

    def activations(self, *, layer: int) -> Activations:
        """Return what a layer computes at every position."""
        return Activations(self._network, self._recording, self._epoch, layer)

    def free_run(self, *, given: int, corrections: Mapping[int, str] | None) -> str:
        """Return what the network says if it reads its own predictions."""
        inputs = self._recording.inputs
        given = check_int("given", given, 1, len(inputs))
        corrected = check_corrections(corrections, self._recording.alphabet, len(inputs))
        return self._join(experiments.free_run(self._network, inputs, given, corrected))

    def cut_memory(self, after: int, *, what: str) -> str:
        """Return the predictions if the state after a position is set to zero."""
        after = check_int("after", after, 0, len(self._recording.inputs) - 1)
        part = check_part(what, self._network.network)
        return self._join(
            experiments.cut_memory(self._network, self._recording.inputs, after, part, self._window)
        )

    def transplant(self, source: int, to: int, *, what: str) -> str:
        """Return what the network says from `to` on if its state there is the one after `source`."""
        last = len(self._recording.inputs) - 1
        source, to = check_int("source", source, 0, last), check_int("to", to, 0, last)
        part = check_part(what, self._network.network)
        return self._join(
            experiments.transplant(self._network, self._recording.inputs, source, to, part, self._window)
        )

    @property
    def _window(self) -> int | None:
        return self._recording.metadata.get("window")

    def _join(self, tokens: npt.NDArray) -> str:
        return self._recording.join(tokens.tolist())
