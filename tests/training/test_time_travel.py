"""Rewind, branch and reset are exact bit for bit, also with dropout."""

from __future__ import annotations

import math
import pickle
import signal
import warnings
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim

from epochscope.history import History
from epochscope.recording.events import Event
from epochscope.training.checkpoints import MAX_SNAPSHOTS, SPACING, Checkpoints, Snapshot
from epochscope.training.model import CharRNN
from epochscope.training.torch_state import RandomState
from epochscope.training.train_state import TrainState
from epochscope.training.trainer import Trainer
from tests.thoroughness import count

from .nets import Dropping, Surprising

TEXT = "hihello there"


def dropping(seed: int = 3, **options: Any) -> Trainer:
    torch.manual_seed(5)
    return Trainer(TEXT, model=Dropping(len(set(TEXT))), seed=seed, lr=0.02, **options)


def same(a: History, b: History) -> bool:
    return all(
        np.array_equal(x, y, equal_nan=x.dtype.kind == "f") for x, y in zip(a.records(), b.records(), strict=True)
    )


def built_in(**options: Any) -> Trainer:
    return Trainer(TEXT, **options)


MAKERS: list[Callable[..., Trainer]] = [built_in, dropping]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("epoch", [0, 1, 31, 32, 33, 70, 99, 100])
def test_training_after_a_rewind_repeats_the_recording(make: Callable[..., Trainer], epoch: int) -> None:
    straight = make().train(130)
    trainer = make()
    trainer.train(100)
    trainer.rewind(epoch)
    assert (len(trainer.history), trainer.epoch) == (epoch, epoch)
    assert same(trainer.train(130 - epoch), straight)


@pytest.mark.parametrize("budget", [0, 1, 100_000])
def test_losses_do_not_depend_on_the_snapshot_budget(budget: int) -> None:
    straight = dropping().train(150)
    trainer = dropping(checkpoint_bytes=budget)
    trainer.train(150)
    for epoch in (140, 77, 33, 2):
        trainer.rewind(epoch)
        trainer.train(3)
    trainer.rewind(2)
    assert same(trainer.train(148), straight)


def test_a_rewind_restores_the_learning_rate_of_that_epoch() -> None:
    trainer = built_in()
    trainer.train(40)
    trainer.lr = 0.01
    changed = trainer.train(20).fork(60)
    trainer.rewind(50)
    assert trainer.lr == 0.01
    assert same(trainer.train(10), changed)
    trainer.rewind(40)
    assert trainer.lr == 0.01, "epoch 40 was trained with it"
    assert same(trainer.train(20), changed)
    trainer.rewind(39)
    assert trainer.lr == 0.1


def test_a_rewind_restores_optimizer_options_that_were_set_directly() -> None:
    def run(stops: list[int]) -> Trainer:
        trainer = Trainer(TEXT, optimizer=lambda p: optim.SGD(p, lr=0.5, momentum=0.9))
        trainer.train(35)
        trainer.optimizer.param_groups[0]["momentum"] = 0.5
        trainer.train(45)
        for stop in stops:
            trainer.rewind(stop)
            trainer.train(80 - stop)
        return trainer

    assert same(run([60, 40, 35]).history, run([]).history)
    trainer = run([])
    trainer.rewind(10)
    assert trainer.optimizer.param_groups[0]["momentum"] == 0.9


def test_parameter_groups_keep_their_own_learning_rates() -> None:
    def make() -> Trainer:
        model = Dropping(len(set(TEXT)))
        groups = [
            {"params": model.rnn.parameters(), "lr": 0.02},
            {"params": [*model.norm.parameters(), *model.out.parameters()]},
        ]
        return Trainer(TEXT, model=model, optimizer=optim.Adam(groups, lr=0.005))

    torch.manual_seed(1)
    straight = make().train(90)
    torch.manual_seed(1)
    trainer = make()
    trainer.train(90)
    trainer.rewind(40)
    assert [group["lr"] for group in trainer.optimizer.param_groups] == [0.02, 0.005]
    assert same(trainer.train(50), straight)
    trainer.lr = 0.001
    assert [group["lr"] for group in trainer.optimizer.param_groups] == [0.001, 0.001]


