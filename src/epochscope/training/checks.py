"""Checks of the arguments of `Trainer` before anything is trained: the text, the seed, the device, the options."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from epochscope.validation import check_int

MAX_SEED = 2**63 - 1
#: Iterable, but no texts.
_NO_TEXTS = (bytes, bytearray, io.IOBase, set, frozenset, Mapping, torch.Tensor)
#: Of the classic lab.
NETWORK_DEFAULTS: dict[str, Any] = {
    "cell": "lstm",
    "hidden_size": None,
    "num_layers": 1,
    "readout": False,
    "forget_bias": 0.0,
}


def check_text(text: Any) -> str | tuple[str, ...]:
    """Return a text as a str or tuple. Raises ValueError if it is neither, or has fewer than two tokens."""
    if not isinstance(text, str) and (isinstance(text, _NO_TEXTS) or not hasattr(text, "__iter__")):
        raise ValueError(f"text={text!r}: must be a str or a sequence of str; {_text_remedy(text)}")
    checked = text if isinstance(text, str) else tuple(text)
    if len(checked) < 2:
        raise ValueError(f"text={text!r}: must have at least 2 tokens, an input and a target; {_text_remedy(text)}")
    return checked


def _text_remedy(text: Any) -> str:
    if isinstance(text, io.IOBase):
        return "pass what the file contains, text=file.read()"
    if isinstance(text, os.PathLike):
        return f"pass what the file contains, text=pathlib.Path({os.fspath(text)!r}).read_text(encoding='utf-8')"
    if isinstance(text, (bytes, bytearray)):
        return "decode it, text=data.decode('utf-8')"
    if isinstance(text, (set, frozenset, Mapping)):
        return "its order is not that of a text; pass a str or a list"
    if isinstance(text, torch.Tensor) or hasattr(text, "__array__"):
        return (
            "pass the text itself, not its indices; to train on tensors of your own, use monitor(inputs, targets, ...)"
        )
    return "pass e.g. text='hihello'"


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
