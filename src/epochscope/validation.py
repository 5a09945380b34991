"""Checks of arguments; every message names the value, what is allowed and what to pass."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def _is_bool(value: object) -> bool:
    """Return whether a value is a boolean, also one of numpy or torch; some of their versions count as integers."""
    return isinstance(value, bool) or str(getattr(value, "dtype", "")) in ("bool", "torch.bool")


def check_bool(name: str, value: object) -> bool:
    """Return `value` as a bool. Raises ValueError if it is neither True nor False."""
    if not _is_bool(value):
        raise ValueError(f"{name}={value!r}: must be True or False")
    return bool(value)


def check_int(name: str, value: object, minimum: int, maximum: int | None = None) -> int:
    """Return `value` as an int; numpy integers are accepted, booleans are not.

    Raises ValueError if it is not an integer from `minimum` to `maximum`. Without `maximum` there is no upper limit.
    """
    try:
        number = None if _is_bool(value) else operator.index(value)  # type: ignore[arg-type]  # any object
    except TypeError:
        number = None
    if number is None or number < minimum or (maximum is not None and number > maximum):
        allowed = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        raise ValueError(f"{name}={value!r}: must be an integer {allowed}; pass e.g. {name}={minimum}")
    return number


def _as_float(value: object) -> float:
    """Return a number as a float; NaN if it is none."""
    try:
        return math.nan if _is_bool(value) or isinstance(value, str) else float(value)  # type: ignore[arg-type]  # any object
    except (TypeError, ValueError, OverflowError):
        return math.nan


def check_finite(name: str, value: object) -> float:
    """Return `value` as a float. Raises ValueError if it is not a finite number."""
    number = _as_float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name}={value!r}: must be a finite number; pass e.g. {name}=1.0")
    return number


def check_non_negative(name: str, value: object) -> float:
    """Return `value` as a float. Raises ValueError if it is not a finite number of at least 0."""
    number = _as_float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{name}={value!r}: must be a finite number of at least 0; pass e.g. {name}=0.1")
    return number


def check_positive(name: str, value: float) -> float:
    """Return `value` as a float. Raises ValueError if it is not a finite number above 0."""
    number = float(value)
    if not 0 < number < math.inf:
        raise ValueError(f"{name}={value!r}: must be a finite number above 0")
    return number


def check_choice(name: str, value: object, allowed: Iterable[str]) -> str:
    """Return `value` in lower case. Raises ValueError, which suggests a close match, if it is not allowed."""
    names = list(allowed)
    if isinstance(value, str) and value.lower() in names:
        return value.lower()
    close = get_close_matches(str(value).lower(), names, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"pass e.g. {name}={names[0]!r}"
    raise ValueError(f"{name}={value!r}: must be one of {', '.join(map(repr, names))}; {hint}")


def check_options(given: Iterable[str], allowed: Iterable[str], hints: Mapping[str, str] | None = None) -> None:
    """Check the names of keyword arguments.

    Parameters
    ----------
    given
        The names that were passed.
    allowed
        The names that exist.
    hints
        What to do instead of passing a name that does not exist, by name. Defaults to suggesting a close match.

    Raises
    ------
    TypeError
        If a name does not exist, e.g. "hiden_size: did you mean hidden_size?".
    """
    names = sorted(allowed)
    for name in given:
        if name not in names:
            close = get_close_matches(name, names, 1)
            hint = (hints or {}).get(name) or (
                f"did you mean {close[0]}?" if close else f"must be one of {', '.join(names)}"
            )
            raise TypeError(f"{name}: {hint}")
