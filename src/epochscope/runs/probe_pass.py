"""A pass of a user's model over the texts that a monitor shows."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from itertools import islice
from types import CellType, CodeType
from typing import Any

from .arrays import kind_of
from .loop_data import LoopData
from .loop_probes import LoopProbes
from .loop_values import copy_logits, shape_hint

#: How many references may lead from a function to a module: `lambda x: trainer.nets[0](x)` has three. Not so many are
#: followed if there is a module before.
DEPTH = 3
#: The most items of a container that are looked at, and the most values at each distance from the function: it is done
#: for every record.
MOST, MOST_VALUES = 100, 1000


class ProbePass:
    """Calls a model with the inputs of each text, without gradients and in evaluation mode.

    Parameters
    ----------
    probes
        The texts.
    model
        The module that the loop trains, if it is known.
    """

    def __init__(self, probes: LoopProbes, model: Any = None) -> None:
        self._probes = probes
        self._model = model
        self._inputs: dict[Any, list[Any]] = {}  # by device
        self._warned = False

    def logits(self, probe: Any) -> list[Any]:
        """Return the logits of each text, as `copy_logits` returns them.

        Parameters
        ----------
        probe
            A module, or a function of the inputs. Of a function, the modules that it refers to, or that are attributes
            or items of what it refers to, are put into evaluation mode.

        Raises
        ------
        ValueError
            If it cannot be called, or does not return the logits of all positions.

        Warns
        -----
        UserWarning
            Once, if no module is found, and it returns a tensor.
        """
        if not callable(probe) or isinstance(probe, type):
            hint = "; pass its outputs as logits=" if hasattr(probe, "shape") else ""
            raise ValueError(
                f"probe is {kind_of(probe)}: must be the model, or a function of its inputs that returns logits{hint}"
            )
        torch = sys.modules.get("torch")
        if torch is None:
            inputs = [data.inputs if data.one_hot is None else data.one_hot for data in self._probes.all]
            return self._called(probe, deepcopy(inputs))  # the model may write into them
        modules = _modules_of(probe, torch) or _modules_of(self._model, torch)
        inputs = self._on_device(_device_of(modules, torch), torch)
        devices = {each.device for each in inputs if each.device.type == "cuda"}
        with torch.no_grad(), torch.random.fork_rng(devices=devices), _evaluating(modules):
            copies = self._called(probe, [each.clone() for each in inputs])
        if not modules and not self._warned and isinstance(copies[0], torch.Tensor):
            self._warned = True
            warnings.warn(
                f"probe is {kind_of(probe)}, in which no torch module was found: it was called in the mode in which it "
                "is, perhaps with dropout, and with inputs on the CPU; pass the module itself, or pass it to "
                "monitor(..., model=module)",
                stacklevel=5,  # the caller of `Monitor.log`
            )
        return copies

    def _called(self, probe: Any, inputs: list[Any]) -> list[Any]:
        copies = []
        for (name, data), given in zip(self._probes.by_name.items(), inputs, strict=True):
            try:
                output = probe(given)
            except Exception as error:
                _note(error, f"monitor.log(probe=...) passed {_described(given)}, the inputs of {name!r}")
                raise
            copies.append(_copied(data, name, probe, output))
        return copies

    def _on_device(self, device: Any, torch: Any) -> list[Any]:
        """Return the inputs of each text as tensors; copied to a device only once."""
        if device not in self._inputs:
            given = [torch.as_tensor(d.inputs if d.one_hot is None else d.one_hot) for d in self._probes.all]
            self._inputs[device] = [each if device is None else each.to(device) for each in given]
        return self._inputs[device]


def _modules_of(called: Any, torch: Any) -> list[Any]:
    """Return the modules that a call involves: itself, or those that it refers to or finds in what it refers to."""
    found: dict[int, Any] = {}
    values = [called]
    for depth in range(DEPTH + 1):
        modules = [value for value in values if isinstance(value, torch.nn.Module)]
        found |= {id(module): module for module in modules if id(module) not in found}
        if found and depth == DEPTH - 1:
            break
        parts = (part for value in values if id(value) not in found for part in _parts_of(value))
        values = list(islice(parts, MOST_VALUES))
    return list(found.values())


def _parts_of(value: Any) -> list[Any]:
    """Return what a function, a method or a container refers to, and the attributes of another object."""
    if isinstance(value, partial):
        return [value.func, *value.args, *value.keywords.values()]
    if inspect.ismethod(value):
        return [value.__self__, value.__func__]
    if inspect.isfunction(value):
        cells = [cell.cell_contents for cell in value.__closure__ or () if not _is_empty(cell)]
        names = [name for name in _names_in(value.__code__) if name in value.__globals__]
        defaults = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        return [*cells, *(value.__globals__[name] for name in names), *defaults]
    if inspect.ismodule(value) or inspect.isclass(value):
        return []
    if isinstance(value, dict):
        return list(islice(value.values(), MOST))
    if isinstance(value, (list, tuple)):
        return list(value[:MOST])
    return list(islice(getattr(value, "__dict__", {}).values(), MOST))


def _is_empty(cell: CellType) -> bool:
    """Return whether a variable of an outer function has no value yet."""
    try:
        _ = cell.cell_contents
    except ValueError:
        return True
    return False


def _names_in(code: CodeType) -> Iterator[str]:
    """Yield the global names that code and the functions in it may use."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _names_in(each)


