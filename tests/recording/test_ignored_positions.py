"""Positions without a target, such as padding: neither correct nor wrong, and not counted.

The data are those of padded batches: words of different length as rows of one length (deeplearningzerotoall/PyTorch,
lab-12_7), or targets of a sequence-to-sequence model whose padding the loss leaves out (pytorch-seq2seq#64).
"""

from __future__ import annotations

import io
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.recording import Recording
from epochscope.recording.records import IGNORED, condense
from epochscope.recording.references import reference_losses

from . import made_up
from .test_damaged_recordings import members_of, written
from .test_references import by_counting

WORDS = ("hello", "night", "path", "an", "short")


def padded(epochs: int = 4) -> History:
    """Return five words in rows of six positions, one after another, with random predictions."""
    alphabet = Alphabet(["_", *sorted(set("".join(WORDS)))])
    inputs, targets = np.zeros((len(WORDS), 6), int), np.full((len(WORDS), 6), IGNORED)
    for row, word in enumerate(WORDS):
        inputs[row, : len(word)] = alphabet.encode(word)
        targets[row, : len(word) - 1] = alphabet.encode(word[1:])
    history = History(alphabet, inputs.ravel(), targets.ravel())
    made_up.grow(history, epochs)
    return history


def predicting(predictions: list[list[int]], targets: list[int]) -> Recording:
    """Return a recording of three tokens with these predictions, whose probability is about 0.91."""
    recording = Recording(Alphabet("abc"), [0] * len(targets), targets)
    recording.append([1.0] * len(predictions), 3 * np.eye(3, dtype=np.float32)[np.array(predictions)])
    return recording


def test_only_positions_with_a_target_are_counted() -> None:
    recording = predicting([[0, 1, 2, 0], [0, 2, 1, 1]], [0, 1, -1, -1])
    assert recording.positions == 4
    assert recording.counted.tolist() == [True, True, False, False]
    assert recording.n_counted == 2
    assert recording.n_correct.tolist() == [2, 1]
    assert [recording.count_correct(epoch) for epoch in (0, 1, -1)] == [2, 1, 1]
    assert recording.accuracy.tolist() == [1.0, 0.5]
    assert [(epoch.n_correct, epoch.accuracy) for epoch in recording] == [(2, 1.0), (1, 0.5)]


def test_an_ignored_position_is_not_correct_and_has_no_loss() -> None:
    recording = predicting([[0, 2, 2]], [0, -1, 1])  # with -1 as an index, the second one would be correct
    assert recording.correct.tolist() == [[True, False, False]]
    for column in (recording.position_losses, recording.p_target):
        assert np.isnan(column).tolist() == [[False, True, False]]
    assert recording.records().position_losses[0, 1] == 0
    assert recording.text(0) == "acc"
    assert recording.topk(0)[0][1, 0] == 2


def test_the_records_of_all_other_positions_are_the_same() -> None:
    logits = np.random.default_rng(0).normal(size=(5, 4, 6)).astype(np.float32)
    targets = np.array([3, 0, 5, 1])
    for ignored in ([1], [0, 3], [0, 1, 2]):
        masked, counted = targets.copy(), np.ones(4, bool)
        masked[ignored], counted[ignored] = IGNORED, False
        (losses, *others), (all_losses, *all_others) = condense(logits, masked), condense(logits, targets)
        np.testing.assert_array_equal(losses, all_losses * counted)
        for column, whole in zip(others, all_others, strict=True):
            np.testing.assert_array_equal(column, whole)


