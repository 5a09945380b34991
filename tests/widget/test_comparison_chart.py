"""The loss chart of a comparison: curves, names at their ends, dots and messages."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope.history import History
from epochscope.widget.comparison_chart import MAX_NAME, MAX_POINTS, ComparisonChart
from tests.recording import made_up

ROOT = Path(__file__).parents[2]
FALLING = [2.0, 1.5, 0.9]


def runs(*losses: list[float]) -> list[History]:
    return [made_up.with_losses(each) for each in losses]


def color(run: int) -> str:
    return f"var(--epochscope-run-{run})"


class Parts:
    """The models of a chart, found as the browser finds them."""

    def __init__(self, chart: ComparisonChart) -> None:
        models = {f"IPY_MODEL_{each.model_id}": each for each in (*chart.figure.marks, *chart.figure.axes)}
        refs = chart.refs
        self.cursor, self.dot = models[refs["cursor"]], models[refs["dot"]]
        self.losses, _ = (models[ref] for ref in refs["on_loss"])
        self.axes = [[models[ref] for ref in refs[name]] for name in ("linear", "log")]
        self.names = [parts[-1] for parts in self.axes]


@pytest.fixture
def make() -> Iterator[Callable[..., ComparisonChart]]:
    charts: list[ComparisonChart] = []

    def made(labels: list[str], goal: int = 10, lang: str = "") -> ComparisonChart:
        charts.append(ComparisonChart(labels, goal, lang))
        return charts[-1]

    yield made
    for each in charts:
        each.close()


Make = Callable[..., ComparisonChart]


def test_each_run_has_its_curve_its_colour_and_its_name_at_the_end_of_the_curve(make: Make) -> None:
    chart = make(["RNN", "LSTM"])
    chart.show(runs(FALLING, [1.0, 0.2]), 10)
    drawn = Parts(chart)
    assert drawn.losses.colors == [color(1), color(2)]
    np.testing.assert_allclose(drawn.losses.y[0], FALLING, rtol=1e-6)
    np.testing.assert_allclose(drawn.losses.y[1], [1.0, 0.2, 0.2], rtol=1e-6)
    assert drawn.losses.x.tolist() == [[0, 1, 2], [0, 1, 1]]  # the shorter one ends where it ended
    for names in drawn.names:
        assert names.text.tolist() == ["RNN", "LSTM"]
        assert names.x.tolist() == [2, 1]
        assert names.colors == [color(1), color(2)]
        np.testing.assert_allclose(names.y, [0.9, 0.2], rtol=1e-6)


@pytest.mark.parametrize("losses", [[0.5] * 6, [0.5, 0.501, 0.502, 2.0, 2.001, 2.002]], ids=["equal", "two groups"])
def test_names_of_equal_losses_are_apart_on_both_axes(losses: list[float], make: Make) -> None:
    chart = make([f"run {i}" for i in range(6)])
    chart.show(runs(*([3.0, loss] for loss in losses)), 10)
    for (axis, *_), names in zip(Parts(chart).axes, Parts(chart).names, strict=True):
        low, high, y = axis.scale.min, axis.scale.max, np.asarray(names.y)
        shares = (y - low) / (high - low)
        if type(axis.scale).__name__ == "LogScale":
            shares = np.log(y / low) / np.log(high / low)
        assert np.diff(np.sort(shares)).min() > 0.05
        assert shares.min() >= -1e-9  # that of the lowest is rounded
        assert shares.max() <= 1 + 1e-9


def test_there_is_room_for_the_longest_name_which_is_shortened(make: Make) -> None:
    def right(label: str) -> int:
        return make(["RNN", label]).figure.fig_margin["right"]

    assert right("RNN") < right("LSTM, lr 0.01") < right("x" * MAX_NAME) == right("x" * 200)
    chart = make(["x" * 200, "RNN"])
    chart.show(runs(FALLING, FALLING), 10)
    assert Parts(chart).names[0].text.tolist() == ["x" * (MAX_NAME - 1) + "…", "RNN"]


def test_a_run_without_finite_losses_keeps_its_place_but_has_no_name(make: Make) -> None:
    chart = make(["empty", "diverged", "RNN"])
    histories = runs([], [math.nan, math.inf], FALLING)
    chart.show(histories, 10)
    drawn = Parts(chart)
    assert len(drawn.losses.y) == 3  # the dashes are those of the first, second and third curve
    for curve in (drawn.losses.x[:2], drawn.losses.y[:2]):  # nothing is drawn from a point to itself
        assert (np.ptp(curve, axis=1) == 0).all()
    assert drawn.names[0].text.tolist() == ["RNN"]
    assert drawn.names[0].colors == [color(3)]


def test_the_dots_are_at_the_cursor_or_the_last_epoch_in_the_colours_of_their_runs(make: Make) -> None:
    chart = make(["diverged", "empty", "short", "RNN"])
    histories = runs([3.0, math.nan, math.nan], [], [1.0, 0.2], FALLING)
    chart.show(histories, 10)
    dot, cursor = Parts(chart).dot, Parts(chart).cursor
    chart.point(2, histories)
    assert (list(dot.x), list(dot.y), list(cursor.x)) == ([1, 2], [0.2, 0.9], [2, 2])
    assert dot.colors == [color(3), color(4)]
    chart.point(0, histories)
    assert (list(dot.x), list(dot.y)) == ([0, 0, 0], [3.0, 1.0, 2.0])
    assert dot.colors == [color(1), color(3), color(4)]
    chart.point(-1, histories)
    assert (list(dot.x), list(cursor.x)) == ([], [])


def test_nothing_recorded_can_be_shown(make: Make) -> None:
    chart = make(["RNN", "LSTM"])
    histories = runs([], [])
    chart.show(histories, 10)
    chart.point(0, histories)
    assert list(Parts(chart).cursor.x) == []


def test_what_has_not_changed_is_not_sent(make: Make) -> None:
    chart = make(["RNN", "LSTM"])
    histories = runs(FALLING, [1.0, math.nan])
    assert chart.show(histories, 10) > 0
    assert chart.show(histories, 10) == 0
    histories[0].append([0.9], np.eye(2, dtype=np.float32)[[0]][:, None], 0.1)
    assert 0 < chart.show(histories, 10) <= 3  # the curves, and the names on both axes


def test_a_long_run_is_sent_with_few_points_that_end_at_its_end(make: Make) -> None:
    chart = make(["RNN", "LSTM"])
    chart.show(runs(list(np.linspace(3, 1, 50_000)), FALLING), 50_000)
    losses: Any = Parts(chart).losses
    assert losses.x.shape[1] <= MAX_POINTS
    assert losses.x[0, -1] == 49_999


def test_the_dashes_are_the_same_in_the_timeline_and_in_the_style_sheet() -> None:
    code = (ROOT / "js/drawing/run-style.ts").read_text(encoding="utf-8")
    style = (ROOT / "js/style/9-chart.css").read_text(encoding="utf-8")
    listed = re.search(r"DASHES.*?= \[(.*?)\]", code, re.DOTALL)
    assert listed is not None
    dashes = re.findall(r'"(.*?)"', listed[1])
    rules = re.findall(r'--epochscope-run-(\d)\)"\] \{.*?stroke-dasharray: ([\d. ]+?) !', style, re.DOTALL)
    assert dict(rules) == {str(i + 1): dash for i, dash in enumerate(dashes) if dash}
    assert len(set(dashes)) == 6


def test_the_hidden_axis_follows_later_while_epochs_are_recorded(make: Make) -> None:
    chart, both = make(["a", "b"], 300), runs(FALLING, FALLING)
    linear, log = Parts(chart).names
    chart.show(both, 300, growing=True)
    assert (len(linear.x), len(log.x)) == (2, 0)
    chart.show(both, 300, growing=True)
    assert len(log.x) == 2