@pytest.mark.parametrize("make", MAKERS)
def test_a_branch_shares_earlier_epochs_and_does_not_change_its_origin(make: Callable[..., Trainer]) -> None:
    straight = make().train(160)
    trainer = make()
    trainer.train(100)
    branch = trainer.branch(60, lr=0.005)
    branch.train(40)
    same_branch = trainer.branch(60)
    assert same(trainer.train(60), straight), "the origin did not change"
    assert same(same_branch.train(100), straight), "the copy trains the same epochs"
    assert branch.history.losses[:61].tolist() == straight.losses[:61].tolist()
    assert branch.history.losses[61] != straight.losses[61]
    assert Event(60, "branch", 0.005) in branch.history.events
    assert all(event.kind != "branch" for event in trainer.history.events)
    changed = make()
    changed.train(60)
    changed.lr = 0.005
    assert same(changed.train(40), branch.history)


def test_a_branch_can_change_other_options_of_the_optimizer() -> None:
    trainer = Trainer(TEXT, optimizer=lambda p: optim.SGD(p, lr=0.5))
    trainer.train(10)
    branch = trainer.branch(5, momentum=0.9)
    assert branch.train(5).losses[-1] != trainer.history.losses[-1]
    assert trainer.optimizer.param_groups[0]["momentum"] == 0


def test_branches_can_be_branched_rewound_and_reset() -> None:
    trainer = dropping()
    trainer.train(80)
    first = trainer.branch(50, lr=0.01)
    first.train(40)
    second = first.branch(70, lr=0.001)
    expected = second.train(30).fork(100)
    assert [event for event in second.history.events if event.kind == "branch"] == [
        Event(50, "branch", 0.01),
        Event(70, "branch", 0.001),
    ]
    second.rewind(55)
    second.train(15)
    second.lr = 0.001
    assert same(second.train(30), expected)
    second.reset()
    assert second.lr == 0.02
    assert same(second.train(80), trainer.history)


def test_the_optimizer_of_a_branch_updates_the_parameters_of_the_branch() -> None:
    torch.manual_seed(0)
    model = nn.GRU(8, 8, batch_first=True)
    trainer = Trainer(TEXT, model=model, optimizer=optim.Adam(model.parameters(), lr=0.1))
    trainer.train(10)
    branch = trainer.branch(5)
    updated = {id(p) for group in branch.optimizer.param_groups for p in group["params"]}
    assert updated == {id(p) for p in branch.model.parameters()}
    assert updated.isdisjoint(id(p) for p in model.parameters())


def test_reset_gives_the_same_initial_weights_and_an_empty_recording() -> None:
    trainer = dropping()
    first = trainer.train(60)
    trainer.lr = 0.5
    trainer.reset()
    assert (trainer.epoch, len(trainer.history), trainer.lr) == (0, 0, 0.02)
    assert len(first) == 60, "the old recording does not change"
    assert same(trainer.train(60), first)


def test_reset_with_another_seed_equals_a_new_trainer_with_that_seed() -> None:
    trainer = built_in(seed=1)
    trainer.train(40)
    trainer.reset(seed=2)
    assert (trainer.seed, trainer.history.metadata["seed"]) == (2, 2)
    assert trainer.train(40) == built_in(seed=2).train(40)
    trainer.rewind(7)
    assert trainer.train(33) == built_in(seed=2).train(40)
    trainer.reset()
    assert trainer.seed == 2


