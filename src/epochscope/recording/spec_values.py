"""Read the values of a spec, which may come from anybody: types first, so that nothing of them is called or evaluated.

Each function has the name of the field, for messages, and the value. It raises ValueError if the value is invalid.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from epochscope.validation import check_bool, check_choice, check_int, check_non_negative

from .alphabet import Alphabet
from .spec_limits import MAX_EPOCHS, MAX_LAYERS, MAX_WEIGHTS
from .spec_settings import Setting, allowed, in_range

#: The most tokens of a text.
MAX_TEXT = 1_000_000
_CHANGE = re.compile(r"([a-z_]+)@(0|[1-9][0-9]{0,11})")
_DEVICE = re.compile(r"cpu|mps|cuda(:[0-9]{1,2})?")
_CHECK = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{8}){0,3}")
_PRINTED = 60  # characters
#: Options of `Trainer` that are objects, so that no spec has them.
_OBJECTS = {
    "model": "a network of your own",
    "criterion": "a criterion",
    "inputs": "a network of your own",
}
_OTHERS = {
    **{
        name: f"{what} is not in a spec; pass it to EpochScope, or save the recording"
        for name, what in _OBJECTS.items()
    },
    "checkpoint_bytes": "it changes no result, so it is not in a spec; omit it",
}


def shown(value: object) -> str:
    """Return a short text for any value, however large or nested."""
    value = _plain(value)
    if isinstance(value, int) and value.bit_length() > 128:
        return f"an integer of {value.bit_length():,} bits"
    if isinstance(value, str):
        return repr(value) if len(value) <= _PRINTED else f"{value[:_PRINTED]!r}... ({len(value):,} characters)"
    if value is None or isinstance(value, (int, float)):
        return repr(value)
    size = f" of {len(value):,}" if isinstance(value, (list, tuple, dict)) else ""
    return f"<{type(value).__name__}{size}>"


def check_names(given: Mapping[str, Any], known: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return the name and epoch of each change of a setting, such as "lr@80". Raises TypeError for other names."""
    changed = {}
    for key in given:
        if not isinstance(key, str):
            raise TypeError(f"{shown(key)}: the names of a spec are strings; write e.g. {{'text': 'hihello'}}")
        if key in known:
            continue
        match = _CHANGE.fullmatch(key)
        if match is None:
            raise TypeError(_unknown(key, known))
        changed[key] = match[1], int(match[2])
    return changed


def _unknown(key: str, known: Sequence[str]) -> str:
    if key in _OTHERS:
        return f"{key}: {_OTHERS[key]}"
    name, at, _ = key.partition("@")
    if at:
        return f"{shown(key)}: must be a setting and the epoch from which it is used, e.g. lr@80"
    close = get_close_matches(name, known, 1) if len(name) <= _PRINTED else []
    return f"{shown(key)}: there is no such field; " + (
        f"did you mean {close[0]}?" if close else f"must be one of {', '.join(known)}, or a change, e.g. lr@80"
    )


def changes(
    changed: Mapping[str, tuple[str, int]],
    given: Mapping[str, Any],
    kind: str,
    settings: Mapping[str, Mapping[str, Setting]],
) -> dict[int, dict[str, Setting]]:
    """Return the changes of settings of an optimizer by epoch and name. Raises TypeError if it has no such setting."""
    known: dict[str, Setting] = {"lr": 0.1, **settings[kind]}
    found: dict[int, dict[str, Setting]] = {}
    for key, (name, epoch) in changed.items():
        if name not in known:
            close = get_close_matches(name, known, 1) if len(name) <= _PRINTED else []
            hint = f"did you mean {close[0]}@{epoch}?" if close else f"must be one of {', '.join(known)}"
            raise TypeError(f"{shown(key)}: the optimizer {kind!r} has no such setting; {hint}")
        found.setdefault(epoch, {})[name] = setting(key, given[key], name, known[name])
    return found


def setting(key: str, value: object, name: str, default: Setting) -> Setting:
    """Return a setting of an optimizer that is of the type of its default."""
    if isinstance(default, bool):
        return flag(key, value)
    if isinstance(default, tuple):
        pair = value if isinstance(value, (list, tuple)) else ()
        read: Setting = tuple(_number(each) for each in pair)
        right = len(read) == len(default)
    else:
        read, right = _number(value), True
    if not right or not in_range(name, read):
        example = ",".join(map(str, default)) if isinstance(default, tuple) else default
        raise ValueError(f"{key}={shown(value)}: must be {allowed(name)}; pass e.g. {key}={example}")
    return read


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
    return check_bool(name, _checked(name, value))


def finite(name: str, value: object) -> float:
    """Return a finite number that float32 has."""
    number = _number(value)
    if not abs(number) <= float(np.finfo(np.float32).max):
        raise ValueError(f"{name}={shown(value)}: must be a finite number; pass e.g. {name}=1.0")
    return number


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
    if isinstance(value, str) and len(value) <= _PRINTED:
        return value
    raise ValueError(f"{name}={shown(value)}: must be a short text or a number; pass e.g. {name}={_EXAMPLES[name]}")


_EXAMPLES: dict[str, object] = {
    "cell": "'lstm'",
    "hidden_size": 16,
    "num_layers": 1,
    "readout": True,
    "window": 10,
    "optimizer": "'adam'",
    "lr": 0.1,
    "seed": 9,
    "epochs": 300,
}


def _number(value: object) -> float:
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
