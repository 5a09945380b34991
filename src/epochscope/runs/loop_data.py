"""What a user's own loop learns: its inputs and targets in whatever shape they were given, and the positions shown."""

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

    With sliding windows of stride 1 the positions shown are all of the first window and the last of each later one, so
    that the text reads on; other batches are shown one sequence after the other.
    """

    alphabet: Alphabet
    inputs: np.ndarray  # (B, T) indices
    targets: np.ndarray  # (B, T) indices
    positions: np.ndarray  # (P,) which of the B*T positions are shown
    separator: str  # between tokens: "" for a str

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Those that an epoch's logits may have: (B, T, V) and (B*T, V)."""
        (b, t), v = self.inputs.shape, len(self.alphabet)
        return (b, t, v), (b * t, v)

    @property
    def shown_inputs(self) -> np.ndarray:
        """What the net reads at each shown position, (P,) indices."""
        return self.inputs.reshape(-1)[self.positions]

    @property
    def shown_targets(self) -> np.ndarray:
        """What it should say at each shown position, (P,) indices."""
        return self.targets.reshape(-1)[self.positions]

    def kept(self, logits: Any) -> Any:
        """A copy of one epoch's logits (B, T, V), (T, V) for B = 1, or (B*T, V), for `gather` to look at later.

        A tensor is copied as a tensor: in the midst of a loop that costs a third of what numpy does.

        Raises:
            ValueError: the shape is another one; the message says what it should be.
        """
        try:
            copy = logits.detach().clone()  # nearly always
        except AttributeError:
            copy = np.array(logits)
        if copy.shape not in self.shapes:
            shape, (one, other) = tuple(copy.shape), self.shapes
            raise ValueError(f"logits have shape {shape}: expected {one} or {other}{self._hint(shape)}")
        return copy

    def gather(self, epochs: Sequence[Any]) -> np.ndarray:
        """The shown positions (n, P, V) of what was kept of n epochs."""
        n, v = len(epochs), len(self.alphabet)
        rows = stacked(epochs).reshape(n, -1, v)
        return rows if len(self.positions) == rows.shape[1] else rows[:, self.positions]

    def _hint(self, shape: Sequence[int]) -> str:
        b, t = self.inputs.shape
        v = len(self.alphabet)
        if tuple(shape) == (t, b, v):
            return "; time comes first here: log outputs.transpose(0, 1), or make the module with batch_first=True"
        if tuple(shape[:-1]) in ((b, t), (b * t,)):
            return (
                f"; the last axis has {shape[-1]} entries but the alphabet has {v} tokens: "
                "log what goes into the loss, with one logit per token, or give monitor() the alphabet you train with"
            )
        if tuple(shape) == (b, t):
            return "; these look like indices: log the logits that argmax was taken of"
        return "; log the tensor that goes into the loss"


def parse_loop_data(
    inputs: Any, targets: Any, alphabet: Alphabet | Sequence[str] | Mapping[str, int] | None
) -> LoopData:
    """The task that `monitor(inputs, targets, alphabet=...)` describes; see there."""
    known = _alphabet(alphabet)
    if targets is None:
        if not (isinstance(inputs, str) or (isinstance(inputs, Sequence) and all(isinstance(i, str) for i in inputs))):
            raise ValueError("targets is missing: give monitor(inputs, targets, alphabet=...), or monitor(text) alone")
        known = Alphabet.from_text(inputs, None if known is None else known.tokens)
        indices = known.encode(inputs)
        return _task(known, indices[None, :-1], indices[None, 1:], separator="" if isinstance(inputs, str) else " ")
    if known is None:
        raise ValueError("alphabet is missing: give the tokens in the order of their indices, e.g. alphabet=char_set")
    read, said = _indices(inputs, len(known), "inputs"), _indices(targets, len(known), "targets")
    if read.shape != said.shape:
        raise ValueError(f"inputs are {read.shape} and targets {said.shape} (sequences, positions): expected the same")
    return _task(known, read, said, separator="" if all(len(token) == 1 for token in known.tokens) else " ")


def _task(alphabet: Alphabet, inputs: np.ndarray, targets: np.ndarray, *, separator: str) -> LoopData:
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
                f"alphabet has the indices {sorted(given.values())}: expected 0 to {len(order) - 1}, each once"
            )
        return Alphabet(order)
    return Alphabet(given)


def _indices(given: Any, v: int, name: str) -> np.ndarray:
    """(B, T) indices, from indices (B, T) or (T,) or one-hot (B, T, V) or (T, V)."""
    array = as_array(given)
    if array.ndim >= 2 and array.shape[-1] == v and _one_hot(array):
        array = array.argmax(-1)
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or not array.size:
        raise ValueError(f"{name} have shape {array.shape}: expected (B, T) or (T,) indices, or one-hot (B, T, {v})")
    if not np.issubdtype(array.dtype, np.integer) and not (array == np.round(array)).all():
        raise ValueError(f"{name} are neither whole numbers nor one-hot over {v} tokens: give the alphabet indices")
    array = array.astype(np.int64)
    if array.min() < 0 or array.max() >= v:
        raise ValueError(f"{name} hold indices from {array.min()} to {array.max()}: the alphabet allows 0 to {v - 1}")
    return array


def _one_hot(array: np.ndarray) -> bool:
    return bool(((array == 0) | (array == 1)).all() and (array.sum(-1) == 1).all())


def stacked(values: Sequence[Any]) -> np.ndarray:
    """Arrays or tensors of as many numbers each as one array, (n, ...)."""
    torch = sys.modules.get("torch")  # where there are tensors of torch, there it is; without, this room needs none
    if torch is not None and all(isinstance(value, torch.Tensor) for value in values):
        flat = [value.flatten() for value in values]
        return as_array(torch.stack(flat))
    return np.stack([as_array(value).reshape(-1) for value in values])


def as_array(value: Any) -> np.ndarray:
    """Tensors of any library, arrays and lists as one numpy array, without a gradient."""
    if not hasattr(value, "detach"):
        return np.asarray(value)
    value = value.detach()
    try:
        return value.numpy()
    except TypeError:  # on another device, or of a type that numpy does not have, as bfloat16
        value = value.cpu()
        return (value if value.element_size() > 2 else value.float()).numpy()
