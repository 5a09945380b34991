"""Events, as `epochscope.recording.events` defines them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.recording.events import Event

from .made_up import with_losses

FALLING = [2.6 * 0.9**e + 1.2 for e in range(60)]  # down to a floor of 1.2 nats


def spikes(losses: list[float]) -> list[int]:
    return [event.epoch for event in with_losses(losses).events if event.kind == "spike"]


def test_only_the_first_all_correct_epoch_is_an_event() -> None:
    events = with_losses([2.0, 1.0, 0.9, 0.8, 0.7], correct=[False, True, False, True, True]).events
    assert events == (Event(1, "all_correct"),)


def test_a_falling_loss_has_no_spikes() -> None:
    assert spikes(FALLING) == []


def test_a_jump_far_above_the_best_is_one_spike_with_its_loss() -> None:
    history = with_losses([*FALLING, 1.3, 1.5, 1.45, 1.4])
    assert history.events == (Event(60, "spike", 1.3),)


def test_the_threshold_is_three_per_cent_of_a_loss_above_one_nat() -> None:
    best = FALLING[-1]
    assert spikes([*FALLING, best * 1.029]) == []
    assert spikes([*FALLING, best * 1.031]) == [60]


def test_a_fluctuation_of_many_per_cent_near_zero_is_no_spike() -> None:
    assert spikes([1e-3] * 40 + [0.03]) == []
    assert spikes([1e-3] * 40 + [0.032]) == [40]


def test_a_rise_over_several_epochs_is_a_spike_where_it_exceeds_the_threshold() -> None:
    climb = [FALLING[-1] * (1 + 0.008 * e) for e in range(1, 12)]
    assert spikes([*FALLING, *climb]) == [63]


def test_a_spike_that_becomes_four_times_as_high_is_marked_twice() -> None:
    best = FALLING[-1]
    assert spikes([*FALLING, *[best + 0.04] * 10, best + 0.45, best + 0.4]) == [60, 70]


def test_the_next_spike_is_marked_only_after_the_loss_came_back() -> None:
    best = FALLING[-1]
    assert spikes([*FALLING, best + 0.1, best + 0.03, best + 0.1]) == [60], "not back below half of the threshold"
    assert spikes([*FALLING, best + 0.1, best + 0.01, *[best] * 20, best + 0.1]) == [60, 82]


def test_a_change_of_the_usual_size_is_no_spike() -> None:
    rough = [1.2 + 0.05 * (e % 2) for e in range(60)]
    assert spikes([*rough, 1.35]) == []
    assert spikes([*rough, 1.45]) == [60]


def test_each_stretch_of_losses_that_are_not_finite_is_marked_at_its_beginning() -> None:
    history = with_losses([2.0, math.inf, math.nan, 1.0, math.nan])
    assert history.events == (Event(1, "diverged"), Event(4, "diverged"))


def test_a_new_learning_rate_is_marked_at_the_first_update_that_used_it() -> None:
    history = with_losses([2.0] * 4, lrs=[0.1, 0.1, 0.05, 0.049])
    assert history.events == (Event(2, "lr", 0.05), Event(3, "lr", 0.049))


def test_only_the_first_change_of_a_schedule_is_marked() -> None:
    lrs = [0.1] * 5 + [0.1 * 0.97**e for e in range(1, 50)] + [0.001]
    history = with_losses([2.0] * len(lrs), lrs=lrs)
    assert [event.epoch for event in history.events] == [5, len(lrs) - 1]


def test_unknown_learning_rates_are_not_changes() -> None:
    assert with_losses([2.0] * 4, lrs=[math.nan, 0.1, math.nan, 0.1]).events == ()


def test_the_first_new_epoch_of_a_fork_is_a_branch_and_not_also_a_learning_rate_change() -> None:
    fork = with_losses([2.0] * 5).fork(3)
    assert fork.events == ()
    fork.append([2.0, 2.0], np.zeros((2, 1, 2), np.float32), 0.01)
    assert fork.events == (Event(3, "branch", 0.01),)
    again = fork.fork(4)
    again.append([2.0], np.zeros((1, 1, 2), np.float32))
    assert [(event.epoch, event.kind) for event in again.events] == [(3, "branch"), (4, "branch")]
    again.truncate(3)
    assert again.events == ()


LOSSES = st.lists(st.floats(0, 10) | st.sampled_from([math.nan, math.inf, 1.0, 1.2]), max_size=60)


@given(LOSSES, st.data())
def test_an_event_depends_only_on_the_epochs_up_to_it(losses: list[float], data: st.DataObject) -> None:
    n = len(losses)
    lrs = data.draw(st.lists(st.sampled_from([0.1, 0.099, 0.05, math.nan]), min_size=n, max_size=n))
    correct = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    whole = with_losses(losses, lrs, correct)
    cut = data.draw(st.integers(0, n))
    shorter = whole.fork(cut)
    assert shorter.events == tuple(event for event in whole.events if event.epoch < cut)
    a, b = sorted(data.draw(st.tuples(st.integers(0, n), st.integers(0, n))))
    assert whole.events_in(a, b) == tuple(event for event in whole.events if a <= event.epoch < b)
    assert [event.epoch for event in whole.events] == sorted(event.epoch for event in whole.events)


@given(LOSSES, st.lists(st.integers(0, 60)))
def test_events_do_not_depend_on_when_they_are_read(losses: list[float], reads: list[int]) -> None:
    whole = with_losses(losses)
    grown = History(whole.alphabet, whole.inputs, whole.targets)
    for epoch in range(len(losses)):
        grown.extend(whole.records(epoch, epoch + 1))
        if epoch in reads:
            assert grown.events_in(0, epoch + 1) == grown.events
    assert grown.events == whole.events


def test_events_are_complete_after_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    history = with_losses(FALLING)
    assert history.events == ()
    history.append([1.5, 1.5], np.zeros((2, 1, 2), np.float32), 0.1)

    def interrupted(value: float) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("epochscope.recording.events.isfinite", interrupted)
        with pytest.raises(KeyboardInterrupt):
            history.events_in(0, 1)
    assert history.events == (Event(60, "spike", 1.5),)


def test_events_of_truncated_epochs_are_removed() -> None:
    history = with_losses([*FALLING, 1.5, 1.5])
    assert history.events == (Event(60, "spike", 1.5),)
    history.truncate(58)
    assert history.events == ()
    history.append([1.2, 1.2, 1.2, 1.6], np.zeros((4, 1, 2), np.float32))
    assert history.events == (Event(61, "spike", 1.6),)


def of_batches(losses: np.ndarray, lrs: np.ndarray | float = math.nan) -> tuple[Event, ...]:
    """Return the events of a loop on minibatches, whose records have steps."""
    history = with_losses([])
    history = History(history.alphabet, history.inputs, history.targets, axis="step")
    logits = np.zeros((len(losses), history.positions, len(history.alphabet)), np.float32)
    history.append(losses, logits, lrs, places=10.0 * np.arange(len(losses)))
    return tuple(event for event in history.events if event.kind != "all_correct")


def test_the_noise_of_minibatches_is_no_spike_but_a_jump_is() -> None:
    noise = 0.08 * np.random.default_rng(1).normal(size=800)
    losses = 1.35 + 3.9 * np.exp(-np.arange(800) / 80) + noise
    assert len(spikes(losses.tolist())) > 5
    assert of_batches(losses) == ()
    losses[700:720] += 1.5
    assert [(event.epoch, event.kind) for event in of_batches(losses)] == [(700, "spike")]


def test_the_schedule_of_a_loop_on_minibatches_is_no_event() -> None:
    warm_up = np.minimum(1.0, np.arange(1, 31) / 10)
    assert of_batches(np.linspace(3, 2, 30), warm_up) == ()
