"""The arguments of `Monitor.log`: losses, logits, learning rates and scalars in the forms that users have."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from epochscope.recording.extras import check_scalar

from .arrays import as_array, kind_of, torch_problem
from .loop_data import LoopData


def loss_of(loss: Any) -> float:
    """Return the loss as a float. Raises ValueError unless it is one number."""
    if isinstance(loss, tuple) and loss:
        raise ValueError(
            f"loss is a tuple of {len(loss)}: must be one number; log its first element, if that is the loss"
        )
    hint = "the mean over all predicted tokens, e.g. loss = criterion(outputs.reshape(-1, V), targets.reshape(-1))"
    return _number("loss", loss, hint, "; with a criterion of reduction='none', log loss.mean()")


def lr_of(lr: Any) -> float:
    """Return the learning rate as a float, NaN if None. Raises ValueError unless it is one number."""
    if lr is None:
        return math.nan
    if hasattr(lr, "param_groups"):
        raise ValueError(f"lr is {kind_of(lr)}: must be one number, e.g. lr=optimizer.param_groups[0]['lr']")
    if hasattr(lr, "get_last_lr"):
        raise ValueError(f"lr is {kind_of(lr)}: must be one number, e.g. lr=scheduler.get_last_lr()[0]")
    if isinstance(lr, (list, tuple)):
        raise ValueError(f"lr is {lr!r:.60}: must be one number, e.g. lr=scheduler.get_last_lr()[0]")
    return _number("lr", lr, "e.g. lr=optimizer.param_groups[0]['lr']", "")


def scalars_of(scalars: Any) -> dict[str, float]:
    """Return scalars as floats by name. Raises ValueError unless each is one number with a name."""
    if not isinstance(scalars, Mapping):
        raise ValueError(
            f"scalars is {kind_of(scalars)}: must be a dict from names to numbers, e.g. "
            "scalars={'gradient norm': norm}"
        )
    hint = "e.g. scalars={'gradient norm': norm}"
    return {check_scalar(name): _number(f"scalars[{name!r}]", value, hint, "") for name, value in scalars.items()}


def _number(name: str, value: Any, hint: str, many: str) -> float:
    try:
        plain = value.item()  # a tensor or an array
    except Exception:  # noqa: BLE001 - no tensor, not of one number, without values: found out below
        plain = value
    if isinstance(plain, (int, float)) and not isinstance(plain, bool):
        return float(plain)
    what = kind_of(value)
    problem = torch_problem(value)
    if problem is not None:
        raise ValueError(f"{name} is {problem.format(name)}; must be one number, {hint}")
    if value is not None and not isinstance(value, (str, bytes, bool)) and not callable(value):
        try:
            array = as_array(value)
        except Exception:  # noqa: BLE001 - whatever the library of an unknown type raises
            array = np.array(None)
        if array.size != 1 and array.dtype.kind in "iuf":
            raise ValueError(f"{name} has shape {array.shape}: must be one number, {hint}{many}")
        if array.dtype.kind in "iuf":
            return float(array.reshape(()))
        if array.dtype.kind in "bc" and hasattr(value, "dtype"):
            what = f"of type {array.dtype}"
    raise ValueError(f"{name} is {what}: must be one number, {hint}")


def copy_logits(data: LoopData, logits: Any) -> Any:
    """Copy one epoch's logits. A tensor becomes one in memory: to convert it costs three times as much.

    Parameters
    ----------
    data
        The data that the logits are for.
    logits
        (B, T, V), (T, V) for B = 1, or (B*T, V).

    Raises
    ------
    ValueError
        If they have another shape or are no logits.
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(logits, torch.Tensor):
        problem = torch_problem(logits)
        if problem is not None:
            raise ValueError(f"logits are {problem.format('logits')}")
        copy = logits.detach().clone() if logits.is_cpu else logits.detach().cpu()
        floating = copy.is_floating_point()
    else:
        copy = _copy_array(data, logits)
        floating = copy.dtype.kind == "f"
    if copy.shape not in data.shapes:
        shape, (one, other) = tuple(copy.shape), data.shapes
        raise ValueError(f"logits have shape {shape}: must be {one} or {other}; {shape_hint(data, shape)}")
    if not floating:
        raise ValueError(f"logits are of type {copy.dtype}: must be floating-point numbers, {_BEFORE}")
    return copy


