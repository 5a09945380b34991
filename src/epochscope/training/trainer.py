"""`Trainer`: trains a network on a text epoch by epoch, and can return to any epoch."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import nn, optim

from epochscope.history import Epoch, History
from epochscope.inspection.activations import Activations
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.run_script import script_of
from epochscope.recording.size import warn_if_large
from epochscope.validation import check_choice, check_int, check_non_negative

from . import checks
from .batch import Batch
from .checkpoints import DEFAULT_BUDGET, Checkpoints
from .errors import TrainingDiverged as TrainingDiverged
from .generate import generate_tokens, reading
from .inspection import TrainingInspection
from .measuring import check_size
from .metadata import describe
from .model import CharRNN
from .model_checks import check_forward, check_model
from .optimizers import DEFAULT_LR, OptimizerLike, current_lr, make_optimizer, set_options
from .options import TrainerOptions as TrainerOptions
from .options import checking_option_names
from .pickling import Pickled
from .plan import NO_PLAN, Plan
from .recorded_training import RecordedTraining
from .spec_of import spec_of
from .told_settings import ToldSettings, made_by
from .torch_state import RandomState
from .train_state import Criterion, TrainState
from .training_weights import TrainingWeights

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from epochscope.recording.run_spec import Change


class Trainer(Pickled):
    """Trains a network to predict the next token of a text, and records every epoch.

    An epoch is one forward pass on the whole text, its record, and one optimizer step. On the same machine with the
    same number of threads, losses and predictions equal those of the plain PyTorch loop bit for bit. Torch's global
    random state does not change. All defaults are those of the classic lab: LSTM, hidden size V, no output layer,
    Adam, 0.1.

    Parameters
    ----------
    text
        A string (each character is a token) or a sequence of string tokens, at least two.
    cell
        "rnn", "lstm" (default) or "gru"; this and the next four are the network, see `CharRNN`.
    hidden_size
        Size of the hidden state. Defaults to V, the number of tokens; another size needs `readout=True`.
    num_layers
        Number of recurrent layers. Defaults to 1.
    readout
        Whether the network has a linear output layer. Defaults to False: the hidden state is the logits.
    forget_bias
        What is added to the initial biases of an LSTM's forget gates. Defaults to 0.0.
    window
        Number of tokens T per window, to train on all sliding windows of the text (stride 1) as one batch. Defaults to
        the whole text at once.
    alphabet
        The tokens in the order of their indices. Defaults to those of the text, sorted by code point.
    model
        A `torch.nn.Module` to train in place of a `CharRNN`. It maps one-hot tokens (B, T, V) to logits (B, T, V), or
        to a tuple with the logits first. What it keeps in buffers, and in attributes that are tensors, numbers or
        lists, is rewound too; what it keeps elsewhere is not.
    optimizer
        "adam" (default), "sgd", "rmsprop", "adamw", an optimizer class, an optimizer of the parameters of `model`, or a
        callable that makes one from the parameters. The last two have their own learning rate. A hook of the optimizer
        may call a scheduler: each epoch records its learning rate, and `rewind` restores it. The scheduler's own
        counter is not restored, and repeated epochs advance it; a branch goes on without the scheduler. To choose the
        learning rate by the epoch, set `lr` between epochs instead.
    criterion
        Maps logits (N, V) and targets (N,) to the loss. Defaults to `torch.nn.CrossEntropyLoss()`, in nats per token.
        With its `ignore_index`, positions with this target are shown, but neither correct nor wrong.
    inputs
        "one-hot" (default), or "index" if `model` reads token indices (B, T), e.g. with an embedding.
    lr
        The learning rate. Defaults to 0.1.
    seed
        Seed of the initial weights and of dropout, as with `torch.manual_seed(seed)`. Defaults to 0.
    device
        Where to train, e.g. "cpu" (default) or "cuda".
    checkpoint_bytes
        Maximum memory of the snapshots for returning to earlier epochs. Defaults to 64 MiB.

    Raises
    ------
    ValueError
        If an argument is invalid.
    TypeError
        If an option does not exist.
    """

    @checking_option_names
    def __init__(
        self,
        text: str | Sequence[str],
        *,
        cell: str = "lstm",
        hidden_size: int | None = None,
        num_layers: int = 1,
        readout: bool = False,
        forget_bias: float = 0.0,
        window: int | None = None,
        alphabet: Alphabet | Iterable[str] | None = None,
        model: nn.Module | None = None,
        optimizer: OptimizerLike = "adam",
        criterion: Criterion | None = None,
        inputs: Literal["one-hot", "index"] = "one-hot",
        lr: float = DEFAULT_LR,
        seed: int = 0,
        device: str | torch.device = "cpu",
        checkpoint_bytes: int = DEFAULT_BUDGET,
    ) -> None:
        self.text: str | tuple[str, ...] = checks.check_text(text)
        self.alphabet: Alphabet = Alphabet.from_text(self.text, alphabet)
        self.seed: int = checks.check_seed(seed)
        self.device: torch.device = checks.check_device(device)
        self._checkpoint_bytes = check_int("checkpoint_bytes", checkpoint_bytes, 0)
        network = {
            "cell": cell,
            "hidden_size": hidden_size,
            "num_layers": num_layers,
            "readout": readout,
            "forget_bias": forget_bias,
        }
        index = check_choice("inputs", inputs, ("one-hot", "index")) == "index"
        checks.check_network_options(model, network, index)
        self._batch = Batch(self.alphabet, self.alphabet.encode(self.text), window, index=index)
        self._make_model = partial(CharRNN, len(self.alphabet), **network) if model is None else None
        random = RandomState(self.device)
        random.seed(self.seed)
        with random.installed():
            module = check_model(model) if self._make_model is None else self._make_model()
        criterion = nn.CrossEntropyLoss() if criterion is None else criterion
        for part in (module, criterion):
            if isinstance(part, nn.Module):
                part.to(self.device)
        self._batch.to(self.device, next(parameter.dtype for parameter in module.parameters()))
        check_forward(module, check_size(module, self._batch, random), criterion, random)
        self._plan = NO_PLAN
        self._start(TrainState(module, make_optimizer(optimizer, module, lr), criterion, random))

    def _start(self, state: TrainState) -> None:
        """Start a new recording."""
        metadata = {
            **describe(state),
            "seed": self.seed,
            "window": self._batch.window,
            "device": str(self.device),
            "source": "trainer",
        }
        inputs, targets = self._batch.shown_inputs, self._batch.shown_targets_of(state.criterion)
        separator = "" if isinstance(self.text, str) else " "
        history = History(self.alphabet, inputs, targets, separator=separator, metadata=metadata)
        made = made_by(state, self._batch.targets.numel())
        told = ToldSettings(state, made, own=self._make_model is None)
        checkpoints = Checkpoints(state, self._checkpoint_bytes)
        self._training = RecordedTraining(state, self._batch, history, checkpoints, told, self._plan)
        self._weights = TrainingWeights(self._training)
        self._sampler = torch.Generator().manual_seed(self.seed)

    @property
    def model(self) -> nn.Module:
        """The network."""
        return self._training.state.model

    @property
    def optimizer(self) -> optim.Optimizer:
        """The optimizer. Its options, such as momentum, may be set between epochs."""
        return self._training.state.optimizer

    @property
    def criterion(self) -> Criterion:
        """The function from logits (N, V) and targets (N,) to the loss."""
        return self._training.state.criterion

    @property
    def history(self) -> History:
        """The recording so far."""
        return self._training.history

    @property
    def recorded(self) -> History:
        """The recording, possibly without the last epochs; unlike `history`, other threads may read it (internal)."""
        return self._training.recorded

    @property
    def weights(self) -> TrainingWeights:
        """What adds weights of epochs to the recording (internal)."""
        return self._weights

    @property
    def epoch(self) -> int:
        """Number of updates so far: the number of recorded epochs, minus one if training diverged."""
        return self._training.epoch

    @property
    def diverged(self) -> bool:
        """Whether the last loss was not finite. It made no update; training can continue only after a rewind."""
        return self._training.diverged

    @property
    def lr(self) -> float:
        """The learning rate of the next update; NaN if the optimizer has none. Setting it is recorded as an event."""
        return current_lr(self.optimizer)

    @lr.setter
    def lr(self, value: float) -> None:
        set_options(self.optimizer, {"lr": value})

    def step(self, n: int = 1) -> Epoch:
        """Train `n` epochs and return the last one; stop early if a loss is not finite.

        Raises TrainingDiverged if the last loss was not finite before this call.
        """
        self.run(check_int("n", n, 1))
        return self.history[-1]

    def train(self, n: int, *, progress: bool = False) -> History:
        """Train `n` epochs; stop early if a loss is not finite.

        Parameters
        ----------
        n
            Number of epochs, at least 1.
        progress
            Whether to show a progress bar, which needs tqdm. Defaults to False.

        Returns
        -------
        History
            The recording of all epochs so far.

        Raises
        ------
        TrainingDiverged
            If the last loss was not finite before this call.
        """
        n = check_int("n", n, 1)
        warn_if_large(self.history, n)
        if not progress:
            self.run(n)
            return self.history
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise ImportError("progress=True: needs tqdm, which is not installed; pip install tqdm") from error
        with tqdm(total=n, unit="epoch") as bar:
            while bar.n < n:
                bar.update(self.run(min(max(1, n // 100), n - bar.n)))
                bar.set_postfix(loss=f"{self._training.last_loss:.3f}")
                if self.diverged:
                    break
        return self.history

    def run(self, epochs: int, stop: Callable[[float], bool] | None = None) -> int:
        """Train up to `epochs` epochs and return how many (internal; use `step` or `train`).

        `stop` is called with the loss of each epoch after its update; training stops if it returns True.
        """
        return self._training.run(check_int("epochs", epochs, 0), stop)

    def follow(self, changes: Sequence[Change]) -> None:
        """Change settings of the optimizer at these epochs from now on (internal). Discards what is recorded."""
        self._training.restore_initial()
        self._plan = Plan(changes, self.optimizer)
        self._start(self._training.state)

    def spec(self) -> dict[str, Any]:
        """Return what reproduces the recording; see `EpochScope.spec`."""
        return spec_of(self).to_json()

    def code(self) -> str:
        """Return the plain PyTorch program that repeats the recording; see `EpochScope.code`."""
        return script_of(lambda: spec_of(self))

    def draw_nothing(self) -> None:
        """Leave torch's random state alone from now on: nothing draws from it (internal).

        Trainings in several threads then need not wait for each other.
        """
        self._training.state.random.used = False

    def rewind(self, epoch: int) -> None:
        """Restore the state before `epoch` was trained, and discard the recording from there on.

        Weights, random state, and the optimizer's state and settings (including lr) are restored, so that training
        again repeats the discarded epochs bit for bit. Raises ValueError if `epoch` is not from 0 to `self.epoch`.
        """
        self._training.rewind(epoch)

    def branch(self, epoch: int, *, lr: float | None = None, **optimizer_options: Any) -> Trainer:
        """Return a new trainer that continues from before `epoch` was trained. This trainer does not change.

        Parameters
        ----------
        epoch
            An epoch from 0 to `self.epoch`. The new recording starts with the epochs before it.
        lr
            The new learning rate. Defaults to the one of that epoch.
        **optimizer_options
            New values of other options of the optimizer, e.g. `momentum=0.9` or `weight_decay=0.01`.

        Raises
        ------
        ValueError
            If `epoch` is out of range, if the optimizer has no such option, or if the model cannot be copied.
        """
        branch = self._copy_at(epoch)
        for sentence in branch._training.state.left_out:  # noqa: SLF001 - same class
            warnings.warn(sentence, stacklevel=2)
        set_options(branch.optimizer, optimizer_options if lr is None else {"lr": lr, **optimizer_options})
        return branch

    def _copy_at(self, epoch: int) -> Trainer:
        """Return a copy with the state before `epoch` was trained."""
        copied = copy.copy(self)
        copied._training = self._training.branch(epoch)  # noqa: SLF001 - same class
        copied._weights = TrainingWeights(copied._training)  # noqa: SLF001 - same class
        copied._sampler = torch.Generator().manual_seed(self.seed)  # noqa: SLF001 - same class
        return copied

    def reset(self, seed: int | None = None) -> None:
        """Restore the initial weights and optimizer, and start an empty recording; the old recording does not change.

        Parameters
        ----------
        seed
            A new seed, which gives a `CharRNN` new initial weights; a model that was passed in keeps its own. Defaults
            to the current seed.
        """
        seed = self.seed if seed is None else checks.check_seed(seed)
        state = self._training.state
        self._training.restore_initial()
        if seed != self.seed:
            state.random.seed(seed)
            if self._make_model is not None:
                with state.random.installed():
                    self.model.load_state_dict(self._make_model().state_dict())
            self.seed = seed
        self._start(state)

    def generate(
        self,
        prefix: str | Sequence[str],
        length: int,
        temperature: float = 0,
        *,
        at: int | None = None,
        seed: int | None = None,
    ) -> str:
        """Generate tokens after a prefix; the network reads the prefix and then its own predictions.

        Dropout is off. The random state of the training does not change.

        Parameters
        ----------
        prefix
            The text to start from, at least one token.
        length
            Number of tokens to generate.
        temperature
            0 (default) for the most probable token each time; otherwise tokens are drawn with probabilities
            softmax(logits / temperature).
        at
            Use the network before epoch `at` was trained, which made record `at`. Defaults to the current network.
        seed
            Seed of the random draws. Defaults to different draws at each call.

        Returns
        -------
        str
            The prefix and the generated tokens.
        """
        past = self._before("at", at)
        length = check_int("length", length, 0)
        temperature = check_non_negative("temperature", temperature)
        start = self.alphabet.encode(checks.check_prefix(prefix)).tolist()
        sampler = self._sampler if seed is None else torch.Generator().manual_seed(checks.check_seed(seed))
        past._training.prepare()  # noqa: SLF001 - same class
        with reading(past.model, past._training.state.random):  # noqa: SLF001 - same class
            generated = generate_tokens(past.model, self._batch.encode, start, length, temperature, sampler)
        return self.history.join([*start, *generated])

    def activations(self, epoch: int | None = None, *, layer: int = -1) -> Activations:
        """Return what a recurrent layer computes at every position: hidden state, cell state and gates.

        They are computed in float64 from the weights, by the equations of torch's documentation, with dropout off. The
        training does not change.

        Parameters
        ----------
        epoch
            Use the network before this epoch was trained, which made record `epoch`; from 0 to `self.epoch`. Defaults
            to the current network.
        layer
            The layer, from 0 on; negative numbers count from the last one. Defaults to -1, the last one.

        Returns
        -------
        Activations
            Arrays (P, H), e.g. `trainer.activations(100).forget`.

        Raises
        ------
        ValueError
            If the epoch or the layer does not exist, or if the network is not made of `nn.RNN`, `nn.LSTM` or `nn.GRU`
            with at most one `nn.Embedding` before and one `nn.Linear` after them. The message says what it has.
        """
        return self._inspection(epoch).activations(layer)

    def free_run(
        self, epoch: int | None = None, *, given: int = 1, corrections: Mapping[int, str] | None = None
    ) -> str:
        """Return what the network says if it reads its own predictions in place of the text.

        In training it reads the text, whatever it predicted (teacher forcing, Williams & Zipser 1989). Here it reads
        the first `given` tokens of the text, and then always its prediction at the position before, as `generate` with
        temperature 0 does. Its state is carried on over all positions, also beyond the windows of the training. Without
        windows, the free run is the text itself if and only if all predictions of the epoch are correct; otherwise its
        first error is at `history.first_error[epoch]`. The training does not change.

        Parameters
        ----------
        epoch
            Use the network before this epoch was trained, which made record `epoch`; from 0 to `self.epoch`. Defaults
            to the current network.
        given
            Number of tokens to read from the text, from 1 to P. Defaults to 1.
        corrections
            By position, from 0 on, the token that replaces the prediction there: in the result and as the next input.
            Defaults to none.

        Returns
        -------
        str
            The tokens that the network says at all P positions.

        Raises
        ------
        ValueError
            If an argument is out of range, or a correction is no token of the alphabet.
        """
        return self._inspection(epoch).free_run(given, corrections)

    def cut_memory(self, after: int, *, epoch: int | None = None, what: Literal["all", "h", "c"] = "all") -> str:
        """Return what the network predicts at all P positions if its state after a position is set to zero.

        It reads the text itself, as in training: the predictions up to `after` stay the same, and those that follow are
        made without memory of what was before. With windows, the cut applies within each window that contains the
        position and the next one. The training does not change.

        Parameters
        ----------
        after
            The position, from 0 to P - 1; after the last one there is nothing to change.
        epoch
            Use the network before this epoch was trained, which made record `epoch`; from 0 to `self.epoch`. Defaults
            to the current network.
        what
            "all" (default), or only the hidden state "h" or the cell state "c" of LSTM layers. With "all", any network
            reads the text again from the next position on, which is the same.

        Raises
        ------
        ValueError
            If an argument is out of range. With "h" or "c", also if the network has no LSTM layer, or is not one that
            `activations` can look into.
        """
        return self._inspection(epoch).cut_memory(after, what)

    def transplant(
        self, source: int, to: int, *, epoch: int | None = None, what: Literal["all", "h", "c"] = "all"
    ) -> str:
        """Return what the network says from a position on if its state there is replaced by that of another position.

        It reads the text up to `to`. Then its state becomes the one that it had after position `source`, and from
        there on it reads its own predictions, as in `free_run`. What it says thus shows what its state remembers. The
        training does not change.

        Parameters
        ----------
        source, to
            The positions, from 0 to P - 1, in any order.
        epoch
            Use the network before this epoch was trained, which made record `epoch`; from 0 to `self.epoch`. Defaults
            to the current network.
        what
            "all" (default), or only the hidden state "h" or the cell state "c" of LSTM layers.

        Returns
        -------
        str
            P - `to` tokens: the prediction at `to`, from the new hidden state, and those that follow.

        Raises
        ------
        ValueError
            If an argument is out of range, if the network has no LSTM layer with "h" or "c", or if it is not one that
            `activations` can look into.
        """
        return self._inspection(epoch).transplant(source, to, what)

    def gradient_reach(self, epoch: int | None = None) -> npt.NDArray[np.float64]:
        """Return how much of the gradient of each position's loss arrives at the states of the positions before.

        s_k is the state after position k: the hidden states h of all layers and the cell states c of LSTM layers. L_t
        is the cross entropy of the prediction at position t. Training can learn from what the network read up to
        position k only by way of dL_t/ds_k, which is a product of t - k Jacobians of single steps; it may vanish or
        explode (Hochreiter 1991, "Untersuchungen zu dynamischen neuronalen Netzen"; Pascanu et al. 2013, "On the
        difficulty of training recurrent neural networks", arXiv 1211.5063). A gradient of 0 does not mean that the
        prediction is the same without the earlier tokens: see `cut_memory`. It is computed in float64 from the
        weights, with dropout off. The training does not change.

        Parameters
        ----------
        epoch
            Use the network before this epoch was trained, which made record `epoch`; from 0 to `self.epoch`. Defaults
            to the current network.

        Returns
        -------
        numpy.ndarray
            (P, P) [t, lag]: the norm of dL_t/ds_(t-lag), relative to that of dL_t/ds_t. 1 at lag 0. NaN where t - lag
            is before the text or, with windows, before the window that ends at t; at positions whose target is ignored
            or whose gradient is zero; and where weights or values are not finite.
            `epochscope.inspection.gradient_reach.steps_back` condenses it to one number.

        Raises
        ------
        ValueError
            If the epoch does not exist, or if the network is not one that `activations` can look into.

        Examples
        --------
        >>> trainer = Trainer("hihello", seed=2)
        >>> trainer.gradient_reach(0)[5, :3].round(2)
        array([1.  , 0.23, 0.1 ])
        """
        return self._inspection(epoch).gradient_reach()

    def _inspection(self, epoch: int | None) -> TrainingInspection:
        return TrainingInspection(self._before("epoch", epoch)._training)  # noqa: SLF001 - same class

    def _before(self, name: str, epoch: int | None) -> Trainer:
        """Return a trainer with the network before `epoch` was trained; None: this one."""
        epoch = self.epoch if epoch is None else check_int(name, epoch, 0, self.epoch)
        return self if epoch == self.epoch else self._copy_at(epoch)

    def __repr__(self) -> str:
        state = "diverged" if self.diverged else f"lr {self.lr}"
        return f"<Trainer: {type(self.model).__name__} after {self.epoch} updates, {state}; {self.history!r}>"
