"""Looks inside the network of a training, and lets it run with other inputs or another memory than in training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch

from epochscope.inspection.activations import Activations
from epochscope.inspection.arguments import check_corrections
from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.recorded_inspection import RecordedInspection
from epochscope.validation import check_choice, check_int

from .generate import free_run_tokens, reading
from .network_of import network_of
from .recorded_training import RecordedTraining
from .train_state import logits_of


class TrainingInspection:
    """The network of a training as it is now, and the text that it reads.

    Parameters
    ----------
    training
        The training. None of the methods changes it.
    """

    def __init__(self, training: RecordedTraining) -> None:
        training.prepare()
        self._training = training
        self._state, self._batch = training.state, training.batch
        self._inputs: np.ndarray = training.batch.shown_inputs  # (P,)

    def activations(self, layer: int) -> Activations:
        """Return what a layer computes at every position."""
        return self._described().activations(layer)

    def free_run(self, given: int, corrections: Mapping[int, str] | None) -> str:
        """Return what the network says at all P positions if it reads its own predictions."""
        return self._training.history.join(self.free_run_tokens(given, corrections))

    def free_run_tokens(self, given: int, corrections: Mapping[int, str] | None = None) -> npt.NDArray[np.int64]:
        """Return the indices (P,) of the tokens of `free_run`."""
        positions = len(self._inputs)
        given = check_int("given", given, 1, positions)
        corrected = check_corrections(corrections, self._batch.alphabet, positions)
        start = self._inputs[:given].tolist()
        with self._reading_parts():
            said = free_run_tokens(self._state.model, self._batch.encode, start, positions, corrected)
        return np.asarray(said)

    def cut_memory(self, after: int, what: str) -> str:
        """Return the predictions at all P positions if the state after a position is set to zero."""
        return self._training.history.join(self.cut_memory_tokens(after, what))

    def cut_memory_tokens(self, after: int, what: str) -> npt.NDArray[np.int64]:
        """Return the indices (P,) of the tokens of `cut_memory`."""
        after = check_int("after", after, 0, len(self._inputs) - 1)
        if check_choice("what", what, ("all", "h", "c")) == "all":
            return self._reread(after)
        return self._described().cut_memory_tokens(after, what)

    def transplant(self, source: int, to: int, what: str) -> str:
        """Return what the network says from `to` on if its state there is the one after `source`."""
        return self._described().transplant(source, to, what)

    def gradient_reach(self) -> npt.NDArray[np.float64]:
        """Return how much of the gradient of each position's loss arrives at the positions before."""
        return self._described().gradient_reach()

    def _reread(self, after: int) -> npt.NDArray[np.int64]:
        """Return the predictions (P,) of a network that begins to read again after a position, as from a zero state."""
        batch, model = self._batch, self._state.model
        end = after + (batch.window or len(self._inputs))  # from here on no window contains the position
        with self._reading_parts():
            logits = batch.copy_shown(logits_of(model(batch.inputs)))  # (1, P, V)
            rest = self._inputs[after + 1 : end]
            if len(rest):
                logits[:, after + 1 : end] = logits_of(model(batch.encode(torch.from_numpy(rest[None]))))
        return batch.stack_shown([logits])[0].argmax(axis=1)

    @contextmanager
    def _reading_parts(self) -> Iterator[None]:
        """Let the network read parts of the text. Raises ValueError if it cannot, e.g. as it is made for one length."""
        model = self._state.model
        with reading(model, self._state.random):
            try:
                yield
            except Exception as error:  # the user's code may raise anything
                raise ValueError(
                    f"model={type(model).__name__}: must read parts of the text, of any length from 1 token on; it "
                    f"failed with {type(error).__name__}: {error}; change its forward"
                ) from error

    def _described(self) -> RecordedInspection:
        """Return the same for the description of the network. Raises ValueError, with the reason, if it has none."""
        model, batch = self._state.model, self._batch
        with self._state.random.installed(keep=False):
            recognized = network_of(model, batch.encode, self._inputs, len(batch.alphabet), batch.window)
            network = NumpyNetwork(recognized.network, recognized.weights(model))
        return RecordedInspection(self._training.history, network, self._training.epoch)