_BEFORE = "the outputs of the model before softmax and argmax"


def _copy_array(data: LoopData, logits: Any) -> np.ndarray:
    problem = torch_problem(logits)
    if problem is not None:
        raise ValueError(f"logits are {problem.format('outputs')}")
    if isinstance(logits, (list, tuple)) and logits and any(hasattr(item, "shape") for item in _flat(logits)):
        raise ValueError(_sequence(data, logits))
    if hasattr(logits, "logits"):
        raise ValueError(f"logits are {kind_of(logits)}: log its tensor, outputs.logits")
    if logits is None or isinstance(logits, (str, bytes, bool, int, float, complex, dict, set)) or callable(logits):
        returns = "; does the model return its outputs?" if logits is None else ""
        raise ValueError(f"logits are {kind_of(logits)}: must be a tensor or an array, {_BEFORE}{returns}")
    try:
        copy = np.array(as_array(logits))
    except Exception as error:  # whatever the library of an unknown type raises
        raise ValueError(f"logits are {kind_of(logits)}: must be a tensor or an array, {_BEFORE}") from error
    if copy.dtype.kind not in "fiubc":
        raise ValueError(
            f"logits are {kind_of(logits)} of type {copy.dtype}: must be floating-point numbers, {_BEFORE}"
        )
    return copy


def _flat(values: Sequence[Any]) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, (list, tuple)) else [value])]


def _sequence(data: LoopData, logits: Sequence[Any]) -> str:
    """Return what to log instead of a list or tuple of tensors."""
    shapes = {tuple(getattr(item, "shape", ())) for item in logits}
    n, (b, t), v = len(logits), data.inputs.shape, len(data.alphabet)
    kind = "tuple" if isinstance(logits, tuple) else "list"
    steps = {
        (t, (b, v)): "torch.stack({}, dim=1)",
        (t, (b, 1, v)): "torch.cat({}, dim=1)",
        (t, (1, b, v)): "torch.cat({}).transpose(0, 1)",
        (b, (t, v)): "torch.stack({})",
        (b, (1, t, v)): "torch.cat({})",
    }
    if b == 1:
        steps[t, (v,)] = "torch.stack({})"
    if b * t == n:
        steps.setdefault((n, (v,)), "torch.stack({})")
    call = steps.get((n, next(iter(shapes)))) if len(shapes) == 1 else None
    if call is not None:
        return f"logits are a {kind} of {n} tensors of shape {next(iter(shapes))}: log {call.format('outputs')}"
    if 1 < n <= 3 and kind == "tuple":
        return (
            f"logits are a tuple of {n}, as nn.RNN, nn.LSTM and nn.GRU return (outputs, hidden): log its first "
            "element, outputs[0], or write outputs, _ = model(inputs)"
        )
    return f"logits are a {kind} of {n}: must be one tensor of shape {data.shapes[0]}, e.g. torch.stack(outputs, dim=1)"


def shape_hint(data: LoopData, shape: tuple[int, ...], do: str = "log") -> str:
    """Return what to log, or to return from a function, instead of logits of a wrong shape."""
    (b, t), v = data.inputs.shape, len(data.alphabet)
    if shape == (t, b, v):
        return f"the time axis comes first: {do} outputs.transpose(0, 1), or make the module with batch_first=True"
    if shape == (b, v, t):
        return f"the tokens are on axis 1, as nn.CrossEntropyLoss has them: {do} outputs.transpose(1, 2)"
    if shape[:-1] in ((b, t), (b * t,)) and len(shape) > 1:
        return (
            f"the last axis has {shape[-1]} entries but the alphabet has {v} tokens: "
            f"{do} the input of the loss, with one logit per token, or give monitor() the alphabet you train with"
        )
    if shape in ((b, t), (b * t,)):
        return f"these look like indices: {do} the logits, before argmax"
    if shape == (b, v):
        return f"these are the outputs of one position per sequence: {do} those of all positions"
    if shape == (b * t * v,):
        return f"{do} outputs.reshape{data.shapes[0]}"
    if do == "log" and len(shape) > 1 and shape[-1] == v:
        return (
            f"monitor() shows the same {b} x {t} positions at every epoch: log a pass of them, without gradients: "
            "with torch.no_grad(): outputs = model(inputs), with the inputs that monitor() got, and the loss of these"
        )
    return f"{do} the tensor that goes into the loss"
