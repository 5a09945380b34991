"""What updates the weights: an optimizer by name, by instance, or made by a callable from the parameters."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import nn, optim

from epochscope.validation import check_choice, check_non_negative

BY_NAME: dict[str, Callable[..., optim.Optimizer]] = {
    "adam": optim.Adam,
    "sgd": optim.SGD,
    "rmsprop": optim.RMSprop,
    "adamw": optim.AdamW,
}
DEFAULT_LR = 0.1

OptimizerLike: TypeAlias = "str | optim.Optimizer | Callable[[Iterable[nn.Parameter]], optim.Optimizer]"


def make_optimizer(given: OptimizerLike, model: nn.Module, lr: float) -> optim.Optimizer:
    """The optimizer of a model's trainable parameters, checked to hold them all.

    `lr` goes to an optimizer by name or class; an instance, and what any other callable makes, brings its own.
    """
    lr = check_non_negative("lr", lr)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if isinstance(given, optim.Optimizer):
        optimizer = given
    elif isinstance(given, str):
        optimizer = BY_NAME[check_choice("optimizer", given, BY_NAME)](parameters, lr=lr)
    elif isinstance(given, type) and issubclass(given, optim.Optimizer):
        optimizer = given(parameters, lr=lr)  # type: ignore[call-arg]  # as its subclasses can be made
    elif callable(given):
        optimizer = given(parameters)
    else:
        optimizer = None
    if not isinstance(optimizer, optim.Optimizer):
        raise ValueError(
            f"optimizer={given!r} gives {optimizer!r}: give a name ({', '.join(BY_NAME)}), a torch.optim.Optimizer, "
            "or a callable that makes one from the parameters, such as lambda p: torch.optim.SGD(p, lr=0.1)"
        )
    _check(optimizer, model)
    brought = not isinstance(given, (str, type))
    if brought and lr not in (DEFAULT_LR, current_lr(optimizer)):
        raise ValueError(
            f"lr={lr} beside an optimizer that brings its own ({current_lr(optimizer)}): give the learning rate to the "
            "optimizer, or the optimizer by name"
        )
    return optimizer


def _check(optimizer: optim.Optimizer, model: nn.Module) -> None:
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    missing = [name for name, p in model.named_parameters() if p.requires_grad and id(p) not in held]
    if missing:
        raise ValueError(
            f"the optimizer does not hold {', '.join(missing)} of {type(model).__name__}, which would never learn: "
            "make it from model.parameters() of this very model, or give a callable that makes it of the parameters; "
            "weights that should not learn are frozen with requires_grad_(False)"
        )
    closure = inspect.signature(type(optimizer).step).parameters.get("closure")
    if closure is not None and closure.default is inspect.Parameter.empty:
        raise ValueError(
            f"{type(optimizer).__name__} evaluates the loss several times in a step (it needs a closure), so that an "
            f"epoch would not be one forward pass: use one that does not, such as {', '.join(BY_NAME)}"
        )


def current_lr(optimizer: optim.Optimizer) -> float:
    """The learning rate of the (first group of the) optimizer; NaN where it has none."""
    return float(optimizer.param_groups[0].get("lr", math.nan))


def step_of(optimizer: optim.Optimizer) -> Callable[[], Any]:
    """What makes an update as `optimizer.step()` does, without the note of it that torch makes for its profiler.

    Of a small net's epoch that note takes a tenth. While somebody profiles, has hooks on steps, or has put a function
    of their own in the place of `step`, it is `optimizer.step` itself; and so it is where torch is not as we know it.
    """
    function = getattr(optimizer.step, "__func__", None)
    if getattr(function, "__code__", None) is not _NOTING or _profiles() or _has_hooks(optimizer):
        return optimizer.step
    return partial(function.__wrapped__, optimizer)  # type: ignore[union-attr]  # it was made with functools.wraps


def zero_grad_of(optimizer: optim.Optimizer) -> Callable[[], Any]:
    """What forgets the gradients as `optimizer.zero_grad()` does, likewise: that note takes a thirtieth."""
    function = getattr(optimizer.zero_grad, "__func__", None)
    if function is not optim.Optimizer.zero_grad or _profiles():
        return optimizer.zero_grad
    return partial(_forget_gradients, optimizer)


def _forget_gradients(optimizer: optim.Optimizer) -> None:
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None


#: The code of what torch puts around the `step` of every optimizer.
_NOTING = getattr(optim.Optimizer, "profile_hook_step", lambda step: step)(lambda: None).__code__


# No public names tell these; not to know counts as yes.


def _profiles() -> bool:
    return getattr(torch.autograd, "_profiler_enabled", lambda: True)()


def _has_hooks(optimizer: optim.Optimizer) -> bool:
    module = sys.modules[optim.Optimizer.__module__]
    names = (f"optimizer_step_{when}_hooks" for when in ("pre", "post"))
    everywhere = (f"_global_optimizer_{when}_hooks" for when in ("pre", "post"))
    return any(getattr(optimizer, f"_{name}", True) for name in names) or any(
        getattr(module, name, True) for name in everywhere
    )


def settings(optimizer: optim.Optimizer) -> tuple[dict[str, Any], ...]:
    """The options of every parameter group: lr, momentum, ... ."""
    return tuple(
        {
            key: value.clone() if isinstance(value, torch.Tensor) else value
            for key, value in group.items()
            if key != "params"
        }
        for group in optimizer.param_groups
    )


def apply_settings(optimizer: optim.Optimizer, values: tuple[dict[str, Any], ...]) -> None:
    """Set the options of every parameter group, as `settings` read them."""
    for group, options in zip(optimizer.param_groups, values, strict=True):
        for key, value in options.items():
            group[key] = value.clone() if isinstance(value, torch.Tensor) else value


def change(optimizer: optim.Optimizer, options: dict[str, Any]) -> None:
    """Set options, such as lr, in all parameter groups."""
    for name, value in options.items():
        if any(name not in group or name == "params" for group in optimizer.param_groups):
            known = ", ".join(key for key in optimizer.param_groups[0] if key != "params")
            raise ValueError(f"{name}={value!r}: {type(optimizer).__name__} has no such option; it has {known}")
    if "lr" in options:
        options = {**options, "lr": check_non_negative("lr", options["lr"])}
    for group in optimizer.param_groups:
        for name, value in options.items():
            group[name] = torch.full_like(group[name], value) if isinstance(group[name], torch.Tensor) else value
