"""The ordered, distinct tokens that a text is made of, and the way from tokens to numbers and back."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

MAX_TOKENS = 65_536  # a token's number is kept in 16 bits


class Alphabet:
    """V distinct tokens in a fixed order: token i is the one that column i of a one-hot vector stands for.

    Parameters
    ----------
    tokens
        The tokens in their order: non-empty strings, all different, 2 to 65,536 of them.

    Raises
    ------
    ValueError
        Where these tokens cannot be an alphabet; the message names the token.
    """

    __slots__ = ("_index", "tokens")

    tokens: tuple[str, ...]
    _index: dict[str, int]

    def __init__(self, tokens: Iterable[str]) -> None:
        tokens = tuple(tokens)
        for token in tokens:
            _check_token(token)
        index = {token: i for i, token in enumerate(tokens)}
        if len(index) < len(tokens):
            twice = next(token for i, token in enumerate(tokens) if index[token] != i)
            raise ValueError(f"the token {twice!r} stands twice in the alphabet: every token may stand in it once")
        if not 2 <= len(tokens) <= MAX_TOKENS:
            raise ValueError(
                f"an alphabet of {len(tokens)} different token{'' if len(tokens) == 1 else 's'} ({_some(tokens)}): "
                f"there must be something to choose from, 2 to {MAX_TOKENS:,} tokens; give a text with more than one "
                "kind of token, or an alphabet that holds more than the text"
            )
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "_index", index)

    @classmethod
    def from_text(cls, text: str | Sequence[str], tokens: Alphabet | Iterable[str] | None = None) -> Alphabet:
        """The alphabet of a text: its distinct tokens by code point, or these `tokens`, which must hold them all."""
        if tokens is None:
            for token in dict.fromkeys(text):
                _check_token(token)
            return cls(sorted(set(text)))
        alphabet = tokens if isinstance(tokens, Alphabet) else cls(tokens)
        alphabet.encode(text)
        return alphabet

    def encode(self, text: str | Iterable[str]) -> np.ndarray:
        """The number of every token of a text: int64 (T,). ValueError names the tokens that the alphabet lacks."""
        try:
            return np.array([self._index[token] for token in text], dtype=np.int64)
        except (KeyError, TypeError):
            missing = [token for token in dict.fromkeys(text) if token not in self]
            raise ValueError(
                f"not in the alphabet: {_some(missing)}; it holds {_some(self.tokens)}; leave these tokens out of the "
                "text, or give an alphabet that holds them"
            ) from None

    def decode(self, indices: Any) -> tuple[str, ...]:
        """The tokens with these numbers, (T,) or of any shape read row by row."""
        return tuple(self.tokens[i] for i in np.asarray(indices).ravel().tolist())

    def one_hot(self, indices: Any) -> np.ndarray:
        """Float32 (..., V): 1 in the column of the token and 0 elsewhere, for indices of shape (...)."""
        return np.eye(len(self), dtype=np.float32)[np.asarray(indices)]

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __contains__(self, token: object) -> bool:
        return isinstance(token, str) and token in self._index

    def __getitem__(self, index: int) -> str:
        return self.tokens[operator.index(index)]

    def __eq__(self, other: object) -> bool:
        return self.tokens == other.tokens if isinstance(other, Alphabet) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.tokens)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an Alphabet cannot be changed ({name!r}): make another one")

    __delattr__ = __setattr__  # type: ignore[assignment]  # deleting is refused in the same words

    def __reduce__(self) -> tuple[type[Alphabet], tuple[tuple[str, ...]]]:
        return Alphabet, (self.tokens,)

    def __repr__(self) -> str:
        return f"Alphabet of {len(self)} tokens: {_some(self.tokens, 32)}"


def _check_token(token: object) -> None:
    if not isinstance(token, str) or not token:
        raise ValueError(
            f"the token {token!r}: a token is a non-empty string; give a text as a str, whose characters are the "
            "tokens, or as a sequence of non-empty strings"
        )
    try:
        token.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(
            f"the token {token!r} is half of a surrogate pair, which can be neither shown nor saved: read the text "
            "with the encoding that it was written in"
        ) from None


def _some(tokens: Sequence[object], most: int = 12) -> str:
    shown = " ".join(repr(token) for token in tokens[:most])
    return f"{shown} ... ({len(tokens)} in all)" if len(tokens) > most else shown or "nothing"
