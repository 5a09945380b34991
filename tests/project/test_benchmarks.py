"""The benchmarks' own arithmetic, without measuring anything."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.benchmarks.__main__ import PARTS
from tests.benchmarks.figure import Figure, in_turns, one, p95_of
from tests.benchmarks.report import Part, table
from tests.benchmarks.wire import busiest


@pytest.mark.parametrize("name", PARTS)
def test_every_part_of_the_table_can_be_measured(name: str) -> None:
    assert callable(import_module(f"tests.benchmarks.{name}").measure)


def test_pairs_are_measured_in_turns_and_each_side_is_first_in_every_second_one() -> None:
    order = list[str]()

    def note(name: str) -> str:
        order.append(name)
        return name

    ones, others = in_turns(lambda: note("a"), lambda: note("b"), 4)
    assert (ones, others) == (["a"] * 4, ["b"] * 4)
    assert order == ["b", "a", "a", "b", "b", "a", "a", "b"]


def test_a_bound_may_be_a_most_or_a_least() -> None:
    assert one("", 1.02, 1.02).met
    assert not one("", 1.021, 1.02).met
    assert not Figure("", 0.97, 0, 1, 2, bound=0.98, at_least=True).met
    assert one("", 5).met is None


def test_the_busiest_second_is_found_wherever_it_begins() -> None:
    assert busiest([0.0, 0.9, 1.0, 1.1, 1.2, 1.89, 3.0]) == 5
    assert busiest([0.0, 1.0, 2.0]) == 1
    assert busiest([]) == 0


def test_a_share_of_frames_is_not_hidden_by_the_others() -> None:
    assert p95_of("", [16.7] * 94 + [50.0] * 6).value == 50.0
    assert p95_of("", [16.7] * 96 + [50.0] * 4).value == 16.7


def test_the_table_says_what_is_missed() -> None:
    told = table([Part("wire", "5. The wire", [one("a", 1.3, 1.2), one("b", 1.1, 1.2), one("c", 7)], 2.0)])
    rows = {row.split("|")[1].strip(): [cell.strip() for cell in row.split("|")] for row in told.splitlines()}
    assert [rows[name][6] for name in "abc"] == ["**no**", "yes", ""]
