"""The bytes that the browser reads."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.widget.wire import number, pack_block, pack_recording
from tests.widget.fixture import FOLDER, make_files, make_history


@pytest.mark.parametrize("name", ["recording.bin", "chunk-0.bin", "chunk-1.bin", "recording.json"])
def test_the_fixture_that_javascript_decodes_is_what_python_packs(name: str) -> None:
    assert make_files()[name] == (FOLDER / name).read_bytes()


def test_every_column_of_a_block_is_where_the_format_says() -> None:
    history = make_history()
    n, p, k = 3, history.positions, history.top_k
    block = pack_block(history, 2, 5)
    assert len(block) == n * (16 + p * (2 + 2 * k)) == n * history.bytes_per_epoch
    losses, lrs = np.frombuffer(block, "<f8", n), np.frombuffer(block, "<f8", n, 8 * n)
    np.testing.assert_array_equal(losses, history.losses[2:5])
    np.testing.assert_array_equal(lrs, history.lrs[2:5])
    at = 16 * n
    position_losses = np.frombuffer(block, "<u2", n * p, at).reshape(n, p) / 2048
    np.testing.assert_array_equal(position_losses, history.position_losses[2:5])
    tokens = np.frombuffer(block, "u1", n * p * k, at + 2 * n * p).reshape(n, p, k)
    np.testing.assert_array_equal(tokens[..., 0], history.predictions[2:5])
    probabilities = np.frombuffer(block, "u1", n * p * k, at + 2 * n * p + n * p * k).reshape(n, p, k) / 255
    np.testing.assert_allclose(probabilities[..., 0], history.p_prediction[2:5])


def test_tokens_take_two_bytes_when_there_are_more_than_256() -> None:
    alphabet = Alphabet([f"w{i}" for i in range(257)])
    history = History(alphabet, np.array([0]), np.array([256]), separator=" ")
    logits = np.zeros((1, 1, 257), np.float32)
    logits[0, 0, 256] = 5
    history.append(np.array([1.0]), logits, 0.1)
    block = pack_block(history, 0, 1)
    assert len(block) == history.bytes_per_epoch == 16 + 2 + 5 * 3
    assert struct.unpack_from("<H", block, 18)[0] == 256


def test_a_recording_can_be_cut_short_and_starts_its_block_at_a_multiple_of_eight() -> None:
    history = make_history()
    data = pack_recording(history, epochs=2)
    magic, version, _, length, _ = struct.unpack_from("<4sHHII", data)
    header = json.loads(data[16 : 16 + length])
    assert (magic, version, length % 8) == (b"EPSC", 1, 0)
    assert (header["epochs"], header["ghosts"]) == (2, [])
    at = 16 + length + 8 * history.positions
    assert at % 8 == 0
    assert np.frombuffer(data, "<f8", 2, at).tolist() == [2.2, 2.0]


@pytest.mark.parametrize(("value", "said"), [(None, None), (float("nan"), None), (float("inf"), None), (2, 2.0)])
def test_numbers_that_json_has_no_word_for_are_null(value: float | None, said: float | None) -> None:
    assert number(value) == said
