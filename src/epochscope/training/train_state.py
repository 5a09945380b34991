"""The state that training changes: a network, its optimizer, and the random state that they draw from."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn, optim

from .batch import Batch
from .copying import copy_training
from .module_state import unchanged
from .torch_state import RandomState, one_thread_for_small_work

Criterion = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # logits (N, V) and targets (N,) to the loss


class TrainState:
    """A network, its optimizer, its criterion and its random state, and one update of them.

    Parameters
    ----------
    model, optimizer, criterion
        Those of a `Trainer`, already checked.
    random
        The random state that dropout draws from.
    """

    def __init__(self, model: nn.Module, optimizer: optim.Optimizer, criterion: Criterion, random: RandomState) -> None:
        self.model: nn.Module = model
        self.optimizer: optim.Optimizer = optimizer
        self.criterion: Criterion = criterion
        self.random: RandomState = random
        #: The model, and the criterion if it is a module: it may have weights.
        self.modules: tuple[nn.Module, ...] = tuple(part for part in (model, criterion) if isinstance(part, nn.Module))
        #: The parameters that the optimizer updates.
        self.parameters: tuple[torch.Tensor, ...] = tuple(
            tensor for group in optimizer.param_groups for tensor in group["params"]
        )
        own = [tensor for module in self.modules for tensor in module.parameters()]
        #: Every parameter once, always in the same order.
        self.tensors: tuple[torch.Tensor, ...] = tuple(
            {id(tensor): tensor for tensor in (*own, *self.parameters)}.values()
        )
        #: Of a copy: a sentence for each hook that it does not have.
        self.left_out: list[str] = []
        self._size = sum(tensor.numel() for tensor in self.parameters)

    @contextmanager
    def computing(self, batch: Batch, before_step: Callable[[], None]) -> Iterator[None]:
        """Prepare torch for updates: this random state, gradients enabled, and one thread if the network is small.

        `before_step` is called before each step of the optimizer, after hooks of the user that may change its settings.
        Torch's own settings are restored on exit, also if an interrupt inside an optimizer's step disabled gradients.
        """
        work = self._size * batch.targets.numel()
        hook = self.optimizer.register_step_pre_hook(lambda *_: before_step())
        try:
            with torch.enable_grad(), self.random.installed(), one_thread_for_small_work(work):
                yield
        finally:
            hook.remove()

    def update(self, batch: Batch) -> tuple[float, torch.Tensor]:
        """Train one epoch. A loss that is not finite changes nothing.

        Returns
        -------
        loss
            The mean loss before the update, in nats per token unless the criterion differs.
        logits
            (1, P, V), the logits of the shown positions before the update, as `Batch.copy_shown` returns them.
        """
        self.optimizer.zero_grad()
        logits = logits_of(self.model(batch.inputs))
        loss = self.criterion(logits.flatten(0, 1), batch.targets)
        try:
            loss.backward()
        except RuntimeError as error:
            if "backward through the graph a second time" not in str(error):
                raise
            raise RuntimeError(
                "the model keeps a tensor of the last epoch together with its graph, e.g. its hidden state, so it "
                "cannot be trained a second time; detach what it keeps: self.hidden = hidden.detach()"
            ) from error
        shown, value = batch.copy_shown(logits), loss.item()  # before the step: a model's logits may be its parameters
        if math.isfinite(value):
            self.optimizer.step()
        return value, shown

    def loss(self, batch: Batch) -> float:
        """Return the loss of the next epoch, and leave buffers, attributes and the random state as they are."""
        with torch.enable_grad(), self.random.installed(keep=False), unchanged(*self.modules):
            return self.criterion(logits_of(self.model(batch.inputs)).flatten(0, 1), batch.targets).item()

    def copy(self) -> TrainState:
        """Return a copy that shares nothing with this state.

        Raises ValueError if the model, the optimizer or the criterion cannot be copied.
        """
        copies, left_out = copy_training(self.model, self.optimizer, self.criterion)
        copied = TrainState(*copies, copy.copy(self.random))
        copied.left_out = left_out
        return copied


def logits_of(outputs: Any) -> torch.Tensor:
    """Return the logits in what a network returned: the output itself, or the first item of a tuple or list."""
    return outputs[0] if isinstance(outputs, (tuple, list)) else outputs
