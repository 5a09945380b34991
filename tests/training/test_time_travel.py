"""Rewind, branch, reset: bit for bit, dropout included."""

from __future__ import annotations

import math
import signal
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim

from epochscope.history import History
from epochscope.recording.events import Event
from epochscope.training.checkpoints import MOST, SPACING, Checkpoints, Snapshot
from epochscope.training.trainer import Trainer

from .nets import Dropping, Surprising

TEXT = "hihello there"


def dropping(seed: int = 3, **options: Any) -> Trainer:
    torch.manual_seed(5)
    return Trainer(TEXT, model=Dropping(len(set(TEXT))), seed=seed, lr=0.02, **options)


def same(a: History, b: History) -> bool:
    return all(
        np.array_equal(x, y, equal_nan=x.dtype.kind == "f") for x, y in zip(a.records(), b.records(), strict=True)
    )


def ours(**options: Any) -> Trainer:
    return Trainer(TEXT, **options)


MAKERS: list[Callable[..., Trainer]] = [ours, dropping]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("epoch", [0, 1, 31, 32, 33, 70, 99, 100])
def test_training_on_after_a_rewind_repeats_the_recording(make: Callable[..., Trainer], epoch: int) -> None:
    straight = make().train(130)
    trainer = make()
    trainer.train(100)
    trainer.rewind(epoch)
    assert (len(trainer.history), trainer.epoch) == (epoch, epoch)
    assert same(trainer.train(130 - epoch), straight)


@pytest.mark.parametrize("budget", [0, 1, 100_000])
def test_any_budget_for_snapshots_gives_the_same(budget: int) -> None:
    straight = dropping().train(150)
    trainer = dropping(checkpoint_bytes=budget)
    trainer.train(150)
    for epoch in (140, 77, 33, 2):
        trainer.rewind(epoch)
        trainer.train(3)
    trainer.rewind(2)
    assert same(trainer.train(148), straight)


def test_a_rewind_puts_back_the_learning_rate_of_that_time() -> None:
    trainer = ours()
    trainer.train(40)
    trainer.lr = 0.01
    changed = trainer.train(20).fork(60)
    trainer.rewind(50)
    assert trainer.lr == 0.01
    assert same(trainer.train(10), changed)
    trainer.rewind(40)
    assert trainer.lr == 0.01, "of the update that epoch 40 made"
    assert same(trainer.train(20), changed)
    trainer.rewind(39)
    assert trainer.lr == 0.1


def test_settings_of_the_optimizer_that_were_changed_by_hand_are_put_back_too() -> None:
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
def test_a_branch_shares_what_came_before_and_leaves_its_origin_alone(make: Callable[..., Trainer]) -> None:
    straight = make().train(160)
    trainer = make()
    trainer.train(100)
    branch = trainer.branch(60, lr=0.005)
    branch.train(40)
    twin = trainer.branch(60)
    assert same(trainer.train(60), straight), "the origin went on as if nothing had happened"
    assert same(twin.train(100), straight), "nothing was changed in the twin"
    assert branch.history.losses[:61].tolist() == straight.losses[:61].tolist()
    assert branch.history.losses[61] != straight.losses[61]
    assert Event(60, "branch", 0.005) in branch.history.events
    assert all(event.kind != "branch" for event in trainer.history.events)
    changed = make()
    changed.train(60)
    changed.lr = 0.005
    assert same(changed.train(40), branch.history)


def test_a_branch_may_change_other_options_of_the_optimizer() -> None:
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


def test_the_optimizer_of_a_branch_holds_the_weights_of_the_branch() -> None:
    torch.manual_seed(0)
    model = nn.GRU(8, 8, batch_first=True)
    trainer = Trainer(TEXT, model=model, optimizer=optim.Adam(model.parameters(), lr=0.1))
    trainer.train(10)
    branch = trainer.branch(5)
    held = {id(p) for group in branch.optimizer.param_groups for p in group["params"]}
    assert held == {id(p) for p in branch.model.parameters()}
    assert held.isdisjoint(id(p) for p in model.parameters())


