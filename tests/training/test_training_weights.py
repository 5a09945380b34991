"""The weights of recorded epochs, read from a copy of the training."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from epochscope import Trainer
from epochscope.training import training_weights
from epochscope.training.network_of import UnknownNetwork

SENTENCE = " I think therefore I am."


def flat(trainer: Trainer) -> np.ndarray:
    """Return the weights of the current network, in the order of torch."""
    return np.concatenate([parameter.detach().numpy().ravel() for parameter in trainer.model.parameters()])


def trained(epochs: int, make: Callable[[], Trainer]) -> tuple[Trainer, list[np.ndarray]]:
    """Return a trainer after some epochs, and the weights with which it made each of them."""
    trainer, weights = make(), []
    for _ in range(epochs):
        weights.append(flat(trainer))
        trainer.step()
    return trainer, weights


def dropout() -> Trainer:
    """Return a trainer whose epochs draw random numbers."""
    torch.manual_seed(0)
    return Trainer("hihello", model=Dropped(), lr=0.05)


class Dropped(nn.Module):
    """A recurrent network with dropout before its output layer."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits."""
        return self.output(self.dropout(self.rnn(x)[0]))


MAKERS: dict[str, Callable[[], Trainer]] = {
    "lstm": lambda: Trainer(SENTENCE, seed=2),
    "two layers": lambda: Trainer(SENTENCE, cell="gru", num_layers=2, readout=True, hidden_size=9),
    "windows": lambda: Trainer(SENTENCE, cell="rnn", window=6),
    "momentum": lambda: Trainer(SENTENCE, optimizer="sgd", lr=0.5),
    "dropout": dropout,
}


@pytest.mark.parametrize("kind", MAKERS)
def test_weights_are_those_that_made_each_epoch(kind: str) -> None:
    trainer, expected = trained(70, MAKERS[kind])
    assert trainer.weights.read(30, 69)
    assert trainer.weights.read(3, 5)
    known = trainer.history.weights
    assert known is not None
    assert known.epochs == (3, 4, 5, *range(30, 70))
    assert all(np.array_equal(known.at(epoch), expected[epoch]) for epoch in known.epochs)


def test_reading_does_not_change_the_training() -> None:
    plain, looked_into = dropout(), dropout()
    state = torch.get_rng_state()
    for trainer in (plain, looked_into):
        for _ in range(8):
            trainer.train(10)
            if trainer is looked_into:
                trainer.weights.note()
                trainer.weights.read(0, trainer.epoch)
    assert plain.history.losses.tolist() == looked_into.history.losses.tolist()
    assert np.array_equal(flat(plain), flat(looked_into))
    assert torch.equal(torch.get_rng_state(), state)


def test_weights_are_noted_before_an_epoch_without_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer("hihello")
    monkeypatch.setattr(training_weights.TrainingWeights, "_copied", None)
    expected = []
    for _ in range(3):
        trainer.weights.note()
        expected.append(flat(trainer))
        trainer.step()
    known = trainer.history.weights
    assert known is not None
    assert [known.at(epoch).tolist() for epoch in known.epochs] == [weights.tolist() for weights in expected]


def test_changed_learning_rates_are_repeated() -> None:
    def make() -> Trainer:
        return Trainer(SENTENCE, seed=1)

    trainer, expected = make(), list[np.ndarray]()
    for epoch in range(45):
        if epoch in (10, 37):
            trainer.lr /= 3
        expected.append(flat(trainer))
        trainer.step()
    trainer.weights.read(5, 44)
    known = trainer.history.weights
    assert known is not None
    assert all(np.array_equal(known.at(epoch), expected[epoch]) for epoch in known.epochs)


def test_after_a_rewind_the_weights_of_the_new_epochs_are_read() -> None:
    trainer, expected = trained(50, MAKERS["lstm"])
    trainer.weights.read(30, 49)
    trainer.rewind(40)
    assert trainer.history.weights is not None
    assert trainer.history.weights.epochs == tuple(range(30, 40))
    trainer.lr = 0.01
    for _ in range(10):
        expected[trainer.epoch] = flat(trainer)
        trainer.step()
    trainer.weights.read(45, 49)
    trainer.weights.read(38, 49)
    known = trainer.history.weights
    assert all(np.array_equal(known.at(epoch), expected[epoch]) for epoch in range(38, 50))


def test_a_branch_has_the_weights_of_its_own_epochs() -> None:
    trainer, expected = trained(40, MAKERS["lstm"])
    trainer.weights.read(10, 39)
    branch = trainer.branch(20, lr=0.01)
    branch.train(5)
    branch.weights.read(18, 24)
    assert branch.history.weights is not None
    assert branch.history.weights.epochs == (*range(10, 25),)
    assert np.array_equal(branch.history.weights.at(20), expected[20])
    assert not np.array_equal(branch.history.weights.at(21), expected[21])
    assert trainer.history.weights is not None
    assert np.array_equal(trainer.history.weights.at(21), expected[21])


def test_a_deadline_ends_reading_and_the_next_call_goes_on() -> None:
    trainer, expected = trained(64, MAKERS["lstm"])
    calls = 0
    while not trainer.weights.read(40, 63, time.monotonic() + 1e-3):
        calls += 1
        assert calls < 1000
    assert calls > 1
    assert trainer.history.weights is not None
    assert np.array_equal(trainer.history.weights.at(63), expected[63])


def test_a_diverged_epoch_has_the_weights_that_made_it() -> None:
    trainer = Trainer("hihello", readout=True, optimizer="sgd", lr=1e38)
    expected: list[np.ndarray] = []
    while not trainer.diverged and len(expected) < 20:
        expected.append(flat(trainer))
        trainer.step()
    assert trainer.diverged
    assert trainer.weights.read(0, len(expected) - 1)
    assert trainer.history.weights is not None
    assert np.array_equal(trainer.history.weights.at(len(expected) - 1), expected[-1], equal_nan=True)


class Uncopyable(nn.LSTM):
    """A network that cannot be copied."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        raise ValueError("no copies")


def test_what_cannot_be_read_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    attention = nn.TransformerEncoderLayer(5, 1, 8, batch_first=True)
    with pytest.raises(UnknownNetwork, match="no recurrent layer of torch found"):
        Trainer("hihello", model=attention).weights.note()
    trainer = Trainer("hihello", model=Uncopyable(5, 5, batch_first=True))
    trainer.train(3)
    with pytest.raises(UnknownNetwork, match="earlier epochs cannot be read"):
        trainer.weights.read(0, 2)
    trainer = Trainer("hihello")
    trainer.train(5)
    with torch.no_grad():
        next(trainer.model.parameters()).mul_(2)
    trainer.train(5)
    with pytest.raises(UnknownNetwork, match="repeating epoch 5 gave the loss"):
        trainer.weights.read(7, 9)
    monkeypatch.setattr(training_weights, "MAX_WEIGHTS", 100)
    with pytest.raises(UnknownNetwork, match="at most 100 can be"):
        Trainer("hihello").weights.note()
