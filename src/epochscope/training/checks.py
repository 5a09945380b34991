"""What a `Trainer` is given, looked at before anything runs: the text, the device, the net."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from .batch import Batch
from .model import CharRNN
from .torch_state import RandomState
from .train_state import Criterion, logits_of

NET = {"cell": "lstm", "hidden_size": None, "num_layers": 1, "readout": False}  # the classic lab's


def check_text(text: Any) -> str | tuple[str, ...]:
    """A text of two tokens or more, as it will be kept."""
    if not isinstance(text, str) and (isinstance(text, (bytes, bytearray)) or not hasattr(text, "__iter__")):
        raise ValueError(f"text={text!r}: a text is a str, or a sequence of strings; give one of these")
    kept = text if isinstance(text, str) else tuple(text)
    if len(kept) < 2:
        what = "is empty" if not kept else "has a single token"
        raise ValueError(
            f"text={text!r} {what}: a text has 2 tokens or more, one to read and one to say; give a longer one"
        )
    return kept


def compute_device(name: str | torch.device) -> torch.device:
    """A device that can be computed on here."""
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        here = ["cpu"]
        here += ["cuda"] if torch.cuda.is_available() else []
        here += ["mps"] if torch.backends.mps.is_available() else []
        raise ValueError(
            f"device={name!r}: this machine has {', '.join(map(repr, here))}; give one of these"
        ) from error
    return device


def check_prefix(prefix: str | Sequence[str]) -> str | Sequence[str]:
    """Something to go on from."""
    if not len(prefix):
        raise ValueError(f"prefix={prefix!r} is empty: the net says what follows a token; give one token or more")
    return prefix


def check_net(given: nn.Module | None, options: dict[str, Any], index: bool) -> None:
    """Whether the options of `CharRNN` go with what else was given."""
    odd = [f"{name}={options[name]!r}" for name, value in NET.items() if options[name] != value]
    if given is not None and odd:
        raise ValueError(f"{', '.join(odd)} with a model of your own: these are for a net of ours; leave them out")
    if given is None and index:
        raise ValueError('inputs="index" without a model of your own: a net of ours reads one-hot; leave it out')


def check_module(model: Any) -> nn.Module:
    """A net that somebody made."""
    if isinstance(model, nn.Module):
        if isinstance(model, nn.RNNBase) and not model.batch_first:
            raise ValueError(
                f"{type(model).__name__} without batch_first would take the places of the text for separate texts: "
                f"make it with nn.{type(model).__name__}(..., batch_first=True)"
            )
        if not any(parameter.requires_grad for parameter in model.parameters()):
            raise ValueError(
                f"{type(model).__name__} has no parameters to train: give a module with weights that require gradients"
            )
        return model
    if isinstance(model, type) and issubclass(model, nn.Module):
        remedy = f"call it, {model.__name__}(...), to make one"
    else:
        remedy = f"for a net of ours leave it out and say cell={model!r}" if isinstance(model, str) else "give a module"
    raise ValueError(f"model={model!r}: a model is a torch.nn.Module that was made already; {remedy}")


def try_out(model: nn.Module, batch: Batch, criterion: Criterion, random: RandomState) -> None:
    """Let a net read the batch once and see that its logits can be trained on; leaves it as it was."""
    name, (n, length, tokens) = type(model).__name__, batch.shape
    before = [(buffer, buffer.clone()) for buffer in model.buffers() if not is_lazy(buffer)]
    what = f"{'one-hot tokens' if batch.inputs.is_floating_point() else 'token numbers'} {tuple(batch.inputs.shape)}"
    try:
        with random.borrowed(forget=True):
            logits = logits_of(model(batch.inputs))
    except Exception as error:  # it is the user's code, which may raise anything
        raise ValueError(
            f"{name} cannot read {what}: {type(error).__name__}: {error}; a model takes the batch first, and "
            'one-hot tokens (B, T, V), or token numbers (B, T) with inputs="index"'
        ) from error
    with torch.no_grad():
        for buffer, value in before:
            buffer.copy_(value)
    if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
        raise ValueError(f"{name} returned {type(logits).__name__}: return logits (B, T, V), or a tuple that they lead")
    if tuple(logits.shape) != batch.shape:
        raise ValueError(
            f"{name} made {tuple(logits.shape)} of {what}, and logits are (B, T, V) = {batch.shape}: "
            + _remedy(tuple(logits.shape), n, length, tokens)
        )
    if not logits.requires_grad:
        raise ValueError(f"{name} returned logits without a gradient: leave out detach(), no_grad() and the like")
    loss = criterion(logits.reshape(-1, tokens), batch.targets)
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        raise ValueError(
            f"criterion={criterion!r} made {getattr(loss, 'shape', loss)!r} of logits {(n * length, tokens)} and "
            f"targets {(n * length,)}: a criterion makes a tensor of one number, the mean loss"
        )


def _remedy(shape: tuple[int, ...], n: int, length: int, tokens: int) -> str:
    if shape == (n, tokens, length):
        return "swap the last two axes, logits.transpose(1, 2)"
    if shape == (length, n, tokens):
        return "make its layers with batch_first=True"
    if shape[:2] == (n, length):
        return f"end with nn.Linear({shape[-1]}, {tokens}), or make the hidden size {tokens}"
    return "return a prediction for every place of every window"


def describe(model: nn.Module, criterion: Criterion) -> dict[str, Any]:
    """What `History.metadata` says of a net: its name, its size, and whether its hidden state is its logits."""
    about: dict[str, Any] = {"model": type(model).__name__}
    if isinstance(model, CharRNN):
        about = {"model": model.cell.upper(), "cell": model.cell, "readout": model.readout is not None}
    elif isinstance(model, nn.RNNBase) and model.mode != "RNN_RELU" and not model.proj_size:
        about |= {"cell": about["model"].lower(), "readout": False}  # those two have outputs beyond (-1, 1)
    if isinstance(model, (CharRNN, nn.RNNBase)):
        about |= {"hidden_size": model.hidden_size, "num_layers": model.num_layers}
    about["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    if not _is_plain(criterion):
        module = isinstance(criterion, nn.Module)
        about["criterion"] = repr(criterion) if module else getattr(criterion, "__name__", type(criterion).__name__)
    return about


def _is_plain(criterion: Criterion) -> bool:
    """Whether this is the mean cross entropy and nothing else."""
    return (
        isinstance(criterion, nn.CrossEntropyLoss)
        and criterion.weight is None
        and criterion.reduction == "mean"
        and criterion.label_smoothing == 0
    )
