"""Epochs on their way into the recording."""

from __future__ import annotations

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.buffer import EpochBuffer

LOGITS = np.zeros((1, 2), np.float32)


def staged(epochs: int, size: int = 2) -> EpochBuffer:
    waiting = EpochBuffer(History(Alphabet("ab"), [0], [1]), np.stack, size)
    for epoch in range(epochs):
        waiting.put(float(epoch), LOGITS, 0.1)
    return waiting


def test_what_waits_counts_and_is_recorded_by_a_flush() -> None:
    waiting = staged(3)
    assert (waiting.epochs, waiting.last, len(waiting.history)) == (3, 2.0, 0)
    waiting.flush()
    assert (waiting.epochs, waiting.last, len(waiting.history)) == (3, 2.0, 3)
    assert waiting.history.losses.tolist() == [0, 1, 2]


def test_when_the_room_is_full_it_is_recorded() -> None:
    waiting = staged(1000)
    assert 0 < len(waiting.history) < waiting.epochs == 1000
    waiting.flush()
    assert waiting.history.losses.tolist() == list(range(1000))


def test_the_larger_an_epoch_the_fewer_wait() -> None:
    waiting = staged(100, size=10_000)
    assert 90 < len(waiting.history) < 100
    assert len(staged(3, size=10**9).history) == 2


def test_what_is_dropped_is_not_recorded() -> None:
    waiting = staged(3)
    waiting.flush()
    waiting.put(9.0, LOGITS, 0.1)
    waiting.history.truncate(2)
    waiting.drop()
    waiting.put(7.0, LOGITS, 0.1)
    waiting.flush()
    assert waiting.history.losses.tolist() == [0, 1, 7]


def test_a_flush_that_is_interrupted_at_its_end_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: EpochBuffer) -> None:
        raise KeyboardInterrupt

    waiting = staged(3)
    with monkeypatch.context() as patch:
        patch.setattr(EpochBuffer, "drop", interrupted)
        with pytest.raises(KeyboardInterrupt):
            waiting.flush()
    assert (waiting.epochs, waiting.last) == (3, 2.0)
    waiting.put(3.0, LOGITS, 0.1)
    waiting.flush()
    assert waiting.history.losses.tolist() == [0, 1, 2, 3]


def test_nothing_yet_has_no_loss_to_complain_of() -> None:
    assert (staged(0).epochs, staged(0).last) == (0, 0.0)
