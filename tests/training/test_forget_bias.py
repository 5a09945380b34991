"""`forget_bias`: Gers et al. 2000; Jozefowicz et al. 2015."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from epochscope.history import History
from epochscope.training.model import CharRNN
from epochscope.training.trainer import Trainer

from .classic import SENTENCE

H = 14


def test_it_is_added_to_the_forget_part_of_one_bias_of_every_layer() -> None:
    trainer = Trainer(SENTENCE, seed=3, num_layers=2, readout=True, forget_bias=1.5)
    torch.manual_seed(3)
    rnn, output = nn.LSTM(H, H, 2, batch_first=True), nn.Linear(H, H)
    expected = {f"rnn.{name}": value for name, value in rnn.state_dict().items()}
    expected |= {f"readout.{name}": value for name, value in output.state_dict().items()}
    actual = trainer.model.state_dict()
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        if "bias_ih" in name:
            value[H : 2 * H] += 1.5
        assert torch.equal(actual[name], value), name


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_without_it_nothing_changes(cell: str) -> None:
    assert Trainer(SENTENCE, cell=cell, forget_bias=0).train(5) == Trainer(SENTENCE, cell=cell).train(5)


def test_a_reset_and_a_branch_keep_it() -> None:
    trainer = Trainer(SENTENCE, seed=3, forget_bias=1.0)
    first = trainer.train(12)
    trainer.reset(seed=4)
    assert trainer.train(12) == Trainer(SENTENCE, seed=4, forget_bias=1.0).train(12)
    trainer.reset(seed=3)
    trainer.train(8)
    branch = trainer.branch(4)
    branch.train(8)
    assert trainer.train(4).losses.tolist() == branch.history.losses.tolist() == first.losses.tolist()


def test_the_recording_has_it() -> None:
    history = Trainer(SENTENCE, forget_bias=-1).train(2)
    assert History.from_bytes(history.to_bytes()).metadata["forget_bias"] == -1.0
    assert "forget_bias" not in Trainer(SENTENCE).train(2).metadata


def test_the_forget_gates_start_at_its_sigmoid() -> None:
    for forget_bias, gate in ((0.0, 0.5), (1.0, 0.731), (-1.0, 0.269)):
        forget = Trainer(SENTENCE, seed=9, forget_bias=forget_bias).activations().forget
        assert np.median(forget) == pytest.approx(gate, abs=0.02)


@pytest.mark.parametrize("seed", [0, 2, 9])
def test_more_of_the_gradient_arrives_per_step_before_training(seed: int) -> None:
    """Along the cell state it is multiplied by the forget gate, 0.5 or 0.73; some more arrives by the hidden state."""

    def share_per_step(forget_bias: float) -> float:
        reach = Trainer(SENTENCE, seed=seed, forget_bias=forget_bias).gradient_reach(0)
        return float(np.median(reach[12:, 12] / reach[12:, 2]) ** 0.1)

    assert share_per_step(0.0) == pytest.approx(0.61, abs=0.04)
    assert share_per_step(1.0) == pytest.approx(0.81, abs=0.04)


def test_a_network_of_ones_own_has_it_too() -> None:
    assert CharRNN(5, forget_bias=2).forget_bias == 2.0
    with pytest.raises(ValueError, match="forget_bias=2: must be 0 for GRU cells"):
        CharRNN(5, cell="gru", forget_bias=2)
