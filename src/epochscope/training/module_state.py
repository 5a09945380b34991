"""What modules keep besides their parameters: buffers, and attributes such as a hidden state, a counter or a list."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.parameter import is_lazy

_ATOMS = (type(None), bool, int, float, complex, str, bytes, torch.Size, torch.dtype, torch.device)
_PLAIN = (*_ATOMS, np.ndarray)
_CONTAINERS = (list, tuple, dict, set, deque)
#: Attributes of every module, which are no state of its own.
_OF_EVERY_MODULE = frozenset(vars(nn.Module()))


class ModuleState:
    """A copy of the buffers and attributes of modules.

    Attributes are copied if they are tensors, arrays, numbers, strings, or containers of these. Anything else, such as
    a function, a submodule in a list, or an object of a class of the user, is left as it is.

    Parameters
    ----------
    modules
        The modules, each with all its submodules.
    shared
        Tensors that are saved otherwise, such as parameters: attributes that contain one are left as they are.
    """

    def __init__(self, modules: Iterable[nn.Module], shared: Iterable[torch.Tensor] = ()) -> None:
        refused = {id(tensor) for tensor in shared}
        self._saved = [_Saved.of(module, refused) for module in _all(modules)]
        #: The copied tensors.
        self.tensors: tuple[torch.Tensor, ...] = tuple(
            tensor
            for saved in self._saved
            if saved is not None
            for tensor in (*saved.buffers.values(), *tensors_in(saved.attributes))
        )

    def restore(self, modules: Iterable[nn.Module]) -> None:
        """Write the copy into `modules`: those that it was made of, or copies of them."""
        for module, saved in zip(_all(modules), self._saved, strict=True):
            if saved is not None:
                saved.restore(module)


class _Saved:
    """The copied buffers and attributes of one module."""

    def __init__(self, buffers: dict[str, torch.Tensor], attributes: dict[str, Any], left: frozenset[str]) -> None:
        self.buffers, self.attributes = buffers, attributes
        self._left = left  # names of attributes that are not copied

    @classmethod
    def of(cls, module: nn.Module, refused: set[int]) -> _Saved | None:
        """Copy the state of a module; return None if it has yet to be initialized by its first forward pass."""
        if any(map(is_lazy, (*module.parameters(recurse=False), *module.buffers(recurse=False)))):
            return None
        buffers = {name: buffer.detach().clone() for name, buffer in module.named_buffers(recurse=False)}
        attributes: dict[str, Any] = {}
        left: set[str] = set()
        for name, value in _own_attributes(module):
            if is_data(value, refused):
                attributes[name] = copy_data(value)
            else:
                left.add(name)
        return cls(buffers, attributes, frozenset(left))

    def restore(self, module: nn.Module) -> None:
        for name, buffer in [*module.named_buffers(recurse=False)]:
            saved = self.buffers.get(name)
            if saved is None:
                setattr(module, name, None)  # registered as None
            elif (buffer.shape, buffer.dtype, buffer.device) == (saved.shape, saved.dtype, saved.device):
                with torch.no_grad():
                    buffer.copy_(saved)
            else:
                setattr(module, name, saved.clone())
        for name in self.buffers.keys() - dict(module.named_buffers(recurse=False)).keys():
            setattr(module, name, self.buffers[name].clone())
        current = vars(module)
        for name in [name for name, _ in _own_attributes(module)]:
            if name not in self.attributes and name not in self._left:
                del current[name]
        for name, value in self.attributes.items():
            current[name] = copy_data(value)


@contextmanager
def unchanged(*modules: nn.Module) -> Iterator[None]:
    """Restore the buffers and attributes of modules on exit, so that a forward pass inside leaves no trace."""
    parameters = [parameter for module in modules for parameter in module.parameters()]
    state = ModuleState(modules, parameters)
    try:
        yield
    finally:
        state.restore(modules)


def other_state(modules: Iterable[nn.Module]) -> list[str]:
    """Return the attributes that hold an object of another class, which `ModuleState` leaves as it is."""
    return [
        f"{type(module).__name__}.{name} ({type(value).__name__})"
        for module in _all(modules)
        for name, value in _own_attributes(module)
        if not isinstance(value, (*_ATOMS, *_CONTAINERS, nn.Module)) and not callable(value)
    ]


def copy_data(value: Any) -> Any:
    """Return a copy of a value that `is_data` accepts, with detached tensors."""
    if isinstance(value, _ATOMS):
        return value
    return copy.deepcopy(value, {id(each): each.detach().clone() for each in tensors_in(value) if not each.is_leaf})


def is_data(value: Any, refused: set[int]) -> bool:
    """Return whether a value is a tensor, an array, a number, a string or a container of these.

    A tensor whose id is in `refused` is none of these.
    """
    if isinstance(value, _PLAIN):
        return True
    if isinstance(value, torch.Tensor):
        return id(value) not in refused
    return isinstance(value, _CONTAINERS) and all(is_data(item, refused) for item in _items(value))


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors in nested containers."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, _CONTAINERS):
        for item in _items(value):
            yield from tensors_in(item)


def _items(container: Any) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _all(modules: Iterable[nn.Module]) -> Sequence[nn.Module]:
    return [part for module in modules for part in module.modules()]


def _own_attributes(module: nn.Module) -> list[tuple[str, Any]]:
    """Return the attributes that not every module has; none of a traced module, whose state is outside Python."""
    if isinstance(module, torch.jit.ScriptModule):
        return []
    return [(name, value) for name, value in vars(module).items() if name not in _OF_EVERY_MODULE]
