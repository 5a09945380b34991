"""The loss chart of a comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope import Trainer
from epochscope.history import History
from epochscope.recording.loss_axis import spread
from epochscope.widget.chart_base import MAX_POINTS
from epochscope.widget.comparison_chart import ComparisonChart, shared_references

TEXT = "hihello"


@pytest.fixture(scope="module")
def histories() -> list[History]:
    return [Trainer(TEXT, cell=cell).train(n) for cell, n in (("rnn", 20), ("lstm", 20), ("gru", 8))]


def made(count: int = 3, **options: Any) -> ComparisonChart:
    return ComparisonChart([f"run {i}" for i in range(count)], **options)


def test_each_run_has_a_curve_in_its_colour(histories: list[History]) -> None:
    chart = made()
    chart.show(histories, 20)
    assert chart._losses.colors == [f"var(--epochscope-run-{i})" for i in (1, 2, 3)]
    for y, history in zip(chart._losses.y, histories, strict=True):
        np.testing.assert_allclose(y[: len(history)], history.losses, rtol=1e-6)
        assert set(y[len(history) :]) <= {y[len(history) - 1]}  # the last point, for the shorter curve


@pytest.mark.parametrize("axis", ["_linear", "_log"])
def test_names_stand_at_the_ends_of_the_curves_and_apart(histories: list[History], axis: str) -> None:
    chart = made()
    chart.show(histories, 20)
    names = getattr(chart, axis).names[0]
    assert list(names.text) == ["run 0", "run 1", "run 2"]
    assert list(names.x) == [19, 19, 7]
    scale = getattr(chart, axis).scale
    heights = np.sort((np.log if axis == "_log" else np.asarray)(names.y))
    low, high = ((np.log if axis == "_log" else float)(value) for value in (scale.min, scale.max))
    assert np.diff(heights).min() >= 0.99 * 13 / 240 * (high - low)


def test_what_has_not_changed_is_not_sent(histories: list[History]) -> None:
    chart = made()
    assert chart.show(histories, 20) > 0
    assert chart.show(histories, 20) == 0


def test_runs_without_epochs_keep_their_place(histories: list[History]) -> None:
    chart = made()
    chart.show([Trainer(TEXT).history, *histories[:2]], 20)
    assert len(chart._losses.y) == 3
    assert np.isnan(chart._losses.y[0]).all()
    assert list(chart._linear.names[0].text) == ["run 1", "run 2"]
    made().show([Trainer(TEXT).history] * 3, 20)


def test_the_dots_of_the_cursor_are_those_of_all_runs(histories: list[History]) -> None:
    chart = made()
    chart.show(histories, 20)
    chart.point(12, histories)
    assert (list(chart._dot.x), list(chart._cursor.x)) == ([12, 12, 7], [12, 12])
    np.testing.assert_allclose(chart._dot.y, [histories[0].losses[12], histories[1].losses[12], histories[2].losses[7]])
    chart.point(-1, histories)
    assert (list(chart._dot.x), list(chart._cursor.x)) == ([], [])


def test_a_diverged_run_has_no_dot_and_no_infinite_point() -> None:
    runs = [Trainer(TEXT, lr=lr, readout=True, optimizer="sgd").train(60) for lr in (0.1, 1e38)]
    chart = made(2)
    chart.show(runs, 60)
    assert not np.isinf(chart._losses.y).any()
    chart.point(len(runs[1]) - 1, runs)
    assert len(chart._dot.x) == 1


def test_long_runs_are_sent_as_few_points() -> None:
    rng = np.random.default_rng(0)
    first = Trainer(TEXT)
    long = History(first.alphabet, [0], [1])
    long.append(rng.random(5_000), rng.normal(size=(5_000, 1, len(first.alphabet))))
    chart = made(2)
    chart.show([long, long], 5_000)
    assert chart._losses.y.shape[1] <= MAX_POINTS


def test_long_labels_are_shortened() -> None:
    chart = ComparisonChart(["a" * 60, "b"])
    chart.show([Trainer(TEXT).train(2)] * 2, 20)
    assert [len(name) for name in chart._linear.names[0].text] == [18, 1]


def test_references_are_those_that_all_runs_share() -> None:
    plain, readout = Trainer(TEXT).history, Trainer(TEXT, readout=True).history
    kinds = {each.kind for each in shared_references([plain, readout])}
    assert "saturation" not in kinds
    assert "uniform" in kinds
    assert {each.kind for each in shared_references([plain, plain])} == {*kinds, "saturation"}


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
