"""What a page needs to go on with a training. tests/widget/test_exported_training.py exports it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim

from epochscope import Trainer
from epochscope.training.page_optimizer import GoingOn

TEXT = "hihello"


def known(**options: Any) -> GoingOn:
    return Trainer(TEXT, **options).weights.going_on()


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ("adam", {"kind": "adam"}),
        ("sgd", {"kind": "sgd"}),
        (
            lambda p: optim.Adam(p, 0.1, betas=(0.8, 0.99), eps=1e-6),
            {"kind": "adam", "betas": [0.8, 0.99], "eps": 1e-6},
        ),
        (lambda p: optim.Adam(p, 0.1, weight_decay=0.5), {"kind": "adam", "weight_decay": 0.5}),
        (
            lambda p: optim.SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=1),
            {"kind": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 1.0},
        ),
        (
            lambda p: optim.SGD(p, 0.1, momentum=0.9, dampening=0.5),
            {"kind": "sgd", "momentum": 0.9, "dampening": 0.5},
        ),
    ],
)
def test_an_optimizer_is_described_by_what_differs_from_the_defaults(optimizer: Any, expected: dict[str, Any]) -> None:
    assert known(optimizer=optimizer) == GoingOn(expected, None, None)


def two_groups(parameters: Any) -> optim.Optimizer:
    first, *others = parameters
    return optim.Adam([{"params": [first]}, {"params": others, "lr": 0.01}], 0.1)


class Adam(optim.Adam):
    """Not torch's own: it may do anything."""


@pytest.mark.parametrize(
    ("optimizer", "why"),
    [
        ("rmsprop", "a page has torch.optim.Adam and torch.optim.SGD, not RMSprop"),
        ("adamw", "not AdamW"),
        (Adam, "not Adam"),
        (two_groups, "the Adam has 2 parameter groups: a page has one"),
        (lambda p: optim.Adam(p, 0.1, amsgrad=True), "the Adam has amsgrad=True, which a page does not have"),
        (lambda p: optim.SGD(p, 0.1, maximize=True), "the SGD has maximize=True"),
        (lambda p: optim.Adam(p, 0.1, decoupled_weight_decay=True), "the Adam has decoupled_weight_decay=True"),
    ],
)
def test_with_another_optimizer_a_page_goes_on_anew(optimizer: Any, why: str) -> None:
    found = known(optimizer=optimizer)
    assert (found.optimizer, found.refused) == (None, None)
    assert why in str(found.stateless)


class Net(nn.Module):
    """Embedding, LSTM, output layer; parts of it are made by the tests."""

    def __init__(self, change: Callable[[Net], None] = lambda _: None, dropout: float = 0, layers: int = 1) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 6)
        self.rnn = nn.LSTM(6, 6, layers, batch_first=True, dropout=dropout)
        self.output = nn.Linear(6, 5)
        change(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.rnn(self.embedding(x))[0])


def tie(net: Net) -> None:
    net.output.weight = net.embedding.weight


def freeze(net: Net) -> None:
    net.embedding.weight.requires_grad_(False)


def clip(net: Net) -> None:
    net.output.weight.register_hook(lambda gradient: gradient.clamp(-1, 1))


def pad(net: Net) -> None:
    net.embedding = nn.Embedding(5, 6, padding_idx=0)


def drop(net: Net, share: float = 0.5) -> None:
    net.dropout = nn.Dropout(share)


def drop_nothing(net: Net) -> None:
    drop(net, 0)


def normalize(net: Net) -> None:
    nn.utils.parametrizations.weight_norm(net.output)


OTHER_LOSS = {"code": "criterion", "criterion": "CrossEntropyLoss()"}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"model": Net(tie)}, {"code": "tied"}),
        ({"model": Net(freeze)}, {"code": "frozen"}),
        ({"model": Net(clip)}, {"code": "hooks"}),
        ({"model": Net(pad)}, {"code": "embedding"}),
        ({"model": Net(normalize)}, {"code": "computed"}),
        ({"model": Net(dropout=0.5, layers=2)}, {"code": "dropout", "module": "LSTM"}),
        ({"model": Net(drop)}, {"code": "dropout", "module": "Dropout"}),
        (
            {"criterion": nn.CrossEntropyLoss(label_smoothing=0.1)},
            OTHER_LOSS,
        ),
        ({"criterion": nn.CrossEntropyLoss(reduction="sum")}, OTHER_LOSS),
        ({"criterion": nn.functional.cross_entropy}, {"code": "criterion", "criterion": "cross_entropy"}),
    ],
)
def test_what_a_page_would_train_differently_is_refused(options: dict[str, Any], why: dict[str, str]) -> None:
    found = known(**options, **({"inputs": "index"} if "model" in options else {}))
    assert found == GoingOn({"kind": "adam"}, why)


@pytest.mark.parametrize(
    "options",
    [
        {"model": Net(), "inputs": "index"},
        {"model": Net(drop_nothing), "inputs": "index"},
        {"criterion": nn.CrossEntropyLoss(ignore_index=1)},
        {"cell": "gru", "num_layers": 2, "readout": True, "hidden_size": 3, "window": 3},
    ],
)
def test_what_a_page_trains_alike_is_not(options: dict[str, Any]) -> None:
    assert known(**options) == GoingOn({"kind": "adam"}, None, None)


