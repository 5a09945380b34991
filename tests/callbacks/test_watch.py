"""`Watch`: what the callbacks have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from epochscope.callbacks.watch import Watch
from epochscope.widget.monitor import monitor


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("array", np.array([1.0, 2.0])),
        ("tensor", torch.ones(2)),
        ("list", [1.0]),
        ("text", "1.0"),
        ("large", 10**400),
        ("loss", 1.0),
        (" ", 1.0),
        ("two\nlines", 1.0),
        ("a" * 81, 1.0),
        (3, 1.0),
    ],
)
def test_a_metric_that_is_no_scalar_is_left_out(name: Any, value: Any) -> None:
    watch = Watch(None, 1, None, None)
    assert watch.scalars({name: value, "norm": torch.tensor(0.5)}) == {"norm": 0.5}
    assert watch.scalars({"norm": 0.5, "epoch": 1.0}, ["epoch"]) == {"norm": 0.5}


def test_of_too_many_metrics_the_first_are_recorded() -> None:
    mine = monitor("abcab", alphabet=list("abc"))
    for _ in mine.steps(1):
        mine.log(loss=1.0, logits=np.zeros((1, 4, 3)), scalars={"mine": 1.0})
    watch = Watch(mine, 1, None, None)
    watch.begin(lambda: mine, 2, 0)
    for step in range(2):
        assert watch.reach(step)
        metrics = {f"{step} {number}": 1.0 for number in range(200)} | {"0 0": 2.0}
        mine.log(loss=1.0, logits=np.zeros((1, 4, 3)), scalars=watch.scalars(metrics))
    watch.end()
    assert len(mine.history.scalar_names) == 256
    assert mine.history.scalars["0 0"][1:].tolist() == [2.0, 2.0]
