"""A figure of the table: what was measured, how much it varied, its bound, and whether it is met."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """A line of the table.

    Parameters
    ----------
    name: what was measured
    value: the figure itself, most often the median of many
    low, high: its spread: the quartiles of what `value` is the median of
    count: of how many
    bound: what the issue allows; None where a figure is only for the reader
    unit: what follows the number; "" for ratios
    at_least: the bound is the least that is allowed, not the most
    note: what the reader must know
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
        """Whether the bound is met; None where there is none."""
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of `values` lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median_of(name: str, values: Sequence[float], bound: float | None = None, unit: str = "", note: str = "") -> Figure:
    """The median of `values`, with the quartiles."""
    low, high = percentile(values, 0.25), percentile(values, 0.75)
    return Figure(name, statistics.median(values), low, high, len(values), bound, unit, note=note)


def p95_of(name: str, values: Sequence[float], bound: float | None = None, unit: str = "", note: str = "") -> Figure:
    """The 95th percentile of `values`; the spread is from their median to the highest."""
    spread = f"spread: median to highest{'; ' if note else ''}{note}"
    return Figure(
        name, percentile(values, 0.95), statistics.median(values), max(values), len(values), bound, unit, note=spread
    )


def one(name: str, value: float, bound: float | None = None, unit: str = "", note: str = "") -> Figure:
    """A figure that was measured once, or is not measured but counted."""
    return Figure(name, value, value, value, 1, bound, unit, note=note)


def in_turns(one: Callable[[], T], other: Callable[[], T], pairs: int) -> tuple[list[T], list[T]]:
    """Measure two things `pairs` times, one right after the other, each of them first in every second pair."""
    ones, others = list[T](), list[T]()
    for pair in range(pairs):
        if pair % 2:
            ones.append(one())
            others.append(other())
        else:
            others.append(other())
            ones.append(one())
    return ones, others
