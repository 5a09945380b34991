"""Figures: what was measured, its spread, and its bound."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """A row of the table.

    Parameters
    ----------
    name
        What was measured.
    value
        The figure, usually a median.
    low, high
        The spread, usually the quartiles.
    count
        The number of measurements.
    bound
        The bound that should be met. None if there is none.
    unit
        The unit of all numbers. "" for ratios.
    at_least
        Whether the bound is a minimum instead of a maximum.
    note
        A remark for the last column.
    """

    name: str
    value: float
    low: float
    high: float
    count: int
    bound: float | None = None
    unit: str = ""
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the bound is met; None if there is none."""
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that the given share of `values` does not reach."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median_of(name: str, values: Sequence[float], bound: float | None = None, unit: str = "", note: str = "") -> Figure:
    """Return the median of `values` with the quartiles as spread."""
    low, high = percentile(values, 0.25), percentile(values, 0.75)
    return Figure(name, statistics.median(values), low, high, len(values), bound, unit, note=note)


def p95_of(name: str, values: Sequence[float], bound: float | None = None, unit: str = "", note: str = "") -> Figure:
    """Return the 95th percentile of `values`; the spread is from the median to the maximum."""
    spread = f"spread: median to maximum{'; ' if note else ''}{note}"
    return Figure(
        name, percentile(values, 0.95), statistics.median(values), max(values), len(values), bound, unit, note=spread
    )


def one(name: str, value: float, bound: float | None = None, unit: str = "", note: str = "") -> Figure:
    """Return a figure that was measured once or counted."""
    return Figure(name, value, value, value, 1, bound, unit, note=note)


def in_turns(one: Callable[[], T], other: Callable[[], T], pairs: int) -> tuple[list[T], list[T]]:
    """Call both functions `pairs` times alternately; each is first in every second pair."""
    ones, others = list[T](), list[T]()
    for pair in range(pairs):
        if pair % 2:
            ones.append(one())
            others.append(other())
        else:
            others.append(other())
            ones.append(one())
    return ones, others