def test_a_changed_learning_rate_is_recorded_but_another_changed_option_is_not() -> None:
    trainer = Trainer(TEXT, optimizer="sgd")
    trainer.train(3)
    trainer.lr = 0.01
    trainer.train(3)
    assert trainer.weights.going_on().stateless is None
    branch = trainer.branch(4, momentum=0.9)
    found = branch.weights.going_on()
    assert found.optimizer == {"kind": "sgd", "momentum": 0.9}
    assert found.refused is None
    assert found.stateless == "momentum was changed before epoch 4: a page has the same options in all epochs"


def clip_norm(optimizer: optim.Optimizer, *_: object) -> None:
    nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], 1.0)


def shrink(optimizer: optim.Optimizer, *_: object) -> None:
    for parameter in optimizer.param_groups[0]["params"]:
        parameter.data.mul_(0.9)


def decay(optimizer: optim.Optimizer, *_: object) -> None:
    optimizer.param_groups[0]["lr"] *= 0.99


@pytest.mark.parametrize(("register", "hook"), [("pre", clip_norm), ("pre", shrink), ("post", shrink)])
def test_a_hook_of_the_optimizer_that_changes_gradients_or_weights_is_refused(register: str, hook: Any) -> None:
    trainer = Trainer(TEXT)
    getattr(trainer.optimizer, f"register_step_{register}_hook")(hook)
    assert trainer.weights.going_on().refused == {"code": "step_hooks"}


@pytest.mark.parametrize("register", ["pre", "post"])
def test_a_hook_of_the_optimizer_that_changes_the_learning_rate_is_not(register: str) -> None:
    trainer = Trainer(TEXT)
    getattr(trainer.optimizer, f"register_step_{register}_hook")(decay)
    trainer.train(3)
    before = trainer.lr
    assert trainer.weights.going_on() == GoingOn({"kind": "adam"}, None, None)
    assert trainer.lr == before
    scheduler = optim.lr_scheduler.StepLR(trainer.optimizer, 2)
    trainer.optimizer.register_step_post_hook(lambda *_: scheduler.step())
    assert trainer.weights.going_on().stateless is None


def test_a_hook_of_a_module_may_change_gradients() -> None:
    trainer = Trainer(TEXT, readout=True)
    trainer.model.get_submodule("readout").register_full_backward_hook(lambda *_: None)
    assert trainer.weights.going_on().refused == {"code": "hooks"}


def flat(trainer: Trainer, name: str) -> list[float]:
    """Return a moment of all parameters; zeros where there is none."""
    state = trainer.optimizer.state
    values = [state.get(p, {}).get(name, torch.zeros_like(p)) for p in trainer.model.parameters()]
    return torch.cat([value.flatten() for value in values]).tolist()


@pytest.mark.parametrize(
    ("optimizer", "names"),
    [
        ("adam", ("exp_avg", "exp_avg_sq")),
        (lambda p: optim.SGD(p, 0.1, momentum=0.9), ("momentum_buffer",)),
        ("sgd", ()),
    ],
)
def test_the_states_are_those_before_each_update(optimizer: Any, names: tuple[str, ...]) -> None:
    trainer = Trainer(TEXT, optimizer=optimizer, seed=2)
    expected, weights = [], []
    for _ in range(40):
        expected.append([flat(trainer, name) for name in names])
        weights.append(torch.cat([p.detach().flatten() for p in trainer.model.parameters()]).tolist())
        trainer.step()
    options = trainer.weights.going_on().optimizer
    assert options is not None
    epochs = (0, 1, 7, 32, 39)
    found, moments, steps = trainer.weights.collect_states(epochs, options)
    assert steps == epochs
    assert [found.at(epoch).tolist() for epoch in epochs] == [weights[epoch] for epoch in epochs]
    assert len(moments) == len(names)
    for k, moment in enumerate(moments):
        assert [moment.at(epoch).tolist() for epoch in epochs] == [expected[epoch][k] for epoch in epochs]
        assert np.any(moment.at(39))


def test_collecting_states_changes_neither_the_training_nor_the_recording() -> None:
    trainer, other = Trainer(TEXT), Trainer(TEXT)
    trainer.train(20)
    other.train(20)
    trainer.weights.collect_states((0, 9), {"kind": "adam"})
    assert trainer.history.weights is None
    assert trainer.step().loss == other.step().loss
    assert flat(trainer, "exp_avg_sq") == flat(other, "exp_avg_sq")


def test_an_optimizer_that_has_trained_before_has_its_own_number_of_updates() -> None:
    model = nn.LSTM(5, 5, batch_first=True)
    optimizer = optim.SGD(model.parameters(), 0.1, momentum=0.9)
    adam = optim.Adam(model.parameters(), 0.1)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    for _ in range(3):
        optimizer.step()
        adam.step()
    for made, steps in ((optimizer, (1, 1, 2)), (adam, (3, 4, 5))):
        trainer = Trainer(TEXT, model=model, optimizer=made)
        trainer.train(3)
        options = trainer.weights.going_on().optimizer
        assert options is not None
        assert trainer.weights.collect_states((0, 1, 2), options)[2] == steps
