"""The figures of a sweep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.recording.rate import Rate
from epochscope.recording.sweep_summary import WAITING, Axis, Box, RunSummary, SweepSummary, labels_of, summarize

from . import made_up


def trained(losses: list[float], *, first: int | None = None, n_correct: int = 0) -> RunSummary:
    return RunSummary("trained", np.array(losses), first=first, n_correct=n_correct, n_counted=4)


def test_the_interval_is_that_of_wilson() -> None:
    assert Rate(5, 10).interval == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert Rate(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert Rate(10, 10).interval[1] == 1.0
    assert Rate(0, 0).interval == (0.0, 1.0)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_of_the_interval_are_the_rates_that_the_score_test_just_accepts(counts: tuple[int, int]) -> None:
    successes, n = counts
    for rate in Rate(successes, n).interval:
        if 0 < rate < 1:
            deviation = (successes / n - rate) / math.sqrt(rate * (1 - rate) / n)
            assert abs(deviation) == pytest.approx(1.95996, abs=1e-3)
    low, high = Rate(successes, n).interval
    assert 0 <= low <= successes / n <= high <= 1


def test_a_box_counts_the_runs_that_are_done() -> None:
    runs = (
        trained([3, 2, 1], first=1, n_correct=4),
        trained([3, 2, 5], first=1, n_correct=3),
        trained([3, 3, 3]),
        RunSummary("diverged", np.array([3, math.inf]), first=0, n_correct=4, n_counted=4),
        RunSummary("failed", np.zeros(0), message="ValueError: no"),
        WAITING,
    )
    box = Box((0,), 0, runs)
    assert (box.ever, box.at_end, box.failed) == (Rate(3, 5), Rate(1, 5), 2)
    assert (box.median_first, box.median_loss) == (1, 3)
    assert box.median.tolist() == [3, 2, 3]


def test_the_median_is_that_of_the_runs_that_have_an_epoch() -> None:
    short = RunSummary("diverged", np.array([9.0, math.nan]))
    assert Box((), 0, (trained([1, 2, 3]), trained([3, 4, 5]), short)).median.tolist() == [3, 3, 4]
    lonely = Box((), 0, (RunSummary("diverged", np.array([math.nan])), WAITING)).median
    assert np.isnan(lonely).tolist() == [True]
    assert len(Box((), 0, (WAITING,)).median) == 0


def test_runs_are_divided_into_boxes_with_the_last_option_fastest() -> None:
    axes = (Axis("cell", ("RNN", "LSTM")), Axis("lr", ("lr 0.1", "lr 0.01", "lr 1")))
    runs = tuple(trained([float(i)]) for i in range(12))
    summary = SweepSummary("hi", 1, 1, axes, (0, 5), runs)
    assert [labels_of(axes, box.at) for box in summary.boxes][:4] == [
        ("RNN", "lr 0.1"),
        ("RNN", "lr 0.01"),
        ("RNN", "lr 1"),
        ("LSTM", "lr 0.1"),
    ]
    assert [[run.final_loss for run in box.runs] for box in summary.boxes] == [[2 * i, 2 * i + 1] for i in range(6)]
    assert [box.start for box in summary.boxes] == [0, 2, 4, 6, 8, 10]
    assert len(SweepSummary("hi", 1, 1, (), (0, 5), runs[:2]).boxes) == 1


def test_a_recording_is_summarized() -> None:
    history = made_up.history(40)
    summary = summarize(history)
    right = np.flatnonzero(history.n_correct == history.n_counted)
    assert summary.first == (int(right[0]) if len(right) else None)
    assert (summary.state, summary.epochs) == ("trained", 40)
    assert summary.n_correct == history.n_correct[-1]
    assert summary.first_error == history.first_error[-1]
    assert summary.final_loss == history.losses[-1]
    assert summarize(history, "ValueError: no").state == "failed"
    nothing = summarize(None, "ValueError: no")
    assert (nothing.state, nothing.epochs, nothing.message) == ("failed", 0, "ValueError: no")
    assert math.isnan(nothing.final_loss)
