"""The data of a user's own training loop: inputs, targets, and which positions are shown."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from epochscope.recording.alphabet import Alphabet


@dataclass(frozen=True)
class LoopData:
    """A batch of sequences to predict.

    Of sliding windows of stride 1, all positions of the first window are shown and the last of each later one, which
    gives the text once. Other batches are shown one sequence after another.
    """

    alphabet: Alphabet
    inputs: np.ndarray  # (B, T) indices
    targets: np.ndarray  # (B, T) indices
    positions: np.ndarray  # (P,) which of the B*T positions are shown
    separator: str  # between tokens: "" for a str

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The accepted shapes of an epoch's logits: (B, T, V) and (B*T, V)."""
        (b, t), v = self.inputs.shape, len(self.alphabet)
        return (b, t, v), (b * t, v)

    @property
    def shown_inputs(self) -> np.ndarray:
        """The input at each shown position, (P,) indices."""
        return self.inputs.reshape(-1)[self.positions]

    @property
    def shown_targets(self) -> np.ndarray:
        """The target at each shown position, (P,) indices."""
        return self.targets.reshape(-1)[self.positions]

    def copy_logits(self, logits: Any) -> Any:
        """Copy one epoch's logits for `stack_shown`. A tensor stays a tensor: a conversion costs three times as much.

        Parameters
        ----------
        logits
            (B, T, V), (T, V) for B = 1, or (B*T, V).

        Raises
        ------
        ValueError
            If the shape is another one.
        """
        try:
            copy = logits.detach().clone()
        except AttributeError:
            copy = np.array(logits)
        if copy.shape not in self.shapes:
            shape, (one, other) = tuple(copy.shape), self.shapes
            raise ValueError(f"logits have shape {shape}: must be {one} or {other}{self._hint(shape)}")
        return copy

    def stack_shown(self, epochs: Sequence[Any]) -> np.ndarray:
        """Return the shown positions (n, P, V) of the logits of n epochs that `copy_logits` returned."""
        n, v = len(epochs), len(self.alphabet)
        rows = _stack(epochs).reshape(n, -1, v)
        return rows if len(self.positions) == rows.shape[1] else rows[:, self.positions]

    def _hint(self, shape: Sequence[int]) -> str:
        b, t = self.inputs.shape
        v = len(self.alphabet)
        if tuple(shape) == (t, b, v):
            return "; the time axis comes first: log outputs.transpose(0, 1), or make the module with batch_first=True"
        if tuple(shape[:-1]) in ((b, t), (b * t,)):
            return (
                f"; the last axis has {shape[-1]} entries but the alphabet has {v} tokens: "
                "log the input of the loss, with one logit per token, or give monitor() the alphabet you train with"
            )
        if tuple(shape) == (b, t):
            return "; these look like indices: log the logits, before argmax"
        return "; log the tensor that goes into the loss"


def parse_loop_data(
    inputs: Any, targets: Any, alphabet: Alphabet | Sequence[str] | Mapping[str, int] | None
) -> LoopData:
    """Return the data that the arguments of `monitor` describe; see there."""
    known = _alphabet(alphabet)
    if targets is None:
        if not (isinstance(inputs, str) or (isinstance(inputs, Sequence) and all(isinstance(i, str) for i in inputs))):
            raise ValueError("targets is missing: call monitor(inputs, targets, alphabet=...), or monitor(text)")
        known = Alphabet.from_text(inputs, None if known is None else known.tokens)
        indices = known.encode(inputs)
        separator = "" if isinstance(inputs, str) else " "
        return _loop_data(known, indices[None, :-1], indices[None, 1:], separator=separator)
    if known is None:
        raise ValueError("alphabet is missing: pass the tokens in the order of their indices, e.g. alphabet=char_set")
    x, y = _indices(inputs, len(known), "inputs"), _indices(targets, len(known), "targets")
    if x.shape != y.shape:
        raise ValueError(f"inputs have shape {x.shape} and targets {y.shape} (sequences, positions): must be the same")
    return _loop_data(known, x, y, separator="" if all(len(token) == 1 for token in known.tokens) else " ")


def _loop_data(alphabet: Alphabet, inputs: np.ndarray, targets: np.ndarray, *, separator: str) -> LoopData:
    b, t = inputs.shape
    slides = b > 1 and bool((inputs[1:, :-1] == inputs[:-1, 1:]).all() and (targets[1:, :-1] == targets[:-1, 1:]).all())
    positions = np.arange(b * t)
    if slides:
        positions = np.concatenate([positions[:t], positions[2 * t - 1 :: t]])
    return LoopData(alphabet, inputs, targets, positions, separator)


def _alphabet(given: Alphabet | Sequence[str] | Mapping[str, int] | None) -> Alphabet | None:
    if given is None or isinstance(given, Alphabet):
        return given
    if isinstance(given, Mapping):
        order = sorted(given, key=given.__getitem__)
        if [given[token] for token in order] != list(range(len(order))):
            raise ValueError(
                f"alphabet has the indices {sorted(given.values())}: must be 0 to {len(order) - 1}, each once"
            )
        return Alphabet(order)
    return Alphabet(given)


def _indices(given: Any, v: int, name: str) -> np.ndarray:
    """Return (B, T) indices of indices (B, T) or (T,) or one-hot (B, T, V) or (T, V)."""
    array = as_array(given)
    if array.ndim >= 2 and array.shape[-1] == v and _one_hot(array):
        array = array.argmax(-1)
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or not array.size:
        raise ValueError(f"{name} have shape {array.shape}: must be indices (B, T) or (T,), or one-hot (B, T, {v})")
    if not np.issubdtype(array.dtype, np.integer) and not (array == np.round(array)).all():
        raise ValueError(f"{name} are neither integers nor one-hot over {v} tokens: pass indices of the alphabet")
    array = array.astype(np.int64)
    if array.min() < 0 or array.max() >= v:
        raise ValueError(f"{name} hold indices from {array.min()} to {array.max()}: the alphabet allows 0 to {v - 1}")
    return array


def _one_hot(array: np.ndarray) -> bool:
    return bool(((array == 0) | (array == 1)).all() and (array.sum(-1) == 1).all())


def _stack(values: Sequence[Any]) -> np.ndarray:
    """Return n arrays or tensors of the same size as one array (n, size)."""
    torch = sys.modules.get("torch")  # loaded if there are tensors; not needed otherwise
    if torch is not None and all(isinstance(value, torch.Tensor) for value in values):
        flat = [value.flatten() for value in values]
        return as_array(torch.stack(flat))
    return np.stack([as_array(value).reshape(-1) for value in values])


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
