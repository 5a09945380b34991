"""`Alphabet`: the ordered, distinct tokens of a text, and the conversion between tokens and indices."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_TOKENS = 65_536  # indices are stored in 16 bits


@dataclass(frozen=True, slots=True, init=False)
class Alphabet:
    """V distinct tokens in a fixed order: token i belongs to column i of a one-hot vector.

    Parameters
    ----------
    tokens
        Distinct non-empty strings, 2 to 65,536 of them, in their order.

    Raises
    ------
    ValueError
        If the tokens are invalid; the message names the token.
    """

    tokens: tuple[str, ...]
    _index: dict[str, int] = field(repr=False, compare=False)

    def __init__(self, tokens: Iterable[str]) -> None:
        tokens = tuple(tokens)
        for token in tokens:
            _check_token(token)
        index = {token: i for i, token in enumerate(tokens)}
        if len(index) < len(tokens):
            twice = next(token for i, token in enumerate(tokens) if index[token] != i)
            raise ValueError(f"the token {twice!r} is in the alphabet twice: tokens must be distinct; remove one")
        if not 2 <= len(tokens) <= MAX_TOKENS:
            raise ValueError(
                f"an alphabet of {len(tokens)} different token{'' if len(tokens) == 1 else 's'} ({_some(tokens)}): "
                f"must have 2 to {MAX_TOKENS:,}; pass a text with at least two different tokens, or a larger alphabet"
            )
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "_index", index)

    @classmethod
    def from_text(cls, text: str | Sequence[str], tokens: Alphabet | Iterable[str] | None = None) -> Alphabet:
        """Return the alphabet of a text.

        Parameters
        ----------
        text
            A string, whose characters are the tokens, or a sequence of tokens.
        tokens
            The alphabet, which must contain all tokens of the text. Defaults to the text's tokens by code point.

        Raises
        ------
        ValueError
            If the alphabet is invalid or lacks a token of the text; the message names the token.
        """
        if tokens is None:
            for token in dict.fromkeys(text):
                _check_token(token)
            return cls(sorted(set(text)))
        alphabet = tokens if isinstance(tokens, Alphabet) else cls(tokens)
        alphabet.encode(text)
        return alphabet

    def encode(self, text: str | Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the index of every token of a text, (T,). Raises ValueError if the alphabet lacks one."""
        try:
            return np.array([self._index[token] for token in text], dtype=np.int64)
        except (KeyError, TypeError):
            missing = [token for token in dict.fromkeys(text) if token not in self]
            raise ValueError(
                f"not in the alphabet: {_some(missing)}; it has {_some(self.tokens)}; remove these tokens from the "
                "text, or pass an alphabet that has them"
            ) from None

    def decode(self, indices: npt.ArrayLike) -> tuple[str, ...]:
        """Return the tokens with these indices, (T,) or of any other shape, which is flattened.

        Raises IndexError if an index has no token, such as -1, the target of an ignored position.
        """
        return tuple(self.tokens[i] for i in _not_negative(indices).ravel().tolist())

    def one_hot(self, indices: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return one-hot vectors, (..., V), for indices of shape (...). Raises IndexError if an index has no token."""
        return np.eye(len(self), dtype=np.float32)[_not_negative(indices)]

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __contains__(self, token: object) -> bool:
        return isinstance(token, str) and token in self._index

    def __getitem__(self, index: int) -> str:
        return self.tokens[operator.index(index)]

    def __repr__(self) -> str:
        return f"Alphabet of {len(self)} tokens: {_some(self.tokens, 32)}"


def _check_token(token: object) -> None:
    if not isinstance(token, str) or not token:
        raise ValueError(
            f"the token {token!r}: must be a non-empty string; pass a text as a string, whose characters are the "
            "tokens, or as a sequence of non-empty strings"
        )
    try:
        token.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(
            f"the token {token!r} is half of a surrogate pair, which can be neither shown nor saved; read the text "
            "with the encoding that it was written in"
        ) from None


def _some(tokens: Sequence[object], limit: int = 12) -> str:
    shown = " ".join(repr(token) for token in tokens[:limit])
    return f"{shown} ... ({len(tokens)} in all)" if len(tokens) > limit else shown or "nothing"


def _not_negative(indices: npt.ArrayLike) -> npt.NDArray[np.int64]:
    array = np.asarray(indices)
    if array.min(initial=0) < 0:
        raise IndexError(
            f"the index {array.min()}: must be at least 0; a target of -1 is ignored and has no token: leave it out, "
            "e.g. history.targets[history.counted]"
        )
    return array


def check_indices(name: str, values: npt.ArrayLike, tokens: int, lowest: int = 0) -> npt.NDArray[np.int64]:
    """Return token indices (P,) as a read-only copy. Raises ValueError unless all are from `lowest` to `tokens` - 1."""
    array = np.array(values)  # a copy that the caller cannot change
    if array.ndim != 1 or not len(array) or array.dtype.kind not in "iu":
        raise ValueError(f"{name} of shape {array.shape} and type {array.dtype}: must be integers of shape (P,), P > 0")
    if array.min() < lowest or array.max() >= tokens:
        wrong = array[(array < lowest) | (array >= tokens)][0]
        ignored = " (or -1, ignored)" if lowest < 0 else ""
        raise ValueError(
            f"{name} contains the index {wrong}: must be from 0 to {tokens - 1}{ignored}, the alphabet's indices"
        )
    array = array.astype(np.int64)
    array.flags.writeable = False
    return array
