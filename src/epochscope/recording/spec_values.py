"""Read the values of a spec, which may come from anybody: types first, so that nothing of them is called or evaluated.

Each function has the name of the field, for messages, and the value. It raises ValueError if the value is invalid.
"""

from __future__ import annotations

import math
import re

import numpy as np

from epochscope.validation import check_choice, check_int, check_non_negative

from .alphabet import Alphabet
from .spec_limits import MAX_EPOCHS, MAX_LAYERS, MAX_WEIGHTS

#: The most tokens of a text.
MAX_TEXT = 1_000_000
_DEVICE = re.compile(r"cpu|mps|cuda(:[0-9]{1,2})?")
_CHECK = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{8}){0,3}")
#: The most characters of a value in a message.
PRINTED = 60


def shown(value: object) -> str:
    """Return a short text for any value, however large or nested."""
    value = _plain(value)
    if isinstance(value, int) and value.bit_length() > 128:
        return f"an integer of {value.bit_length():,} bits"
    if isinstance(value, str):
        return repr(value) if len(value) <= PRINTED else f"{value[:PRINTED]!r}... ({len(value):,} characters)"
    if value is None or isinstance(value, (int, float)):
        return repr(value)
    size = f" of {len(value):,}" if isinstance(value, (list, tuple, dict)) else ""
    return f"<{type(value).__name__}{size}>"


def text(value: object) -> str | tuple[str, ...]:
    """Return a text of at least two tokens."""
    return _tokens("text", value, "a string, or a list of tokens, which are strings")


def alphabet(value: object, text: str | tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the tokens of an alphabet; None if it is that of the text."""
    if value is None:
        return None
    tokens = _named("alphabet", tuple(_tokens("alphabet", value, "a string, or a list of tokens, which are strings")))
    return None if list(tokens) == sorted(set(text)) else tokens


def _tokens(name: str, value: object, what: str) -> str | tuple[str, ...]:
    if not isinstance(value, (str, list, tuple)):
        raise ValueError(f"{name}={shown(value)}: must be {what}; pass e.g. {name}='hihello'")
    if not 2 <= len(value) <= MAX_TEXT:
        raise ValueError(f"{name}={shown(value)}: must have 2 to {MAX_TEXT:,} tokens, and has {len(value):,}")
    if isinstance(value, str):
        _named(name, tuple(dict.fromkeys(value)))
        return str(value)
    for i, token in enumerate(value):
        if not isinstance(token, str):
            raise ValueError(f"{name}: token {i} is {shown(token)}; must be {what}")
    _named(name, tuple(dict.fromkeys(value)))
    return tuple(value)


def _named(name: str, tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return tokens that can be an alphabet; the message of what cannot names the field."""
    try:
        return Alphabet(tokens).tokens
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def flag(name: str, value: object) -> bool:
    """Return True or False."""
    value = _plain(value)
    if not isinstance(value, bool):
        raise ValueError(f"{name}={shown(value)}: must be True or False")
    return value


def finite(name: str, value: object) -> float:
    """Return a finite number that float32 has."""
    found = number(value)
    if not abs(found) <= float(np.finfo(np.float32).max):
        raise ValueError(f"{name}={shown(value)}: must be a finite number; pass e.g. {name}=1.0")
    return found


def non_negative(name: str, value: object) -> float:
    """Return a finite number of at least 0."""
    return check_non_negative(name, _checked(name, value))


def cell(name: str, value: object) -> str:
    """Return the kind of a cell."""
    return check_choice(name, _checked(name, value), ("rnn", "lstm", "gru"))


def optimizer(name: str, value: object) -> str:
    """Return the name of an optimizer."""
    if value is not None and not isinstance(value, (str, int, float, list, dict, tuple)):
        raise ValueError(f"{name}={shown(value)}: an optimizer object is not in a spec; pass its name, e.g. 'adam'")
    return check_choice(name, _checked(name, value), ("adam", "sgd", "rmsprop", "adamw"))


def hidden_size(name: str, value: object) -> int | None:
    """Return the size of the hidden state; None is that of the alphabet."""
    return None if value is None else check_int(name, _checked(name, value), 1, MAX_WEIGHTS)


def num_layers(name: str, value: object) -> int:
    """Return the number of layers."""
    return check_int(name, _checked(name, value), 1, MAX_LAYERS)


def window(name: str, value: object) -> int | None:
    """Return the number of tokens per window; None: the whole text."""
    return None if value is None else check_int(name, _checked(name, value), 1, MAX_TEXT)


def seed(name: str, value: object) -> int:
    """Return the seed."""
    return check_int(name, _checked(name, value), 0, 2**63 - 1)


def epochs(name: str, value: object) -> int:
    """Return the number of epochs."""
    return check_int(name, _checked(name, value), 1, MAX_EPOCHS)


def device(name: str, value: object) -> str:
    """Return the name of a device of torch."""
    if not isinstance(value, str) or _DEVICE.fullmatch(value) is None:
        raise ValueError(f"{name}={shown(value)}: must be 'cpu', 'cuda', 'cuda:0' and so on, or 'mps'")
    return value


def check(name: str, value: object) -> tuple[str, ...]:
    """Return a fingerprint."""
    if not isinstance(value, str) or _CHECK.fullmatch(value) is None:
        raise ValueError(
            f"{name}={shown(value)}: must be 1 to 4 groups of 8 hexadecimal digits, as spec() writes it, "
            "e.g. '5ff8a45a-782b9899'; omit it to compare with nothing"
        )
    return tuple(value.split("-"))


def made(name: str, value: object) -> str | None:
    """Return what has computed a run."""
    if value is not None and not (isinstance(value, str) and len(value) <= 200 and value.isprintable()):
        raise ValueError(f"{name}={shown(value)}: must be at most 200 printable characters; omit it")
    return value


def _checked(name: str, value: object) -> object:
    """Return a value whose text is short. Raises ValueError for one that is no string, number, boolean or None."""
    value = _plain(value)
    if isinstance(value, (bool, float, type(None))):
        return value
    if isinstance(value, int) and value.bit_length() <= 128:
        return value
    if isinstance(value, str) and len(value) <= PRINTED:
        return value
    raise ValueError(
        f"{name}={shown(value)}: must be a short text or a number; pass e.g. {name}={_EXAMPLES.get(name, 1)}"
    )


_EXAMPLES: dict[str, object] = {
    "cell": "'lstm'",
    "hidden_size": 16,
    "num_layers": 1,
    "window": 10,
    "optimizer": "'adam'",
    "lr": 0.1,
    "seed": 9,
    "epochs": 300,
}


def number(value: object) -> float:
    """Return a number as a float; NaN if it is none, or too large."""
    value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _plain(value: object) -> object:
    """Return a number of numpy as one of Python."""
    return value.item() if isinstance(value, np.generic) else value
