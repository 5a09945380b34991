"""Models of users that keep something, have hooks or are wrapped: they work, or a sentence says why they do not."""

from __future__ import annotations

import copy
import pickle
import random
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim

from epochscope import Trainer
from tests.thoroughness import quick_among

from .test_time_travel import same

TEXT = "hihello there"
V = len(set(TEXT))


class Net(nn.Module):
    """A GRU, and what `keep` does with its hidden states and its last state."""

    def __init__(self, keep: Callable[[Net, torch.Tensor, torch.Tensor], Any] | None = None) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.rnn = nn.GRU(V, V, batch_first=True)
        self.state: Any = None
        self.keep = keep

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden, state = self.rnn(x, self.state)
        if self.keep is not None:
            self.keep(self, hidden, state)
        return hidden


class WithBuffer(Net):
    """Keeps its hidden state in a buffer, which it replaces at each call."""

    def __init__(self) -> None:
        super().__init__()
        del self.state
        self.register_buffer("state", torch.zeros(1, 1, V))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden, state = self.rnn(x, self.state[:, : len(x)])
        self.state = state.detach()
        return hidden


class Tracked(Net):
    """Changes with the number of calls, as scheduled sampling does."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.log: list[float] = []
        self.seen: dict[str, np.ndarray] = {"mean": np.zeros(V)}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        hidden = super().forward(x) * (1 + 0.01 * self.calls)
        self.log.append(float(hidden.detach().mean()))
        self.seen["mean"] += hidden.detach().numpy().mean(axis=(0, 1))
        return hidden + 0.001 * float(self.seen["mean"].sum())


def stateful() -> nn.Module:
    return Net(lambda net, _, state: setattr(net, "state", state.detach()))


def keeping_activations() -> nn.Module:
    return Net(lambda net, hidden, _: setattr(net, "last_hidden", hidden))


def keeping_a_list() -> nn.Module:
    return Net(lambda net, hidden, state: vars(net).setdefault("kept", []).append((hidden, {"state": state})))


def old_weight_norm() -> nn.Module:
    net = Net()
    with pytest.warns(FutureWarning):
        torch.nn.utils.weight_norm(net.rnn, "weight_hh_l0")
    return net


def new_weight_norm() -> nn.Module:
    net = Net()
    torch.nn.utils.parametrizations.weight_norm(net.rnn, "weight_hh_l0")
    return net


def old_spectral_norm() -> nn.Module:
    net = nn.Sequential(nn.Linear(V, V), nn.Tanh(), nn.Linear(V, V))
    torch.nn.utils.spectral_norm(net[0])
    return net


def halve(parameter: torch.Tensor) -> None:
    assert parameter.grad is not None
    parameter.grad.mul_(0.5)


def gradient_hooks() -> nn.Module:
    net = Net()
    for parameter in net.parameters():
        parameter.register_hook(lambda grad: grad.clamp(-0.01, 0.01))
    next(net.parameters()).register_post_accumulate_grad_hook(halve)
    return net


def doubled(_: nn.Module, __: Any, logits: torch.Tensor) -> torch.Tensor:
    return logits * 2


def module_hooks() -> nn.Module:
    net, seen = Net(), []
    net.rnn.register_forward_hook(lambda _, __, outputs: seen.append(outputs[0]))
    net.register_forward_hook(doubled)
    return net


def traced() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing is old, and warns of what it cannot trace
        return torch.jit.trace(Net().rnn, torch.zeros(1, len(TEXT) - 1, V))


def compiled() -> Any:
    return torch.compile(nn.Sequential(nn.Linear(V, 8), nn.Tanh(), nn.Linear(8, V)), backend="eager")


def compiled_in_place() -> nn.Module:
    net = nn.Sequential(nn.Linear(V, 8), nn.Tanh(), nn.Linear(8, V))
    net.compile(backend="eager")
    return net


MODELS = [
    *(stateful, WithBuffer, Tracked, keeping_activations, keeping_a_list),
    *(old_weight_norm, new_weight_norm, old_spectral_norm, gradient_hooks, module_hooks),
    *(traced, compiled, compiled_in_place),
]


def trainer_of(make: Callable[[], nn.Module]) -> Trainer:
    torch.manual_seed(1)
    return Trainer(TEXT, model=make(), lr=0.02)


def by_hand(model: nn.Module, epochs: int) -> list[float]:
    trainer = Trainer(TEXT)  # for its alphabet alone
    indices = trainer.alphabet.encode(TEXT)
    x = torch.from_numpy(trainer.alphabet.one_hot(indices[None, :-1]))
    y = torch.from_numpy(indices[1:])
    optimizer, losses = optim.Adam(model.parameters(), lr=0.02), []
    torch.manual_seed(0)
    for _ in range(epochs):
        optimizer.zero_grad()
        outputs = model(x)
        loss = nn.functional.cross_entropy((outputs[0] if isinstance(outputs, tuple) else outputs).flatten(0, 1), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("make", MODELS)
def test_the_losses_are_those_of_a_loop_by_hand_also_after_generating(make: Callable[[], nn.Module]) -> None:
    """DeepLearningForNLPInPytorch#2: a hidden state that the module keeps; pytorch#54580, #28594: kept tensors."""
    torch.manual_seed(1)
    expected = by_hand(make(), 12)
    trainer = trainer_of(make)
    trainer.train(6)
    if make is not traced:  # its graph is for one length
        trainer.generate("hi", 3)
    assert trainer.train(6).losses.tolist() == expected


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("epoch", quick_among([0, 20, 32, 40], 32, 40))
def test_a_rewind_and_a_branch_repeat_the_recording(make: Callable[[], nn.Module], epoch: int) -> None:
    """pytorch#54580, #28594, #102981, #101107, sktime#10928: modules that could not be copied, or not rightly."""
    straight, trainer = trainer_of(make), trainer_of(make)
    straight.train(44)
    trainer.train(42)
    branch = trainer.branch(epoch)
    branch.train(44 - epoch)
    assert same(branch.history, straight.history)
    assert same(trainer.train(2), straight.history), "the branch changed its origin"
    trainer.rewind(epoch)
    assert same(trainer.train(44 - epoch), straight.history)
    if make is not traced:
        text = trainer.generate("hi", 5, at=epoch)
        trainer.rewind(epoch)
        assert trainer.generate("hi", 5) == text


