"""Describes a module as a network by the submodules that have weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.nn.utils import parametrize

from epochscope.recording.network import Layer, Network, Output

_CELLS: dict[str, Any] = {"RNN_TANH": "rnn", "RNN_RELU": "rnn", "LSTM": "lstm", "GRU": "gru"}
_SINGLE: dict[type[nn.Module], Any] = {nn.RNNCell: "rnn", nn.LSTMCell: "lstm", nn.GRUCell: "gru"}
_RECURRENT = (nn.RNNBase, *_SINGLE)
_PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


class UnknownNetwork(ValueError):  # noqa: N818 - a state of affairs, as TrainingDiverged
    """A module is no network that `recording.network` describes. The message, a sentence for users, says why."""


@dataclass(frozen=True)
class RecognizedNetwork:
    """The description of a module, and where the weights are in modules of the same structure.

    Attributes
    ----------
    network
        The description.
    sources
        Name of the submodule and of its attribute for each of `network.shapes`, in their order.
    """

    network: Network
    sources: tuple[tuple[str, str], ...]

    def parameters(self, model: nn.Module) -> list[torch.Tensor]:
        """Return the parameters of the recognized module, or of a copy of it, in the order of the description."""
        return [getattr(model.get_submodule(module), name) for module, name in self.sources]

    def weights(self, model: nn.Module, of: Callable[[torch.Tensor], torch.Tensor] = torch.Tensor.detach) -> np.ndarray:
        """Return the weights (W,) of a module, a copy in the description's dtype and order.

        Parameters
        ----------
        model
            The recognized module, also after more updates, or a copy of it.
        of
            Maps each parameter to a tensor of its shape to return something else of it. Defaults to its values.
        """
        tensors = map(of, self.parameters(model))
        dtype = getattr(torch, self.network.dtype)
        rows = (shape[0] for shape in self.network.shapes.values())  # an embedding may have more: no token has these
        parts = [tensor[:n].to("cpu", dtype).flatten() for tensor, n in zip(tensors, rows, strict=True)]
        return torch.cat(parts).numpy()


def network_of_parts(model: nn.Module, tokens: int) -> RecognizedNetwork:
    """Describe a module, whatever its forward looks like. Raises UnknownNetwork if a part cannot be described."""
    parts = _parts(model)
    recurrent = [(path, part) for path, part in parts if isinstance(part, _RECURRENT)]
    if not recurrent:
        raise UnknownNetwork(
            f"no recurrent layer of torch found in {type(model).__name__}: nn.RNN, nn.LSTM, nn.GRU, or their cells"
        )
    for path, part in parts:
        _check_part(path, part)
    embedding, linear = _only(parts, nn.Embedding), _only(parts, nn.Linear)
    sources: list[tuple[str, str]] = [] if embedding is None else [(embedding[0], "weight")]
    layers: list[Layer] = []
    for path, part in recurrent:
        for layer, names in _layers(part):
            layers.append(layer)
            sources += [(path, name) for name in names]
    output = None if linear is None else Output(linear[1].bias is not None)
    if linear is not None:
        sources += [(linear[0], name) for name in ("weight", "bias") if getattr(linear[1], name) is not None]
    elif embedding is not None and layers[-1].hidden_size == embedding[1].embedding_dim != tokens:
        output = Output(bias=False)
        sources.append((embedding[0], "weight"))  # tied: the forward multiplies by the transposed embedding
    double = any(getattr(model.get_submodule(path), name).dtype == torch.float64 for path, name in sources)
    try:
        network = Network(
            tokens,
            tuple(layers),
            None if embedding is None else embedding[1].embedding_dim,
            output,
            "float64" if double else "float32",
        )
    except ValueError as error:
        raise UnknownNetwork(
            f"its layers do not fit each other in the order in which they were registered: {error}"
        ) from error
    recognized = RecognizedNetwork(network, tuple(sources))
    for (path, name), shape in zip(sources, network.shapes.values(), strict=True):
        part = model.get_submodule(path)
        found = tuple(getattr(part, name).shape)
        if found[1:] != shape[1:] or found[0] < shape[0]:
            raise UnknownNetwork(f"{name} of {_name(part, path)} is {found}: must be {shape}, for {tokens} tokens")
    return recognized


def _parts(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the submodules that have weights, by name, in the order in which they were registered."""
    parts = []
    for path, module in model.named_modules():
        if "parametrizations" in path.split("."):
            continue  # what it computes is an attribute of the module that contains it
        own = [name for name, _ in module.named_parameters(recurse=False)]
        if own or isinstance(module, (*_RECURRENT, nn.Embedding, nn.Linear)):
            parts.append((path, module))
    return parts


