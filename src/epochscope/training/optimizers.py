"""Optimizers: made by name, by a callable or given as they are, and their settings (lr, momentum, ...)."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import torch
from torch import nn, optim

from epochscope.validation import check_choice, check_non_negative

OPTIMIZERS: dict[str, Callable[..., optim.Optimizer]] = {
    "adam": optim.Adam,
    "sgd": optim.SGD,
    "rmsprop": optim.RMSprop,
    "adamw": optim.AdamW,
}
DEFAULT_LR = 0.1

OptimizerLike: TypeAlias = "str | optim.Optimizer | Callable[[Iterable[nn.Parameter]], optim.Optimizer]"
Settings: TypeAlias = "tuple[dict[str, Any], ...]"  # the options of every parameter group


def make_optimizer(given: OptimizerLike, model: nn.Module, lr: float) -> optim.Optimizer:
    """Make the optimizer of the trainable parameters of `model`.

    Parameters
    ----------
    given
        A name from `OPTIMIZERS`, an optimizer, an optimizer class, or a callable that makes one from the parameters.
    model
        The network.
    lr
        The learning rate of an optimizer that is given by name or class. All others have their own.

    Raises
    ------
    ValueError
        If `given` makes no optimizer, if the optimizer lacks trainable parameters of `model` or needs a closure, or if
        `lr` differs both from its default and from the optimizer's own learning rate.
    """
    lr = check_non_negative("lr", lr)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if isinstance(given, optim.Optimizer):
        optimizer = given
    elif isinstance(given, str):
        optimizer = OPTIMIZERS[check_choice("optimizer", given, OPTIMIZERS)](parameters, lr=lr)
    elif isinstance(given, type) and issubclass(given, optim.Optimizer):
        optimizer = given(parameters, lr=lr)  # type: ignore[call-arg]  # as its subclasses can be made
    elif callable(given):
        optimizer = given(parameters)
    else:
        optimizer = None
    if not isinstance(optimizer, optim.Optimizer):
        made = f" (which returned {optimizer!r})" if callable(given) else ""
        raise ValueError(
            f"optimizer={given!r}{made}: must be one of {', '.join(map(repr, OPTIMIZERS))}, a torch.optim.Optimizer, "
            "or a callable that makes one from the parameters; pass e.g. optimizer=lambda p: torch.optim.SGD(p, lr=0.1)"
        )
    _check_optimizer(optimizer, model)
    has_own_lr = not isinstance(given, (str, type))
    if has_own_lr and lr not in (DEFAULT_LR, current_lr(optimizer)):
        raise ValueError(
            f"lr={lr}: the optimizer has its own learning rate, {current_lr(optimizer)}; pass lr to the optimizer, or "
            "pass the optimizer by name, e.g. optimizer='adam'"
        )
    return optimizer


def _check_optimizer(optimizer: optim.Optimizer, model: nn.Module) -> None:
    updated = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    missing = [name for name, p in model.named_parameters() if p.requires_grad and id(p) not in updated]
    if missing:
        raise ValueError(
            f"optimizer: must update all parameters of {type(model).__name__}, but {', '.join(missing)} would not be "
            "trained; make it from model.parameters() of this model, or pass a callable that makes it from the "
            "parameters; freeze parameters that should not be trained with requires_grad_(False)"
        )
    closure = inspect.signature(type(optimizer).step).parameters.get("closure")
    if closure is not None and closure.default is inspect.Parameter.empty:
        raise ValueError(
            f"optimizer={type(optimizer).__name__}: must not need a closure, because an epoch is one forward pass; "
            f"use another one, e.g. {', '.join(map(repr, OPTIMIZERS))}"
        )


def current_lr(optimizer: optim.Optimizer) -> float:
    """Return the learning rate of the optimizer's first parameter group; NaN if it has none."""
    return float(optimizer.param_groups[0].get("lr", math.nan))


def copy_settings(optimizer: optim.Optimizer) -> Settings:
    """Return a copy of the options, such as lr and momentum, of every parameter group."""
    return tuple(
        {key: _copied(value) for key, value in group.items() if key != "params"} for group in optimizer.param_groups
    )


def apply_settings(optimizer: optim.Optimizer, values: Settings) -> None:
    """Set the options of every parameter group to those that `copy_settings` returned."""
    for group, options in zip(optimizer.param_groups, values, strict=True):
        group.update((key, _copied(value)) for key, value in options.items())


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value


def set_options(optimizer: optim.Optimizer, options: dict[str, Any]) -> None:
    """Set options, such as lr, in all parameter groups.

    Raises ValueError if the optimizer does not have an option, or if lr is not a finite number of at least 0.
    """
    for name, value in options.items():
        if any(name not in group or name == "params" for group in optimizer.param_groups):
            known = ", ".join(key for key in optimizer.param_groups[0] if key != "params")
            raise ValueError(f"{name}={value!r}: {type(optimizer).__name__} has no such option; pass one of {known}")
    if "lr" in options:
        options = {**options, "lr": check_non_negative("lr", options["lr"])}
    for group in optimizer.param_groups:
        for name, value in options.items():
            group[name] = torch.full_like(group[name], value) if isinstance(group[name], torch.Tensor) else value
