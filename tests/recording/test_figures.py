"""The figures of a recording that several threads read."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from epochscope.recording import figures
from epochscope.recording.extras import ExtraColumns, Extras
from epochscope.recording.growing_column import GrowingColumn

from . import made_up


def test_threads_that_ask_at_once_get_the_figures_which_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def slow(*args: Any) -> figures.Figures:
        calls.append(1)
        time.sleep(0.01)
        return figures_of(*args)

    figures_of = figures.figures_of
    monkeypatch.setattr(figures, "figures_of", slow)
    monkeypatch.setattr(figures, "CHUNK", 10)
    history = made_up.loop(30)
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda _: history.n_correct, range(4)))
    assert len(calls) == 2 * 3  # probes, chunks
    assert all(np.array_equal(each, history.correct.sum(axis=1)) for each in seen)


def test_a_scalar_may_get_its_first_value_while_another_thread_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ExtraColumns(False)
    columns.write(0, 1, Extras(None, {"norm": np.array([2.0])}))
    read = GrowingColumn.read

    def late(self: GrowingColumn[Any], start: int, stop: int) -> Any:
        columns.write(0, 1, Extras(None, {"norm": np.array([2.0]), "accuracy": np.array([0.5])}))
        return read(self, start, stop)

    monkeypatch.setattr(GrowingColumn, "read", late)
    assert columns.rows(0, 1).scalars["norm"].tolist() == [2.0]