@pytest.mark.parametrize(("targets", "reason"), [([-1, -1], "all are ignored"), ([0, -2], "the index -2: .*or -1")])
def test_other_negative_targets_are_refused_and_so_is_a_recording_without_targets(
    targets: list[int], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Recording(Alphabet("ab"), [0, 1], targets)


def test_inputs_cannot_be_ignored() -> None:
    with pytest.raises(ValueError, match="inputs contains the index -1: must be from 0 to 1, the alphabet's indices"):
        Recording(Alphabet("ab"), [0, -1], [0, 1])


def test_a_fork_ignores_the_same_positions() -> None:
    history = padded()
    assert history.fork(2).counted.tolist() == history.counted.tolist()


def test_a_dash_stands_for_an_ignored_target_in_a_text() -> None:
    history = padded()
    assert history.join(history.targets) == "ello––ight––ath–––n–––––hort––"
    words = History(Alphabet(["be", "to"]), [1, 0, 0], [0, -1, 1], separator=" ")
    assert words.join(words.targets) == "be – to"


def test_an_ignored_target_is_not_taken_for_the_last_token() -> None:
    history = padded()
    for convert in (history.alphabet.decode, history.alphabet.one_hot):
        with pytest.raises(IndexError, match=r"the index -1: .* leave it out, e.g. history.targets\[history.counted\]"):
            convert(history.targets)
        assert len(convert(history.targets[history.counted])) == history.n_counted == 16
    assert history.alphabet.decode([]) == ()


def test_all_correct_is_the_first_epoch_at_which_all_counted_positions_are() -> None:
    history = History(Alphabet("abc"), [0, 0, 0], [0, 1, -1])
    history.append([1.0] * 3, np.eye(3, dtype=np.float32)[[[0, 0, 2], [0, 1, 0], [0, 1, 2]]])
    assert [event.epoch for event in history.events if event.kind == "all_correct"] == [1]


def test_loading_returns_what_was_saved() -> None:
    for history in (padded(0), padded(), padded().fork(2)):
        again = History.from_bytes(history.to_bytes())
        assert again == history
        assert again.targets.tolist() == history.targets.tolist()
        assert again.to_bytes() == history.to_bytes()


def header_of(history: History) -> dict[str, object]:
    return json.loads(np.load(io.BytesIO(history.to_bytes()))["header.json"])


def test_only_files_with_ignored_positions_have_a_version_that_an_older_epochscope_refuses() -> None:
    assert header_of(padded())["version"] == 2
    assert header_of(made_up.history(3))["version"] == 1


def test_numpy_reads_ignored_targets_as_the_largest_integer() -> None:
    history = padded()
    targets = np.load(io.BytesIO(history.to_bytes()))["targets"]
    assert targets.dtype == np.uint32
    assert (targets == 2**32 - 1).tolist() == (~history.counted).tolist()


@pytest.mark.parametrize(
    ("version", "target", "reason"),
    [
        (1, 2**32 - 1, "targets contains the index 4294967295"),
        (2, 2**32 - 2, "targets contains the index 4294967294"),
        (2, 13, "targets contains the index 13: must be from 0 to 12"),
        (5, 0, "version is 5, expected 1 to 4; update epochscope"),
    ],
)
def test_a_file_with_a_damaged_target_is_refused(version: int, target: int, reason: str) -> None:
    members = members_of(padded())
    members["targets"] = np.zeros_like(members["targets"])
    members["targets"][3] = target
    with pytest.raises(ValueError, match=f"cannot read this recording: .*{reason}"):
        History.from_bytes(written({**members, "header": {**members["header"], "version": version}}))


def test_a_file_in_which_all_targets_are_ignored_is_refused() -> None:
    members = members_of(padded())
    members["targets"] = np.full_like(members["targets"], 2**32 - 1)
    with pytest.raises(ValueError, match="cannot read this recording: targets: all are ignored"):
        History.from_bytes(written(members))


def losses(text: str, ignored: set[int], window: int | None) -> dict[int | None, float]:
    """The reference losses of kind "previous" by their number of tokens."""
    alphabet = Alphabet.from_text(text)
    indices = alphabet.encode(text)
    targets = np.where(np.isin(np.arange(len(text) - 1), list(ignored)), IGNORED, indices[1:])
    found = reference_losses(indices[:-1], targets, len(alphabet), window=window)
    return {each.tokens: each.loss for each in found if each.kind == "previous"}


@given(st.text("abc ", min_size=4, max_size=20).filter(lambda text: len(set(text)) > 1), st.data())
def test_reference_losses_count_only_positions_with_a_target(text: str, data: st.DataObject) -> None:
    window = data.draw(st.none() | st.integers(1, len(text) - 1), "window")
    ignored = data.draw(st.sets(st.integers(0, len(text) - 2), max_size=len(text) - 2), "ignored")
    found = losses(text, ignored, window)
    for k, loss in found.items():
        assert k is not None
        assert loss == pytest.approx(by_counting(text, window or len(text) - 1, k, ignored), abs=1e-9)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    if window:  # no network can go below the last one
        assert list(found.values())[-1] == pytest.approx(by_counting(text, window, window, ignored), abs=1e-9)


def test_ignored_positions_are_read_but_not_counted_in_reference_losses() -> None:
    # "b" and "c" follow "a" equally often: one bit at four of the seven positions.
    assert losses("abacabac", set(), None)[1] == pytest.approx(4 * math.log(2) / 7)
    assert losses("abacabac", {0, 2, 4, 6}, None) == {0: 0.0}
    assert losses("abacabac", {1, 3, 5}, None)[1] == pytest.approx(math.log(2))
    assert losses("abacabac", {1, 3, 5}, None)[2] < 0.4  # "ba" and "ca" are known: only the first "a" is a guess
