"""The arguments of `monitor`: inputs, targets and alphabet in the forms that users have."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np

from epochscope.recording.alphabet import Alphabet
from epochscope.recording.records import IGNORED
from epochscope.validation import check_int

from .arrays import as_array, kind_of, torch_problem
from .loop_data import LoopData

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def parse_loop_data(inputs: Any, targets: Any, alphabet: Any, ignore_index: Any = -100) -> LoopData:
    """Return the data that the arguments of `monitor` describe; see there."""
    _refuse_loader(inputs, "inputs")
    ignored = check_int("ignore_index", ignore_index, _LOWEST, _HIGHEST)
    known = alphabet_of(alphabet)
    if targets is None:
        return _of_text(inputs, known, ignored)
    if is_text(inputs):
        raise ValueError(
            f"inputs is a text, {kind_of(inputs)}, and targets {kind_of(targets)}: call monitor(text) or "
            "monitor(text, alphabet=alphabet), or pass indices of the alphabet as inputs and targets"
        )
    if known is None:
        raise ValueError("alphabet is missing: pass the tokens in the order of their indices, e.g. alphabet=char_set")
    (x, one_hot), (y, _) = _indices(inputs, known, "inputs"), _indices(targets, known, "targets")
    if x.shape != y.shape:
        raise ValueError(
            f"inputs have shape {x.shape} and targets {y.shape} (sequences, positions): must be the same; "
            f"{_shape_hint(x.shape, y.shape)}"
        )
    _check_range("inputs", x, known)
    left_out = y == ignored
    if left_out.all():
        raise ValueError(
            f"targets are all ignore_index={ignored}, which means ignored: at least one must be an alphabet's index"
        )
    _check_range("targets", y[~left_out], known)
    y = np.where(left_out, IGNORED, y)
    separator = _separator(known)
    given = inputs if one_hot else None
    return LoopData.of(known, x, y, ignore_index=ignored, separator=separator, one_hot=given)


def _separator(alphabet: Alphabet) -> str:
    """Return what stands between tokens: nothing if they are characters, or have the spaces around words in them."""
    characters = all(len(token) == 1 for token in alphabet)
    return "" if characters or any(token != token.strip(" ") for token in alphabet) else " "


def _refuse_loader(given: Any, name: str) -> None:
    if type(given).__module__.startswith("torch.utils.data"):
        raise ValueError(
            f"{name} is {kind_of(given)}: pass the tensors of one batch, e.g. inputs, targets = next(iter(loader)), "
            "and log the outputs for the same batch"
        )


def is_text(value: Any) -> bool:
    """Return whether a value is a text: a str, or several as a list or tuple."""
    if isinstance(value, str):
        return True
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(token, str) for token in value)


def _of_text(text: Any, known: Alphabet | None, ignored: int) -> LoopData:
    if not is_text(text):
        what = f"inputs is {kind_of(text)} and " if not hasattr(text, "shape") else ""
        raise ValueError(f"{what}targets is missing: call monitor(inputs, targets, alphabet=...), or monitor(text)")
    if len(text) < 2:
        raise ValueError(f"inputs is {text!r}: a text must have at least 2 tokens, so that there is one to predict")
    known = Alphabet.from_text(text, None if known is None else known)
    indices = known.encode(text)[None]
    separator = "" if isinstance(text, str) else " "
    return LoopData.of(known, indices[:, :-1], indices[:, 1:], ignore_index=ignored, separator=separator)


def alphabet_of(given: Any) -> Alphabet | None:
    """Return the alphabet in the forms that users have; None if none is given."""
    if given is None or isinstance(given, Alphabet):
        return given
    if isinstance(given, Mapping):
        return _of_tokens(_of_dict(given))
    for method in ("get_itos", "get_vocab"):  # torchtext, Hugging Face
        if hasattr(given, method):
            raise ValueError(f"alphabet is {kind_of(given)}: must be its tokens in order; pass alphabet=x.{method}()")
    if isinstance(given, Set):
        raise ValueError(
            "alphabet is a set, whose order is arbitrary: pass the list that you encode with, e.g. sorted()"
        )
    if isinstance(given, (bytes, bool)) or not isinstance(given, Iterable):
        raise ValueError(
            f"alphabet is {kind_of(given)}: must be the tokens in the order of their indices, a list of str or a dict "
            "from token to index, e.g. alphabet=char_set"
        )
    try:
        tokens = list(given)
    except Exception as error:  # e.g. iteration over a 0-d array
        raise ValueError(f"alphabet is {kind_of(given)}: must be a list of str") from error
    return _of_tokens(tokens)


def _of_tokens(tokens: list[Any]) -> Alphabet:
    try:
        return Alphabet(tokens)
    except ValueError as error:
        raise ValueError(f"alphabet: {error}") from None


def _of_dict(given: Mapping[Any, Any]) -> list[Any]:
    """Return the tokens of a dict from token to index, or from index to token, in the order of the indices."""
    reverse = all(isinstance(value, str) for value in given.values())
    pairs = [(key, value) if reverse else (value, key) for key, value in given.items()]
    try:
        order = sorted((operator.index(index), token) for index, token in pairs)
    except TypeError:
        raise ValueError(
            "alphabet is a dict: must map each token (a str) to its index (an int), or each index to its token"
        ) from None
    indices = [index for index, _ in order]
    if indices != list(range(len(order))):
        raise ValueError(f"alphabet has the indices {indices}: must be 0 to {len(order) - 1}, each once")
    return [token for _, token in order]


def _indices(given: Any, alphabet: Alphabet, name: str) -> tuple[np.ndarray, bool]:
    """Return (B, T) indices of indices (B, T) or (T,) or one-hot (B, T, V) or (T, V), and whether it is one-hot."""
    v = len(alphabet)
    allowed = f"must be indices (B, T) or (T,), or one-hot (B, T, {v})"
    array = _numbers(given, name, allowed)
    shape = array.shape
    one_hot = array.ndim >= 2 and array.shape[-1] == v and _one_hot(array)
    if one_hot:
        array = array.argmax(-1)
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or not array.size:
        raise ValueError(f"{name} have shape {shape}: {allowed}")
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.round(array))).all():
        raise ValueError(f"{name} are neither integers nor one-hot over {v} tokens: pass indices of the alphabet")
    return array.astype(np.int64), one_hot


def _numbers(given: Any, name: str, allowed: str) -> np.ndarray:
    """Return numbers as an array."""
    problem = torch_problem(given)
    if problem is not None:
        raise ValueError(f"{name} is {problem.format(name)}; {allowed}")
    _refuse_loader(given, name)
    if isinstance(given, (list, tuple)):
        given = _list(given, name)
    if given is None or isinstance(given, (str, bytes, Mapping, Set)) or callable(given):
        raise ValueError(f"{name} is {kind_of(given)}: {allowed}")
    try:
        array = as_array(given)
    except Exception as error:  # whatever the library of an unknown type raises
        raise ValueError(f"{name} is {kind_of(given)}: {allowed}") from error
    if array.dtype.kind not in "iufb":
        raise ValueError(f"{name} is {kind_of(given)} of type {array.dtype}: {allowed}")
    return array


def _list(given: Sequence[Any], name: str) -> Any:
    """Return a list of equally long sequences as an array."""
    for item in given:
        problem = torch_problem(item)
        if problem is not None:
            raise ValueError(f"{name} contain {problem.format(name)}")
    lengths = {len(item) if hasattr(item, "__len__") and getattr(item, "shape", True) else 0 for item in given}
    if len(lengths) > 1:
        value, ignored = (0, "") if name == "inputs" else (-100, "; targets of -100 are ignored")
        raise ValueError(
            f"{name} are sequences of different lengths, {min(lengths)} to {max(lengths)}: pad them, e.g. "
            f"nn.utils.rnn.pad_sequence(list_of_tensors, batch_first=True, padding_value={value}){ignored}"
        )
    try:
        items = [as_array(item) for item in given]
    except Exception as error:  # ragged, or whatever the library of an unknown type raises
        raise ValueError(
            f"{name} are a list of {kind_of(given[0])} and others: must be equally long sequences"
        ) from error
    try:
        return np.stack(items) if items else np.empty(0)
    except ValueError:
        shapes = ", ".join(str(shape) for shape in dict.fromkeys(item.shape for item in items))
        raise ValueError(f"{name} are arrays of different shapes, {shapes}: must have the same shape") from None


def _shape_hint(x: tuple[int, ...], y: tuple[int, ...]) -> str:
    if x[0] == y[0] and y[1] == x[1] + 1:
        return "leave out the first target of each sequence, targets[:, 1:]: a target is the token after its input"
    if x[0] == y[0] and x[1] == y[1] + 1:
        return "leave out the last input of each sequence, inputs[:, :-1]: it has no target"
    if x == y[::-1]:
        return "one of them has the time axis first: pass its transpose, .T"
    if y[0] == 1 and y[1] == x[0] * x[1]:
        return f"pass targets.reshape{x}"
    if (y[0] == 1 and y[1] == x[0]) or y == (x[0], 1):
        return (
            "with one target per sequence, give the other positions targets that are ignored: "
            f"y = torch.full({x}, -100); y[:, -1] = targets; and log the outputs of all positions"
        )
    return "each input needs a target, the token after it"


def _check_range(name: str, array: np.ndarray, alphabet: Alphabet) -> None:
    v, low, high = len(alphabet), int(array.min()), int(array.max())
    if low >= 0 and high < v:
        return
    if name == "targets":
        wrong = low if low < 0 else high
        hint = f"; if {wrong} means that a position is ignored, call monitor(..., ignore_index={wrong})"
    elif low < 0:
        hint = (
            "; only targets can be ignored: pass any index at these positions, e.g. inputs.clamp(min=0), or add a "
            "padding token to the alphabet"
        )
    else:
        hint = f"; if {high} stands for padding, add a token for it to the alphabet, e.g. alphabet=[*tokens, '_']"
    raise ValueError(f"{name} hold indices from {low} to {high}: the alphabet allows 0 to {v - 1}{hint}")


def _one_hot(array: np.ndarray) -> bool:
    return bool(((array == 0) | (array == 1)).all() and (array.sum(-1) == 1).all())
