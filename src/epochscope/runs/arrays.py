"""Tensors of any library as numpy arrays."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np


def as_array(value: Any) -> np.ndarray:
    """Return a tensor of any library, an array or a list as a numpy array."""
    if not hasattr(value, "detach"):
        return np.asarray(value)
    value = value.detach()
    try:
        return value.numpy()
    except TypeError:  # on another device, or of a type that numpy lacks, such as bfloat16
        value = value.cpu()
        return (value if value.element_size() > 2 else value.float()).numpy()


def stack(values: Sequence[Any]) -> np.ndarray:
    """Return n arrays or tensors of the same size as one array (n, size)."""
    torch = sys.modules.get("torch")  # loaded if there are tensors; not needed otherwise
    if torch is not None and all(isinstance(value, torch.Tensor) for value in values):
        alike = len({value.shape for value in values}) == 1
        stacked = torch.stack(list(values) if alike else [value.flatten() for value in values])
        return as_array(stacked).reshape(len(values), -1)
    return np.stack([as_array(value).reshape(-1) for value in values])


def kind_of(value: Any) -> str:
    """Return what a value is, for a message: its type, and what it is called or how it prints if that is short."""
    if isinstance(value, type) or (callable(value) and hasattr(value, "__name__")):
        return f"the {'class' if isinstance(value, type) else 'function'} {value.__name__}"
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        text = repr(value)
        return text if len(text) <= 40 else f"{text[:37]}..."
    name = type(value).__name__
    spelled = name[:2].isupper()  # an LSTM, but a Linear
    return f"{'an' if name[0] in ('AEFHILMNORSX' if spelled else 'AEIOaeio') else 'a'} {name}"


def torch_problem(value: Any) -> str | None:
    """Return what to do with a tensor that has no plain values: a packed, sparse, nested or meta tensor."""
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    if isinstance(value, torch.nn.utils.rnn.PackedSequence):
        return "a PackedSequence: pass nn.utils.rnn.pad_packed_sequence({}, batch_first=True)[0]"
    if not isinstance(value, torch.Tensor):
        return None
    if value.is_nested:
        return "a nested tensor: pass torch.nested.to_padded_tensor({}, 0.0)"
    if value.device.type == "meta":
        return "a tensor on the meta device, which has no values: make the model on 'cpu' or 'cuda'"
    if value.layout is not torch.strided:
        return "a sparse tensor: pass {}.to_dense()"
    if value.is_quantized:
        return "a quantized tensor: pass {}.dequantize()"
    return None
