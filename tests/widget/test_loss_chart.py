"""The loss over the epochs, as few points as draw the same line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.references import references
from epochscope.widget.loss_chart import MAX_POINTS, LossChart, decimate, log_ticks, ticks
from epochscope.widget.wire import OldBranch
from tests.widget.fixture import make_history

losses = st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=300)


@given(losses, st.integers(1, 20).map(lambda half: 2 * half))
def test_a_line_of_fewer_points_keeps_every_buckets_extremes(values: list[float], most: int) -> None:
    line = np.array(values, dtype=float)
    x, y = decimate(line, most)
    assert len(x) == len(y) <= max(most, 0)
    np.testing.assert_array_equal(line[x.astype(int)], y)
    assert (np.diff(x) > 0).all()
    finite = line[np.isfinite(line)]
    if len(finite) and len(line) > most:
        assert {finite.min(), finite.max()} <= set(y.tolist())


def test_a_short_line_is_drawn_as_it_is() -> None:
    x, y = decimate(np.array([3.0, 1.0, 2.0]))
    assert (x.tolist(), y.tolist()) == ([0, 1, 2], [3, 1, 2])


@pytest.mark.parametrize(
    ("low", "high", "most", "wanted"),
    [
        (0, 300, 4, [0, 100, 200, 300]),
        (0.9, 2.8, 5, [1, 1.5, 2, 2.5]),
        (0, 100_000, 4, [0, 50_000, 100_000]),
        (0, 1, 4, [0, 0.5, 1]),
        (0.001, 0.0032, 5, [0.001, 0.0015, 0.002, 0.0025, 0.003]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, most: int, wanted: list[float]) -> None:
    np.testing.assert_allclose(ticks(low, high, most), wanted)


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [(0.01, 3, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]), (1.0, 2.8, [1, 1.5, 2, 2.5])],
)
def test_logarithmic_ticks_are_round_numbers_too(low: float, high: float, wanted: list[float]) -> None:
    np.testing.assert_allclose(log_ticks(low, high), wanted)


@pytest.fixture
def chart() -> Iterator[LossChart]:
    made = LossChart(references(make_history()), goal=10)
    yield made
    made.close()


def test_the_line_has_a_gap_where_the_loss_is_not_finite(chart: LossChart) -> None:
    history = History(Alphabet("ab"), [0], [1])
    history.append([2.0, math.inf, 1.0, math.nan], np.zeros((4, 1, 2)))
    chart.show(history, 10)
    np.testing.assert_array_equal(chart._loss.x, [0, 1, 2])  # and ends where it can be seen last
    np.testing.assert_array_equal(chart._loss.y, [2, math.nan, 1])
    assert chart._x.max == 10


@pytest.mark.parametrize("span", [1, 2, 3, 5, 7, 300])
def test_the_ticks_of_the_epochs_are_whole_numbers(span: int) -> None:
    chart = LossChart(goal=span)
    chart.show(History(Alphabet("ab"), [0], [1]), span)
    at = chart._epochs.tick_values
    assert len(at) >= 2
    np.testing.assert_array_equal(at, at.round())
    chart.close()


def test_a_line_that_is_nowhere_finite_is_none(chart: LossChart) -> None:
    history = History(Alphabet("ab"), [0], [1])
    history.append([math.nan] * 3, np.zeros((3, 1, 2)))
    chart.show(history, 10, [OldBranch(1, 0, np.array([math.nan]), None)])
    assert len(chart._loss.x) == len(chart._ghosts.x) == 0
    chart.point(1, history)
    assert chart._line.x.tolist() == [1, 1]
    assert len(chart._dot.x) == 0


def test_the_axis_grows_with_the_run_and_the_view_holds_the_reference_losses_that_are_near(chart: LossChart) -> None:
    chart.show(make_history(), 3)
    assert chart._x.max == 7
    named = dict(zip(chart._names.text.tolist(), chart._names.y.tolist(), strict=True))
    assert len(named) >= 1
    assert all(chart._y.min <= level <= chart._y.max for level in named.values())


def test_the_logarithmic_axis_goes_on_down_with_a_loss_that_is_next_to_nothing_on_the_other() -> None:
    chart = LossChart(goal=10)
    history = History(Alphabet("ab"), [0], [1])
    history.append([2.0] * 500 + [0.04], np.zeros((501, 1, 2)))
    chart.show(history, 10)
    linear = chart._y.min, chart._y.max
    for loss in (0.004, 0.0004):
        history.append([loss], np.zeros((1, 1, 2)))
        chart.show(history, 10)
        lowest = float(chart._log.min or 0)
        assert 0.7 * loss < lowest < loss
        assert lowest <= min(chart._log_nats.tick_values) < 4 * loss
    assert (chart._y.min, chart._y.max) == linear
    chart.close()


def test_a_loss_below_0_has_no_place_on_the_logarithmic_axis_and_does_no_harm() -> None:
    chart = LossChart(goal=10)
    history = History(Alphabet("ab"), [0], [1])
    history.append([1.0, -2.0], np.zeros((2, 1, 2)))
    chart.show(history, 10)
    assert 0 < float(chart._log.min or 0) < 0.01
    chart.close()


def test_the_cursor_stands_on_the_loss_and_nowhere_before_the_first_epoch(chart: LossChart) -> None:
    history = make_history()
    chart.point(2, history)
    assert (chart._line.x.tolist(), chart._dot.x.tolist(), chart._dot.y.tolist()) == ([2, 2], [2], [1.5])
    chart.point(-1, history)
    assert (len(chart._line.x), len(chart._dot.x)) == (0, 0)


def test_an_update_sends_what_has_changed_and_no_more(chart: LossChart, monkeypatch: pytest.MonkeyPatch) -> None:
    history = make_history()
    sent: list[object] = []
    for widget in (chart._x, chart._y, chart._levels, chart._names, chart._ghosts, chart._events, chart._loss):
        monkeypatch.setattr(widget, "send_state", sent.append)
    chart.show(history, 10)
    first = len(sent)
    sent.clear()
    chart.show(history, 10)
    assert first > 1
    assert len(sent) <= 1


def test_ghosts_are_drawn_from_where_they_part(chart: LossChart) -> None:
    chart.show(make_history(), 10, [OldBranch(1, 3, np.array([1.0, 0.5]), 0.1), OldBranch(2, 0, np.array([2.0]), None)])
    np.testing.assert_array_equal(chart._ghosts.x, [[3, 4], [0, 0]])
    np.testing.assert_array_equal(chart._ghosts.y, [[1, 0.5], [2, 2]])


def test_a_ghost_of_a_single_epoch_is_no_special_case(chart: LossChart) -> None:
    chart.show(make_history(), 10, [OldBranch(1, 6, np.array([1.0]), 0.1)])
    np.testing.assert_array_equal(chart._ghosts.x, [6, 6])


@pytest.mark.parametrize(("lang", "wanted"), [("", "uniform guess"), ("ko", "고르게 찍을 때")])
def test_reference_losses_are_named_in_the_language_of_the_controls(lang: str, wanted: str) -> None:
    history = make_history()
    history.truncate(1)
    chart = LossChart(references(history), 10, lang)
    chart.show(history, 10)
    assert wanted in chart._names.text.tolist()
    chart.close()


def test_a_long_run_stays_within_the_points_that_may_travel() -> None:
    x, _ = decimate(np.random.default_rng(0).random(100_000))
    assert MAX_POINTS / 2 < len(x) <= MAX_POINTS


def test_marks_go_with_the_epochs_that_are_cut() -> None:
    history = History.load(Path(__file__).parents[1] / "fixtures" / "classic.npz")
    assert history.events
    chart = LossChart()
    chart.show(history, 300)
    assert len(chart._events.x) > 0
    history.truncate(2)
    chart.show(history, 300)
    assert len(chart._events.x) == 0
    chart.close()
