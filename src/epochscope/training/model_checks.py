"""Checks of the network and the criterion of a `Trainer`, by one forward pass before anything is trained."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from .batch import Batch
from .module_state import unchanged
from .torch_state import RandomState
from .train_state import Criterion, logits_of


def check_model(model: Any) -> nn.Module:
    """Return a module. Raises ValueError if it is none, is not batch-first, or has no parameters to train."""
    if not isinstance(model, nn.Module):
        if isinstance(model, type) and issubclass(model, nn.Module):
            remedy = f"call it, e.g. model={model.__name__}(...)"
        else:
            remedy = f"pass cell={model!r} for a built-in network" if isinstance(model, str) else "pass a module"
        raise ValueError(f"model={model!r}: must be a torch.nn.Module object; {remedy}")
    name = type(model).__name__
    if isinstance(model, nn.RNNBase) and not model.batch_first:
        raise ValueError(
            f"model={name}: must have batch_first=True, or positions would be taken for separate texts; "
            f"pass nn.{name}(..., batch_first=True)"
        )
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError(
            f"model={name}: must have parameters to train; pass one with parameters that require gradients"
        )
    return model


def check_forward(model: nn.Module, batch: Batch, criterion: Criterion, random: RandomState) -> None:
    """Run the model and the criterion on the batch once; leave buffers, attributes and random state as they were.

    Warns if the model returns probabilities although the criterion is a cross entropy.

    Raises
    ------
    ValueError
        If the model cannot read the batch, if its logits have a wrong shape, type or no gradient, if it takes positions
        for separate texts, or if the criterion does not return a scalar.
    """
    name = type(model).__name__
    logits = _checked_logits(name, _outputs(model, batch.inputs, batch, random), batch)
    _check_order(model, logits, batch, random)
    _check_criterion(criterion, logits.flatten(0, 1), batch.targets)
    if isinstance(criterion, nn.CrossEntropyLoss) and _are_probabilities(logits):
        warnings.warn(
            f"model={name}: returned probabilities, which sum to 1 at each position; CrossEntropyLoss applies softmax "
            "itself, so training will be slow: return the logits, without softmax",
            stacklevel=4,
        )


def _outputs(model: nn.Module, inputs: torch.Tensor, batch: Batch, random: RandomState) -> Any:
    name = type(model).__name__
    what = f"{'token indices' if batch.index else 'one-hot tokens'} {tuple(inputs.shape)}"
    try:
        with random.installed(keep=False), unchanged(model):
            return model(inputs)
    except Exception as error:  # the user's code may raise anything
        raise ValueError(
            f"model={name}: must read one-hot tokens (B, T, V), or token indices (B, T) with inputs='index'; it "
            f"failed on {what}: {type(error).__name__}: {error}; change its forward, or pass inputs accordingly"
        ) from error


def _checked_logits(name: str, outputs: Any, batch: Batch) -> torch.Tensor:
    logits = logits_of(outputs)
    if isinstance(outputs, PackedSequence):
        raise ValueError(
            f"model={name}: returned a PackedSequence; must return logits (B, T, V): unpack it with "
            "torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)[0]"
        )
    if isinstance(outputs, list) and len(outputs) == batch.logits_shape[1] and isinstance(logits, torch.Tensor):
        stacked = _stacking(logits.shape, batch)
        if stacked is not None:
            raise ValueError(
                f"model={name}: returned a list of {len(outputs)} tensors {tuple(logits.shape)}, one per step; must "
                f"return logits (B, T, V) = {batch.logits_shape}: return {stacked}"
            )
    if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
        kind = f"{logits.dtype} values" if isinstance(logits, torch.Tensor) else type(logits).__name__
        raise ValueError(
            f"model={name}: returned {kind}; must return logits (B, T, V) of a floating-point type, or a tuple with "
            f"them first{_value_remedy(logits)}"
        )
    if tuple(logits.shape) != batch.logits_shape:
        raise ValueError(
            f"model={name}: returned {tuple(logits.shape)} for inputs {tuple(batch.inputs.shape)}; must return logits "
            f"(B, T, V) = {batch.logits_shape}: {_shape_remedy(tuple(logits.shape), *batch.logits_shape)}"
        )
    if not logits.requires_grad:
        raise ValueError(f"model={name}: returned logits without a gradient; do not use detach() or no_grad() in it")
    return logits


def _stacking(step: Sequence[int], batch: Batch) -> str | None:
    n, _, v = batch.logits_shape
    if tuple(step) == (n, v):
        return "torch.stack(outputs, dim=1)"
    if tuple(step) == (n, 1, v):
        return "torch.cat(outputs, dim=1)"
    if tuple(step) == (1, n, v):
        return "torch.cat(outputs, dim=0).transpose(0, 1)"
    return "torch.stack(outputs).unsqueeze(0)" if tuple(step) == (v,) and n == 1 else None


def _value_remedy(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return "; return the scores before argmax"
    if isinstance(value, dict) or hasattr(value, "logits"):
        return "; return its logits, e.g. outputs['logits']"
    return "; its forward has no return statement" if value is None else ""


def _shape_remedy(shape: tuple[int, ...], n: int, length: int, vocab_size: int) -> str:
    if shape == (n, vocab_size, length):
        return "swap the last two axes with logits.transpose(1, 2)"
    if shape == (n * length, vocab_size):
        return f"keep its three axes, e.g. return logits.view(x.shape[0], -1, {vocab_size})"
    if shape == (length, n, vocab_size):
        return "make its layers with batch_first=True"
    if shape[:2] == (n, length):
        return f"end with nn.Linear({shape[-1]}, {vocab_size}), or use a hidden size of {vocab_size}"
    return "return one prediction for every position of every window"


def _check_order(model: nn.Module, logits: torch.Tensor, batch: Batch, random: RandomState) -> None:
    """Raise ValueError if layers that take (T, B, ...) get (B, T, ...): then no position depends on an earlier one.

    The shapes do not tell, so the first token is replaced by another one: a later position of its window must change.
    """
    parts = [type(part).__name__ for part in model.modules() if getattr(part, "batch_first", None) is False]
    if not parts or batch.logits_shape[1] < 2:
        return
    changed = batch.inputs.clone()
    changed[0, 0] = changed[0, 0].roll(1) if not batch.index else (changed[0, 0] + 1) % batch.logits_shape[2]
    others = logits_of(_outputs(model, changed, batch, random))
    if torch.equal(logits[0, 1:], others[0, 1:]):
        raise ValueError(
            f"model={type(model).__name__}: no prediction depends on an earlier token, because {parts[0]} has "
            "batch_first=False and takes each position for a text of its own; make it with batch_first=True, or swap "
            "the axes with x.transpose(0, 1) before it and back after it"
        )


def _check_criterion(criterion: Criterion, logits: torch.Tensor, targets: torch.Tensor) -> None:
    shown = getattr(criterion, "__name__", repr(criterion))
    example = "pass e.g. criterion=nn.CrossEntropyLoss()"
    if isinstance(criterion, type):
        raise ValueError(f"criterion={shown}: must be an object, not a class; call it: criterion=nn.{shown}()")
    if not callable(criterion):
        raise ValueError(f"criterion={criterion!r}: must be a function of logits (N, V) and targets (N,); {example}")
    shapes = f"logits {tuple(logits.shape)} and targets {tuple(targets.shape)}"
    try:
        with unchanged(*([criterion] if isinstance(criterion, nn.Module) else [])):
            loss = criterion(logits, targets)
    except Exception as error:  # the user's code may raise anything
        raise ValueError(
            f"criterion={shown}: must take logits (N, V) and targets (N,), indices of the alphabet; it failed on "
            f"{shapes}: {type(error).__name__}: {error}; {example}"
        ) from error
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        raise ValueError(
            f"criterion={shown}: returned {getattr(loss, 'shape', loss)!r} for {shapes}; must return a tensor with one "
            "number, e.g. the mean loss"
        )
    if not loss.requires_grad:
        raise ValueError(
            f"criterion={shown}: returned a loss without a gradient; compute it from the logits, without detach(), "
            "item() or argmax()"
        )


def _are_probabilities(logits: torch.Tensor) -> bool:
    rows = logits.detach()
    return bool((rows >= 0).all() and torch.allclose(rows.sum(-1), torch.ones((), dtype=rows.dtype), atol=1e-3))