class Remembering(nn.Module):
    """Keeps its last hidden states, with their gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(5, 5, batch_first=True)
        self.last: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = self.rnn(x)[0]
        self.last = logits
        return logits


def test_a_module_that_cannot_be_copied_cannot_be_branched_and_is_told_why() -> None:
    trainer = Trainer("hihello", model=Remembering())
    trainer.train(3)
    with pytest.raises(ValueError, match=r"Remembering cannot be copied: .*detach\(\)"):
        trainer.branch(2)
    trainer.rewind(2)


def test_reset_gives_the_same_initial_weights_and_an_empty_recording() -> None:
    trainer = dropping()
    first = trainer.train(60)
    trainer.lr = 0.5
    trainer.reset()
    assert (trainer.epoch, len(trainer.history), trainer.lr) == (0, 0, 0.02)
    assert len(first) == 60, "what was handed out stays"
    assert same(trainer.train(60), first)


def test_reset_with_another_seed_is_a_new_trainer_with_that_seed() -> None:
    trainer = ours(seed=1)
    trainer.train(40)
    trainer.reset(seed=2)
    assert (trainer.seed, trainer.history.metadata["seed"]) == (2, 2)
    assert trainer.train(40) == ours(seed=2).train(40)
    trainer.rewind(7)
    assert trainer.train(33) == ours(seed=2).train(40)
    trainer.reset()
    assert trainer.seed == 2


def test_reset_with_another_seed_keeps_the_weights_of_a_module_that_was_given() -> None:
    trainer = dropping(seed=3)
    weights = [p.detach().clone() for p in trainer.model.parameters()]
    trainer.train(40)
    trainer.reset(seed=4)
    assert all(torch.equal(a, b) for a, b in zip(weights, trainer.model.parameters(), strict=True))
    assert same(trainer.train(40), dropping(seed=4).train(40))


def test_a_module_that_hides_its_state_is_told_on_when_it_cannot_be_rewound() -> None:
    trainer = Trainer("hihello", model=Surprising(5, {call: lambda: torch.eye(5)[0] for call in range(1, 30)}))
    trainer.train(20)
    with pytest.warns(
        UserWarning, match=r"epoch 8 was trained again with the loss .* outside its parameters and buffers"
    ):
        trainer.rewind(15)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError("out of memory")])
@pytest.mark.parametrize("call", [1, 20, 33, 50])
def test_an_error_in_the_model_leaves_a_whole_recording_and_training_goes_on_from_there(call: int, error: Any) -> None:
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


def test_an_interrupt_that_leaves_torch_without_gradients_holds_nobody_up() -> None:
    def fail() -> None:  # what an interrupt at the end of an optimizer's step does
        torch.set_grad_enabled(False)
        raise KeyboardInterrupt

    trainer = Trainer("hihello", model=Surprising(5, {1 + 21: fail}))
    with pytest.raises(KeyboardInterrupt):
        trainer.train(60)
    assert torch.is_grad_enabled()
    with torch.no_grad():
        assert len(trainer.train(40)) == 60
        assert not torch.is_grad_enabled()


def test_a_learning_rate_that_was_set_after_an_interrupt_holds() -> None:
    def fail() -> float:
        raise KeyboardInterrupt

    for mend in (lambda trainer: trainer.rewind(20), lambda trainer: trainer.generate("h", 2)):
        trainer = Trainer("hihello", model=Surprising(5, {1 + 21: fail}))
        with pytest.raises(KeyboardInterrupt):
            trainer.train(60)
        trainer.lr = 0.01
        mend(trainer)
        assert trainer.lr == 0.01
        assert trainer.train(1).lrs[20] == 0.01


@pytest.fixture
def alarm() -> Iterator[Callable[[float], None]]:
    """Raises KeyboardInterrupt wherever the program is after so many seconds."""

    def ring(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds) and None
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer signals")
def test_an_interrupt_at_any_moment_can_be_gone_on_from(alarm: Callable[[float], None]) -> None:
    straight = dropping().train(400)
    rng = np.random.default_rng(0)
    trainer = dropping()
    interrupted = 0
    while len(trainer.history) < 400 or interrupted < 40:
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
        if interrupted >= 40 and len(trainer.history) < 400:
            trainer.train(400 - len(trainer.history))
    assert same(trainer.history, straight)


def test_going_back_from_a_loss_that_is_not_finite_repeats_it() -> None:
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


def snapshots(trainer: Trainer) -> Checkpoints:
    return trainer._checkpoints


def test_snapshots_stand_evenly_and_stay_within_their_number_and_budget() -> None:
    trainer = ours()
    size = Snapshot.take(0, trainer._learner).size
    trainer = ours(checkpoint_bytes=20 * size)
    kept = snapshots(trainer)
    for _ in range(40):
        trainer.train(50)
        gaps = np.diff([*kept.epochs, trainer.epoch])
        assert kept.epochs[0] == 0
        assert kept.size <= 20 * size
        assert gaps.max() <= kept.spacing
    assert kept.spacing > SPACING
    trainer = ours()
    trainer.train(SPACING * MOST + 1)
    assert len(snapshots(trainer).epochs) <= MOST


def test_the_first_snapshot_is_kept_whatever_the_budget() -> None:
    trainer = ours(checkpoint_bytes=0)
    trainer.train(200)
    assert snapshots(trainer).epochs == (0,)


def test_random_states_that_do_not_change_are_kept_once() -> None:
    trainer = ours()
    trainer.train(100)
    kept = snapshots(trainer)._kept
    assert len({id(snapshot.random) for snapshot in kept}) == 1
    other = dropping()
    other.train(100)
    assert len({id(snapshot.random) for snapshot in snapshots(other)._kept}) == len(snapshots(other)._kept) > 1


def test_no_warning_is_given_where_all_is_repeated() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trainer = dropping()
        trainer.train(50)
        trainer.rewind(20)
