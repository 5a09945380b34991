"""Epochs that are buffered before they are recorded."""

from __future__ import annotations

import numpy as np
import pytest

from epochscope.recording.alphabet import Alphabet
from epochscope.recording.buffer import EpochBuffer
from epochscope.recording.recording import Recording

LOGITS = np.zeros((1, 2), np.float32)


def buffered(epochs: int, size: int = 2) -> EpochBuffer[Recording]:
    buffer = EpochBuffer(Recording(Alphabet("ab"), [0], [1]), np.stack, size)
    for epoch in range(epochs):
        buffer.append(float(epoch), LOGITS, 0.1)
    return buffer


def test_buffered_epochs_count_and_a_flush_records_them() -> None:
    buffer = buffered(3)
    assert (buffer.epochs, buffer.last, len(buffer.recording)) == (3, 2.0, 0)
    buffer.flush()
    assert (buffer.epochs, buffer.last, len(buffer.recording)) == (3, 2.0, 3)
    assert buffer.recording.losses.tolist() == [0, 1, 2]


def test_a_full_buffer_is_recorded() -> None:
    buffer = buffered(1000)
    assert 0 < len(buffer.recording) < buffer.epochs == 1000
    buffer.flush()
    assert buffer.recording.losses.tolist() == list(range(1000))


def test_fewer_large_epochs_are_buffered() -> None:
    buffer = buffered(100, size=10_000)
    assert 90 < len(buffer.recording) < 100
    assert len(buffered(3, size=10**9).recording) == 2


def test_discarded_epochs_are_not_recorded() -> None:
    buffer = buffered(3)
    buffer.flush()
    buffer.append(9.0, LOGITS, 0.1)
    buffer.recording.truncate(2)
    buffer.discard()
    buffer.append(7.0, LOGITS, 0.1)
    buffer.flush()
    assert buffer.recording.losses.tolist() == [0, 1, 7]


def test_a_flush_that_is_interrupted_at_its_end_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: EpochBuffer[Recording]) -> None:
        raise KeyboardInterrupt

    buffer = buffered(3)
    with monkeypatch.context() as patch:
        patch.setattr(EpochBuffer, "discard", interrupted)
        with pytest.raises(KeyboardInterrupt):
            buffer.flush()
    assert (buffer.epochs, buffer.last) == (3, 2.0)
    buffer.append(3.0, LOGITS, 0.1)
    buffer.flush()
    assert buffer.recording.losses.tolist() == [0, 1, 2, 3]


def test_an_empty_buffer_of_an_empty_recording_has_loss_0() -> None:
    assert (buffered(0).epochs, buffered(0).last) == (0, 0.0)
