"""What `History.metadata` contains of a training."""

from __future__ import annotations

import math
from typing import Any

from torch import nn

from .model import CharRNN
from .optimizers import current_lr
from .train_state import Criterion, TrainState


def describe(state: TrainState) -> dict[str, Any]:
    """Return the model, its size, the criterion if it is not the plain cross entropy, the optimizer and lr."""
    lr = current_lr(state.optimizer)
    return {
        **_describe_model(state.model),
        **_describe_criterion(state.criterion),
        "optimizer": type(state.optimizer).__name__,
        "lr": None if math.isnan(lr) else lr,
    }


def _describe_model(model: nn.Module) -> dict[str, Any]:
    found: dict[str, Any] = {"model": type(model).__name__}
    if isinstance(model, CharRNN):
        found = {"model": model.cell.upper(), "cell": model.cell, "readout": model.readout is not None}
        found |= {"forget_bias": model.forget_bias} if model.forget_bias else {}
    elif isinstance(model, nn.RNNBase) and model.mode != "RNN_RELU" and not model.proj_size:
        # The excluded two have outputs outside (-1, 1), so the reference loss without output layer does not apply.
        found |= {"cell": found["model"].lower(), "readout": False}
    if isinstance(model, (CharRNN, nn.RNNBase)):
        found |= {"hidden_size": model.hidden_size, "num_layers": model.num_layers}
    return {**found, "parameters": sum(parameter.numel() for parameter in model.parameters())}


def _describe_criterion(criterion: Criterion) -> dict[str, str]:
    if not isinstance(criterion, nn.Module):
        return {"criterion": getattr(criterion, "__name__", type(criterion).__name__)}
    plain = (
        isinstance(criterion, nn.CrossEntropyLoss)
        and criterion.weight is None
        and criterion.reduction == "mean"
        and criterion.label_smoothing == 0
    )
    return {} if plain else {"criterion": repr(criterion)}
