"""`Trainer.gradient_reach`."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from epochscope.inspection.gradient_reach import steps_back
from epochscope.training.model import CharRNN
from epochscope.training.trainer import Trainer

from .classic import SENTENCE
from .nets import Embedding, Table

CELLS = ["rnn", "lstm", "gru"]


def by_autograd(trainer: Trainer, t: int, lags: list[int]) -> list[float]:
    """Return the reach at a position, with the state of torch's layers as the variable."""
    model = copy.deepcopy(trainer.model).double()
    assert isinstance(model, CharRNN)
    window = trainer.history.metadata["window"]
    start = max(0, t - window + 1) if window else 0
    inputs = torch.from_numpy(trainer.history.inputs[start : t + 1].astype(np.int64))
    x = functional.one_hot(inputs, len(trainer.alphabet)).double()[None]
    target = torch.tensor([int(trainer.history.targets[t])])
    norms = []
    for lag in lags:
        k = len(inputs) - lag
        hidden, state = model.rnn(x[:, :k])
        parts = state if isinstance(state, tuple) else (state,)
        variables = [part.detach().requires_grad_() for part in parts]
        if lag:
            hidden = model.rnn(x[:, k:], tuple(variables) if len(variables) == 2 else variables[0])[0][:, -1]
        else:
            hidden = variables[0][-1]
        logits = hidden if model.readout is None else model.readout(hidden)
        gradients = torch.autograd.grad(functional.cross_entropy(logits, target), variables, allow_unused=True)
        norms.append(float(torch.cat([each.flatten() for each in gradients if each is not None]).norm()))
    return [norm / norms[0] for norm in norms]


@pytest.mark.parametrize("options", [{}, {"readout": True, "hidden_size": 5}, {"num_layers": 2}, {"window": 8}])
@pytest.mark.parametrize("cell", CELLS)
def test_it_is_the_gradient_of_torch(cell: str, options: dict[str, Any]) -> None:
    trainer = Trainer(SENTENCE, cell=cell, seed=9, lr=0.01, **options)
    trainer.train(20)
    for epoch in (0, 20):
        reach = trainer.gradient_reach(epoch)
        past = trainer.branch(epoch)
        for t in (0, 6, 15, 22):
            lags = list(range(min(t + 1, options.get("window", 23))))
            np.testing.assert_allclose(reach[t, lags], by_autograd(past, t, lags), rtol=1e-9)
            assert np.isnan(reach[t, len(lags) :]).all()


def test_before_training_the_gradient_vanishes_in_all_cells() -> None:
    """What arrives 10 steps back, and of an RNN and an LSTM about the same: an LSTM's forget gates start at 0.5."""
    tens = {cell: np.median(Trainer(SENTENCE, cell=cell, seed=9).gradient_reach()[12:, 10]) for cell in CELLS}
    assert tens == pytest.approx({"rnn": 1.3e-3, "lstm": 1.5e-3, "gru": 6e-3}, rel=0.1)


def test_training_of_a_few_epochs_changes_how_far_it_reaches() -> None:
    trainers = {cell: Trainer(SENTENCE, cell=cell, seed=9) for cell in CELLS}
    for trainer in trainers.values():
        trainer.train(30)
    far = {cell: float(np.median(trainer.gradient_reach(30)[12:, 10])) for cell, trainer in trainers.items()}
    assert far["gru"] < 1e-4 < far["rnn"] < 3e-3 < far["lstm"]
    back = {cell: [steps_back(trainer.gradient_reach(e)) for e in (0, 30)] for cell, trainer in trainers.items()}
    assert [first for first, _ in back.values()] == [7, 6, 8]
    assert back["gru"][1] < 5 < 8 < back["lstm"][1] + 1


def test_the_training_goes_on_as_without() -> None:
    trainer, plain = Trainer(SENTENCE, seed=9), Trainer(SENTENCE, seed=9)
    for _ in range(4):
        trainer.step(3)
        trainer.gradient_reach()
        trainer.gradient_reach(1)
    assert trainer.history == plain.train(12)


def test_ignored_positions_have_no_gradient() -> None:
    """Padding: deeplearningzerotoall/PyTorch lab-12_7."""
    trainer = Trainer("abcab__", criterion=nn.CrossEntropyLoss(ignore_index=0), alphabet="_abc")
    assert np.isnan(trainer.gradient_reach()).all(axis=1).tolist() == [False] * 4 + [True] * 2


def test_a_diverged_network_has_none() -> None:
    trainer = Trainer("hihello", cell="rnn")
    with torch.no_grad():
        trainer.model.get_parameter("rnn.weight_hh_l0").fill_(float("nan"))
    assert np.isnan(trainer.gradient_reach()[1:]).all()


def test_a_network_that_reads_indices_has_it() -> None:
    torch.manual_seed(0)
    reach = Trainer("hihello", model=Embedding(5), inputs="index").gradient_reach()
    assert (reach[:, 0] == 1).all()


def test_a_network_without_a_known_state_is_refused() -> None:
    trainer = Trainer("hihello", model=Table(6, 5))
    trainer.step(2)
    with pytest.raises(ValueError, match="no recurrent"):
        trainer.gradient_reach()
    for epoch in (3, -1, 0.5):
        with pytest.raises(ValueError, match=f"epoch={epoch}: must be an integer from 0 to 2"):
            trainer.gradient_reach(epoch)  # pyright: ignore[reportArgumentType]
