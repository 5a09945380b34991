"""What a page receives of a sweep."""

from __future__ import annotations

import json
import math
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope import Trainer
from epochscope.recording.sweep_summary import WAITING, Axis, RunSummary, SweepSummary, summarize
from epochscope.widget.sweep_wire import MIN_POINTS, pack_curves, pack_run, sweep_state, thinned

HISTORY = Trainer("hihello", cell="rnn").train(30)


def summary(*runs: RunSummary, seeds: int = 2) -> SweepSummary:
    values = tuple(f"lr {i}" for i in range(len(runs) // seeds))
    return SweepSummary("hihello", 30, 6, (Axis("lr", values),), tuple(range(seeds)), runs)


def curves(shown: SweepSummary) -> list[list[float]]:
    """Return the curves of runs and boxes as a page reads them."""
    state, data = sweep_state(shown, state="finished"), np.frombuffer(pack_curves(shown), "<f4")
    lengths = [each["points"] for each in (*state["runs"], *state["boxes"])]
    assert sum(lengths) == len(data)
    return [part.tolist() for part in np.split(data, np.cumsum(lengths)[:-1])]


def test_the_figures_are_json_and_those_of_the_summary() -> None:
    failed = RunSummary("failed", np.zeros(0), message="ValueError: </script>")
    state = sweep_state(summary(summarize(HISTORY), failed, WAITING, WAITING), state="running", seconds_left=2.5)
    assert json.loads(json.dumps(state, allow_nan=False)) == state
    first, second, waiting, _ = state["runs"]
    assert (first["state"], first["epochs"], first["points"]) == ("trained", 30, 30)
    assert (first["correct"], first["loss"]) == (HISTORY.n_correct[-1], HISTORY.losses[-1])
    assert (second["state"], second["loss"], second["message"]) == ("failed", None, "ValueError: </script>")
    assert (waiting["state"], waiting["points"], waiting["first"]) == ("waiting", 0, None)
    box, empty = state["boxes"]
    assert (box["at"], box["start"], box["done"], box["failed"]) == ([0], 0, 2, 1)
    assert box["ever"][0] == int(HISTORY.accuracy.max() == 1)
    assert (empty["done"], empty["ever"], empty["points"]) == (0, [0, 0.0, 1.0], 0)
    axis = state["losses"]["linear"]
    assert axis["low"] < HISTORY.losses.min() < HISTORY.losses.max() < axis["high"]
    assert (state["state"], state["seconds_left"]) == ("running", 2.5)


def test_the_curves_are_the_losses_and_their_medians() -> None:
    other = RunSummary("diverged", np.array([3.0, math.inf, math.nan]))
    runs = (summarize(HISTORY), other, WAITING, WAITING)
    found = curves(summary(*runs))
    assert found[0] == pytest.approx(HISTORY.losses.tolist(), rel=1e-6)
    assert found[1][0] == 3.0
    assert not np.isfinite(found[1][1:]).any()
    assert (found[2], found[3], found[5]) == ([], [], [])
    expected = (HISTORY.losses[0] + 3) / 2
    assert found[4] == pytest.approx([expected, *HISTORY.losses[1:]], rel=1e-6)


def test_many_runs_are_thinned() -> None:
    long = RunSummary("trained", np.linspace(3, 1, 5000))
    assert len(curves(summary(*[long] * 2))[0]) == 300
    short = RunSummary("trained", np.linspace(3, 1, 100))
    assert len(curves(summary(*[short] * 4000))[0]) == 74
    assert len(curves(summary(*[short] * 16_000))[0]) == MIN_POINTS


@given(
    st.lists(st.floats(0, 100) | st.just(math.nan), min_size=1, max_size=400), st.integers(2, 60).map(lambda n: 2 * n)
)
def test_thinning_keeps_the_lowest_and_the_highest_value(values: list[float], most: int) -> None:
    curve = np.array(values)
    kept = thinned(curve, most)
    assert len(kept) == min(len(curve), most)
    finite = curve[~np.isnan(curve)]
    if len(finite):
        assert (np.nanmin(kept), np.nanmax(kept)) == (finite.min(), finite.max())


def test_a_recording_is_what_a_player_reads() -> None:
    assert zlib.decompress(pack_run(HISTORY)).startswith(b"EPSC")
