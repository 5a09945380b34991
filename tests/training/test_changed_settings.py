"""Learning rates that are changed inside a run, by hooks or callbacks, as people do with schedulers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn, optim

from epochscope import Trainer

from .nets import Embedding
from .test_time_travel import same

TEXT = "hihello there"
V = len(set(TEXT))


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.GRU(V, V, batch_first=True)


def schedule(optimizer: optim.Optimizer, kind: str) -> Any:
    if kind == "exponential":
        return optim.lr_scheduler.ExponentialLR(optimizer, 0.97)
    if kind == "steps":
        return optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
    return optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=200)


def scheduled(kind: str) -> Trainer:
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    scheduler = schedule(optimizer, kind)
    optimizer.register_step_post_hook(lambda *_: scheduler.step())
    return Trainer(TEXT, model=model, optimizer=optimizer)


def by_pre_hook() -> Trainer:
    model, count = network(), itertools.count()

    def warm_up(optimizer: optim.Optimizer, *_: Any) -> None:
        optimizer.param_groups[0]["lr"] = min(0.1, 0.001 * (1 + next(count)))

    optimizer = optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
    optimizer.register_step_pre_hook(warm_up)
    return Trainer(TEXT, model=model, optimizer=optimizer)


def by_criterion() -> Trainer:
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=0.1)

    def criterion(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        loss = nn.functional.cross_entropy(logits, targets)
        optimizer.param_groups[0]["lr"] = 0.1 if loss.item() > 1.5 else 0.02
        return loss

    return Trainer(TEXT, model=model, optimizer=optimizer, criterion=criterion)


def by_tensor() -> Trainer:
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=torch.tensor(0.1))
    optimizer.register_step_post_hook(lambda opt, *_: opt.param_groups[0]["lr"].mul_(0.95))
    return Trainer(TEXT, model=model, optimizer=optimizer)


MAKERS: dict[str, Callable[[], Trainer]] = {
    "exponential": lambda: scheduled("exponential"),
    "steps": lambda: scheduled("steps"),
    "one cycle": lambda: scheduled("one cycle"),
    "pre-hook": by_pre_hook,
    "criterion": by_criterion,
    "tensor": by_tensor,
}


def test_the_learning_rates_of_a_scheduler_in_a_hook_are_those_of_a_loop_by_hand() -> None:
    """pytorch-segmentation#79: a scheduler that was called inside the training step."""
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
    lrs = []
    for _ in range(40):
        lrs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    history = scheduled("steps").train(40)
    assert history.lrs.tolist() == lrs
    assert [(event.epoch, event.value) for event in history.events if event.kind == "lr"] == [
        (10, 0.025),
        (20, 0.0125),
        (30, 0.00625),
    ]


def test_the_recorded_rate_is_the_one_that_the_step_used() -> None:
    history = by_pre_hook().train(20)
    assert history.lrs.tolist() == [0.001 * (1 + epoch) for epoch in range(20)]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("epoch", [0, 7, 32, 45])
def test_a_rewind_restores_weights_and_learning_rate(make: Callable[[], Trainer], epoch: int) -> None:
    """pytorch-segmentation#79, keras_lr_finder#7: the learning rate after going back was that of the end."""
    straight, trainer = make(), make()
    straight.train(epoch + 1)
    trainer.train(60)
    trainer.rewind(epoch)  # a warning would be an error: repeated epochs equal the recorded ones
    assert trainer.lr == straight.history.lrs[epoch]
    assert trainer.train(1).losses.tolist() == straight.history.losses.tolist()


@pytest.mark.parametrize("make", [MAKERS["exponential"], MAKERS["steps"], by_tensor])
def test_a_branch_starts_with_the_learning_rate_of_its_epoch(make: Callable[[], Trainer]) -> None:
    trainer = make()
    trainer.train(60)
    recorded, end = trainer.history.lrs.copy(), trainer.lr
    trainer.generate("hi", 3, at=40)  # a warning would be an error: nothing is trained on
    if make is by_tensor:  # its hook uses its argument
        branch = trainer.branch(40)
        branch.train(20)
        assert same(branch.history, trainer.history)
    else:
        with pytest.warns(UserWarning, match=r"step hook <lambda> is not part .* refers to a \w+LR of the optimizer"):
            branch = trainer.branch(40)
        assert branch.lr == recorded[40]
        branch.train(20)
        assert branch.history.lrs[40:].tolist() == [recorded[40]] * 20
    assert trainer.lr == end
    assert math.isclose(trainer.step().loss, make().step(61).loss)


def test_a_criterion_that_sets_the_rate_of_this_optimizer_cannot_be_branched() -> None:
    trainer = by_criterion()
    trainer.train(5)
    with pytest.raises(ValueError, match=r"the criterion criterion refers to the optimizer of this training, so"):
        trainer.branch(3)


def test_settings_that_do_not_change_are_noted_once() -> None:
    trainer = Trainer(TEXT, model=Embedding(V), inputs="index")
    trainer.train(40)
    assert len(trainer._training.checkpoints._changes) == 1


def test_a_setting_that_is_made_again_after_a_rewind_is_noted_again() -> None:
    trainer = Trainer(TEXT)
    trainer.train(10)
    trainer.lr = 0.01
    trainer.train(10)
    trainer.rewind(5)
    trainer.lr = 0.01
    expected = trainer.train(20).losses.copy()
    trainer.rewind(15)  # a warning would be an error
    history = trainer.train(10)
    assert history.losses.tolist() == expected.tolist()
    assert history.lrs[[4, 5, 24]].tolist() == [0.1, 0.01, 0.01]
