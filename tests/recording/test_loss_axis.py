"""Range, ticks, decimation and labels of a loss chart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.recording.loss_axis import (
    MIN_GAP,
    decimate,
    label,
    labels_left,
    log_range,
    log_ticks,
    loss_range,
    spread,
    ticks,
)
from epochscope.recording.references import Reference
from epochscope.words import words

UNIFORM = Reference("uniform", math.log(14))
UNIGRAM, BIGRAM = Reference("previous", 2.4, 0), Reference("previous", 0.4, 1)
MINIMUM = Reference("saturation", 1.0)

losses = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=300)
references = st.lists(st.builds(Reference, st.just("uniform"), st.floats(0, 20)), max_size=6)


@given(losses, references)
def test_any_losses_have_a_range_with_its_references_inside(values: list[float], given: list[Reference]) -> None:
    linear = loss_range(np.array(values, dtype=float), given)
    log = log_range(np.array(values, dtype=float), linear)
    for low, high, shown in (linear, log):
        assert math.isfinite(high - low)
        assert low < high
        assert all(low < each.loss < high for each in shown)
        assert len(ticks(low, high, 5)) <= 6
    assert log.low > 0
    assert len(log_ticks(log.low, log.high)) >= 1


@given(losses, references)
def test_references_of_one_axis_are_apart(values: list[float], given: list[Reference]) -> None:
    low, high, shown = loss_range(np.array(values, dtype=float), given)
    levels = sorted(each.loss for each in shown)
    assert (np.diff(levels) >= MIN_GAP * (high - low)).all()


@given(st.lists(st.floats(0.01, 20), min_size=1, max_size=300))
def test_at_least_half_of_the_losses_and_the_lowest_one_are_visible(values: list[float]) -> None:
    low, high, _ = loss_range(np.array(values), [UNIFORM])
    assert low < min(values)
    assert np.mean(np.array(values) < high) >= 0.5


def test_a_runaway_loss_is_cut_off() -> None:
    assert loss_range(np.array([2.6, 1.5, 80.0, 1.2]), [UNIFORM]).high < 1.5 * 2.6 + 0.5


def test_a_run_that_stays_at_a_high_loss_is_visible() -> None:
    assert 14 < loss_range(np.array([2.6, *[10.0] * 50, 140.0]), [UNIFORM]).high < 20


def test_a_flat_loss_is_in_the_middle_of_a_narrow_range() -> None:
    low, high, _ = loss_range(np.full(20, 2.0), [])
    assert 0.1 < high - low < 0.13
    assert (low + high) / 2 == pytest.approx(2, abs=0.01)


def test_a_range_of_losses_has_little_below_0() -> None:
    low, high, _ = loss_range(np.array([2.0, 0.001]), [])
    assert -0.07 * (high - low) < low < 0


def test_losses_below_0_are_visible() -> None:
    low, high, _ = loss_range(np.array([-5.0, -9.0, -7.0]), [])
    assert low < -9 < -5 < high < 0


def test_the_range_of_a_growing_recording_rarely_changes() -> None:
    curve = 1 + 2 * np.exp(-np.arange(300) / 40)
    seen = {loss_range(curve[:count], [UNIFORM, MINIMUM])[:2] for count in range(1, 301)}
    assert len(seen) < 50


def test_of_two_references_that_are_close_together_the_first_is_shown() -> None:
    shown = loss_range(np.array([2.6, 0.9]), [UNIFORM, UNIGRAM, BIGRAM, MINIMUM]).references
    assert shown == [UNIFORM, MINIMUM]


def test_a_reference_far_below_the_curve_is_not_shown() -> None:
    assert MINIMUM not in loss_range(np.array([2.6, 2.5]), [UNIFORM, MINIMUM]).references


def test_a_logarithmic_axis_shows_its_own_references() -> None:
    given = [UNIFORM, Reference("previous", 2.0, 0), Reference("previous", 0.0, 4)]
    linear = loss_range(np.array([2.6, 0.0003]), given)
    assert [each.loss for each in linear.references] == [UNIFORM.loss, 2.0, 0.0]
    log = log_range(np.array([2.6, 0.0003]), linear)
    assert log.references == [UNIFORM]
    assert 0.0002 < log.low < 0.0003


def test_losses_of_0_or_less_do_not_change_the_logarithmic_axis() -> None:
    linear = loss_range(np.array([2.0, 0.5]), [])
    assert log_range(np.array([2.0, 0.5, 0.0, -1.0]), linear) == log_range(np.array([2.0, 0.5]), linear)


@pytest.mark.parametrize(
    ("low", "high", "count", "expected"),
    [
        (0, 300, 4, [0, 100, 200, 300]),
        (0.9, 2.8, 5, [1, 1.5, 2, 2.5]),
        (0, 100_000, 4, [0, 50_000, 100_000]),
        (0, 1, 4, [0, 0.5, 1]),
        (0.001, 0.0032, 5, [0.001, 0.0015, 0.002, 0.0025, 0.003]),
        (-9.4, -4.6, 5, [-9, -8, -7, -6, -5]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, count: int, expected: list[float]) -> None:
    np.testing.assert_allclose(ticks(low, high, count), expected)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.01, 3, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]),
        (0.0002, 3, [0.001, 0.01, 0.1, 1]),
        (1.0, 2.8, [1, 1.5, 2, 2.5]),
    ],
)
def test_logarithmic_ticks_are_round_numbers(low: float, high: float, expected: list[float]) -> None:
    np.testing.assert_allclose(log_ticks(low, high), expected)


@given(losses, st.integers(5, 60))
def test_a_decimated_curve_keeps_its_ends_its_extremes_and_its_gaps(values: list[float], max_points: int) -> None:
    curve = np.array(values, dtype=float)
    x, y = decimate(curve, max_points)
    assert len(x) == len(y) <= max_points
    np.testing.assert_array_equal(curve[x.astype(int)], y)
    assert (np.diff(x) > 0).all()
    finite = curve[np.isfinite(curve)]
    if len(curve):
        assert (x[0], x[-1]) == (0, len(curve) - 1)
        assert np.isfinite(y).all() == np.isfinite(curve).all()
    if len(finite):
        assert {finite.min(), finite.max()} <= set(y.tolist())


def test_a_short_curve_is_not_decimated() -> None:
    x, y = decimate(np.array([3.0, 1.0, 2.0]), 5)
    assert (x.tolist(), y.tolist()) == ([0, 1, 2], [3, 1, 2])


@pytest.mark.parametrize(
    ("reference", "lang", "expected"),
    [
        (UNIFORM, "en", "uniform guess"),
        (UNIFORM, "ko", "균등 추측"),
        (UNIGRAM, "en", "unigram entropy"),
        (BIGRAM, "en", "knowing 1 previous token"),
        (Reference("previous", 0.1, 3), "en", "knowing 3 previous tokens"),
        (MINIMUM, "en", "minimum without output layer"),
    ],
)
def test_a_reference_has_a_name_in_each_language(reference: Reference, lang: str, expected: str) -> None:
    assert label(reference, words(lang)) == expected


def test_a_label_is_at_the_end_of_its_line_that_the_curve_leaves_free() -> None:
    x = np.linspace(0, 1, 101)
    falling = np.maximum(0.95 - 3 * x, 0.12)
    names, heights = ["uniform guess", "minimum without"], np.array([0.9, 0.08])
    assert labels_left(names, heights, x, falling, (300, 200)).tolist() == [False, True]
    assert labels_left(names, heights, x[:20], falling[:20], (300, 200)).tolist() == [False, False]
    assert labels_left(names, heights, x, np.full(101, np.nan), (300, 200)).tolist() == [False, False]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_spread_heights_are_apart_in_order_and_within_the_axis(heights: list[float]) -> None:
    given_heights = np.array(heights)
    placed = spread(given_heights, 0.06)
    order = np.argsort(given_heights, kind="stable")
    assert (np.diff(placed[order]) >= 0.06 - 1e-9).all()
    assert -1e-9 <= placed.min() <= placed.max() <= 1 + 1e-9


def test_heights_that_are_apart_stay_and_others_move_evenly() -> None:
    np.testing.assert_allclose(spread(np.array([0.9, 0.2]), 0.1), [0.9, 0.2])
    np.testing.assert_allclose(spread(np.array([0.5, 0.5]), 0.1), [0.45, 0.55])
