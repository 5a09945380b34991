"""The weights of the epochs of a training: read when they are asked for, without touching the training."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from epochscope.recording.trained import Trained
from epochscope.recording.weights import Weights, spread

from .checkpoints import SPACING
from .network_of import RecognizedNetwork, UnknownNetwork, network_of
from .page_optimizer import GoingOn, OptimizerStates, going_on

if TYPE_CHECKING:
    from .recorded_training import RecordedTraining
    from .train_state import TrainState

#: The most weights of a network that are read: one epoch of more would take longer to send than to look at.
MAX_WEIGHTS = 1_000_000
#: All weights are read without being asked for only if that takes about a second: at most so many updates,
FEW_UPDATES = 1_000
#: of so many products of a weight and an input in all.
FEW_PRODUCTS = 1_000_000_000


class TrainingWeights:
    """Adds the weights of epochs to the recording of a training.

    An earlier epoch is read from a copy of the training, which is restored to the newest snapshot before the epoch and
    repeats the epochs after it. The copy is kept, so the next epoch takes one update.

    Parameters
    ----------
    training
        The training. It does not change.
    """

    def __init__(self, training: RecordedTraining) -> None:
        self._training = training
        self._recognized: RecognizedNetwork | None = None
        self._copy: TrainState | None = None
        self._epoch = 0  # of the copy: the number of its updates
        self._restores = -1  # of the training, when the copy was last valid

    @property
    def bytes_per_epoch(self) -> int:
        """Size of the weights of one epoch in bytes. Raises UnknownNetwork if the network cannot be described."""
        return Weights(self._network().network).bytes_per_epoch

    def note(self) -> None:
        """Add the weights of the next epoch, which is about to be trained.

        Raises UnknownNetwork if the network cannot be described.
        """
        weights = self._weights()
        self._training.prepare()
        weights.add(self._training.epoch, self._network().weights(self._training.state.model))

    def read(self, first: int, last: int, deadline: float = float("inf")) -> bool:
        """Add the weights of epochs `first` to `last`, until the time `deadline`, in seconds, as `time.monotonic`.

        Returns
        -------
        bool
            Whether the weights of all of them have been added. The recording may have discarded some, if they are too
            many.

        Raises
        ------
        UnknownNetwork
            If the network cannot be described or copied, or if repeating an epoch does not give what was recorded.
        """
        weights = self._weights()
        self._training.prepare()
        for epoch in range(first, min(last, self._training.epoch) + 1):
            if epoch in weights:
                continue
            if not self._advance(epoch, deadline):
                return False
            assert self._copy is not None  # noqa: S101 - made by _advance
            weights.add(epoch, self._network().weights(self._copy.model))
        return True

    def collect(self, epochs: Sequence[int], *, progress: bool = False) -> Weights:
        """Return the weights of recorded epochs, ascending; the recording does not change.

        With `progress`, a bar is shown after two seconds if tqdm is installed. Raises UnknownNetwork as `read` does.
        """
        network = self._network()
        self._training.prepare()
        known, collected = self._training.history.weights, self._empty(len(epochs))
        for epoch in _shown(epochs) if progress else epochs:
            if known is not None and epoch in known:
                collected.add(epoch, known.at(epoch))
                continue
            collected.add(epoch, network.weights(self._state_at(epoch).model))
        collected.trained = self._trained()
        return collected

    def collect_states(
        self, epochs: Sequence[int], options: Mapping[str, Any], *, progress: bool = False
    ) -> tuple[Weights, tuple[Weights, ...], tuple[int, ...]]:
        """Return the weights of recorded epochs, as `collect` does, with the states of the optimizer.

        Parameters
        ----------
        epochs, progress
            Those of `collect`.
        options
            The optimizer, as `page_optimizer.options_of` returns it.

        Returns
        -------
        weights
            The weights.
        moments
            Those of `OptimizerStates`, for the same epochs.
        steps
            By epoch, the number of updates before it.
        """
        network = self._network()
        self._training.prepare()
        collected, states = self._empty(len(epochs)), OptimizerStates(network, options, len(epochs))
        for epoch in _shown(epochs) if progress else epochs:
            state = self._state_at(epoch)
            collected.add(epoch, network.weights(state.model))
            states.note(epoch, state)
        return collected, states.moments, tuple(states.steps)

    def _empty(self, epochs: int) -> Weights:
        """Return weights without epochs, with space for so many."""
        empty = Weights(self._network().network)
        empty.budget = max(empty.budget, epochs * empty.bytes_per_epoch)
        return empty

    def _state_at(self, epoch: int) -> TrainState:
        """Return the copy, in the state before `epoch` was trained."""
        self._advance(epoch, float("inf"))
        assert self._copy is not None  # noqa: S101 - made by _advance
        return self._copy

    def going_on(self) -> GoingOn:
        """Return how a page goes on with the training. Raises UnknownNetwork if the network cannot be described."""
        training = self._training
        training.prepare()  # notes settings that were just changed
        return going_on(training.state, training.checkpoints.changes, self._network())

    def note_training(self) -> None:
        """Say in the weights of the recording, if it has any, how the network is trained by now: for a file."""
        known = self._training.history.weights
        if known is not None:
            known.trained = self._trained()

    def quick(self, max_bytes: int) -> tuple[int, ...]:
        """Return recorded epochs whose weights take little time to read and at most `max_bytes`: all, if possible.

        Otherwise those of the snapshots, which take no updates, and the last epoch if it is close to one. Raises
        UnknownNetwork if the network cannot be described.
        """
        count, size = len(self._training.history), self.bytes_per_epoch
        products = self._training.batch.inputs.shape[:2].numel() * self._network().network.n_weights * count
        if count <= FEW_UPDATES and products <= FEW_PRODUCTS and count * size <= max_bytes:
            return tuple(range(count))
        epochs = [epoch for epoch in self._training.checkpoints.epochs if epoch < count]
        if count and 0 < count - 1 - epochs[-1] <= SPACING:
            epochs.append(count - 1)
        return spread(epochs, max_bytes // size)

    def _weights(self) -> Weights:
        """Return the weights of the recording, which are empty at first."""
        history = self._training.history
        if history.weights is None:
            history.weights = Weights(self._network().network)
            history.weights.trained = self._trained()
        return history.weights

    def _trained(self) -> Trained | None:
        """Return how the network is trained, or None if the metadata tell it: a plain optimizer, by its name."""
        known, name = self.going_on(), type(self._training.state.optimizer).__name__
        is_told = known.refused is None and known.optimizer == {"kind": name.lower()}
        return None if is_told else Trained(known.optimizer, known.refused)

    def _network(self) -> RecognizedNetwork:
        if self._recognized is None:
            training, batch = self._training, self._training.batch
            recognized = network_of(
                training.state.model, batch.encode, batch.shown_inputs, len(batch.alphabet), batch.window
            )  # fmt: skip
            if recognized.network.n_weights > MAX_WEIGHTS:
                raise UnknownNetwork(
                    f"it has {recognized.network.n_weights:,} weights: networks of at most {MAX_WEIGHTS:,} can be "
                    "looked into; use a smaller hidden_size"
                )
            self._recognized = recognized
        return self._recognized

    def _advance(self, epoch: int, deadline: float) -> bool:
        """Bring the copy to the state before `epoch` was trained; return whether it was reached in time."""
        training = self._training
        state = self._copied()
        snapshot = training.checkpoints.before(epoch)
        if self._restores != training.restores or not snapshot.epoch <= self._epoch <= epoch:
            snapshot.restore(state)
            self._epoch, self._restores = snapshot.epoch, training.restores
        recorded = training.history.records(self._epoch, epoch).losses.tolist()

        def before_step() -> None:
            training.checkpoints.apply_settings(self._epoch, state)

        with state.computing(training.batch, before_step):
            for expected in recorded:
                if time.monotonic() >= deadline:
                    return False
                loss, _ = state.update(training.batch)
                if loss != expected:
                    self._restores = -1
                    raise UnknownNetwork(
                        f"repeating epoch {self._epoch} gave the loss {loss}, not {expected}, so its weights are not "
                        "known: the model keeps state that cannot be restored, or its weights were changed outside the "
                        "training, or the device does not compute reproducibly"
                    )
                self._epoch += 1
        return True

    def _copied(self) -> TrainState:
        if self._copy is None:
            try:
                self._copy = self._training.state.copy()
            except ValueError as error:
                raise UnknownNetwork(f"the weights of earlier epochs cannot be read: {error}") from error
        return self._copy


def _shown(epochs: Sequence[int]) -> Iterable[int]:
    """Return epochs to loop over with a progress bar, which appears after two seconds, if tqdm is installed."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return epochs
    return tqdm(epochs, unit="epoch", desc="weights", delay=2)
