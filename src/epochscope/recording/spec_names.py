"""Read the names of a spec, among them those of changed settings, such as "lr@80"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from .spec_settings import Setting, allowed, in_range
from .spec_values import PRINTED, flag, number, shown

_CHANGE = re.compile(r"([a-z_]+)@(0|[1-9][0-9]{0,11})")
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
    close = get_close_matches(name, known, 1) if len(name) <= PRINTED else []
    return f"{shown(key)}: there is no such field; " + (
        f"did you mean {close[0]}?" if close else f"must be one of {', '.join(known)}, or a change, e.g. lr@80"
    )


def changes_of(
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
            close = get_close_matches(name, known, 1) if len(name) <= PRINTED else []
            hint = f"did you mean {close[0]}@{epoch}?" if close else f"must be one of {', '.join(known)}"
            raise TypeError(f"{shown(key)}: the optimizer {kind!r} has no such setting; {hint}")
        found.setdefault(epoch, {})[name] = _setting(key, given[key], name, known[name])
    return found


def _setting(key: str, value: object, name: str, default: Setting) -> Setting:
    """Return a setting of an optimizer that is of the type of its default."""
    if isinstance(default, bool):
        return flag(key, value)
    if isinstance(default, tuple):
        pair = value if isinstance(value, (list, tuple)) else ()
        read: Setting = tuple(number(each) for each in pair)
        right = len(read) == len(default)
    else:
        read, right = number(value), True
    if not right or not in_range(name, read):
        example = ",".join(map(str, default)) if isinstance(default, tuple) else default
        raise ValueError(f"{key}={shown(value)}: must be {allowed(name)}; pass e.g. {key}={example}")
    return read