def test_reset_with_another_seed_keeps_the_initial_weights_of_a_users_module() -> None:
    trainer = dropping(seed=3)
    weights = [p.detach().clone() for p in trainer.model.parameters()]
    trainer.train(40)
    trainer.reset(seed=4)
    assert all(torch.equal(a, b) for a, b in zip(weights, trainer.model.parameters(), strict=True))
    assert same(trainer.train(40), dropping(seed=4).train(40))


def test_rewinding_a_module_with_hidden_state_warns() -> None:
    trainer = Trainer("hihello", model=Surprising(5, {call: lambda: torch.eye(5)[0] for call in range(1, 30)}))
    trainer.train(20)
    with pytest.warns(
        UserWarning, match=r"epoch 8: repeating it gave .* restored, e\.g\. in Surprising\._counter \(count\)"
    ):
        trainer.rewind(15)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError("out of memory")])
@pytest.mark.parametrize("call", [1, 20, 33, 50])
def test_after_an_error_in_the_model_training_continues_from_the_last_complete_epoch(call: int, error: Any) -> None:
    def fail() -> float:
        raise error

    torch.manual_seed(0)
    straight = Trainer("hihello", model=Surprising(5, {})).train(60)
    torch.manual_seed(0)
    model = Surprising(5, {1 + call: fail})
    trainer = Trainer("hihello", model=model)
    state = torch.get_rng_state()
    with pytest.raises(type(error) if isinstance(error, Exception) else error):
        trainer.train(60)
    assert torch.equal(torch.get_rng_state(), state)
    assert len(trainer.history) == trainer.epoch == call - 1
    assert same(trainer.train(60 - call + 1), straight)


def test_gradients_are_enabled_again_after_an_interrupt_inside_a_step() -> None:
    def fail() -> None:  # like an interrupt at the end of an optimizer's step
        torch.set_grad_enabled(False)
        raise KeyboardInterrupt

    trainer = Trainer("hihello", model=Surprising(5, {1 + 21: fail}))
    with pytest.raises(KeyboardInterrupt):
        trainer.train(60)
    assert torch.is_grad_enabled()
    with torch.no_grad():
        assert len(trainer.train(40)) == 60
        assert not torch.is_grad_enabled()


def test_a_learning_rate_that_is_set_after_an_interrupt_is_used() -> None:
    def fail() -> float:
        raise KeyboardInterrupt

    for restore in (lambda trainer: trainer.rewind(20), lambda trainer: trainer.generate("h", 2)):
        trainer = Trainer("hihello", model=Surprising(5, {1 + 21: fail}))
        with pytest.raises(KeyboardInterrupt):
            trainer.train(60)
        trainer.lr = 0.01
        restore(trainer)
        assert trainer.lr == 0.01
        assert trainer.train(1).lrs[20] == 0.01