class Memory:
    """State of a class of its own, which no rewind can restore."""

    def __init__(self) -> None:
        self.steps = 0


class Remembering(Net):
    """Keeps state in an object of another class."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = Memory()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.memory.steps += 1
        return super().forward(x) * (1 + 0.01 * self.memory.steps)


@pytest.mark.parametrize("epoch", [0, 5, 32])
def test_state_that_cannot_be_restored_is_named(epoch: int) -> None:
    trainer = trainer_of(Remembering)
    trainer.train(40)
    with pytest.warns(UserWarning, match=r"repeating it gave .* e\.g\. in Remembering\.memory \(Memory\)"):
        trainer.rewind(epoch)
    trainer.train(10)
    with pytest.warns(UserWarning, match="repeating it gave"):
        trainer.branch(epoch)


def test_random_numbers_that_are_not_torchs_are_noticed() -> None:
    noise = random.Random(1)
    trainer = trainer_of(lambda: Net(lambda _, hidden, __: hidden.data.mul_(noise.random())))
    trainer.train(5)
    with pytest.warns(UserWarning, match="epoch 0: repeating it gave the loss"):
        trainer.rewind(0)


class Locked(Net):
    """Has an attribute that Python cannot copy."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


def with_hook_on_itself() -> nn.Module:
    net = Net()
    net.rnn.register_forward_hook(lambda *_: setattr(net, "seen", True))
    return net


def with_own_forward() -> nn.Module:
    net = Net()
    vars(net)["forward"] = lambda x: net.rnn(x)[0] * 2
    return net


def with_gradient_hook_on_itself() -> nn.Module:
    net = Net()
    weight = next(net.rnn.parameters())
    weight.register_hook(lambda grad: grad + 0.01 * weight.detach())
    return net


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            Locked,
            r"Locked cannot be copied for a branch: its attribute Locked\.lock \(lock\): .*; keep it outside the mod",
        ),
        (
            with_hook_on_itself,
            "Net cannot be copied for a branch: the hook <lambda> of GRU refers to the module Net of this training, so",
        ),
        (
            with_own_forward,
            "the function forward of Net refers to the module Net of this training, so the branch would",
        ),
        (
            with_gradient_hook_on_itself,
            r"the hook <lambda> of GRU\.weight_ih_l0 refers to the tensor rnn\.weight_ih_l0 of this training",
        ),
    ],
)
def test_a_model_that_cannot_be_copied_says_what_prevents_it(make: Callable[[], nn.Module], message: str) -> None:
    """pytorch#28594, sktime#10928."""
    trainer = trainer_of(make)
    trainer.train(5)
    for refused in (lambda: trainer.branch(3), lambda: trainer.generate("hi", 2, at=3)):
        with pytest.raises(ValueError, match=message):
            refused()
    trainer.rewind(3)  # needs no copy
    assert trainer.epoch == 3


def test_a_criterion_that_reads_the_weights_cannot_be_copied() -> None:
    net = Net()

    def criterion(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(logits, targets) + 1e-3 * sum(p.norm() for p in net.parameters())

    trainer = Trainer(TEXT, model=net, criterion=criterion)
    trainer.train(3)
    with pytest.raises(ValueError, match=r"the criterion criterion refers to the module Net of this training"):
        trainer.branch(1)


def test_a_kept_graph_says_what_to_detach() -> None:
    """DeepLearningForNLPInPytorch#2."""
    trainer = trainer_of(lambda: Net(lambda net, _, state: setattr(net, "state", state)))
    with pytest.raises(RuntimeError, match=r"keeps a tensor of the last epoch .*; detach what it keeps: self"):
        trainer.train(3)


def test_a_hook_that_a_branch_gets_works_on_the_branch_alone() -> None:
    trainer = trainer_of(gradient_hooks)
    trainer.train(3)
    branch = trainer.branch(2)
    for parameter in branch.model.parameters():
        assert parameter.grad is None or parameter.grad.abs().max() <= 0.01
    branch.train(5)
    assert all(p.grad is not None and p.grad.abs().max() <= 0.01 for p in branch.model.parameters())


def test_a_trainer_can_be_copied_and_pickled_or_says_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """dill#255, #537."""
    for name in [name for name in sys.modules if name.endswith("cloudpickle")]:  # joblib loads its own
        monkeypatch.delitem(sys.modules, name)
    trainer = trainer_of(WithBuffer)
    trainer.train(5)
    twin = copy.deepcopy(trainer)
    assert same(twin.train(5), pickle.loads(pickle.dumps(trainer)).train(5))
    with pytest.raises(TypeError, match=r"this Trainer cannot be pickled: .*lambda.*, or save its recording with hist"):
        pickle.dumps(trainer_of(lambda: Net(lambda *_: None)))
