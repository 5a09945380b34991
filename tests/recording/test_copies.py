"""Copies of recordings, by `copy` and by pickle."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from epochscope.history import History

from . import made_up


def pickled(history: History) -> History:
    return pickle.loads(pickle.dumps(history))


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
@pytest.mark.parametrize("in_file", [False, True])
def test_a_copy_grows_on_its_own_with_its_probes(
    copied: Callable[[History], History], in_file: bool, tmp_path: Path
) -> None:
    history = made_up.loop(3, path=tmp_path / "run.npz" if in_file else None)
    history.to_svg()
    shown = history.probe("held out")
    again, probe = copied(history), copied(shown)
    assert again == history
    assert probe == shown
    made_up.grow_loop(again, 2)
    made_up.grow_loop(history, 4, seed=1)
    expected = made_up.loop(5)
    assert again == expected
    assert np.array_equal(again.probe("held out").losses, expected.probe("held out").losses)
    assert len(probe) == 3