def _device_of(modules: list[Any], torch: Any) -> Any:
    """Return the device of the first parameter or buffer; None if there is none."""
    for module in modules:
        for tensor in (*module.parameters(), *module.buffers()):
            if not isinstance(tensor, torch.nn.parameter.UninitializedTensorMixin):
                return tensor.device
    return None


@contextmanager
def _evaluating(modules: list[Any]) -> Iterator[None]:
    """Put modules into evaluation mode, and restore the mode of each of their parts."""
    before = [(part, part.training) for module in modules for part in module.modules()]
    try:
        for part, _ in before:
            part.training = False
        yield
    finally:
        for part, training in before:
            part.training = training


def _copied(data: LoopData, name: str, probe: Any, output: Any) -> Any:
    """Return a copy of the logits that a model returned. Raises ValueError if they are not those of all positions."""
    logits = _logits_in(output)
    if logits is None:
        raise ValueError(
            f"{kind_of(probe)} returned {_described(output)} for {name!r}: must be logits {data.shapes[0]}, a tuple "
            f"that begins with them, or an object with .logits; {_INSTEAD}"
        )
    shape = tuple(logits.shape)
    if shape not in data.shapes:
        one, other = data.shapes
        raise ValueError(
            f"{kind_of(probe)} returned logits of shape {shape} for {name!r}, whose inputs have shape "
            f"{data.inputs.shape}: must be {one} or {other}; {_hint(data, shape)}"
        )
    return copy_logits(data, logits)


_INSTEAD = "pass a function that returns the logits, e.g. probe=lambda inputs: model(inputs)[0]"


def _logits_in(output: Any) -> Any:
    if hasattr(output, "logits"):
        output = output.logits
    elif isinstance(output, Mapping):
        output = output.get("logits")
    elif isinstance(output, (tuple, list)) and output:
        output = output[0]
    return output if hasattr(output, "shape") and hasattr(output, "dtype") else None


def _hint(data: LoopData, shape: tuple[int, ...]) -> str:
    (b, t), v = data.inputs.shape, len(data.alphabet)
    if t > 1 and shape in ((b, 1, v), (b, v)):
        return (
            "these are of the last position alone, as nanoGPT returns them without targets: pass "
            "probe=lambda inputs: model(inputs, inputs)[0], or another function that returns those of all positions"
        )
    return shape_hint(data, shape, "return")


def _note(error: Exception, text: str) -> None:
    """Add a line below the error, where Python can do that: from 3.11 on."""
    add: Any = getattr(error, "add_note", None)
    if add is not None:
        add(text)


def _described(value: Any) -> str:
    """Return what a value is, with the shapes of tensors."""
    if hasattr(value, "shape"):
        return f"{kind_of(value)} of shape {tuple(value.shape)}"
    if isinstance(value, (tuple, list)):
        return f"{kind_of(value)} of {len(value)}" + (f", first {_described(value[0])}" if value else "")
    return kind_of(value)
