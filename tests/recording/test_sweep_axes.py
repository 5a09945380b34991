"""The loss axes that all boxes of a sweep share."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.recording.sweep_axes import MAX_TICKS, LossAxes, LossAxis, loss_axes
from epochscope.recording.sweep_summary import WAITING, RunSummary, SweepSummary


def axes(*curves: list[float]) -> LossAxes:
    runs = [RunSummary("trained", np.array(curve)) if curve else WAITING for curve in curves]
    return loss_axes(SweepSummary("hi", 9, 1, (), tuple(range(len(runs))), tuple(runs)))


def test_they_show_all_losses_of_curves_that_fall() -> None:
    linear, log = axes([2.5, 1.2], [2.6, 1.1])
    assert 0.8 < linear.low < 1.1
    assert 2.6 < linear.high < 3
    assert log.low < 1.1
    assert log.high > 2.6
    assert linear.ticks == (1, 2)


@pytest.mark.parametrize("far", [[2.0, 1e30, math.nan, math.inf], [1e6, 1.0]])
def test_they_are_not_stretched_by_one_run(far: list[float]) -> None:
    assert axes([2, 1], [2, 1], far).linear.high < 3.3
    assert axes(far, [2, 1], [2, 1]).linear.high < 3.3


def test_they_begin_about_0_if_losses_get_near_it_and_the_logarithmic_one_above_it() -> None:
    linear, log = axes([2.0, 0.001, 0.0])
    assert -0.2 < linear.low <= 0
    assert 0 < log.low < 0.001


@pytest.mark.parametrize("curves", [[[]], [[], []], [[1.0, 1.0, 1.0]], [[0.0, 0.0]], [[math.nan]]])
def test_they_have_room_without_losses_and_for_constant_ones(curves: list[list[float]]) -> None:
    for axis in axes(*curves):
        assert axis.high > axis.low
        assert all(map(math.isfinite, axis.ticks))


def test_they_have_no_ticks_where_no_loss_is_finite() -> None:
    assert [axis.ticks for axis in axes([math.nan], [math.inf])] == [(), ()]
    assert axes([]).linear.ticks != ()


def test_they_stay_the_same_while_losses_hardly_change() -> None:
    assert axes([2.561, 1.092]) == axes([2.561, 1.092], [2.561, 1.0925])


LOSS = st.floats(1e-9, 1e6)


@given(st.lists(st.lists(LOSS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_the_ticks_are_few_in_order_and_in_the_range(curves: list[list[float]]) -> None:
    def check(axis: LossAxis) -> None:
        assert len(axis.ticks) <= MAX_TICKS
        assert list(axis.ticks) == sorted(set(axis.ticks))
        slack = 1e-6 * (abs(axis.low) + abs(axis.high))
        assert all(axis.low - slack <= tick <= axis.high + slack for tick in axis.ticks)

    for axis in axes(*curves):
        check(axis)


def test_many_decades_have_powers_of_ten() -> None:
    ticks = axes([3.0, 1e-7]).log.ticks
    assert len(ticks) > 2
    assert all(math.log10(tick) == pytest.approx(round(math.log10(tick))) for tick in ticks)
