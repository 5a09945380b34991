"""What comes from anybody is refused by name, before anything is made of it."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest

from epochscope.training import from_spec
from epochscope.widget.scope import EpochScope
from tests.recording.specs import hostile

HOSTILE = hostile()


def test_all_hostile_specs_are_refused_by_the_name_of_the_field(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(*_: Any) -> Any:
        raise AssertionError("a trainer was made")

    monkeypatch.setattr(from_spec, "trainer_of", make)
    assert len(HOSTILE) >= 300
    for name, spec in HOSTILE:
        with pytest.raises((ValueError, TypeError)) as caught:
            EpochScope.from_spec(spec)
        message = str(caught.value)
        assert name in message, (name, message)
        assert len(message) < 1_000


def test_refusing_takes_neither_time_nor_memory() -> None:
    tracemalloc.start()
    try:
        slowest, most = 0.0, 0
        for _, spec in HOSTILE:
            tracemalloc.reset_peak()
            before, started = tracemalloc.get_traced_memory()[0], time.thread_time()
            with pytest.raises((ValueError, TypeError)):
                EpochScope.from_spec(spec)
            slowest = max(slowest, time.thread_time() - started)
            most = max(most, tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
    assert slowest < 2
    assert most < 64 * 2**20
