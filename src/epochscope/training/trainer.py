"""`Trainer`: a net that learns a text an epoch at a time, and can be taken back to any of them."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal

import torch
from torch import nn, optim

from epochscope.history import Epoch, History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.buffer import EpochBuffer
from epochscope.validation import check_choice, check_int, check_non_negative

from .batch import Batch
from .checkpoints import BUDGET, Checkpoints
from .checks import check_module, check_net, check_prefix, check_text, compute_device, describe, try_out
from .generate import continue_text
from .model import CharRNN
from .optimizers import DEFAULT_LR, OptimizerLike, change, current_lr, make_optimizer
from .progress import with_bar
from .torch_state import RandomState
from .train_state import Criterion, TrainState

MAX_SEED = 2**63 - 1


class TrainingDiverged(RuntimeError):  # noqa: N818  # what happened, in the words of the field
    """The last loss was not finite, so there is nothing to train on from."""


class Trainer:
    """Learns to say the next token of a text. Its losses are those of the loop that a student would write, bit for bit.

    Every default is the classic lab's: an LSTM with hidden size V whose hidden state is the logits, Adam, 0.1. An epoch
    is one forward pass over the whole text, its record, and one update.

    Parameters
    ----------
    text
        A `str`, whose code points are the tokens, or a sequence of strings, which are.
    cell, hidden_size, num_layers, readout
        The net, see `CharRNN`.
    window
        Train on all sliding windows of so many tokens (stride 1) instead of the whole text at once.
    alphabet
        The tokens in their order; those of the text sorted by code point unless told.
    model
        Your own `torch.nn.Module` instead of a `CharRNN`: from one-hot tokens (B, T, V) to logits (B, T, V), or to a
        tuple led by them. It is trained in place. What it keeps outside parameters and buffers cannot be rewound.
    optimizer
        "adam", "sgd", "rmsprop" or "adamw"; an optimizer of the parameters of `model`; or a callable that makes one
        from the parameters. The last two bring their own learning rate.
    criterion
        From logits (N, V) and targets (N,) to the loss; `torch.nn.CrossEntropyLoss()` unless told.
    inputs
        "one-hot", or "index" where `model` wants token numbers (B, T), for an embedding.
    lr
        The learning rate.
    seed
        Of the initial weights and of dropout, as after `torch.manual_seed(seed)`; torch's global state is left alone.
    device
        Where to compute, such as "cpu" or "cuda".
    checkpoint_bytes
        How much memory the snapshots for going back in time may take, 64 MiB unless told.

    Raises
    ------
    ValueError
        Where one of these cannot be; the message names the value, what is allowed and what to do.
    """

    def __init__(
        self,
        text: str | Sequence[str],
        *,
        cell: str = "lstm",
        hidden_size: int | None = None,
        num_layers: int = 1,
        readout: bool = False,
        window: int | None = None,
        alphabet: Alphabet | Iterable[str] | None = None,
        model: nn.Module | None = None,
        optimizer: OptimizerLike = "adam",
        criterion: Criterion | None = None,
        inputs: Literal["one-hot", "index"] = "one-hot",
        lr: float = DEFAULT_LR,
        seed: int = 0,
        device: str | torch.device = "cpu",
        checkpoint_bytes: int = BUDGET,
    ) -> None:
        self.text = check_text(text)
        self.alphabet = Alphabet.from_text(self.text, alphabet)
        self.seed = check_int("seed", seed, 0, MAX_SEED)
        self.device = compute_device(device)
        net = {"cell": cell, "hidden_size": hidden_size, "num_layers": num_layers, "readout": readout}
        index = check_choice("inputs", inputs, ("one-hot", "index")) == "index"
        check_net(model, net, index)
        self._batch = Batch(self.alphabet, self.alphabet.encode(self.text), window, index=index)
        self._build = partial(CharRNN, len(self.alphabet), **net) if model is None else None
        random = RandomState(self.device)
        random.seed(self.seed)
        with random.borrowed():
            module = check_module(model) if self._build is None else self._build()
        criterion = nn.CrossEntropyLoss() if criterion is None else criterion
        for part in (module, criterion):
            if isinstance(part, nn.Module):
                part.to(self.device)
        self._batch.to(self.device, next(parameter.dtype for parameter in module.parameters()))
        try_out(module, self._batch, criterion, random)
        self._learner = TrainState(module, make_optimizer(optimizer, module, lr), criterion, random)
        self._begin(Checkpoints(self._learner, check_int("checkpoint_bytes", checkpoint_bytes, 0)))

    def _begin(self, checkpoints: Checkpoints) -> None:
        """Epoch 0."""
        metadata = {
            **describe(self.model, self.criterion),
            "optimizer": type(self.optimizer).__name__,
            "lr": None if math.isnan(self.lr) else self.lr,
            "seed": self.seed,
            "window": self._batch.window,
            "device": str(self.device),
            "source": "trainer",
        }
        separator = "" if isinstance(self.text, str) else " "
        history = History(self.alphabet, self._batch.read, self._batch.said, separator=separator, metadata=metadata)
        self._checkpoints = checkpoints
        self._staging = self._staged(history)
        self._sampler = torch.Generator().manual_seed(self.seed)
        self._torn = False  # an epoch was left half-way: the live state is that of no epoch

    def _staged(self, history: History) -> EpochBuffer[History]:
        return EpochBuffer(history, self._batch.gather, history.positions * len(self.alphabet))

    @property
    def model(self) -> nn.Module:
        """The net."""
        return self._learner.model

    @property
    def optimizer(self) -> optim.Optimizer:
        """What updates the net. Its options, such as momentum, may be set between epochs."""
        return self._learner.optimizer

    @property
    def criterion(self) -> Criterion:
        """What makes a loss of logits (N, V) and targets (N,)."""
        return self._learner.criterion

    @property
    def history(self) -> History:
        """The recording so far."""
        self._staging.flush()
        return self._staging.recording

    @property
    def recorded(self) -> History:
        """The recording without the epochs on their way into it: what other threads may read while this one trains."""
        return self._staging.recording

    @property
    def epoch(self) -> int:
        """How many updates were made; as many as epochs are recorded, but for one whose loss was not finite."""
        return self._staging.epochs - self.diverged

    @property
    def diverged(self) -> bool:
        """Whether the last loss was not finite: no update was made of it, and training goes on only after a rewind."""
        return not math.isfinite(self._staging.last)

    @property
    def lr(self) -> float:
        """The learning rate of the next update. Setting it mid-run is an event in the recording."""
        return current_lr(self.optimizer)

    @lr.setter
    def lr(self, value: float) -> None:
        change(self.optimizer, {"lr": value})

    def step(self) -> Epoch:
        """Train one epoch: a forward pass, its record, an update."""
        self.run(1)
        return self.history[-1]

    def train(self, n: int, *, progress: bool = False) -> History:
        """Train n more epochs, fewer where a loss is not finite; with a bar of tqdm if `progress`. The recording."""
        n = check_int("n", n, 1)
        if progress:
            with_bar(n, self.run, lambda: self._staging.last)
        else:
            self.run(n)
        return self.history

    def run(self, n: int, stop: Callable[[float], bool] | None = None) -> int:
        """Train n more epochs as cheaply as can be, and say how many there were: fewer where a loss is not finite.

        `stop`, if given, is asked with the loss of every epoch, after its update, whether this was the last one.
        """
        n = check_int("n", n, 0)
        if self.diverged:
            raise TrainingDiverged(
                f"the loss of epoch {self.epoch} is not finite, and nothing can be learned from it: go back with "
                f"rewind({max(self.epoch - 1, 0)}) or further, then lower lr; or reset()"
            )
        self._ready()
        start = self._staging.epochs
        self._torn = True
        with self._learner.computing(self._batch):
            self._advance(start + n, stop)
        self._torn = False
        return self._staging.epochs - start

    def _advance(self, end: int, stop: Callable[[float], bool] | None) -> None:
        """Train and stage epochs up to `end`, to where `stop` says so, or to a loss that is not finite."""
        staging, lr, due = self._staging, self.lr, self._checkpoints.due
        for epoch in range(staging.epochs, end):
            if epoch >= due:
                self._checkpoints.take(epoch)
                due = self._checkpoints.due
            loss, logits = self._learner.update(self._batch)
            staging.append(loss, logits, lr)
            if not math.isfinite(loss) or (stop is not None and stop(loss)):
                return

    def _ready(self) -> None:
        """Take note of what was changed by hand, and mend what an interrupt tore."""
        self._checkpoints.note_settings(self.epoch)
        if self._torn:
            self._mend()

    def _mend(self) -> None:
        """Make the live state that of the end of the recording."""
        self._torn = True
        start, again = self._checkpoints.restore(self.epoch, self._batch)
        self._torn = False
        recorded = self.history.records(start, self.epoch).losses.tolist()
        if again != recorded:
            i = next(i for i, loss in enumerate(again) if loss != recorded[i])
            warnings.warn(
                f"epoch {start + i} was trained again with the loss {again[i]} for {recorded[i]}, so that what follows "
                "will not repeat the recording exactly: the model keeps something outside its parameters and buffers, "
                "its weights were changed by hand, or the device does not compute the same twice",
                stacklevel=3,
            )

    def rewind(self, epoch: int) -> None:
        """Go back to where `epoch` updates had been made, and forget the epochs from there on.

        Weights, random state, and the optimizer's state and settings (so the learning rate too) are those of that time:
        training on repeats what was recorded, bit for bit.
        """
        epoch = check_int("epoch", epoch, 0, self.epoch)
        history = self.history
        if epoch < len(history) or self._torn:
            self._checkpoints.note_settings(self.epoch)
            self._torn = True  # until all is done: an interrupt is mended at the next use
            history.truncate(epoch)
            self._staging.discard()
            self._mend()

    def branch(self, epoch: int, *, lr: float | None = None, **options: Any) -> Trainer:
        """A new trainer that goes on from where `epoch` updates had been made, with a recording of its own.

        It goes on with another learning rate where one is given, and with other options of the optimizer, by name, such
        as `momentum=0.9` or `weight_decay=0.01`. This trainer stays as it is. A model, optimizer or criterion of yours
        is copied.
        """
        epoch = check_int("epoch", epoch, 0, self.epoch)
        self._checkpoints.note_settings(self.epoch)
        branch = copy.copy(self)
        branch._part(self.history.fork(epoch))  # noqa: SLF001  # it is one of us
        change(branch.optimizer, options if lr is None else {"lr": lr, **options})
        return branch

    def _part(self, history: History) -> None:
        """Turn a shallow copy into a trainer of its own, at the end of this history."""
        self._learner = self._learner.twin()
        self._checkpoints = self._checkpoints.fork(self._learner)
        self._staging = self._staged(history)
        self._sampler = torch.Generator().manual_seed(self.seed)
        self._mend()

    def reset(self, seed: int | None = None) -> None:
        """Begin anew with an empty recording; `history` objects that were handed out stay what they are.

        The weights, and the optimizer's state and settings, are the initial ones; with another `seed`, a net of ours
        gets other initial weights, and a model of yours goes back to those that it came with.
        """
        seed = self.seed if seed is None else check_int("seed", seed, 0, MAX_SEED)
        self._torn = True
        self._checkpoints.put_back_first()
        if seed != self.seed:
            self.seed = seed
            random = self._learner.random
            random.seed(seed)
            if self._build is not None:
                with random.borrowed():
                    self.model.load_state_dict(self._build().state_dict())
        self._begin(Checkpoints(self._learner, self._checkpoints.budget))

    def generate(
        self,
        prefix: str | Sequence[str],
        n: int,
        temperature: float = 0,
        *,
        at: int | None = None,
        seed: int | None = None,
    ) -> str:
        """Let the net read a prefix and go on for n tokens, reading what it says. The prefix and what follows it.

        Dropout is off, and the training's random state is not touched.

        Parameters
        ----------
        prefix
            What it reads first, one token or more.
        n
            How many tokens it says.
        temperature
            0 says the likeliest token every time; 1 draws with the net's own probabilities, higher with flatter ones.
        at
            The net as it was when `at` updates had been made, the one that made record `at`; as it is now unless told.
        seed
            Makes the draws repeatable; unless told, every call draws others.
        """
        if at is not None and at != self.epoch:
            past = self.branch(at)
            past._sampler = self._sampler  # noqa: SLF001  # it is one of us
            return past.generate(prefix, n, temperature, seed=seed)
        n = check_int("n", n, 0)
        flat = check_non_negative("temperature", temperature)
        start = self.alphabet.encode(check_prefix(prefix))
        sampler = self._sampler if seed is None else torch.Generator().manual_seed(check_int("seed", seed, 0, MAX_SEED))
        self._ready()
        with self._learner.random.borrowed(forget=True):
            said = continue_text(self.model, self._batch.encode, start.tolist(), n, flat, sampler)
        return self.history.join([*start, *said])

    def __repr__(self) -> str:
        state = "stopped at a loss that is not finite" if self.diverged else f"lr {self.lr}"
        return f"<Trainer: {type(self.model).__name__} after {self.epoch} updates, {state}; {self.history!r}>"
