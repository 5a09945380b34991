"""Saving a recording and loading it again."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.training.trainer import Trainer

from . import made_up

WIDE = "".join(map(chr, range(0x3042, 0x3042 + 300)))  # more than 256 tokens


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=2, max_size=30).filter(lambda t: len(set(t)) > 1),
    st.integers(0, 40),
    st.lists(st.integers(0, 40), max_size=2),
    st.sampled_from(["", " "]),
)
def test_loading_returns_what_was_saved(text: str, epochs: int, forks: list[int], separator: str) -> None:
    alphabet = Alphabet.from_text(text)
    history = History(alphabet, *(alphabet.encode(text)[s] for s in (slice(-1), slice(1, None))), separator=separator)
    made_up.grow(history, epochs)
    for fork in forks:
        history = history.fork(min(fork, len(history)))
        made_up.grow(history, 3, seed=fork, lr=0.01)
    again = History.from_bytes(history.to_bytes())
    assert again == history
    assert again.events == history.events
    assert again.to_bytes() == history.to_bytes()


def test_a_loaded_recording_equals_the_saved_one_and_can_be_extended(tmp_path: Path) -> None:
    history = Trainer(" I think therefore I am.", seed=9).train(60)
    path = tmp_path / "run.npz"
    history.save(path)
    history.save(str(path))
    assert [each.name for each in tmp_path.iterdir()] == ["run.npz"]
    assert History.load(path) == history
    again = History.load(str(path))
    again.append([1.0], np.zeros((1, 23, 14), np.float32), 0.1)
    assert len(again) == 61


def test_losses_that_are_not_finite_and_unknown_learning_rates_are_saved() -> None:
    history = made_up.history(2)
    history.append([np.nan, np.inf], np.full((2, 10, 8), np.nan, np.float32), [np.nan, 0.1])
    assert History.from_bytes(history.to_bytes()) == history


def test_numpy_reads_the_columns_without_pickle() -> None:
    history = made_up.history(5, WIDE)
    file = np.load(io.BytesIO(history.to_bytes()), allow_pickle=False)
    assert file["losses"].tolist() == history.losses.tolist()
    assert file["top_tokens"].dtype == np.uint16
    header = json.loads(file["header.json"])
    assert (header["format"], header["version"], header["separator"]) == ("epochscope recording", 1, "")


def test_metadata_that_is_too_large_is_refused() -> None:
    history = made_up.history(1)
    history.metadata["note"] = "x" * 9_000_000
    with pytest.raises(ValueError, match=r"alphabet and metadata take 9,000,[0-9]+ bytes: at most 8,388,608"):
        history.to_bytes()


def test_an_interrupted_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.npz"
    made_up.history(3).save(path)

    def interrupted(self: Path, data: bytes) -> int:
        self.touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            made_up.history(9).save(path)
    assert len(History.load(path)) == 3
    assert [each.name for each in tmp_path.iterdir()] == ["run.npz"]
