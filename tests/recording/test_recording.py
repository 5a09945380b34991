"""`Recording`: appending epochs and reading them as columns."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.recording import Recording
from epochscope.recording.records import bytes_per_epoch

from . import made_up


def test_columns_of_one_epoch() -> None:
    alphabet = Alphabet("abc")
    history = History(alphabet, [0, 1], [1, 2])
    logits = np.log(np.array([[[0.2, 0.7, 0.1], [0.5, 0.3, 0.2]]], np.float32))
    history.append([1.25], logits, 0.1)
    assert history[0] == (0, 1.25, "ba", 1, 0.5)
    assert history[-1].accuracy == history.accuracy[0] == 0.5
    assert history.n_correct.tolist() == [1]
    assert history.predictions.tolist() == [[1, 0]]
    assert history.p_target[0] == pytest.approx([0.7, 0.2], abs=1e-3)
    assert history.p_prediction[0] == pytest.approx([0.7, 0.5], abs=2.1e-3)
    assert history.position_losses[0] == pytest.approx(-np.log([0.7, 0.2]), abs=3e-4)
    tokens, probabilities = history.topk(0)
    assert tokens.tolist() == [[1, 0, 2], [0, 1, 2]]
    assert probabilities[0] == pytest.approx([0.7, 0.2, 0.1], abs=2.1e-3)


def test_words_are_joined_with_the_separator() -> None:
    history = History(Alphabet(["be", "to"]), [0, 1], [1, 0], separator=" ")
    history.append([1.0], np.eye(2, dtype=np.float32)[None, ::-1])
    assert history.text(0) == "to be"


def test_an_empty_recording_has_empty_columns() -> None:
    history = made_up.history(0)
    assert history.losses.shape == (0,)
    assert history.predictions.shape == (0, 10)
    assert history.events == ()
    assert list(history) == []
    with pytest.raises(IndexError, match="nothing is recorded; train first"):
        history.text(0)


def test_an_epoch_that_is_not_recorded_is_refused_with_the_range_of_those_that_are() -> None:
    with pytest.raises(IndexError, match=r"epoch 3: epochs 0 to 2 are recorded"):
        made_up.history(3).topk(3)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.data())
def test_records_do_not_depend_on_how_they_were_appended_or_stored(sizes: list[int], data: st.DataObject) -> None:
    whole = made_up.history(sum(sizes))
    parts = History(whole.alphabet, whole.inputs, whole.targets, metadata=whole.metadata)
    parts.store.size = data.draw(st.integers(1, 30), "epochs in a block")
    start = 0
    for size in sizes:
        parts.extend(whole.records(start, start + size))
        start += size
    assert parts == whole
    a = data.draw(st.integers(0, start), "start")
    b = data.draw(st.integers(a, start), "stop")
    for column, expected in zip(parts.records(a, b), whole.records(a, b), strict=True):
        assert np.array_equal(column, expected)
    assert np.array_equal(parts.losses, whole.losses)
    assert np.array_equal(parts.learned_at, whole.learned_at)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 25))
def test_a_fork_and_its_origin_are_independent(epochs: int, more: int, block: int) -> None:
    history = made_up.history(60)
    history.store.size = block
    history.truncate(0)
    made_up.grow(history, 60)
    before = history.records()
    fork = history.fork(epochs)
    made_up.grow(fork, more, seed=1)
    history.truncate(epochs)
    made_up.grow(history, more, seed=2)
    for old, column, other in zip(before, history.records(), fork.records(), strict=True):
        assert np.array_equal(old[:epochs], column[:epochs])
        assert np.array_equal(old[:epochs], other[:epochs])
    assert len(fork) == len(history) == epochs + more
    assert not more or fork.losses[epochs] != history.losses[epochs]


def test_returned_arrays_do_not_change_with_the_recording() -> None:
    history = made_up.history(20)
    views, losses = history.records(10, 20), history.losses
    expected = [column.copy() for column in views]
    history.truncate(5)
    made_up.grow(history, 20, seed=3)
    assert all(np.array_equal(a, b) for a, b in zip(views, expected, strict=True))
    losses[0] = -1
    assert history.losses[0] != -1


def test_a_failed_append_records_nothing() -> None:
    history = made_up.history(5)
    with pytest.raises(ValueError, match=r"losses \(2,\) with logits \(3, 10, 8\).*reshape"):
        history.append([1.0, 2.0], np.zeros((3, 10, 8), np.float32))
    with pytest.raises(ValueError, match="broadcast"):
        history.append([1.0, 2.0], np.zeros((2, 10, 8), np.float32), [0.1, 0.2, 0.3])
    assert len(history) == 5


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        ([0, 1], [1], "2 inputs and 1 targets"),
        ([0, 2], [1, 1], "inputs contains the index 2: must be from 0 to 1"),
        ([0.5], [1], "inputs of shape .* must be integers"),
        ([], [], "inputs of shape"),
    ],
)
def test_invalid_positions_are_refused(inputs: list[int], targets: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        History(Alphabet("ab"), inputs, targets)


def test_bytes_per_epoch_is_the_size_of_the_columns() -> None:
    for positions, tokens in [(23, 14), (5, 2), (7, 300)]:
        history = History(Alphabet(map(str, range(tokens))), [0] * positions, [1] * positions)
        history.append([1.0], np.zeros((1, positions, tokens), np.float32))
        assert sum(column.nbytes for column in history.records()) == history.bytes_per_epoch
        assert history.bytes_per_epoch == bytes_per_epoch(positions, tokens)
    assert bytes_per_epoch(23, 14) == 16 + 23 * 12


def test_memory_grows_by_the_documented_bytes() -> None:
    history = made_up.history(3000, " I think therefore I am.")
    history.events  # noqa: B018 - what is found once stays
    tracemalloc.start()
    try:
        made_up.grow(history, 60_000)
        history.events  # noqa: B018
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.99 < grown / 60_000 / history.bytes_per_epoch <= 1.2


@pytest.mark.parametrize("kind", [Recording, History])
def test_a_fork_is_of_the_same_class(kind: type[Recording]) -> None:
    fork = kind(Alphabet("ab"), [0], [1], separator=" ", metadata={"seed": 3}).fork(0)
    assert type(fork) is kind
    assert (fork.separator, fork.metadata, fork.branches) == (" ", {"seed": 3}, (0,))


def test_an_unknown_separator_is_refused() -> None:
    with pytest.raises(ValueError, match=r"separator=True: must be '' .* or ' '"):
        Recording(Alphabet("ab"), [0], [1], separator=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("epochs", [-1, 6])
def test_a_fork_of_more_epochs_than_recorded_is_refused(epochs: int) -> None:
    with pytest.raises(ValueError, match=f"epochs={epochs}: must be an integer from 0 to 5"):
        made_up.history(5).fork(epochs)


def test_iteration_yields_every_epoch() -> None:
    recording = made_up.history(3)
    assert [epoch.epoch for epoch in recording] == [0, 1, 2]
    assert [epoch.loss for epoch in recording] == recording.losses.tolist()
    assert [epoch.n_correct for epoch in recording] == recording.correct.sum(axis=1).tolist()