@pytest.fixture
def alarm() -> Iterator[Callable[[float], None]]:
    """Set a timer, in seconds, that raises KeyboardInterrupt.

    Not while a callback of a weak reference runs, where Python would print it and go on: torch's compiler has such,
    once another test has loaded it.
    """

    def ring(_: int, frame: FrameType | None) -> None:
        if frame is not None and "_dynamo" in frame.f_code.co_filename:
            signal.setitimer(signal.ITIMER_REAL, 1e-4)
            return
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds) and None
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_pickled_trainer_continues_and_rewinds_like_the_original() -> None:
    """Optimizers whose methods are wrapped could not be pickled (dill#255)."""
    trainer = Trainer("hihello", seed=3)
    trainer.train(70)
    loaded = pickle.loads(pickle.dumps(trainer))
    assert loaded.train(5) == trainer.train(5)
    for each in (trainer, loaded):
        each.rewind(40)
        each.train(10)
    assert loaded.history == trainer.history


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer signals")
def test_training_is_exact_after_interrupts_at_any_moment(alarm: Callable[[float], None]) -> None:
    straight = dropping().train(400)
    rng = np.random.default_rng(0)
    trainer = dropping()
    interrupted, wanted = 0, count(15, 40)
    while len(trainer.history) < 400 or interrupted < wanted:
        action = rng.integers(4)
        try:
            alarm(rng.uniform(1e-4, 3e-2))
            if action == 0 or len(trainer.history) >= 300:
                trainer.rewind(int(rng.integers(len(trainer.history) + 1)))
            elif action == 1:
                trainer.branch(len(trainer.history) // 2)
            elif len(trainer.history) < 400:
                trainer.train(min(60, 400 - len(trainer.history)))
            alarm(0)
        except KeyboardInterrupt:
            interrupted += 1
        if interrupted >= wanted and len(trainer.history) < 400:
            trainer.train(400 - len(trainer.history))
    assert same(trainer.history, straight)


def test_training_after_a_rewind_repeats_a_divergence() -> None:
    torch.manual_seed(0)  # other weights may end with dead units instead
    model = nn.Sequential(nn.Linear(5, 30), nn.ReLU(), nn.Linear(30, 5))
    trainer = Trainer("hihello", model=model, optimizer="sgd", lr=1e12)
    trainer.train(50)
    first = trainer.history.fork(len(trainer.history))
    assert trainer.diverged
    trainer.rewind(max(0, trainer.epoch - 1))
    trainer.train(50)
    assert trainer.diverged
    assert same(trainer.history, first)
    assert not math.isfinite(first.losses[-1])


def state() -> TrainState:
    model = CharRNN(20)
    return TrainState(model, optim.Adam(model.parameters()), nn.CrossEntropyLoss(), RandomState(torch.device("cpu")))


def take_all(checkpoints: Checkpoints, epochs: int) -> None:
    for epoch in range(epochs):
        if epoch >= checkpoints.due:
            checkpoints.take(epoch)


def test_snapshots_are_evenly_spaced_and_stay_within_number_and_budget() -> None:
    size = Snapshot.take(0, state()).size
    checkpoints = Checkpoints(state(), 20 * size)
    for epoch in range(1, 2000):
        if epoch >= checkpoints.due:
            checkpoints.take(epoch)
        assert checkpoints.epochs[0] == 0
        assert checkpoints.size <= 20 * size
        assert np.diff([*checkpoints.epochs, epoch]).max() <= checkpoints.spacing
    assert checkpoints.spacing > SPACING
    unlimited = Checkpoints(state())
    take_all(unlimited, SPACING * MAX_SNAPSHOTS + 1)
    assert MAX_SNAPSHOTS / 2 <= len(unlimited.epochs) <= MAX_SNAPSHOTS


def test_the_first_snapshot_is_kept_with_any_budget() -> None:
    checkpoints = Checkpoints(state(), 0)
    take_all(checkpoints, 200)
    assert checkpoints.epochs == (0,)


def test_an_unchanged_random_state_is_stored_once() -> None:
    live = state()
    first = Snapshot.take(0, live)
    same_random = Snapshot.take(1, live, first)
    assert same_random.random is first.random
    live.random.seed(7)
    other_random = Snapshot.take(2, live, same_random)
    assert other_random.random is not first.random
    assert same_random.size < first.size == other_random.size


def test_settings_survive_an_interrupt_while_a_rewind_repeats_epochs() -> None:
    def fail() -> float:
        raise KeyboardInterrupt

    # Calls: 1 check, 60 epochs, then the rewind to 50 repeats the epochs from 32 on; lr changes at epoch 40.
    trainer = Trainer("hihello", model=Surprising(5, {1 + 60 + 4: fail}))
    trainer.train(40)
    trainer.lr = 0.01
    trainer.train(20)
    with pytest.raises(KeyboardInterrupt):
        trainer.rewind(50)
    assert trainer.train(1).lrs.tolist() == [0.1] * 40 + [0.01] * 11


def test_an_exact_rewind_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trainer = dropping()
        trainer.train(50)
        trainer.rewind(20)
