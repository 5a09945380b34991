"""Values that a caller gives, refused where they are given: name, value, what is allowed, what to do."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


def check_int(name: str, value: Any, least: int, most: int | None = None) -> int:
    """An integer from `least` to `most`."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        allowed = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name}={value!r}: it is a whole number {allowed}; give such a number")
    return number


def check_non_negative(name: str, value: Any) -> float:
    """A finite number of 0 or more."""
    try:
        number = math.nan if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{name}={value!r}: it is a finite number of 0 or more; give such a number, like {name}=0.1")
    return number


def check_choice(name: str, value: Any, allowed: Iterable[str]) -> str:
    """One of these names, in upper or lower case."""
    names = list(allowed)
    if isinstance(value, str) and value.lower() in names:
        return value.lower()
    close = get_close_matches(str(value).lower(), names, 1)
    hint = f"did you mean {close[0]!r}?" if close else "give one of these"
    raise ValueError(f"{name}={value!r}: there are {', '.join(repr(each) for each in names)}; {hint}")