def _check_part(path: str, part: nn.Module) -> None:
    """Raise UnknownNetwork if a module that has weights cannot be described."""
    name = _name(part, path)
    if not isinstance(part, (*_RECURRENT, nn.Embedding, nn.Linear)):
        own = ", ".join(repr(name) for name, _ in part.named_parameters(recurse=False))
        raise UnknownNetwork(
            f"{name} has weights of its own ({own}): only networks of recurrent layers of torch, with at most one "
            "nn.Embedding before and one nn.Linear after them, can be looked into"
        )
    if any(map(is_lazy, part.parameters())):
        raise UnknownNetwork(f"{name} has no weights before its first forward pass: let the model read a text first")
    if getattr(part, "bidirectional", False):
        raise UnknownNetwork(
            f"{name} is bidirectional: it reads the text from the right as well, so at every position it has read the "
            "answer, the next token; make it with bidirectional=False"
        )
    if getattr(part, "proj_size", 0):
        raise UnknownNetwork(f"{name} has proj_size={part.proj_size}, which projects its hidden state; make it without")
    if getattr(part, "max_norm", None) is not None:
        raise UnknownNetwork(f"{name} has max_norm={part.max_norm}, which changes its weights while it reads")
    for attribute in _names(part):
        value = getattr(part, attribute)
        computed = not isinstance(value, nn.Parameter) and not parametrize.is_parametrized(part, attribute)
        if value is not None and computed:
            raise UnknownNetwork(
                f"{attribute} of {name} is no parameter but is set before each forward pass, as by "
                "torch.nn.utils.weight_norm; use torch.nn.utils.parametrizations.weight_norm"
            )


def _only(parts: Iterable[tuple[str, nn.Module]], kind: type[Any]) -> tuple[str, Any] | None:
    """Return the part of a kind, or None. Raises UnknownNetwork if there are several."""
    found = [(path, part) for path, part in parts if isinstance(part, kind)]
    if len(found) > 1:
        names = ", ".join(repr(path) for path, _ in found)
        raise UnknownNetwork(f"it has {len(found)} {kind.__name__} layers ({names}): at most one can be looked into")
    return found[0] if found else None


def _layers(part: nn.Module) -> Iterator[tuple[Layer, list[str]]]:
    """Yield the description of each layer of a recurrent module, and the names of its weights."""
    bias: bool = part.bias  # pyright: ignore[reportAssignmentType]
    size: int = part.hidden_size  # pyright: ignore[reportAssignmentType]
    input_size: int = part.input_size  # pyright: ignore[reportAssignmentType]
    nonlinearity: Any = getattr(part, "nonlinearity", "tanh")
    if isinstance(part, nn.RNNBase):
        cell, suffixes = _CELLS[part.mode], [f"_l{k}" for k in range(part.num_layers)]
    else:
        cell, suffixes = next(name for kind, name in _SINGLE.items() if isinstance(part, kind)), [""]
    for index, suffix in enumerate(suffixes):
        layer = Layer(cell, size if index else input_size, size, bias, nonlinearity)
        yield layer, [f"{name}{suffix}" for name in _PARTS[: 4 if bias else 2]]


def _names(part: nn.Module) -> list[str]:
    """Return the names of a part's weights."""
    if isinstance(part, _RECURRENT):
        return [name for _, names in _layers(part) for name in names]
    return ["weight", "bias"] if isinstance(part, nn.Linear) else ["weight"]


def _name(part: nn.Module, path: str) -> str:
    kind = type(part).__name__
    return f"{kind} {path!r}" if path else kind
