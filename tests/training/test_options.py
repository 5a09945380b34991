"""What cannot be is refused where it is given, by name, with what is allowed and what to do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim

from epochscope.recording.alphabet import Alphabet
from epochscope.training.trainer import Trainer

from .nets import Embedding

TEXT = "hihello"  # 5 tokens


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text='' is empty.*2 tokens or more.*longer"),
        ("a", "text='a' has a single token"),
        ("aaaa", "1 different token .*'a'.*more than one kind of token"),
        (["a"], "has a single token"),
        (b"bytes", "text=b'bytes': a text is a str, or a sequence of strings"),
        (None, "text=None: a text is a str"),
        (7, "text=7: a text is a str"),
        ([1, 2], "the token 1: a token is a non-empty string"),
        (["a", ""], "the token '': a token is a non-empty string"),
    ],
)
def test_a_text_that_cannot_be_learned(text: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "lsmt"}, "cell='lsmt': there are 'rnn', 'lstm', 'gru'; did you mean 'lstm'"),
        ({"cell": 3}, "cell=3: there are 'rnn', 'lstm', 'gru'; give one of these"),
        (
            {"hidden_size": 7},
            "hidden_size=7 without a readout.* 5 tokens; leave hidden_size out .* or set readout=True",
        ),
        ({"hidden_size": 0, "readout": True}, "hidden_size=0: it is a whole number of 1 or more; give such a number"),
        ({"hidden_size": 7.0, "readout": True}, "hidden_size=7.0: it is a whole number"),
        ({"hidden_size": True, "readout": True}, "hidden_size=True: it is a whole number"),
        ({"num_layers": 0}, "num_layers=0: it is a whole number of 1 or more"),
        ({"window": -1}, "window=-1: it is a whole number from 1 to 6"),
        ({"window": 0}, "window=0: it is a whole number from 1 to 6"),
        ({"window": 7}, "window=7: it is a whole number from 1 to 6"),
        ({"alphabet": "hiel"}, "not in the alphabet: 'o'"),
        ({"alphabet": "hieloo"}, "'o' stands twice"),
        ({"lr": math.nan}, "lr=nan: it is a finite number of 0 or more; give such a number, like lr=0.1"),
        ({"lr": math.inf}, "lr=inf: it is a finite number"),
        ({"lr": -0.1}, "lr=-0.1: it is a finite number of 0 or more"),
        ({"lr": "fast"}, "lr='fast': it is a finite number"),
        ({"lr": None}, "lr=None: it is a finite number"),
        ({"seed": -1}, "seed=-1: it is a whole number from 0 to"),
        ({"seed": 0.5}, "seed=0.5: it is a whole number"),
        ({"device": "tpu9"}, "device='tpu9': this machine has 'cpu'.*; give one of these"),
        ({"device": 3.5}, "device=3.5: this machine has 'cpu'"),
        ({"optimizer": "adamm"}, "optimizer='adamm': there are 'adam', 'sgd', 'rmsprop', 'adamw'; did you mean 'adam"),
        (
            {"optimizer": 5},
            r"optimizer=5 gives None: give a name \(adam, sgd, rmsprop, adamw\), a torch.optim.Optimizer, or",
        ),
        ({"optimizer": lambda _: None}, "gives None: give a name"),
        ({"optimizer": optim.LBFGS}, "LBFGS evaluates the loss several times in a step .*: use one that does not"),
        (
            {"criterion": lambda x, _: x},
            r"criterion=.* made torch.Size\(\[6, 5\]\) of logits \(6, 5\) .*a tensor of one number",
        ),
        ({"inputs": "embed"}, "inputs='embed': there are 'one-hot', 'index'"),
        ({"inputs": "index"}, 'inputs="index" without a model of your own.*leave it out'),
        ({"checkpoint_bytes": -1}, "checkpoint_bytes=-1: it is a whole number of 0 or more"),
        ({"model": "lstm"}, "model='lstm': a model is a torch.nn.Module .* say cell='lstm'"),
        ({"model": nn.LSTM}, r"model=.*LSTM.*: a model is .* made already; call it, LSTM\(...\)"),
        ({"model": 3}, "model=3: a model is a torch.nn.Module"),
    ],
)
def test_an_option_that_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(TEXT, **options)


class Shaped(nn.Module):
    """Makes of (B, T, V) what `shape` says."""

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.linear = nn.Linear(5, 5)
        self.shape = shape

    def forward(self, x: torch.Tensor) -> Any:
        return self.shape(self.linear(x))


def unheld() -> dict[str, Any]:
    model = Embedding(5)
    return {"model": model, "inputs": "index", "optimizer": optim.SGD(model.rnn.parameters(), lr=0.1)}


def frozen() -> nn.Module:
    return nn.RNN(5, 5, batch_first=True).requires_grad_(False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": nn.LSTM(5, 5)}, r"LSTM without batch_first .*: make it with nn.LSTM\(..., batch_first=True\)"),
        (
            {"model": nn.LSTM(5, 7, batch_first=True)},
            r"made \(1, 6, 7\) of one-hot .* \(1, 6, 5\), .*nn.Linear\(7, 5\), or",
        ),
        ({"model": nn.LSTM(4, 5, batch_first=True)}, r"LSTM cannot read one-hot tokens \(1, 6, 5\): \w+Error"),
        ({"model": Embedding(5)}, r'cannot read one-hot.*token numbers \(B, T\) with inputs="index"'),
        ({"model": Shaped(lambda x: x.transpose(1, 2))}, r"made \(1, 5, 6\).*swap the last two axes"),
        ({"model": Shaped(lambda x: x.transpose(0, 1))}, r"made \(6, 1, 5\).*batch_first=True"),
        ({"model": Shaped(lambda x: x[:, -1])}, r"made \(1, 5\).*every place of every window"),
        ({"model": Shaped(lambda x: {"logits": x})}, "Shaped returned dict: return logits"),
        ({"model": Shaped(lambda x: x.detach())}, "without a gradient: leave out detach"),
        ({"model": Shaped(lambda x: x.argmax(2))}, "Shaped returned Tensor: return logits"),
        ({"model": nn.Identity()}, "Identity has no parameters to train"),
        ({"model": frozen()}, "RNN has no parameters to train"),
        (unheld(), "the optimizer does not hold embed.weight of Embedding.*model.parameters"),
        (
            {"optimizer": optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)},
            "the optimizer does not hold rnn.weight_ih_l0",
        ),
        (
            {"model": nn.RNN(5, 5, batch_first=True), "cell": "gru"},
            "cell='gru' with a model of your own.*leave them out",
        ),
        (
            {"optimizer": lambda p: optim.SGD(p, lr=0.5), "lr": 0.2},
            r"lr=0.2 beside an optimizer that brings its own \(0.5\): give the learning rate to the optimizer",
        ),
    ],
)
def test_a_module_or_an_optimizer_that_does_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(TEXT, **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: t.train(0), "n=0: it is a whole number of 1 or more"),
        (lambda t: t.train(-3), "n=-3: it is a whole number of 1 or more"),
        (lambda t: t.train(2.5), "n=2.5: it is a whole number"),
        (lambda t: t.run(-1), "n=-1: it is a whole number of 0 or more"),
        (lambda t: t.rewind(6), "epoch=6: it is a whole number from 0 to 5"),
        (lambda t: t.rewind(-1), "epoch=-1: it is a whole number from 0 to 5"),
        (lambda t: t.branch(6), "epoch=6: it is a whole number from 0 to 5"),
        (lambda t: t.branch(2, lr=math.nan), "lr=nan: it is a finite number"),
        (lambda t: t.branch(2, momentun=0.9), "momentun=0.9: Adam has no such option; it has lr, betas"),
        (lambda t: t.branch(2, params=[]), "params=.*: Adam has no such option"),
        (lambda t: setattr(t, "lr", -1), "lr=-1: it is a finite number"),
        (lambda t: t.reset(seed="x"), "seed='x': it is a whole number"),
        (lambda t: t.generate("", 5), "prefix='' is empty.*one token or more"),
        (lambda t: t.generate("hey", 5), "not in the alphabet: 'y'"),
        (lambda t: t.generate("h", -1), "n=-1: it is a whole number of 0 or more"),
        (lambda t: t.generate("h", 5, temperature=-1), "temperature=-1: it is a finite number of 0 or more"),
        (lambda t: t.generate("h", 5, at=9), "epoch=9: it is a whole number from 0 to 5"),
    ],
)
def test_a_call_that_cannot_be_leaves_everything_as_it_was(call: Any, message: str) -> None:
    trainer = Trainer(TEXT)
    trainer.train(5)
    with pytest.raises(ValueError, match=message):
        call(trainer)
    assert (trainer.epoch, trainer.lr) == (5, 0.1)
    straight = Trainer(TEXT)
    assert trainer.train(5) == straight.train(10)


def test_names_may_be_written_large_and_numbers_may_be_numpys() -> None:
    numbers: dict[str, Any] = {"seed": np.int64(3), "window": np.int32(4), "lr": np.float32(0.5)}
    trainer = Trainer(TEXT, cell="LSTM", optimizer="Adam", **numbers)
    assert trainer.history.metadata["cell"] == "lstm"
    assert trainer.step().epoch == 0


def test_an_alphabet_may_be_given_as_such() -> None:
    assert Trainer(TEXT, alphabet=Alphabet("hielo")).alphabet.tokens == ("h", "i", "e", "l", "o")
