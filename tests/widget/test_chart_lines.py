"""The lines of the loss chart besides its curve: probes and scalars, on the places of the records."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import numpy as np
import pytest

from epochscope import EpochScope
from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.extras import Axis
from epochscope.widget.display import Display
from epochscope.widget.loss_chart import LossChart

TEXT = "abacabad"
PROBES = (("train", 0, 4), ("held out", 4, 7))


def make_loop(axis: Axis = "step") -> History:
    """Return an empty recording of a loop with two probes."""
    alphabet = Alphabet.from_text(TEXT)
    indices = alphabet.encode(TEXT)
    return History(alphabet, indices[:-1], indices[1:], axis=axis, probes=PROBES)


def grow(history: History, losses: list[float], distance: float = 50.0, **scalars: list[float]) -> None:
    """Log records of random logits."""
    first, n = len(history), len(losses)
    logits = np.random.default_rng(first).normal(size=(n, history.positions, len(history.alphabet)))
    places = distance * np.arange(first, first + n)
    named = {name.replace("_", " "): values for name, values in scalars.items()}
    history.append(losses, logits.astype(np.float32), places=places, scalars=named)


@pytest.fixture
def chart() -> Iterator[LossChart]:
    made = LossChart(goal=10, has_lines=True)
    yield made
    made.close()


def mark(chart: LossChart, ref: str) -> Any:
    return next(each for each in (*chart.figure.marks, *chart.figure.axes) if f"IPY_MODEL_{each.model_id}" == ref)


def names_of(chart: LossChart) -> list[str]:
    """The names in the legend."""
    return [unescape(name) for name in re.findall("<bdi>(.*?)</bdi>", chart.legend)]


def lines_of(chart: LossChart) -> tuple[Any, Any, Any]:
    """The lines on the loss axis, those on the axis at the right, and this axis."""
    right = chart.figure.axes[-1]
    others = next(each for each in chart.figure.marks if each.scales.get("y") is right.scale)
    return mark(chart, chart.refs["on_loss"][0]), others, right


def test_each_probe_has_a_line_of_its_own_loss_at_the_places_of_the_records(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0, 1.5, 1.0])
    chart.show(history, 3)
    losses, _, _ = lines_of(chart)
    assert losses.x.tolist() == [[0, 50, 100]] * 2
    expected = [history.probe(name).losses for name, *_ in PROBES]
    np.testing.assert_allclose(losses.y, expected, rtol=1e-6)
    curve = mark(chart, chart.refs["covered"][0])
    assert (curve.x.tolist(), curve.y.tolist()) == ([0, 50, 100], [2.0, 1.5, 1.0])
    assert names_of(chart) == ["training loss", "train", "held out"]


def test_a_scalar_with_loss_in_its_name_is_on_the_loss_axis_and_others_are_at_the_right(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0, 1.5], Validation_Loss=[2.5, 2.25], gradient_norm=[30.0, 40.0], temperature=[1.0, 1.0])
    chart.show(history, 2)
    losses, others, right = lines_of(chart)
    assert losses.y[2].tolist() == [2.5, 2.25]
    assert others.y.tolist() == [[30, 40], [1, 1]]
    assert right.visible
    assert right.scale.min <= 1
    assert right.scale.max >= 40
    assert right.tick_values.tolist() == [10, 20, 30, 40]
    assert names_of(chart) == ["training loss", "train", "held out", "Validation Loss", "gradient norm", "temperature"]
    assert chart.legend.count("epochscope-legend-right") == 2
    assert len({*losses.colors, *others.colors}) == 5


def test_without_other_scalars_there_are_no_numbers_at_the_right(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0, 1.5])
    chart.show(history, 2)
    _, others, right = lines_of(chart)
    assert not right.visible
    assert others.x.size == 0
    narrow = chart.figure.fig_margin["right"]
    grow(history, [1.0], gradient_norm=[3.0])
    chart.show(history, 3)
    assert right.visible
    assert chart.figure.fig_margin["right"] > narrow + 20


def test_a_scalar_that_is_given_now_and_then_is_a_straight_line_between_its_records(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [3.0, 2.5, 2.0, 1.5, 1.0], gradient_norm=[math.nan, 7.0, math.nan, math.nan, 3.0])
    chart.show(history, 5)
    _, others, _ = lines_of(chart)
    assert (others.x.ravel().tolist(), others.y.ravel().tolist()) == ([50, 200], [7, 3])


def test_a_line_without_finite_values_is_not_drawn_and_the_others_keep_their_colours(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0], a_loss=[math.inf], b_loss=[1.0])
    chart.show(history, 5)
    losses, _, _ = lines_of(chart)
    assert losses.y.shape == (3, 2)
    assert losses.colors == [f"var(--epochscope-run-{i})" for i in (1, 2, 4)]
    assert names_of(chart)[-2:] == ["a loss", "b loss"]


def test_the_curve_has_the_name_of_the_first_probe_if_it_is_its_loss(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0, 1.5])
    own = History(history.alphabet, history.inputs, history.targets, axis="step", probes=PROBES)
    records = history.records()
    own.extend(records._replace(losses=history.probe("train").losses + 4e-4), history.extras())
    chart.show(own, 2)
    losses, _, _ = lines_of(chart)
    assert names_of(chart) == ["train", "held out"]
    assert losses.y.size == 2
    assert losses.colors == ["var(--epochscope-run-2)"]


def test_the_legend_has_the_colour_and_the_dash_of_each_line_and_names_are_texts(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0, 1.0], 50.0, **{"<b>loss": [2.0, 1.0]})
    chart.show(history, 2)
    losses, _, _ = lines_of(chart)
    styles = re.findall('stroke: ([^;]*);.*?stroke-dasharray: ([^"]*)', chart.legend)
    assert [color for color, _ in styles[1:]] == losses.colors
    assert len(set(styles)) == 4
    assert names_of(chart)[-1] == "<b>loss"
    assert "<b>" not in chart.legend


def test_a_line_on_a_loss_axis_follows_the_logarithmic_one(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [4.0, 0.04])
    chart.show(history, 2)
    assert chart.refs["on_loss"][0] == f"IPY_MODEL_{lines_of(chart)[0].model_id}"


def test_the_axis_ends_at_the_last_place_and_its_numbers_fit(chart: LossChart) -> None:
    history = make_loop("token")
    grow(history, [2.0] * 200, distance=1_000_000.0)
    chart.show(history, 200)
    x, numbers = mark(chart, chart.refs["covered"][0]).scales["x"], chart.figure.axes[0]
    assert x.max == pytest.approx(199e6 * 1.025)
    assert numbers.tick_values.tolist() == [0, 5e7, 1e8, 1.5e8]
    assert numbers.tick_format == "~s"  # 50M


@pytest.mark.parametrize(("axis", "distance", "written"), [("step", 50.0, ",d"), ("epoch", 0.1, "~g")])
def test_steps_are_grouped_and_fractions_of_epochs_have_decimals(
    chart: LossChart, axis: Axis, distance: float, written: str
) -> None:
    history = make_loop(axis)
    grow(history, [2.0, 1.0], distance=distance)
    chart.show(history, 2)
    assert chart.figure.axes[0].tick_format == written


def test_the_goal_of_a_loop_that_has_begun_is_on_the_axis(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0, 1.0, 0.5])
    chart.show(history, 8, growing=True)
    assert mark(chart, chart.refs["covered"][0]).scales["x"].max == pytest.approx(350 * 1.025)


def test_the_cursor_and_its_dot_are_at_the_place_of_a_record(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0, 1.0, 0.5])
    chart.show(history, 3)
    chart.point(1, history)
    assert mark(chart, chart.refs["cursor"]).x.tolist() == [50, 50]
    assert (mark(chart, chart.refs["dot"]).x.tolist(), mark(chart, chart.refs["dot"]).y.tolist()) == ([50], [1.0])


def test_only_what_has_changed_is_sent(chart: LossChart) -> None:
    history = make_loop()
    grow(history, [2.0, 1.5, 1.4], gradient_norm=[3.0, 2.0, 1.0], val_loss=[2.0, math.nan, math.nan])
    assert chart.show(history, 200, growing=True) > 5
    assert chart.show(history, 200, growing=True) == 0
    grow(history, [1.45], gradient_norm=[1.1], val_loss=[math.nan])
    # The curve, and the lines on each axis; no axis, no scale and no legend.
    assert chart.show(history, 200, growing=True) <= 3


def test_a_drawing_reads_the_scalars_and_the_figures_once(chart: LossChart, monkeypatch: pytest.MonkeyPatch) -> None:
    history, reads = make_loop(), []
    grow(history, [2.0, 1.5], gradient_norm=[3.0, 2.0])
    chart.show(history, 2)  # finds the events
    for name in ("extras", "figures"):
        read = getattr(History, name)
        monkeypatch.setattr(History, name, lambda *args, _name=name, _read=read: reads.append(_name) or _read(*args))
    chart.show(history, 2)
    assert sorted(reads) == ["extras", "figures"]


def test_a_chart_that_takes_long_to_draw_is_drawn_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, drawn = [1000.0], []

    def show(*args: Any, **options: Any) -> int:
        drawn.append(clock[0])
        clock[0] += 0.1
        return 0

    monkeypatch.setattr("epochscope.widget.display.time.monotonic", lambda: clock[0])
    monkeypatch.setattr(Display, "_visible", True)
    scope = EpochScope.from_history(make_loop())
    if scope.chart is not None:
        monkeypatch.setattr(scope.chart, "show", show)
    display = scope._display
    display._draw()
    for clock[0] in (1001.0, 1002.0, 1002.2):
        display.on_epochs(clock[0])
    scope.close()
    assert drawn == [1000.0, 1002.2]  # at most a twentieth of the time


def test_a_question_hides_the_lines_as_a_whole(chart: LossChart) -> None:
    hidden = {mark(chart, ref) for ref in chart.refs["hidden"]}
    losses, others, _ = lines_of(chart)
    assert {losses, others} < hidden  # the legend names them, but tells no number


def test_the_chart_of_a_trainer_has_no_such_marks() -> None:
    plain = LossChart(goal=10)
    assert (len(plain.figure.marks), len(plain.figure.axes)) == (11, 3)
    assert "epochscope-lines-chart" not in plain.classes
    plain.close()
