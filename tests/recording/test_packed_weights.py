"""Weights as bytes. The fixture is also decoded by `js/player/packed-weights.test.ts`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.recording.network import Layer, Network, Output
from epochscope.recording.packed_weights import pack_refusal, pack_weights, unpack_weights
from epochscope.recording.weights import Weights

FIXTURES = Path(__file__).parents[1] / "fixtures"
MEGABYTE = 2**20


def made(dtype: str, epochs: tuple[int, ...]) -> Weights:
    """Return weights that a page can check: epoch + index / 8, and not a number."""
    network = Network(3, (Layer("gru", 2, 2, bias=False),), 2, Output(), dtype)  # pyright: ignore[reportArgumentType]
    weights = Weights(network)
    for epoch in epochs:
        values = epoch + np.arange(network.n_weights) / 8
        values[1] = np.nan
        weights.add(epoch, values)
    return weights


def same(one: Weights, other: Weights) -> bool:
    """Return whether two have the same network, epochs and values."""
    return (one.network, one.epochs) == (other.network, other.epochs) and all(
        np.array_equal(one.at(epoch), other.at(epoch), equal_nan=True) for epoch in one.epochs
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_fixture_is_what_is_packed(dtype: str) -> None:
    packed = (FIXTURES / f"weights-{dtype}.bin").read_bytes()
    assert same(unpack_weights(packed, MEGABYTE), made(dtype, (0, 1, 7)))
    assert len(pack_weights(made(dtype, (0, 1, 7)), revision=3)) == len(packed)


@given(st.lists(st.lists(st.floats(width=32), min_size=3 * 7, max_size=3 * 7), max_size=4))
def test_any_weights_are_restored_bit_for_bit(rows: list[list[float]]) -> None:
    network = Network(3, (Layer("rnn", 3, 3, bias=False),), None, None)
    weights = Weights(network)
    for epoch, row in enumerate(rows):
        weights.add(2 * epoch, np.array(row[: network.n_weights], dtype=np.float32))
    restored = unpack_weights(pack_weights(weights), MEGABYTE)
    assert restored.epochs == weights.epochs
    assert all(restored.at(e).tobytes() == weights.at(e).tobytes() for e in weights.epochs)


def test_only_the_chosen_epochs_are_packed() -> None:
    assert unpack_weights(pack_weights(made("float32", (0, 1, 7)), [1, 7]), MEGABYTE).epochs == (1, 7)


def test_epochs_of_a_training_take_less_than_half_of_their_size() -> None:
    rng = np.random.default_rng(0)
    network = Network(14, (Layer("lstm", 14, 14),))
    weights, values = Weights(network), rng.normal(size=network.n_weights)
    for epoch in range(100):
        values = values + rng.normal(size=len(values)) * 1e-3
        weights.add(epoch, values)
    assert len(pack_weights(weights)) < 0.65 * weights.nbytes


@pytest.mark.parametrize("damage", ["magic", "cut", "flipped", "longer", "header", "empty"])
def test_damaged_bytes_are_refused(damage: str) -> None:
    packed = bytearray(pack_weights(made("float32", (0, 1, 7))))
    if damage == "magic":
        packed[0] ^= 1
    elif damage == "cut":
        del packed[-5:]
    elif damage == "flipped":
        packed[-20] ^= 64
    elif damage == "longer":
        packed += b"x"
    elif damage == "header":
        packed = packed.replace(b"gru", b"gr\xff")
    else:
        packed.clear()
    with pytest.raises(ValueError, match="cannot read these weights"):
        unpack_weights(bytes(packed), MEGABYTE)


def test_a_small_file_cannot_take_much_memory() -> None:
    zeros = Weights(Network(14, (Layer("lstm", 14, 14),)))
    for epoch in range(100):
        zeros.add(epoch, np.zeros(zeros.network.n_weights))
    packed = pack_weights(zeros)
    with pytest.raises(ValueError, match="more than 100,000"):
        unpack_weights(packed, 100_000)
    forged = packed.replace(b"[0, 1, 2, 3,", b"[0, 1, 2, 1,")
    with pytest.raises(ValueError, match="increasing order"):
        unpack_weights(forged, MEGABYTE)


def test_a_refusal_is_packed_in_place_of_weights() -> None:
    packed = pack_refusal("no recurrent layer “x”", revision=2)
    header = json.loads(packed[16 : 16 + int.from_bytes(packed[8:12], "little")])
    assert header == {"refused": "no recurrent layer “x”", "revision": 2}
    with pytest.raises(ValueError, match="cannot read these weights"):
        unpack_weights(packed, MEGABYTE)
