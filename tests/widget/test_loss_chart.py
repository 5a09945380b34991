"""The loss chart as a bqplot figure: what is drawn, where, and how much is sent."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from traitlets import TraitError

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.widget.loss_chart import MAX_POINTS, LossChart
from epochscope.widget.optional_chart import make_chart
from epochscope.widget.wire import OldBranch
from tests.recording import made_up
from tests.widget.fixture import make_history

CLASSIC = Path(__file__).parents[1] / "fixtures" / "classic.npz"


class Parts:
    """The models of a chart, found as the browser finds them."""

    def __init__(self, chart: LossChart) -> None:
        models = {f"IPY_MODEL_{each.model_id}": each for each in (*chart.figure.marks, *chart.figure.axes)}
        refs = chart.refs
        self.cursor, self.dot = models[refs["cursor"]], models[refs["dot"]]
        self.old_branches, self.loss, self.events, _ = (models[ref] for ref in refs["on_loss"])
        self.linear, self.log = ([models[ref] for ref in refs[name]] for name in ("linear", "log"))
        self.epochs = chart.figure.axes[0]

    @staticmethod
    def labels(axis: list[Any]) -> dict[str, float]:
        """The labels of an axis, and the losses that they name."""
        _, _, left, right = axis
        return {
            **dict(zip(left.text.tolist(), left.y.tolist(), strict=True)),
            **dict(zip(right.text.tolist(), right.y.tolist(), strict=True)),
        }


@pytest.fixture
def chart() -> Iterator[LossChart]:
    made = LossChart(make_history().references, goal=10)
    yield made
    made.close()


@pytest.fixture
def show() -> Iterator[Callable[..., Parts]]:
    """Draw a recording in a chart of its own."""
    charts: list[LossChart] = []

    def draw(history: History, goal: int = 10, *, lang: str = "") -> Parts:
        charts.append(LossChart(history.references, goal, lang))
        charts[-1].show(history, goal)
        return Parts(charts[-1])

    yield draw
    for each in charts:
        each.close()


@pytest.mark.parametrize(
    "losses",
    [[2.0, 1.5, 0.9], [2.6, 1.0, 80.0, 1e30, 0.7], [0.7] * 30, [1.0, math.nan, math.inf, 0.5], [0.5], [math.nan]],
    ids=["falling", "runaway", "flat", "not finite", "one epoch", "nowhere finite"],
)
def test_the_live_chart_and_the_picture_show_the_same_range_and_references(
    losses: list[float], show: Callable[..., Parts]
) -> None:
    history = made_up.with_losses(losses)
    drawn = show(history)
    axis, *_ = drawn.linear
    root = ET.fromstring(history.to_svg())

    def found(kind: str) -> list[ET.Element]:
        return [each for each in root.iter() if kind in each.get("class", "").split()]

    assert [float(each.text or "") for each in found("losses")[0]] == pytest.approx(axis.tick_values.tolist())
    assert {each.text for each in found("label")} == set(drawn.labels(drawn.linear))
    plot = re.fullmatch(r"M[\d.]+ ([\d.]+)v([\d.]+)", found("cursor")[-1].attrib["d"])
    assert plot is not None
    bottom, height = float(plot[1]) + float(plot[2]), float(plot[2]) - 4
    lines = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)", found("grid")[0].attrib["d"])]
    low, high = axis.scale.min, axis.scale.max
    assert (bottom - np.array(lines)) / height == pytest.approx((axis.tick_values - low) / (high - low), abs=0.001)


def test_an_empty_recording_has_axes_and_no_curve(show: Callable[..., Parts]) -> None:
    drawn = show(History(Alphabet("ab"), [0], [1]))
    assert len(drawn.loss.x) == len(drawn.events.x) == 0
    assert drawn.linear[0].scale.max > math.log(2)
    assert "uniform guess" in drawn.labels(drawn.linear)


def test_the_curve_has_a_gap_where_the_loss_is_not_finite(chart: LossChart) -> None:
    history = History(Alphabet("ab"), [0], [1])
    history.append([2.0, math.inf, 1.0, math.nan], np.zeros((4, 1, 2)))
    chart.show(history, 10)
    loss = Parts(chart).loss
    np.testing.assert_array_equal(loss.x, [0, 1, 2])  # no gap at its end
    np.testing.assert_array_equal(loss.y, [2, math.nan, 1])


def test_a_curve_that_is_nowhere_finite_is_not_drawn(chart: LossChart) -> None:
    history = History(Alphabet("ab"), [0], [1])
    history.append([math.nan] * 3, np.zeros((3, 1, 2)))
    chart.show(history, 10, [OldBranch(1, 0, np.array([math.nan]), None)])
    drawn = Parts(chart)
    assert len(drawn.loss.x) == len(drawn.old_branches.x) == 0
    chart.point(1, history)
    assert drawn.cursor.x.tolist() == [1, 1]
    assert len(drawn.dot.x) == 0


def test_the_epoch_axis_grows_with_the_run_and_leaves_room_for_the_dot_at_both_ends(chart: LossChart) -> None:
    chart.show(make_history(), 3)
    scale = Parts(chart).epochs.scale
    assert scale.min == pytest.approx(-0.025 * 7)
    assert scale.max == pytest.approx(1.025 * 7)


def test_the_epoch_axis_of_a_long_run_ends_soon_after_the_head_and_after_old_branches(chart: LossChart) -> None:
    history = made_up.with_losses([2.0] * 683)
    drawn = Parts(chart)

    def last() -> float:
        return drawn.epochs.scale.max / 1.025

    chart.show(history, 100_000)
    assert (last(), drawn.epochs.tick_values.max()) == (pytest.approx(1000), 1000)
    history.truncate(150)
    chart.show(history, 100_000, [OldBranch(1, 150, np.ones(533), 0.1)])
    assert last() == pytest.approx(1000)
    chart.show(history, 100_000)
    assert last() == pytest.approx(200)
    chart.show(history, 0, growing=True)
    assert last() == pytest.approx(200)
    chart.show(history, 0)
    assert last() == pytest.approx(150)


@pytest.mark.parametrize("epochs", [300, 100_000, 10_000_000])
def test_the_last_epoch_of_the_axis_is_grouped_and_inside_the_figure(epochs: int) -> None:
    chart = LossChart(goal=epochs)
    chart._show_epochs(epochs)
    margin = chart.figure.fig_margin["right"]
    assert Parts(chart).epochs.tick_format == ",d"
    assert margin + 0.025 * 260 >= 6.2 * len(f"{epochs:,}") / 2
    assert margin < 40
    chart.close()


def test_reference_losses_near_the_curve_are_labelled_and_inside_the_axis(chart: LossChart) -> None:
    chart.show(make_history(), 3)
    drawn = Parts(chart)
    scale = drawn.linear[0].scale
    labels = drawn.labels(drawn.linear)
    assert labels
    assert all(scale.min < level < scale.max for level in labels.values())
    assert sorted(labels.values()) == sorted(drawn.linear[1].y[:, 0].tolist())


def test_a_label_moves_to_the_left_end_when_the_curve_covers_its_right_end(show: Callable[..., Parts]) -> None:
    history = History.load(Path(__file__).parents[1] / "fixtures" / "classic.npz")
    _, _, left, right = show(history, 300).linear
    assert "uniform guess" in right.text.tolist()
    near = made_up.with_losses([2.0, *[math.log(2) + 0.01] * 100])
    _, _, left, right = show(near, 100).linear
    assert (left.text.tolist(), len(right.text)) == (["uniform guess"], 0)
    assert left.x.tolist() == [0]


@pytest.mark.parametrize(("lang", "expected"), [("", "uniform guess"), ("ko", "균등 추측")])
def test_reference_losses_are_named_in_the_language_of_the_controls(
    lang: str, expected: str, show: Callable[..., Parts]
) -> None:
    history = make_history()
    history.truncate(1)
    drawn = show(history, lang=lang)
    assert expected in drawn.labels(drawn.linear)


def test_a_tiny_loss_extends_the_logarithmic_axis_only(chart: LossChart) -> None:
    history = History(Alphabet("ab"), [0], [1])
    history.append([2.0] * 500 + [0.04], np.zeros((501, 1, 2)))
    linear, log = (axis[0].scale for axis in (Parts(chart).linear, Parts(chart).log))
    for loss in (0.004, 0.0004):
        history.append([loss], np.zeros((1, 1, 2)))
        chart.show(history, 10)
        assert 0.7 * loss < log.min < loss
        assert linear.min == pytest.approx(-0.1)


def test_one_loss_axis_is_visible_at_first(chart: LossChart) -> None:
    drawn = Parts(chart)
    assert all(part.visible for part in drawn.linear)
    assert not any(part.visible for part in drawn.log)


def test_the_cursor_and_the_dot_are_at_the_epoch_and_hidden_before_the_first(chart: LossChart) -> None:
    history, drawn = make_history(), Parts(chart)
    chart.point(2, history)
    assert (drawn.cursor.x.tolist(), drawn.dot.x.tolist(), drawn.dot.y.tolist()) == ([2, 2], [2], [1.5])
    chart.point(-1, history)
    assert (len(drawn.cursor.x), len(drawn.dot.x)) == (0, 0)


def test_an_update_sends_only_what_has_changed(chart: LossChart) -> None:
    history = made_up.with_losses([2.0, 1.0])
    assert chart.show(history, 10) > 3
    assert chart.show(history, 10) == 0
    history.append([1.5], np.zeros((1, 1, 2)))
    assert chart.show(history, 10) == 1  # the curve


def test_an_update_counts_the_messages_that_it_sends(chart: LossChart, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    scales = [axis.scale for axis in chart.figure.axes]
    for widget in (*chart.figure.marks, *chart.figure.axes, *scales):
        monkeypatch.setattr(widget, "send_state", sent.append)
    counted = chart.show(make_history(), 20)
    assert counted == len(sent) > 3


def test_old_branches_are_drawn_from_where_they_start(chart: LossChart) -> None:
    chart.show(make_history(), 10, [OldBranch(1, 3, np.array([1.0, 0.5]), 0.1), OldBranch(2, 0, np.array([2.0]), None)])
    drawn = Parts(chart).old_branches
    np.testing.assert_array_equal(drawn.x, [[3, 4], [0, 0]])
    np.testing.assert_array_equal(drawn.y, [[1, 0.5], [2, 2]])


def test_an_old_branch_may_have_a_single_epoch(chart: LossChart) -> None:
    chart.show(make_history(), 10, [OldBranch(1, 6, np.array([1.0]), 0.1)])
    np.testing.assert_array_equal(Parts(chart).old_branches.x, [6, 6])


def test_old_branches_are_inside_the_axis(chart: LossChart) -> None:
    chart.show(made_up.with_losses([1.0, 0.9]), 10, [OldBranch(1, 1, np.array([0.2]), 0.1)])
    assert Parts(chart).linear[0].scale.min < 0.2


def test_a_long_curve_is_sent_as_at_most_max_points(show: Callable[..., Parts]) -> None:
    x = show(made_up.history(10_000)).loss.x
    assert MAX_POINTS / 2 < len(x) <= MAX_POINTS


def test_marks_of_events_disappear_with_epochs_that_are_dropped(chart: LossChart) -> None:
    history = History.load(CLASSIC)
    chart.show(history, 300)
    drawn = Parts(chart)
    assert len(drawn.events.x) > 0
    history.truncate(2)
    chart.show(history, 300)
    assert len(drawn.events.x) == 0


def test_without_a_suitable_bqplot_there_is_a_warning_and_no_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise TraitError("The 'colors' trait expected a valid HTML color")

    monkeypatch.setattr("epochscope.widget.loss_chart.LossChart.__init__", refuse)
    with pytest.warns(UserWarning, match=r"shown without the loss chart.*cannot draw \(TraitError: The 'colors'"):
        assert make_chart([], 10, "") is None


def test_axes_are_sent_again_without_their_sides(chart: LossChart, monkeypatch: pytest.MonkeyPatch) -> None:
    # bqplot 0.12 and ipywidgets 7: an axis with side="left" and orientation="horizontal" moved to the bottom.
    sent: list[object] = []
    for axis in chart.figure.axes:
        monkeypatch.setattr(axis, "send_state", sent.append)
    chart.send_state()
    assert sent == [["tick_values", "tick_format"]] * 3
