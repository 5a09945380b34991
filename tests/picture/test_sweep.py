"""The picture of a sweep."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from epochscope.picture.sweep import POINTS, draw_sweep
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
    for element, box in zip(boxes, shown.boxes, strict=True):
        label = ", ".join(axis.values[i] for axis, i in zip(axes, box.at, strict=True))
        assert texts(element)[0] == label
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
    svg = draw_sweep(many)
    assert len(svg) < 20 * POINTS + 1200 * 300
    assert svg == draw_sweep(many)


def test_it_is_described_in_words() -> None:
    root = parse(draw_sweep(summary(CELL, runs=[run(), diverged(), run(right=False), WAITING])))
    description = root.find(f"{SVG}desc")
    assert description is not None
    assert (description.text or "").splitlines() == [
        "RNN: ever 1 of 2, at the end 1 of 2, 1 failed",
        "LSTM: ever 0 of 1, at the end 0 of 1",
    ]


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="width=100: must be an integer from 320 to 4096"):
        draw_sweep(summary(), width=100)
    with pytest.raises(ValueError, match="theme='blue'"):
        draw_sweep(summary(), theme="blue")
    with pytest.raises(TypeError, match="panel: a picture of a sweep has no such option"):
        draw_sweep(summary(), panel="inside")
