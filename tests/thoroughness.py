"""Choose between few examples (`make test`) and many (`make test-all`, which sets EPOCHSCOPE_THOROUGH)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

THOROUGH = bool(os.environ.get("EPOCHSCOPE_THOROUGH"))
"""Whether this run is thorough: tests marked `thorough` run as well."""


def count(quick: int, thorough: int) -> int:
    """Return the number of examples to use in this run, e.g. `count(1_000, 10_000)`."""
    return thorough if THOROUGH else quick


def quick_among(values: Iterable[T], *quick: T) -> list[Any]:
    """Return `values` as parameters of a test, of which a run that is not thorough takes only `quick`."""
    marks = pytest.mark.thorough
    return [value if value in quick else pytest.param(*_arguments(value), marks=marks) for value in values]


def _arguments(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
