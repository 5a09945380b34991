from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.records import bytes_per_epoch, condense
from tests.recording import made_up

FLOATS = st.floats(-100, 100, width=32) | st.sampled_from([0.0, -0.0, 1.0])


@given(
    hnp.arrays(
        np.float32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=40).filter(lambda s: s[2] > 1), elements=FLOATS
    )
)
def test_the_likeliest_tokens_are_in_order_and_ties_go_to_the_first_as_in_argmax(logits: np.ndarray) -> None:
    _, top, shares = condense(logits, np.zeros(logits.shape[1], int))
    assert (top[:, :, 0] == logits.argmax(axis=2)).all()
    assert (top == np.argsort(-logits, axis=2, kind="stable")[:, :, :5]).all()
    p = torch.softmax(torch.from_numpy(logits), 2).numpy()
    assert np.abs(shares / 255 - np.take_along_axis(p, top.astype(int), 2)).max() <= 0.501 / 255


@given(hnp.arrays(np.float32, (3, 4, 6), elements=FLOATS), hnp.arrays(np.int64, 4, elements=st.integers(0, 5)))
def test_position_losses_are_those_of_torch_to_a_4096th_of_a_nat(logits: np.ndarray, targets: np.ndarray) -> None:
    losses, _, _ = condense(logits, targets)
    expected = torch.nn.functional.cross_entropy(
        torch.from_numpy(logits).reshape(-1, 6), torch.from_numpy(np.tile(targets, 3)), reduction="none"
    )
    assert np.abs(losses.reshape(-1) / 2048 - expected.numpy().clip(0, 65535 / 2048)).max() < 1.01 / 4096


@pytest.mark.parametrize("tokens", [3, 40, 300])
def test_logits_that_are_not_finite_are_recorded_like_numpy_sees_them(tokens: int) -> None:
    logits = np.zeros((1, 4, tokens), np.float32)
    logits[0, 0, 1] = np.nan
    logits[0, 1, 2] = np.inf
    logits[0, 2] = -np.inf
    logits[0, 3, 1:] = -np.inf
    losses, top, shares = condense(logits, np.array([0, 0, 0, 0]))
    assert top[0, :, 0].tolist() == logits[0].argmax(axis=1).tolist() == [1, 2, 0, 0]
    assert losses[0].tolist() == [65535, 65535, 65535, 0]
    assert shares[0, :, 0].tolist() == [0, 0, 0, 255]
    assert all(len(set(row)) == len(row) for row in top[0].tolist()), "a token stands twice"


def test_what_follows_from_a_record() -> None:
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


def test_words_are_shown_with_blanks_between() -> None:
    history = History(Alphabet(["be", "to"]), [0, 1], [1, 0], separator=" ")
    history.append([1.0], np.eye(2, dtype=np.float32)[None, ::-1])
    assert history.text(0) == "to be"


def test_learned_at_is_the_epoch_from_which_a_position_is_right_for_good() -> None:
    right = [[False, True, True], [True, True, False], [True, True, True], [True, True, False]]
    history = History(Alphabet("ab"), [0, 0, 0], [1, 1, 1])
    history.append([1.0] * 4, np.eye(2, dtype=np.float32)[np.array(right, int)])
    assert history.learned_at.tolist() == [1, 0, -1]
    history.truncate(3)
    assert history.learned_at.tolist() == [1, 0, 2]
    history.truncate(0)
    assert history.learned_at.tolist() == [-1, -1, -1]


def test_an_empty_recording_has_empty_columns() -> None:
    history = made_up.history(0)
    assert history.losses.shape == (0,)
    assert history.predictions.shape == (0, 10)
    assert history.events == ()
    assert list(history) == []
    with pytest.raises(IndexError, match="nothing is recorded yet"):
        history.text(0)


def test_an_epoch_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(IndexError, match=r"epoch 3: epochs 0 to 2 are recorded"):
        made_up.history(3).topk(3)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.data())
def test_records_are_the_same_however_they_were_appended_and_wherever_they_lie(
    sizes: list[int], data: st.DataObject
) -> None:
    whole = made_up.history(sum(sizes))
    parts = History(whole.alphabet, whole.inputs, whole.targets, metadata=whole.metadata)
    parts._blocks.size = data.draw(st.integers(1, 30), "epochs in a block")
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
def test_a_fork_and_its_origin_go_their_own_ways(epochs: int, more: int, block: int) -> None:
    history = made_up.history(60)
    history._blocks.size = block
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


def test_what_was_handed_out_does_not_change_when_the_recording_does() -> None:
    history = made_up.history(20)
    views, losses = history.records(10, 20), history.losses
    expected = [column.copy() for column in views]
    history.truncate(5)
    made_up.grow(history, 20, seed=3)
    assert all(np.array_equal(a, b) for a, b in zip(views, expected, strict=True))
    losses[0] = -1
    assert history.losses[0] != -1


def test_an_append_that_fails_leaves_nothing_behind() -> None:
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
        ([0, 2], [1, 1], "inputs holds the token number 2: the alphabet has 0 to 1"),
        ([0.5], [1], "inputs of shape .* integers"),
        ([], [], "inputs of shape"),
    ],
)
def test_positions_that_do_not_fit_are_refused(inputs: list[int], targets: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        History(Alphabet("ab"), inputs, targets)


def test_the_table_has_a_row_an_epoch() -> None:
    pytest.importorskip("pandas")
    table = made_up.history(4).to_pandas()
    assert list(table.columns) == ["loss", "lr", "n_correct", "accuracy", "text"]
    assert table.index.name == "epoch"
    assert table["text"][2] == made_up.history(4).text(2)


def test_a_table_without_pandas_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        made_up.history(1).to_pandas()


def test_its_repr_is_worth_reading() -> None:
    text = repr(made_up.history(3))
    assert text.startswith("<History: 3 epochs of 10 positions, loss ")
    assert text.endswith("LSTM, lr 0.1, seed 0>")


def test_the_bytes_of_an_epoch_are_those_of_its_columns() -> None:
    for positions, tokens in [(23, 14), (5, 2), (7, 300)]:
        history = History(Alphabet(map(str, range(tokens))), [0] * positions, [1] * positions)
        history.append([1.0], np.zeros((1, positions, tokens), np.float32))
        assert sum(column.nbytes for column in history.records()) == history.bytes_per_epoch
        assert history.bytes_per_epoch == bytes_per_epoch(positions, tokens)
    assert bytes_per_epoch(23, 14) == 16 + 23 * 12


def test_resident_memory_grows_by_the_documented_bytes() -> None:
    program = """
import resource
from tests.recording import made_up
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
history = made_up.history(3000, " I think therefore I am.")
start = resident()
made_up.grow(history, 60_000)
history.events
print((resident() - start) / 60_000 / history.bytes_per_epoch)
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("resident memory is read from /proc")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 0.9 < float(done.stdout) <= 1.2
