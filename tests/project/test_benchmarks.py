"""The arithmetic of the benchmarks."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.benchmarks.__main__ import PARTS
from tests.benchmarks.figure import Figure, in_turns, one, p95_of
from tests.benchmarks.report import Part, table
from tests.benchmarks.wire import busiest


@pytest.mark.parametrize("name", PARTS)
def test_every_benchmark_can_be_imported(name: str) -> None:
    assert callable(import_module(f"tests.benchmarks.{name}").measure)


def test_pairs_are_measured_alternately_and_each_side_is_first_equally_often() -> None:
    order = list[str]()

    def note(name: str) -> str:
        order.append(name)
        return name

    ones, others = in_turns(lambda: note("a"), lambda: note("b"), 4)
    assert (ones, others) == (["a"] * 4, ["b"] * 4)
    assert order == ["b", "a", "a", "b", "b", "a", "a", "b"]


def test_a_bound_is_an_upper_or_a_lower_one() -> None:
    assert one("", 1.02, 1.02).met
    assert not one("", 1.021, 1.02).met
    assert not Figure("", 0.97, 0, 1, 2, bound=0.98, at_least=True).met
    assert one("", 5).met is None


def test_the_busiest_second_may_begin_anywhere() -> None:
    assert busiest([0.0, 0.9, 1.0, 1.1, 1.2, 1.89, 3.0]) == 5
    assert busiest([0.0, 1.0, 2.0]) == 1
    assert busiest([]) == 0


def test_the_95th_percentile_shows_slow_frames() -> None:
    assert p95_of("", [16.7] * 94 + [50.0] * 6).value == 50.0
    assert p95_of("", [16.7] * 96 + [50.0] * 4).value == 16.7


def test_the_table_marks_missed_bounds() -> None:
    text = table([Part("wire", "5. The wire", [one("a", 1.3, 1.2), one("b", 1.1, 1.2), one("c", 7)], 2.0)])
    rows = {row.split("|")[1].strip(): [cell.strip() for cell in row.split("|")] for row in text.splitlines()}
    assert [rows[name][6] for name in "abc"] == ["**no**", "yes", ""]
