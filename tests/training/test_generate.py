from __future__ import annotations

import torch
from torch import nn

from epochscope.training.model import CharRNN
from epochscope.training.trainer import Trainer
from tests.thoroughness import count

from .classic import SENTENCE
from .nets import Dropping


def test_a_trained_network_generates_the_sentence() -> None:
    trainer = Trainer(SENTENCE, readout=True, hidden_size=32, lr=0.02)
    trainer.train(150)
    assert trainer.history[-1].accuracy == 1
    assert trainer.generate(" ", 23) == SENTENCE
    assert trainer.generate(" I think", 16) == SENTENCE
    assert trainer.generate(" I", 0) == " I"


def test_the_network_reads_each_token_once_and_keeps_its_hidden_state() -> None:
    trainer = Trainer(SENTENCE, cell="gru")
    trainer.train(60)
    model, alphabet = trainer.model, trainer.alphabet
    assert isinstance(model, CharRNN)
    text = " I"
    with torch.no_grad():
        for _ in range(12):  # the simple way: read the whole text again for every token
            x = torch.from_numpy(alphabet.one_hot(alphabet.encode(text)))[None]
            text += alphabet[int(model(x)[0][0, -1].argmax())]
    assert trainer.generate(" I", 12) == text
    calls: list[int] = []
    handle = model.rnn.register_forward_pre_hook(lambda _, args: calls.append(args[0].shape[1]))
    trainer.generate(" I", 5)
    handle.remove()
    assert calls == [2, 1, 1, 1, 1]


def test_any_module_can_generate() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(4, 16), nn.Linear(16, 4))  # the previous token determines the next one
    trainer = Trainer("abcdabcd", model=model, inputs="index")
    trainer.train(100)
    assert trainer.generate("c", 9) == "cdabcdabcd"


def test_a_layer_of_torch_generates_the_same_as_the_built_in_network() -> None:
    ours = Trainer(SENTENCE)
    ours.train(60)
    torch.manual_seed(0)
    bare = Trainer(SENTENCE, model=nn.LSTM(14, 14, batch_first=True))
    bare.train(60)
    assert bare.generate(" I th", 20) == ours.generate(" I th", 20)


def test_any_recorded_epoch_can_generate() -> None:
    trainer = Trainer(SENTENCE, seed=2)
    then = []
    for _ in range(50):
        then.append(trainer.generate(" I", 15))
        trainer.step()
    state = trainer.history.fork(50)
    assert [trainer.generate(" I", 15, at=epoch) for epoch in (0, 7, 33, 49)] == [then[e] for e in (0, 7, 33, 49)]
    assert trainer.generate(" I", 15, at=50) == trainer.generate(" I", 15)
    assert len(set(then)) > 5
    assert trainer.train(30).losses.tolist()[:50] == state.losses.tolist()
    assert trainer.history.losses.tolist() == Trainer(SENTENCE, seed=2).train(80).losses.tolist()


def test_draws_differ_unless_a_seed_is_given() -> None:
    trainer = Trainer(SENTENCE)
    trainer.train(30)
    drawn = {trainer.generate(" ", 20, temperature=1) for _ in range(5)}
    assert len(drawn) == 5
    assert trainer.generate(" ", 20, temperature=1, seed=1) == trainer.generate(" ", 20, temperature=1, seed=1)
    assert trainer.generate(" ", 20, temperature=1e-6, seed=1) == trainer.generate(" ", 20)
    hot = trainer.generate(" ", 300, temperature=1e6, seed=1)
    assert set(hot) == set(SENTENCE)


def test_tokens_are_drawn_with_the_networks_probabilities() -> None:
    trainer = Trainer("aab", cell="rnn")
    logits = trainer.model(torch.from_numpy(trainer.alphabet.one_hot([[0]])))[0][0, -1]
    p = float(logits.detach().softmax(0)[0])
    n = count(500, 2000)
    often = sum(trainer.generate("a", 1, temperature=1) == "aa" for _ in range(n))
    assert abs(often / n - p) < 4 * (p * (1 - p) / n) ** 0.5


def test_generating_changes_neither_the_training_nor_the_global_random_state() -> None:
    torch.manual_seed(1)
    straight = Trainer("hihello", model=Dropping(5)).train(60)
    torch.manual_seed(1)
    model = Dropping(5)
    model.norm.eval()
    trainer = Trainer("hihello", model=model)
    model.norm.train()
    trainer.train(30)
    world = torch.get_rng_state()
    trainer.generate("hi", 10, temperature=0.7)
    trainer.generate("hi", 10, at=12)
    assert torch.equal(torch.get_rng_state(), world)
    assert model.training
    assert trainer.train(30).losses.tolist() == straight.losses.tolist()


class Noisy(nn.Module):
    """Draws random numbers also in eval mode."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x) + torch.randn(())


def test_a_network_that_draws_in_eval_mode_does_not_change_the_training() -> None:
    torch.manual_seed(1)
    straight = Trainer("hiho.", model=Noisy()).train(20)
    torch.manual_seed(1)
    trainer = Trainer("hiho.", model=Noisy())
    trainer.train(10)
    world = torch.get_rng_state()
    trainer.generate("h", 5)
    assert torch.equal(torch.get_rng_state(), world)
    assert trainer.train(10).losses.tolist() == straight.losses.tolist()


def test_dropout_is_off_while_generating() -> None:
    trainer = Trainer("hihello", model=Dropping(5))
    trainer.train(30)
    assert len({trainer.generate("h", 12) for _ in range(4)}) == 1


def test_generating_restores_the_mode_of_every_module() -> None:
    model = Dropping(5)
    model.norm.eval()
    trainer = Trainer("hihello", model=model)
    trainer.train(2)
    trainer.generate("h", 2)
    assert not model.norm.training
    assert model.drop.training
