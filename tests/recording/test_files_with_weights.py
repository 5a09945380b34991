"""Files of recordings with weights: what is restored, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording.network import Layer, Network
from epochscope.recording.packed_weights import pack_weights
from epochscope.recording.trained import Trained
from epochscope.recording.weights import Weights

from . import made_up


def network_over(tokens: int) -> Network:
    """Return a network whose hidden state is its logits."""
    return Network(tokens, (Layer("gru", tokens, tokens),))


def weights_of(network: Network, *epochs: int) -> Weights:
    """Return weights that are all the epoch."""
    weights = Weights(network)
    for epoch in epochs:
        weights.add(epoch, np.full(network.n_weights, epoch))
    return weights


def with_weights(*epochs: int, recorded: int = 9) -> History:
    """Return a recording with the weights of some epochs."""
    history = made_up.history(recorded)
    history.weights = weights_of(network_over(len(history.alphabet)), *epochs)
    return history


def member(data: bytes, name: str) -> bytes:
    """Return the bytes of a file's member."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def forged(data: bytes, weights: bytes | None, compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return a file with other weights (None: without) and valid CRCs, as someone who knows the format would."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(file, "w") as copy:
        for name in archive.namelist():
            if name != "weights.bin":
                copy.writestr(name, archive.read(name))
        if weights is not None:
            copy.writestr("weights.bin", weights, compression)
        copy.comment = b"00000000"
    body = file.getvalue()[:-8]
    return body + f"{zlib.crc32(body):08x}".encode()


def test_a_file_restores_the_weights() -> None:
    history = with_weights(0, 3, 8)
    loaded = History.from_bytes(history.to_bytes())
    assert loaded == history
    assert loaded.weights is not None
    assert history.weights is not None
    assert (loaded.weights.network, loaded.weights.epochs) == (history.weights.network, (0, 3, 8))
    assert loaded.weights.at(3).tolist() == history.weights.at(3).tolist()
    assert loaded.to_bytes() == history.to_bytes()


def test_only_a_file_with_weights_has_a_version_that_an_older_epochscope_refuses() -> None:
    assert json.loads(member(with_weights(0).to_bytes(), "header.json"))["version"] == 3
    assert with_weights().to_bytes() == made_up.history(9).to_bytes()


def test_weights_of_an_epoch_that_is_not_recorded_yet_are_left_out() -> None:
    loaded = History.from_bytes(with_weights(4, 9).to_bytes())
    assert loaded.weights is not None
    assert loaded.weights.epochs == (4,)
    assert with_weights(9).to_bytes() == made_up.history(9).to_bytes()


def test_numpy_reads_a_file_with_weights() -> None:
    history = with_weights(0, 3)
    with np.load(io.BytesIO(history.to_bytes()), allow_pickle=False) as file:
        assert file["losses"].tolist() == history.losses.tolist()


TOKENS = len(made_up.history(1).alphabet)
PACKED = pack_weights(weights_of(network_over(TOKENS), 0, 3))


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        (None, "its members are .*; expected .*weights.bin"),
        (b"", "cannot read these weights"),
        (PACKED[:-1], "do not unpack"),
        (PACKED + b"x", "do not unpack"),
        (PACKED[:4] + b"\2" + PACKED[5:], "version 2; expected"),
        (pack_weights(weights_of(network_over(TOKENS), 3, 9)), r"of epochs \(3, 9\)..., but 9 epochs are recorded"),
        (pack_weights(weights_of(network_over(TOKENS))), r"of epochs \(\)..., but 9"),
        (pack_weights(weights_of(network_over(TOKENS + 1), 3)), f"of a network over {TOKENS + 1} tokens, not {TOKENS}"),
    ],
)
def test_forged_weights_are_refused(weights: bytes | None, reason: str) -> None:
    with pytest.raises(ValueError, match=f"cannot read this recording: .*{reason}"):
        History.from_bytes(forged(with_weights(0).to_bytes(), weights))


@pytest.mark.parametrize("damage", [lambda b: b ^ 1, lambda _: 0])
def test_any_damaged_byte_of_the_weights_is_noticed(damage: Callable[[int], int]) -> None:
    data = with_weights(0, 3).to_bytes()
    start = data.index(b"EPSW")
    for at in range(start, start + len(member(data, "weights.bin")), 7):
        damaged = bytes([*data[:at], damage(data[at]), *data[at + 1 :]])
        if damaged != data:
            with pytest.raises(ValueError, match="cannot read this recording"):
                History.from_bytes(damaged)


def test_max_bytes_counts_the_weights_in_memory() -> None:
    history = with_weights(*range(9))
    assert history.weights is not None
    data = history.to_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist()) + history.weights.nbytes
    assert History.from_bytes(data, max_bytes=size) == history
    with pytest.raises(ValueError, match="pass a larger max_bytes"):
        History.from_bytes(data, max_bytes=size - 1)


def test_a_file_says_how_the_weights_were_trained_if_there_is_something_to_say() -> None:
    history = with_weights(1)
    assert history.weights is not None
    plain = json.loads(member(history.to_bytes(), "header.json"))
    assert "trained" not in plain
    history.weights.trained = trained = Trained({"kind": "sgd", "momentum": 0.5})
    data = history.to_bytes()
    assert json.loads(member(data, "header.json")) == plain | {"trained": trained.to_json()}
    read = History.from_bytes(data).weights
    assert read is not None
    assert read.trained == trained
    history.weights = None
    assert "trained" not in json.loads(member(history.to_bytes(), "header.json"))
