"""Recordings, chunks and statuses as bytes and JSON."""

from __future__ import annotations

import json
import re
import struct

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.runs.run import Status
from epochscope.widget.wire import number, pack_block, pack_chunk, pack_recording, pack_status
from tests.widget.fixture import FOLDER, make_files, make_history


@pytest.mark.parametrize("name", make_files())
def test_the_fixture_that_javascript_decodes_is_what_python_packs(name: str) -> None:
    made, kept = make_files()[name], (FOLDER / name).read_bytes()
    assert to_12_digits(made) == to_12_digits(kept)


def to_12_digits(file: bytes) -> bytes:
    """Cut the numbers of the JSON in a file: a logarithm differs in its last digit between releases of numpy."""
    return re.sub(rb"(\d\.\d{12})\d{1,4}", rb"\1", file)


def test_every_column_of_a_block_is_at_its_place() -> None:
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


def test_a_recording_can_be_shortened_and_its_block_starts_at_a_multiple_of_eight() -> None:
    history = make_history()
    data = pack_recording(history, epochs=2)
    magic, version, _, length, _ = struct.unpack_from("<4sHHII", data)
    header = json.loads(data[16 : 16 + length])
    assert (magic, version, length % 8) == (b"EPSC", 1, 0)
    assert (header["epochs"], header["old_branches"]) == (2, [])
    at = 16 + length + 8 * history.positions
    assert at % 8 == 0
    assert np.frombuffer(data, "<f8", 2, at).tolist() == [2.2, 2.0]


@pytest.mark.parametrize(("value", "packed"), [(None, None), (float("nan"), None), (float("inf"), None), (2, 2.0)])
def test_numbers_that_json_cannot_express_are_null(value: float | None, packed: float | None) -> None:
    assert number(value) == packed


def test_a_status_is_its_fields_and_a_number() -> None:
    status = Status("failed", head=3, revision=1, goal=300, speed=None, source="trainer", reason="error", message="why")
    assert pack_status(status, 7) == {
        "state": "failed",
        "head": 3,
        "revision": 1,
        "goal": 300,
        "speed": None,
        "source": "trainer",
        "reason": "error",
        "message": "why",
        "seq": 7,
    }


def test_a_chunk_has_the_fields_of_the_wire() -> None:
    content, (_,) = pack_chunk(make_history(), 3, 7, revision=2, after=1)
    assert content.keys() == {"kind", "revision", "after", "start", "count", "events"}
    assert [content[name] for name in ("kind", "revision", "after", "start", "count")] == ["chunk", 2, 1, 3, 4]
