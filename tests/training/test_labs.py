"""Losses, predictions and texts equal those of the labs in plain PyTorch (`classic.py`), bit for bit."""

from __future__ import annotations

import pytest
import torch

from epochscope.history import History
from epochscope.training.trainer import Trainer
from tests.thoroughness import count

from .classic import LONG_SENTENCE, SENTENCE, LongNet, Run, whole_sentence, windows


def assert_same(history: History, run: Run) -> None:
    assert history.losses.tolist() == run.losses
    assert (history.predictions == run.predictions).all()
    assert [history.text(epoch) for epoch in range(len(history))] == run.texts


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("seed", range(count(2, 10)))
def test_the_classic_lab_is_reproduced_bit_for_bit(cell: str, seed: int) -> None:
    torch.manual_seed(12345)
    before = torch.get_rng_state()
    history = Trainer(SENTENCE, cell=cell, seed=seed).train(300)
    assert torch.equal(torch.get_rng_state(), before), "the global random state changed"
    assert_same(history, whole_sentence(SENTENCE, cell, seed, 300))


def test_the_defaults_are_those_of_the_sentence_lab() -> None:
    assert_same(Trainer(SENTENCE).train(300), whole_sentence(SENTENCE, "lstm", 0, 300))


def test_hihello_with_the_alphabet_in_the_order_of_the_lab() -> None:
    char_set = ["h", "i", "e", "l", "o"]
    trainer = Trainer("hihello", cell="rnn", alphabet=char_set)
    assert_same(trainer.train(100), whole_sentence("hihello", "rnn", 0, 100, char_set))


def test_if_you_want_you() -> None:
    assert_same(Trainer(" if you want you", cell="rnn").train(50), whole_sentence(" if you want you", "rnn", 0, 50))


def test_the_long_sentence_in_windows_of_ten_with_its_reconstructed_text() -> None:
    trainer = Trainer(LONG_SENTENCE, cell="rnn", num_layers=2, readout=True, window=10)
    history = trainer.train(100)
    assert_same(history, windows(LONG_SENTENCE, 10, 0, 100))
    assert history.positions == len(LONG_SENTENCE) - 1
    assert history.alphabet.decode(history.targets) == tuple(LONG_SENTENCE[1:])


def test_a_students_module_gives_the_same_as_the_built_in_network() -> None:
    torch.manual_seed(0)
    net = LongNet(25, 25, 2)
    history = Trainer(LONG_SENTENCE, model=net, window=10).train(20)
    assert_same(history, windows(LONG_SENTENCE, 10, 0, 20))


def test_a_layer_of_torch_can_be_the_model() -> None:
    torch.manual_seed(0)
    layer = torch.nn.LSTM(14, 14, batch_first=True)
    history = Trainer(SENTENCE, model=layer).train(50)
    assert_same(history, whole_sentence(SENTENCE, "lstm", 0, 50))
    assert history.metadata["model"] == "LSTM"
