"""Checks of the arguments of `Trainer` before anything is trained: the text, the device, the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from epochscope.validation import check_int

from .batch import Batch
from .module_state import unchanged
from .torch_state import RandomState
from .train_state import Criterion, logits_of

MAX_SEED = 2**63 - 1
#: Of the classic lab.
NETWORK_DEFAULTS: dict[str, Any] = {"cell": "lstm", "hidden_size": None, "num_layers": 1, "readout": False}


def check_text(text: Any) -> str | tuple[str, ...]:
    """Return a text as a str or tuple. Raises ValueError if it is neither, or has fewer than two tokens."""
    example = "pass e.g. text='hihello'"
    if not isinstance(text, str) and (isinstance(text, (bytes, bytearray)) or not hasattr(text, "__iter__")):
        raise ValueError(f"text={text!r}: must be a str or a sequence of str; {example}")
    checked = text if isinstance(text, str) else tuple(text)
    if len(checked) < 2:
        raise ValueError(f"text={text!r}: must have at least 2 tokens, an input and a target; {example}")
    return checked


def check_seed(seed: Any) -> int:
    """Return a seed as an int. Raises ValueError if it is not an integer from 0 to 2**63 - 1."""
    return check_int("seed", seed, 0, MAX_SEED)


def check_device(name: str | torch.device) -> torch.device:
    """Return a device of this machine. Raises ValueError if torch cannot use it."""
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        available = ["cpu"]
        available += ["cuda"] if torch.cuda.is_available() else []
        available += ["mps"] if torch.backends.mps.is_available() else []
        raise ValueError(
            f"device={name!r}: must be a device of this machine, {' or '.join(map(repr, available))}; "
            "pass e.g. device='cpu'"
        ) from error
    return device


def check_prefix(prefix: str | Sequence[str]) -> str | Sequence[str]:
    """Return a prefix. Raises ValueError if it is empty."""
    if not len(prefix):
        raise ValueError(f"prefix={prefix!r}: must have at least 1 token; pass e.g. the first token of the text")
    return prefix


def check_network_options(model: nn.Module | None, options: dict[str, Any], index: bool) -> None:
    """Raise ValueError if options of `CharRNN` are given with a model, or inputs="index" without one."""
    changed = [f"{name}={options[name]!r}" for name, value in NETWORK_DEFAULTS.items() if options[name] != value]
    if model is not None and changed:
        raise ValueError(f"{', '.join(changed)}: must not be given together with model; omit it, or omit model")
    if model is None and index:
        raise ValueError('inputs="index": must be "one-hot" without a model of your own; omit it, or pass model')


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

    Raises
    ------
    ValueError
        If the model cannot read the batch, if its logits have a wrong shape, type or no gradient, or if the criterion
        does not return a scalar.
    """
    name, (n, length, vocab_size) = type(model).__name__, batch.logits_shape
    what = f"{'token indices' if batch.index else 'one-hot tokens'} {tuple(batch.inputs.shape)}"
    try:
        with random.installed(keep=False), unchanged(model):
            logits = logits_of(model(batch.inputs))
    except Exception as error:  # the user's code may raise anything
        raise ValueError(
            f"model={name}: must read one-hot tokens (B, T, V), or token indices (B, T) with inputs='index'; it "
            f"failed on {what}: {type(error).__name__}: {error}; change its forward, or pass inputs accordingly"
        ) from error
    if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
        raise ValueError(
            f"model={name}: returned {type(logits).__name__}; must return logits (B, T, V), or a tuple with them first"
        )
    if tuple(logits.shape) != batch.logits_shape:
        raise ValueError(
            f"model={name}: returned {tuple(logits.shape)} for {what}; must return logits (B, T, V) = "
            f"{batch.logits_shape}: {_shape_remedy(tuple(logits.shape), n, length, vocab_size)}"
        )
    if not logits.requires_grad:
        raise ValueError(f"model={name}: returned logits without a gradient; do not use detach() or no_grad() in it")
    loss = criterion(logits.reshape(-1, vocab_size), batch.targets)
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        raise ValueError(
            f"criterion={criterion!r}: returned {getattr(loss, 'shape', loss)!r} for logits {(n * length, vocab_size)} "
            f"and targets {(n * length,)}; must return a tensor with one number, e.g. the mean loss"
        )


def _shape_remedy(shape: tuple[int, ...], n: int, length: int, vocab_size: int) -> str:
    if shape == (n, vocab_size, length):
        return "swap the last two axes with logits.transpose(1, 2)"
    if shape == (length, n, vocab_size):
        return "make its layers with batch_first=True"
    if shape[:2] == (n, length):
        return f"end with nn.Linear({shape[-1]}, {vocab_size}), or use a hidden size of {vocab_size}"
    return "return one prediction for every position of every window"
