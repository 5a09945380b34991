"""What training changes: a net, its optimizer, and the random state that they draw from."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn, optim

from .batch import Batch
from .optimizers import step_of, zero_grad_of
from .threads import threads_for
from .torch_state import RandomState

Criterion = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # logits (N, V) and targets (N,) to the loss


class TrainState:
    """The live parts of a run, and one epoch of it.

    Parameters
    ----------
    model, optimizer, criterion
        As a `Trainer` has them, checked.
    random
        The state that dropout draws from.
    """

    def __init__(self, model: nn.Module, optimizer: optim.Optimizer, criterion: Criterion, random: RandomState) -> None:
        self.model, self.optimizer, self.criterion, self.random = model, optimizer, criterion, random
        modules = [part for part in (model, criterion) if isinstance(part, nn.Module)]  # a criterion may have weights
        tensors = [tensor for module in modules for tensor in (*module.parameters(), *module.buffers())]
        self.held = tuple(tensor for group in optimizer.param_groups for tensor in group["params"])
        #: Every parameter and buffer once, always in the same order.
        self.values = tuple({id(tensor): tensor for tensor in (*tensors, *self.held)}.values())
        self._step, self._zero_grad = step_of(optimizer), zero_grad_of(optimizer)
        self._size = sum(tensor.numel() for tensor in self.held)

    @contextmanager
    def computing(self, batch: Batch) -> Iterator[None]:
        """Where epochs are run: with a random state of their own, no more threads than help, and gradients.

        An interrupt in the midst of an optimizer's step can leave torch without gradients; here it finds them again.
        """
        self._step, self._zero_grad = step_of(self.optimizer), zero_grad_of(self.optimizer)
        with torch.enable_grad(), self.random.borrowed(), threads_for(self._size * batch.targets.numel()):
            yield

    def update(self, batch: Batch) -> tuple[float, torch.Tensor]:
        """One epoch: the loss and `Batch.shown` of the logits. A loss that is not finite makes no update.

        Both are of before the update, even where a model's logits are its very parameters.
        """
        self._zero_grad()
        logits = logits_of(self.model(batch.inputs))
        loss = self.criterion(logits.flatten(0, 1), batch.targets)
        loss.backward()
        shown, value = batch.shown(logits), loss.item()
        if math.isfinite(value):
            self._step()
        return value, shown

    def twin(self) -> TrainState:
        """A copy that shares nothing with this."""
        try:
            model, optimizer, criterion = copy.deepcopy((self.model, self.optimizer, self.criterion))
        except (RuntimeError, TypeError) as error:
            raise ValueError(
                f"{type(self.model).__name__} cannot be copied: {error}; keep nothing of a forward pass in its "
                "attributes, or only what was detached with detach()"
            ) from error
        return TrainState(model, optimizer, criterion, copy.copy(self.random))


def logits_of(outputs: Any) -> torch.Tensor:
    """The logits of what a net returned: itself, or the first of a tuple."""
    return outputs[0] if isinstance(outputs, (tuple, list)) else outputs
