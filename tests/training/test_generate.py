from __future__ import annotations

import torch
from torch import nn

from epochscope.training.model import CharRNN
from epochscope.training.trainer import Trainer

from .classic import SENTENCE
from .nets import Dropping


def test_a_net_that_has_learned_the_sentence_says_it() -> None:
    trainer = Trainer(SENTENCE, readout=True, hidden_size=32, lr=0.02)
    trainer.train(150)
    assert trainer.history[-1].accuracy == 1
    assert trainer.generate(" ", 23) == SENTENCE
    assert trainer.generate(" I think", 16) == SENTENCE
    assert trainer.generate(" I", 0) == " I"


def test_the_hidden_state_is_carried_along() -> None:
    trainer = Trainer(SENTENCE, cell="gru")
    trainer.train(60)
    model, alphabet = trainer.model, trainer.alphabet
    assert isinstance(model, CharRNN)
    text = " I"
    with torch.no_grad():
        for _ in range(12):  # a student's way: read all of it again for every token
            x = torch.from_numpy(alphabet.one_hot(alphabet.encode(text)))[None]
            text += alphabet[int(model(x)[0, -1].argmax())]
    assert trainer.generate(" I", 12) == text
    calls: list[int] = []
    handle = model.rnn.register_forward_pre_hook(lambda _, args: calls.append(args[0].shape[1]))
    trainer.generate(" I", 5)
    handle.remove()
    assert calls == [2, 1, 1, 1, 1]


def test_any_module_can_be_let_go_on() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(4, 16), nn.Linear(16, 4))  # knows one token, and needs no more
    trainer = Trainer("abcdabcd", model=model, inputs="index")
    trainer.train(100)
    assert trainer.generate("c", 9) == "cdabcdabcd"


def test_a_bare_layer_says_what_our_net_says() -> None:
    ours = Trainer(SENTENCE)
    ours.train(60)
    torch.manual_seed(0)
    bare = Trainer(SENTENCE, model=nn.LSTM(14, 14, batch_first=True))
    bare.train(60)
    assert bare.generate(" I th", 20) == ours.generate(" I th", 20)


def test_any_recorded_epoch_can_be_asked() -> None:
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


def test_a_temperature_draws_and_a_seed_makes_it_repeatable() -> None:
    trainer = Trainer(SENTENCE)
    trainer.train(30)
    drawn = {trainer.generate(" ", 20, temperature=1) for _ in range(5)}
    assert len(drawn) == 5
    assert trainer.generate(" ", 20, temperature=1, seed=1) == trainer.generate(" ", 20, temperature=1, seed=1)
    assert trainer.generate(" ", 20, temperature=1e-6, seed=1) == trainer.generate(" ", 20)
    hot = trainer.generate(" ", 300, temperature=1e6, seed=1)
    assert set(hot) == set(SENTENCE)


def test_draws_follow_the_nets_own_probabilities() -> None:
    trainer = Trainer("aab", cell="rnn")
    logits = trainer.model(torch.from_numpy(trainer.alphabet.one_hot([[0]])))[0, -1]
    p = float(logits.detach().softmax(0)[0])
    n = 2000
    often = sum(trainer.generate("a", 1, temperature=1) == "aa" for _ in range(n))
    assert abs(often / n - p) < 4 * (p * (1 - p) / n) ** 0.5


def test_generating_changes_nothing_in_the_training_or_the_world() -> None:
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
    """Draws random numbers whether it trains or not."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x) + torch.randn(())


def test_even_a_net_that_draws_as_it_speaks_changes_nothing() -> None:
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


def test_generating_with_an_eval_part_leaves_it_in_eval() -> None:
    model = Dropping(5)
    model.norm.eval()
    trainer = Trainer("hihello", model=model)
    trainer.train(2)
    trainer.generate("h", 2)
    assert not model.norm.training
    assert model.drop.training
