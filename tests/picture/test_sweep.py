"""The picture of a sweep."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from epochscope.picture.sweep import draw_sweep
from epochscope.picture.sweep_boxes import POINTS
from epochscope.recording.sweep_summary import WAITING, Axis, RunSummary, SweepSummary
from epochscope.words import words

from .test_picture import SVG, of_kind, parse

CELL = Axis("cell", ("RNN", "LSTM"))
LR = Axis("lr", ("lr 0.1", "lr 0.01", "lr 0.001"))
RANDOM = np.random.default_rng(0)


def run(epochs: int = 40, *, right: bool = True, last: float = 1.0) -> RunSummary:
    losses = np.linspace(3, last, epochs) + RANDOM.normal(0, 0.01, epochs)
    return RunSummary("trained", losses, first=5 if right else None, n_correct=6 if right else 5, n_counted=6)


def diverged() -> RunSummary:
    return RunSummary("diverged", np.array([3.0, 90.0, math.inf]), n_counted=6)


def failed() -> RunSummary:
    return RunSummary("failed", np.zeros(0), message="no")


def summary(*axes: Axis, seeds: int = 2, runs: Any = None, text: str = " hi hello", epochs: int = 40) -> SweepSummary:
    n = math.prod(len(axis.values) for axis in axes) * seeds
    return SweepSummary(text, epochs, 6, axes, tuple(range(seeds)), tuple(runs or (run() for _ in range(n))))


def texts(root: Any) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("axes", [(), (LR,), (CELL, LR), (CELL, LR, Axis("window", ("window 2", "window 3")))])
def test_each_box_has_its_options_runs_median_and_rates(axes: tuple[Axis, ...]) -> None:
    shown = summary(*axes)
    boxes = of_kind(parse(draw_sweep(shown)), "box")
    assert len(boxes) == len(shown.boxes)
    for element, box in zip(boxes, sorted(shown.boxes, key=lambda box: box.at[2:]), strict=True):
        label = ", ".join(axis.values[i] for axis, i in zip(axes[:2], box.at, strict=False))
        assert texts(element)[0] == (label or "1"), "without options the first text is of the axis"
        assert len(of_kind(element, "run")) == 2
        assert len(of_kind(element, "median")) == 1
        assert texts(element)[-2:] == ["ever 2 of 2", "at the end 2 of 2"]


def test_the_bars_are_the_rates() -> None:
    runs = [run(), run(right=False), run(right=False), diverged()]
    (box,) = of_kind(parse(draw_sweep(summary(seeds=4, runs=runs))), "box")
    ever, end = (float(bar.get("width") or 0) for bar in of_kind(box, "rate"))
    whole = float(next(rect for rect in box.iter(f"{SVG}rect") if rect.get("rx") == "2").get("width") or 0)
    assert ever == end == pytest.approx(whole / 4, abs=0.01)
    assert len(of_kind(box, "ended")) == 1


def test_runs_that_wait_are_said_and_an_empty_box_too() -> None:
    root = parse(draw_sweep(summary(CELL, runs=[run(), WAITING, WAITING, WAITING])))
    first, second = of_kind(root, "box")
    assert "1 of 4 runs" in texts(root)
    assert "1 of 2 done" in texts(first)
    assert not of_kind(first, "median"), "a single run is its own median"
    assert texts(second)[-1] == "waiting"
    assert not of_kind(second, "rate")


@pytest.mark.parametrize(
    "runs",
    [
        [diverged(), diverged()],
        [RunSummary("diverged", np.array([math.nan])), RunSummary("failed", np.zeros(0), message="no")],
        [run(1), run(1)],
        [WAITING, WAITING],
    ],
)
def test_a_sweep_without_a_curve_is_drawn_too(runs: list[RunSummary]) -> None:
    svg = draw_sweep(summary(runs=runs, epochs=1))
    assert len(of_kind(parse(svg), "box")) == 1
    assert "nan" not in svg
    assert "inf" not in svg


def test_one_run_that_goes_far_does_not_flatten_the_others() -> None:
    calm = [run() for _ in range(10)]
    far = RunSummary("trained", np.array([3.0, *[500.0] * 39]), n_counted=6)
    root = parse(draw_sweep(summary(seeds=11, runs=[*calm, far])))
    ticks = [float(text) for text in texts(root) if text.replace(".", "").isdigit()]
    assert max(tick for tick in ticks if tick not in (0, 40)) < 10


@pytest.mark.parametrize("width", [320, 360, 480, 960, 4096])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_nothing_reaches_over_the_edge(width: int, lang: str) -> None:
    long = Axis("model", ("a_function_with_a_very_long_name_that_says_everything", "b"))
    root = parse(draw_sweep(summary(CELL, LR, long, text="hello " * 40), width=width, lang=lang))
    for element in root.iter():
        if "x" in element.attrib and element.tag == f"{SVG}rect":
            assert float(element.get("x", "0")) >= -0.01
            assert float(element.get("x", "0")) + float(element.get("width", "0")) <= width + 0.01
    columns = {element.get("x") for element in of_kind(root, "box")}
    assert columns
    assert words(lang)["sweep_median"] in texts(root)


def test_a_picture_of_many_runs_stays_small_and_the_same_sweep_gives_the_same_bytes() -> None:
    many = summary(CELL, LR, seeds=200, runs=[run(2000)] * 1200, epochs=2000)
    assert len(draw_sweep(many)) < 12 * POINTS + 1200 * 300
    few = summary(CELL, LR)
    assert draw_sweep(few) == draw_sweep(few)


def test_it_is_described_in_words() -> None:
    root = parse(draw_sweep(summary(CELL, runs=[run(), diverged(), run(right=False), WAITING])))
    description = root.find(f"{SVG}desc")
    assert description is not None
    assert (description.text or "").splitlines() == [
        "RNN: ever 1 of 2, at the end 1 of 2, 1 diverged",
        "LSTM: ever 0 of 1, at the end 0 of 1",
    ]


def test_a_box_without_options_or_without_runs_is_described_too() -> None:
    for shown, said in (
        (summary(runs=[run(), failed()]), ["ever 1 of 2, at the end 1 of 2, 1 failed"]),
        (summary(LR, runs=[WAITING] * 6), [f"{label}: waiting" for label in LR.values]),
    ):
        description = parse(draw_sweep(shown)).find(f"{SVG}desc")
        assert description is not None
        assert (description.text or "").splitlines() == said


@pytest.mark.parametrize("width", [320, 960])
def test_a_box_says_how_many_runs_diverged_and_failed(width: int) -> None:
    runs = [run(), diverged(), failed(), WAITING, *[run() for _ in range(4)]]
    root = parse(draw_sweep(summary(CELL, seeds=4, runs=runs), width=width))
    first, second = of_kind(root, "box")
    assert "3 of 4 done · 1 diverged · 1 failed" in texts(first)
    assert not [text for text in texts(second) if "diverged" in text or "failed" in text]


def test_the_legend_names_the_axes_and_the_cross_where_there_is_one() -> None:
    assert {"loss, nats per token", "epoch"} <= set(texts(parse(draw_sweep(summary()))))
    assert "diverged or failed" not in texts(parse(draw_sweep(summary())))
    root = parse(draw_sweep(summary(runs=[run(), diverged()])))
    assert "diverged or failed" in texts(root)
    assert len(of_kind(root, "ended")) == 2, "of the run and of the legend"


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("values", [4, 5, 7])
def test_narrow_boxes_have_room_for_their_bars(values: int, lang: str) -> None:
    many = Axis("lr", tuple(f"lr {i}" for i in range(values)))
    for width in (480, 700, 960):
        root = parse(draw_sweep(summary(many, seeds=10), width=width, lang=lang))
        bars = [rect for rect in root.iter(f"{SVG}rect") if rect.get("rx") == "2" and rect.get("class") != "rate"]
        assert min(float(bar.get("width") or 0) for bar in bars) >= 80


def test_each_value_of_the_first_option_begins_a_row_and_rows_are_about_as_long() -> None:
    many = Axis("lr", tuple(f"lr {i}" for i in range(7)))
    boxes = of_kind(parse(draw_sweep(summary(CELL, many))), "box")
    headings = [next(box.iter(f"{SVG}text")) for box in boxes]
    rows = {y: [each.text for each in headings if each.get("y") == y] for y in dict.fromkeys(_y(headings))}
    assert [len(row) for row in rows.values()] == [4, 3, 4, 3]
    assert [row[0] for row in rows.values()] == ["RNN, lr 0", "RNN, lr 4", "LSTM, lr 0", "LSTM, lr 4"]


def _y(elements: list[Any]) -> list[str]:
    return [element.get("y") for element in elements]


def test_further_options_are_headings_above_blocks() -> None:
    shown = summary(
        CELL, LR, Axis("h", ("hidden_size=8", "hidden_size=32")), Axis("r", ("readout=True", "readout=False"))
    )
    root = parse(draw_sweep(shown, width=360))
    found = [text for text in texts(root) if text.startswith("hidden")]
    assert found == [f"hidden_size={size}, readout={readout}" for size in (8, 32) for readout in (True, False)]
    assert [texts(box)[0] for box in of_kind(root, "box")][:6] == [
        f"{c}, {lr}" for c in CELL.values for lr in LR.values
    ]


def test_a_single_epoch_is_a_visible_dot() -> None:
    root = parse(draw_sweep(summary(runs=[run(1), run(1)], epochs=1)))
    assert min(float(line.get("stroke-width") or 0) for line in of_kind(root, "run")) >= 4


def test_lines_of_many_runs_still_follow_their_losses() -> None:
    losses = np.geomspace(3, 1, 300) + np.where(np.arange(300) == 200, 1, 0)
    one = RunSummary("trained", losses, first=5, n_correct=6, n_counted=6)
    few, many = (
        _points(of_kind(parse(draw_sweep(summary(seeds=seeds, runs=[one] * seeds, epochs=300))), "run")[0])
        for seeds in (1, 1200)
    )
    assert len(many) < len(few) + 5
    at = np.linspace(few[0, 0], few[-1, 0], 2000)
    assert np.abs(np.interp(at, *few.T) - np.interp(at, *many.T)).max() < 1
    assert many[:, 1].min() == few[:, 1].min()
    low, high = few[:, 1].max(), few[:, 1].min()
    exact = low + (high - low) * (losses - losses.min()) / (losses.max() - losses.min())
    x = np.linspace(few[0, 0], few[-1, 0], 300)
    away = np.abs(np.interp(x, *many.T) - exact)
    assert away[np.abs(np.arange(300) - 200) > 2].max() < 1


def _points(line: Any) -> np.ndarray:
    pairs = line.get("d").replace("M", "L").removeprefix("L").replace("h0", "").split("L")
    return np.array([[float(each) for each in pair.split()] for pair in pairs])


def test_a_line_has_gaps_where_its_losses_are_not_finite() -> None:
    losses = np.array([3.0, 2.9, math.nan, 2.0, 1.9])
    one = RunSummary("trained", losses, n_counted=6)
    (line,) = of_kind(parse(draw_sweep(summary(seeds=1, runs=[one], epochs=5))), "run")
    assert (line.get("d") or "").count("M") == 2


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="width=100: must be an integer from 320 to 4096"):
        draw_sweep(summary(), width=100)
    with pytest.raises(ValueError, match="theme='blue'"):
        draw_sweep(summary(), theme="blue")
    with pytest.raises(TypeError, match="panel: a picture of a sweep has no such option"):
        draw_sweep(summary(), panel="inside")
