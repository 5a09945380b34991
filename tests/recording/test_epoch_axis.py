"""The number of epochs on an axis, the same in Python and in JavaScript, and its ticks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope.recording.epoch_axis import epoch_ticks, epochs_on_axis

CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "epochs_on_axis.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_axis_has_as_many_epochs_as_that_of_the_player(case: dict[str, Any]) -> None:
    axis = epochs_on_axis(case["epochs"], case["goal"], longest=case["longest"], growing=case["growing"])
    assert axis == case["axis"]


@pytest.mark.parametrize("last", [1, 2, 3, 5, 7, 300, 100_000])
def test_epoch_ticks_are_whole_numbers(last: int) -> None:
    at = epoch_ticks(last)
    assert 2 <= len(at) <= 5
    np.testing.assert_array_equal(at, at.round())
