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
        modules = [part for part in (model, criterion) if isinstance(part, nn.Module)]  # a criterion may have weights
        tensors = [tensor for module in modules for tensor in (*module.parameters(), *module.buffers())]
        #: The parameters that the optimizer updates.
        self.parameters: tuple[torch.Tensor, ...] = tuple(
            tensor for group in optimizer.param_groups for tensor in group["params"]
        )
        #: Every parameter and buffer once, always in the same order.
        self.tensors: tuple[torch.Tensor, ...] = tuple(
            {id(tensor): tensor for tensor in (*tensors, *self.parameters)}.values()
        )
        self._size = sum(tensor.numel() for tensor in self.parameters)

    @contextmanager
    def computing(self, batch: Batch) -> Iterator[None]:
        """Prepare torch for updates: this random state, gradients enabled, and one thread if the network is small.

        Torch's own settings are restored on exit, also if an interrupt inside an optimizer's step disabled gradients.
        """
        work = self._size * batch.targets.numel()
        with torch.enable_grad(), self.random.installed(), one_thread_for_small_work(work):
            yield

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
        loss.backward()
        shown, value = batch.copy_shown(logits), loss.item()  # before the step: a model's logits may be its parameters
        if math.isfinite(value):
            self.optimizer.step()
        return value, shown

    def copy(self) -> TrainState:
        """Return a copy that shares nothing with this state.

        Raises ValueError if the model, the optimizer or the criterion cannot be copied.
        """
        try:
            model, optimizer, criterion = copy.deepcopy((self.model, self.optimizer, self.criterion))
        except (RuntimeError, TypeError) as error:
            raise ValueError(
                f"{type(self.model).__name__} cannot be copied: {error}; do not keep results of a forward pass in "
                "attributes, or keep them with detach()"
            ) from error
        return TrainState(model, optimizer, criterion, copy.copy(self.random))


def logits_of(outputs: Any) -> torch.Tensor:
    """Return the logits in what a network returned: the output itself, or the first item of a tuple or list."""
    return outputs[0] if isinstance(outputs, (tuple, list)) else outputs
