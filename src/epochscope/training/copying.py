"""Copies of a network, its optimizer and its criterion that share nothing with the originals, hooks included."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import torch
from torch import nn, optim
from torch.optim.lr_scheduler import LRScheduler

from .module_state import tensors_in

Memo: TypeAlias = "dict[int, Any]"  # of `copy.deepcopy`: the copy of each object by its id

#: How deep an object that a function refers to is searched: a `Trainer` holds its model three levels down.
DEPTH = 3
#: Where torch keeps the hooks of a tensor, and the methods that register them.
_TENSOR_HOOKS = (
    ("_backward_hooks", torch.Tensor.register_hook),
    ("_post_accumulate_grad_hooks", torch.Tensor.register_post_accumulate_grad_hook),
)
_STEP_HOOKS = (
    ("_optimizer_step_pre_hooks", optim.Optimizer.register_step_pre_hook),
    ("_optimizer_step_post_hooks", optim.Optimizer.register_step_post_hook),
)


def copy_training(
    model: nn.Module, optimizer: optim.Optimizer, criterion: Any
) -> tuple[tuple[nn.Module, optim.Optimizer, Any], list[str]]:
    """Copy a network, its optimizer and its criterion.

    Hooks of modules and tensors are copied. A hook of the optimizer that refers to the originals, such as one that
    calls a scheduler, is left out.

    Returns
    -------
    copies
        The network, the optimizer and the criterion.
    left_out
        A sentence for each hook that was left out.

    Raises
    ------
    ValueError
        If a part cannot be copied, or if a function in it would still refer to the originals. The message names it.
    """
    originals = _Originals(model, optimizer, criterion)
    for owner, function in _functions(originals.modules, criterion):
        name = originals.referred_by(function)
        if name is not None:
            raise ValueError(
                f"{type(model).__name__} cannot be copied for a branch: {owner} refers to {name} of this training, so "
                "the branch would change it; use the arguments that it is called with instead (such as the module), or "
                "make a new Trainer"
            )
    memo: Memo = {id(tensor): tensor.detach().clone() for tensor in _computed(originals.modules)}
    try:
        copies = _copy_parts(model, optimizer, criterion, memo)
    except Exception as error:  # the user's classes may raise anything
        where = _uncopied(originals.modules, memo)
        raise ValueError(
            f"{type(model).__name__} cannot be copied for a branch: {where}{error}; keep it outside the module, or "
            "give its class a method __deepcopy__(self, memo)"
        ) from error
    return copies, _copy_hooks(originals, optimizer, copies[1], memo)


def _copy_parts(
    model: nn.Module, optimizer: optim.Optimizer, criterion: Any, memo: Memo
) -> tuple[nn.Module, optim.Optimizer, Any]:
    with torch.no_grad():
        copied = copy.deepcopy(model, memo)
    # A traced module copies its parameters outside Python: they are unknown to the memo, and have no gradient.
    for old, new in zip(model.parameters(), copied.parameters(), strict=True):
        memo[id(old)] = new.requires_grad_(old.requires_grad)
    return (copied, *copy.deepcopy((optimizer, criterion), memo))


def _copy_hooks(originals: _Originals, optimizer: optim.Optimizer, copied: optim.Optimizer, memo: Memo) -> list[str]:
    """Give the copies the hooks of tensors and of the optimizer, which torch does not copy; return what is left out."""
    left_out: list[str] = []
    for tensor in originals.tensors:
        for name, register in _TENSOR_HOOKS:
            for hook in _hooks(tensor, name):
                register(memo[id(tensor)], copy.deepcopy(hook, memo))
    for name, register in _STEP_HOOKS:
        for hook in _hooks(optimizer, name):
            referred = originals.referred_by(hook)
            if referred is None:
                register(copied, copy.deepcopy(hook, memo))
            else:
                left_out.append(
                    f"the optimizer's step hook {_name(hook)} is not part of the branch, because it refers to "
                    f"{referred} of this training; the branch continues with the learning rate of its first epoch: set "
                    "branch.lr, or register a hook with branch.optimizer"
                )
    return left_out


class _Originals:
    """The modules, tensors and the optimizer of a training, and which functions refer to one of them."""

    def __init__(self, model: nn.Module, optimizer: optim.Optimizer, criterion: Any) -> None:
        parts = [part for part in (model, criterion) if isinstance(part, nn.Module)]
        self.modules: list[nn.Module] = [module for part in parts for module in part.modules()]
        named = [pair for part in parts for pair in (*part.named_parameters(), *part.named_buffers())]
        self.tensors: list[torch.Tensor] = list({id(tensor): tensor for _, tensor in named}.values())
        self._names: dict[int, str] = {id(optimizer): "the optimizer", id(optimizer.param_groups): "the optimizer"}
        self._names |= {id(group): "the optimizer" for group in optimizer.param_groups}
        self._names |= {id(module): f"the module {type(module).__name__}" for module in self.modules}
        self._names |= {id(tensor): f"the tensor {name}" for name, tensor in named}

    def referred_by(self, function: Any) -> str | None:
        """Return what a function refers to by its closure or its global variables, or None."""
        function = inspect.unwrap(function) if inspect.isfunction(function) else function
        if not inspect.isfunction(function):
            return None  # a method or an object is copied with what it refers to
        try:
            variables = inspect.getclosurevars(function)
        except (ValueError, TypeError):  # a variable that is not assigned yet
            return None
        values = [*variables.nonlocals.values(), *variables.globals.values(), *(function.__defaults__ or ())]
        return next((name for value in values if (name := self._named(value)) is not None), None)

    def _named(self, value: Any, depth: int = DEPTH) -> str | None:
        """Return the name of an original that is the value, or that the value holds."""
        if id(value) in self._names:
            return self._names[id(value)]
        if isinstance(value, LRScheduler) and id(value.optimizer) in self._names:
            return f"a {type(value).__name__} of the optimizer"
        found = (self._named(item, depth - 1) for item in (_held(value) if depth else ()))
        return next((name for name in found if name is not None), None)


def _held(value: Any) -> Iterable[Any]:
    """Return the items of a container, or the attributes of an object; nothing of a module, a class or a function."""
    if isinstance(value, dict):
        return [*value.values()]
    if isinstance(value, (list, tuple, set)):
        return value
    if inspect.ismodule(value) or inspect.isclass(value) or inspect.isroutine(value) or not hasattr(value, "__dict__"):
        return ()
    return [*vars(value).values()]


def _functions(modules: Iterable[nn.Module], criterion: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the functions that are called in a forward or backward pass and not copied, each with a description."""
    if not isinstance(criterion, nn.Module):
        yield f"the criterion {_name(criterion)}", criterion
    for module in modules:
        owner = type(module).__name__
        for name, value in vars(module).items():
            if name.endswith("_hooks") and isinstance(value, dict):
                for hook in value.values():
                    yield f"the hook {_name(hook)} of {owner}", hook
            elif inspect.isfunction(value):
                yield f"the function {name} of {owner}", value
        for name, tensor in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)):
            for attribute, _ in _TENSOR_HOOKS:
                for hook in _hooks(tensor, attribute):
                    yield f"the hook {_name(hook)} of {owner}.{name}", hook


def _hooks(owner: object, name: str) -> list[Callable[..., Any]]:
    return [*(getattr(owner, name, None) or {}).values()]


def _computed(modules: Iterable[nn.Module]) -> Iterator[torch.Tensor]:
    """Yield the tensors in attributes that a forward pass has computed: torch refuses to copy them with their graph."""
    for module in modules:
        for tensor in tensors_in(vars(module)):
            if not tensor.is_leaf:
                yield tensor


def _uncopied(modules: Iterable[nn.Module], memo: Memo) -> str:
    """Return which attribute cannot be copied, e.g. "its attribute Net.lock (lock): ", or an empty string."""
    for module in modules:
        for name, value in vars(module).items():
            if not name.startswith("_") or name not in vars(nn.Module()):
                try:
                    copy.deepcopy(value, dict(memo))
                except Exception:  # noqa: BLE001 - this is the one
                    return f"its attribute {type(module).__name__}.{name} ({type(value).__name__}): "
    return ""


def _name(function: Any) -> str:
    return getattr(function, "__qualname__", type(function).__qualname__).rpartition(".")[2]
