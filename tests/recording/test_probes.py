"""Recordings of loops on a corpus: places on an axis, scalars, and probes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.extras import MAX_SCALARS
from epochscope.recording.probes import Probe
from epochscope.recording.recording import Recording

from . import made_up


def test_records_stand_on_the_axis_in_the_order_of_their_places() -> None:
    history = made_up.loop(5, every=50)
    assert history.places.tolist() == [0, 50, 100, 150, 200]
    assert (history.axis, len(history)) == ("step", 5)
    history.append([1.0], made_up.logits(history, 1), places=[200])
    assert history.places[-1] == 200


def test_without_an_axis_the_places_are_the_numbers_of_the_epochs() -> None:
    assert made_up.history(3).places.tolist() == [0, 1, 2]
    assert made_up.history(3).axis is None


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        (None, "a recording with an axis must have one for each record"),
        ([3], r"\[3.0\] after \[8.0\]: must be finite, and not decrease"),
        ([math.nan], "must be finite"),
        ([math.inf], "must be finite"),
        ([9, 10], r"places of shape \(2,\): must be of shape \(1,\)"),
    ],
)
def test_impossible_places_are_refused_and_nothing_is_recorded(places: list[float] | None, reason: str) -> None:
    history = made_up.loop(3, every=4)
    with pytest.raises(ValueError, match=reason):
        history.append([1.0], made_up.logits(history, 1), places=places)
    assert len(history) == 3


def test_a_recording_without_an_axis_takes_no_places() -> None:
    history = made_up.history(1)
    with pytest.raises(ValueError, match="without an axis must have none"):
        history.append([1.0], made_up.logits(history, 1), places=[1])


def test_scalars_may_appear_late_and_are_in_the_order_in_which_they_were_first_given() -> None:
    history = made_up.loop(0)
    history.append([1.0, 1.0], made_up.logits(history, 2), places=[7, 8])
    history.append([1.0], made_up.logits(history, 1), places=[9], scalars={"norm": [3.5]})
    history.append([1.0], made_up.logits(history, 1), places=[10], scalars={"accuracy": [0.5], "norm": [np.nan]})
    history.append([1.0], made_up.logits(history, 1), places=[11])
    assert history.scalar_names == ("norm", "accuracy")
    np.testing.assert_array_equal(history.scalars["norm"], [np.nan, np.nan, 3.5, np.nan, np.nan])
    np.testing.assert_array_equal(history.scalars["accuracy"], [np.nan] * 3 + [0.5, np.nan])
    history.truncate(3)
    assert history.scalar_names == ("norm",)
    assert history.fork(2).scalars == {}


def test_of_scalars_that_are_given_together_the_one_with_the_first_value_is_first() -> None:
    history = made_up.loop(0)
    scalars = {"later": [np.nan, 1.0], "never": [np.nan, np.nan], "first": [1.0, np.nan]}
    history.append([1.0, 1.0], made_up.logits(history, 2), places=[0, 1], scalars=scalars)
    assert history.scalar_names == ("first", "later")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("loss", "'loss': has an argument of its own; pass loss="),
        ("lr", "pass lr="),
        ("", "must be a string of 1 to 80 printable characters"),
        ("a\nb", "printable"),
        ("x" * 81, "1 to 80"),
        (3, "the scalar 3: must be a string"),
    ],
)
def test_impossible_names_of_scalars_are_refused(name: Any, reason: str) -> None:
    history = made_up.loop(1)
    with pytest.raises(ValueError, match=reason):
        history.append([1.0], made_up.logits(history, 1), places=[5], scalars={name: [1.0]})
    assert len(history) == 1


def test_a_new_name_in_each_record_is_refused_in_the_end() -> None:
    history = made_up.loop(0)
    for i in range(MAX_SCALARS):
        history.append([1.0], made_up.logits(history, 1), places=[i], scalars={f"step {i}": [1.0]})
    with pytest.raises(ValueError, match=f"at most {MAX_SCALARS} names of scalars; use the same names"):
        history.append([1.0], made_up.logits(history, 1), places=[MAX_SCALARS], scalars={"one more": [1.0]})
    assert len(history) == MAX_SCALARS


def test_a_probe_is_a_recording_of_its_positions_whose_loss_is_its_own() -> None:
    history = made_up.loop(6)
    probe = history.probe("held out")
    start, stop = history.probes[1][1:]
    assert (probe.positions, probe.probes, probe.axis, probe.weights) == (stop - start, (), "step", None)
    assert np.array_equal(probe.targets, history.targets[start:stop])
    assert np.array_equal(probe.predictions, history.predictions[:, start:stop])
    assert np.array_equal(probe.places, history.places)
    assert np.array_equal(probe.lrs, history.lrs)
    np.testing.assert_allclose(probe.losses, np.nanmean(history.position_losses[:, start:stop], axis=1), rtol=1e-6)
    assert not np.allclose(probe.losses, history.losses)
    assert [epoch.loss for epoch in probe] == probe.losses.tolist()
    assert np.array_equal(probe.n_correct, history.correct[:, start:stop].sum(axis=1))


def test_a_probe_grows_with_its_recording_and_cannot_be_extended() -> None:
    history = made_up.loop(3)
    probe = history.probe("train")
    assert (len(probe), len(probe.events)) == (3, len(probe.events))
    made_up.grow_loop(history, 4)
    assert len(probe) == len(probe.losses) == len(probe.n_correct) == 7
    assert history.probe("train") is probe
    with pytest.raises(ValueError, match="this is the probe 'train' of a recording: append to the recording"):
        probe.append([1.0], made_up.logits(probe, 1), places=[99])
    with pytest.raises(ValueError, match="truncate the recording itself"):
        probe.truncate(1)
    fork = probe.fork(2)
    fork.append([1.0], made_up.logits(fork, 1), places=[99])
    assert (len(fork), len(probe)) == (3, 7)


def test_a_probe_of_a_recording_that_was_cut_has_its_new_records() -> None:
    history = made_up.loop(8)
    assert len(history.probe("train").events) + len(history.probe("train").losses) >= 8
    history.truncate(2)
    other = made_up.loop(2)
    for each in (history, other):
        each.append([1.0], made_up.logits(each, 1), 0.5, places=[2])
        made_up.grow_loop(each, 6, seed=9)
    probe, expected = history.probe("train"), other.probe("train")
    assert np.array_equal(probe.losses, expected.losses)
    assert np.array_equal(probe.n_correct, expected.n_correct)
    assert probe.events == expected.events


@given(st.integers(0, 30), st.integers(0, 30))
def test_the_figures_of_all_probes_make_those_of_the_whole(epochs: int, more: int) -> None:
    history = made_up.loop(epochs)
    history.figures()
    made_up.grow_loop(history, more, seed=1)
    assert np.array_equal(history.n_correct, history.correct.sum(axis=1))
    wrong = history.counted & ~history.correct
    expected = np.where(wrong.any(axis=1), wrong.argmax(axis=1), history.positions)
    assert np.array_equal(history.first_error, expected)


@pytest.mark.parametrize(
    ("probes", "reason"),
    [
        ([("a", 0, 3), ("b", 4, 10)], "must cover the 10 positions in order"),
        ([("a", 0, 3)], "must cover the 10"),
        ([("a", 3, 10), ("b", 0, 3)], "must cover the 10"),
        ([("a", 0, 10), ("b", 10, 10)], "none empty"),
        ([("a", 0, 3), ("a", 3, 10)], "two have the same name"),
        ([(7, 0, 10)], "the probe 7: must be a string"),
        ([(str(i), i, i + 1) for i in range(17)], "17 probes: must be at most 16"),
        ([("a", 0, 9), ("ignored", 9, 10)], "probe 'ignored': all its targets are ignored"),
    ],
)
def test_impossible_probes_are_refused(probes: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Recording(Alphabet("ab"), [0] * 10, [1] * 9 + [-1], probes=probes)


def test_an_unknown_probe_or_axis_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match="probe='test': must be one of 'train', 'held out'"):
        made_up.loop(1).probe("test")
    with pytest.raises(ValueError, match="probe='train': this recording has no probes"):
        made_up.history(1).probe("train")
    with pytest.raises(ValueError, match=r"axis='steps': must be one of .*did you mean 'step'"):
        Recording(Alphabet("ab"), [0], [1], axis="steps")  # type: ignore[arg-type]


def test_a_fork_has_the_axis_the_probes_and_the_extras_of_its_origin() -> None:
    history = made_up.loop(6)
    fork = history.fork(4)
    assert (fork.axis, fork.probes, fork.branches) == ("step", history.probes, (4,))
    assert isinstance(fork.probes[0], Probe)
    assert np.array_equal(fork.places, history.places[:4])
    np.testing.assert_array_equal(fork.scalars["gradient norm"], history.scalars["gradient norm"][:4])
    made_up.grow_loop(fork, 2, seed=3)
    assert np.array_equal(history.places, made_up.loop(6).places)


def test_the_only_reference_loss_of_a_probe_is_the_uniform_one() -> None:
    history = made_up.loop(2)
    assert [(each.kind, each.loss) for each in history.references] == [("uniform", math.log(len(history.alphabet)))]
    assert history.probe("train").references == history.references
    without_axis = History(history.alphabet, history.inputs, history.targets, probes=history.probes)
    assert without_axis.references == without_axis.probe("train").references == history.references
    history.metadata["criterion"] = "own"
    assert history.references == ()


def test_a_comparison_reads_the_scalars_of_each_recording_once(monkeypatch: pytest.MonkeyPatch) -> None:
    history, other, reads = made_up.loop(3), made_up.loop(3), []
    for each in (history, other):
        each.append([1.0], made_up.logits(each, 1), places=[9], scalars={"norm": [1.0], "accuracy": [0.5]})
    extras = Recording.extras
    monkeypatch.setattr(Recording, "extras", lambda *args: reads.append(args[0]) or extras(*args))
    assert history == other
    assert [each is other for each in reads].count(True) == 2  # places, scalars


def test_recordings_differ_if_their_axes_places_probes_or_scalars_do() -> None:
    history = made_up.loop(3)
    assert history == made_up.loop(3)
    assert history != made_up.loop(3, every=2)
    for changed in ({"axis": "token"}, {"probes": [("all", 0, history.positions)]}):
        options: dict[str, Any] = {
            "axis": history.axis,
            "probes": history.probes,
            "metadata": history.metadata,
            **changed,
        }
        other = History(history.alphabet, history.inputs, history.targets, **options)
        other.extend(history.records(), history.extras())
        assert history != other
    other = made_up.loop(0)
    extras = history.extras()
    other.extend(history.records(), extras._replace(scalars={"gradient norm": extras.scalars["gradient norm"] + 1}))
    assert history != other
