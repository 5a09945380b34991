"""The runs of a sweep: all combinations of the options that vary, each with all seeds."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from epochscope.recording.sweep_summary import Axis
from epochscope.validation import check_int

#: The most runs of a sweep.
MAX_RUNS = 100_000
#: Types of values that vary; of an option that is one itself, they are wrapped in another list.
_SEVERAL = (list, tuple, range, np.ndarray)


@dataclass(frozen=True)
class Unsaved:
    """Stands for a function, class or module in a sweep that was read from a file.

    Parameters
    ----------
    label
        A text for it.
    """

    label: str


@dataclass(frozen=True)
class Grid:
    """The options of all runs. The seeds vary fastest, the first option slowest.

    Parameters
    ----------
    text
        What is learned.
    epochs
        The number of epochs of each run.
    seeds
        The seeds, all different.
    fixed
        Options of `Trainer` that are the same for all runs.
    varied
        The values of each option that varies.
    """

    text: str | tuple[str, ...]
    epochs: int
    seeds: tuple[int, ...]
    fixed: Mapping[str, Any]
    varied: Mapping[str, tuple[Any, ...]]

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.combinations) * len(self.seeds)

    @cached_property
    def combinations(self) -> tuple[dict[str, Any], ...]:
        """The values of the options that vary, by name, of each box."""
        return tuple(dict(zip(self.varied, values, strict=True)) for values in itertools.product(*self.varied.values()))

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The options that vary, with a short text for each value."""
        return tuple(Axis(name, _labels(name, values)) for name, values in self.varied.items())

    def box(self, run: int) -> int:
        """Return the number of the combination of a run."""
        return run // len(self.seeds)

    def seed(self, run: int) -> int:
        """Return the seed of a run."""
        return self.seeds[run % len(self.seeds)]

    def varied_of(self, run: int) -> dict[str, Any]:
        """Return the options of a run that vary."""
        return self.combinations[self.box(run)]

    def options(self, run: int) -> dict[str, Any]:
        """Return all options of a run, without its seed."""
        return {**self.fixed, **self.varied_of(run)}

    @property
    def unsaved(self) -> list[str]:
        """The names of the options that a file could not hold; without them, no run can be trained."""
        options = {name: (value,) for name, value in self.fixed.items()} | dict(self.varied)
        return [name for name, values in options.items() if any(isinstance(value, Unsaved) for value in values)]

    def label(self, run: int) -> str:
        """Return what tells a run from the others, e.g. "LSTM, lr 0.1, seed 7"."""
        shape = [len(axis.values) for axis in self.axes]
        at = np.unravel_index(self.box(run), shape) if shape else ()
        values = [axis.values[int(i)] for axis, i in zip(self.axes, at, strict=True)]
        return ", ".join([*values, f"seed {self.seed(run)}"])


def make_grid(text: str | Sequence[str], seeds: int | Iterable[int], epochs: int, options: Mapping[str, Any]) -> Grid:
    """Return the grid of a sweep.

    Parameters
    ----------
    text
        What is learned.
    seeds
        The seeds, or their number n for 0 to n - 1.
    epochs
        The number of epochs of each run.
    options
        Options of `Trainer`. A list, tuple, range or array gives the values of one that varies.

    Raises
    ------
    ValueError
        If a list is empty or has a value twice, the seeds are no different integers, or there are too many runs.
    """
    varied = {name: _values(name, value) for name, value in options.items() if _varies(name, value)}
    fixed = {name: _plain(value) for name, value in options.items() if name not in varied}
    words = text if isinstance(text, str) else tuple(text)
    grid = Grid(words, check_int("epochs", epochs, 1), _seeds(seeds), fixed, varied)
    runs = math.prod(map(len, varied.values())) * len(grid.seeds)
    if runs > MAX_RUNS:
        raise ValueError(f"{runs:,} runs: a sweep has at most {MAX_RUNS:,}; pass fewer values or seeds")
    return grid


def _varies(name: str, value: Any) -> bool:
    """Return whether an option varies; a list of tokens is one alphabet."""
    if isinstance(value, np.ndarray) and value.ndim != 1:
        if value.ndim:
            raise ValueError(f"{name} of shape {value.shape}: must be one value, or a list of values")
        return False
    if name == "alphabet" and isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
        return False
    return isinstance(value, _SEVERAL)


def _seeds(seeds: int | Iterable[int]) -> tuple[int, ...]:
    seeds = _plain(seeds)
    if not isinstance(seeds, Iterable) or isinstance(seeds, (str, bytes)):
        return tuple(range(check_int("seeds", seeds, 1, MAX_RUNS)))
    found = tuple(check_int("seeds", seed, 0, 2**63 - 1) for seed in seeds)
    if not found:
        raise ValueError("seeds: at least one; pass e.g. seeds=10 for 0 to 9")
    twice = next((seed for seed, count in Counter(found).items() if count > 1), None)
    if twice is not None:
        raise ValueError(f"seeds: {twice} occurs twice; pass different ones, as equal seeds give equal runs")
    return found


def _values(name: str, given: Any) -> tuple[Any, ...]:
    values = tuple(_plain(value) for value in given)
    if not values:
        raise ValueError(f"{name}={given!r}: there is no value; pass at least one, or omit {name}")
    for i, value in enumerate(values):
        if any(_same(name, value, other) for other in values[:i]):
            raise ValueError(f"{name}: {value!r} occurs twice; pass different values, as equal ones give equal runs")
    return values


def _same(name: str, a: Any, b: Any) -> bool:
    """Return whether two values give equal runs."""
    if name in ("cell", "optimizer") and isinstance(a, str) and isinstance(b, str):
        return a.lower() == b.lower()
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def _plain(value: Any) -> Any:
    """Return a number of numpy or torch as one of Python, and a device of torch as its name."""
    if type(value).__name__ == "device":
        return str(value)
    return value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value


def _labels(name: str, values: Sequence[Any]) -> tuple[str, ...]:
    """Return a text for each value; equal texts are numbered."""
    labels = [label(name, value) for value in values]
    repeated = {each for each, count in Counter(labels).items() if count > 1}
    counts: Counter[str] = Counter()
    numbered = []
    for each in labels:
        counts[each] += 1
        numbered.append(f"{each} ({counts[each]})" if each in repeated else each)
    return tuple(numbered)


def label(name: str, value: Any) -> str:
    """Return a short text for an option, e.g. "LSTM" or "lr 0.1"."""
    if isinstance(value, Unsaved):
        return value.label
    if name == "cell":
        return str(value).upper()
    if isinstance(value, float):
        return f"{name} {value:g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{name} {value}"
    if callable(value):
        named = getattr(value, "__name__", type(value).__name__)
        return name if named == "<lambda>" else named
    return value if isinstance(value, str) and name == "optimizer" else f"{name}={value}"
