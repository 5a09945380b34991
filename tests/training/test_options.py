"""Invalid arguments raise an error with the name, the value, what is allowed and what to do."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim

from epochscope.recording.alphabet import Alphabet
from epochscope.training.trainer import Trainer, TrainerOptions

from .nets import Embedding

TEXT = "hihello"  # 5 tokens


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text='': must have at least 2 tokens, an input and a target; pass e.g. text="),
        ("a", "text='a': must have at least 2 tokens"),
        ("aaaa", "1 different token.*'a'"),
        (["a"], "must have at least 2 tokens"),
        (b"bytes", "text=b'bytes': must be a str or a sequence of str; decode it, text=data.decode"),
        (None, "text=None: must be a str"),
        (7, "text=7: must be a str"),
        ([1, 2], "the token 1: .*non-empty string"),
        (["a", ""], "the token '': .*non-empty string"),
    ],
)
def test_an_invalid_text_is_refused(text: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "lsmt"}, "cell='lsmt': must be one of 'rnn', 'lstm', 'gru'; did you mean 'lstm'"),
        ({"cell": 3}, "cell=3: must be one of 'rnn', 'lstm', 'gru'; pass e.g. cell='rnn'"),
        (
            {"hidden_size": 7},
            "hidden_size=7: must be 5, the number of tokens, without an output layer; omit hidden_size, or",
        ),
        (
            {"hidden_size": 0, "readout": True},
            "hidden_size=0: must be an integer of at least 1; pass e.g. hidden_size=1",
        ),
        ({"hidden_size": 7.0, "readout": True}, "hidden_size=7.0: must be an integer"),
        ({"hidden_size": True, "readout": True}, "hidden_size=True: must be an integer"),
        ({"forget_bias": math.nan}, "forget_bias=nan: must be a finite number; pass e.g. forget_bias=1.0"),
        ({"forget_bias": -math.inf}, "forget_bias=-inf: must be a finite number"),
        ({"forget_bias": "1"}, "forget_bias='1': must be a finite number"),
        ({"forget_bias": True}, "forget_bias=True: must be a finite number"),
        ({"forget_bias": None}, "forget_bias=None: must be a finite number"),
        ({"forget_bias": 10**400}, "forget_bias=10+: must be a finite number"),
        ({"forget_bias": 1e39}, r"forget_bias=1e\+39: must be from -3.4e\+38 to 3.4e\+38; pass e.g. forget_bias=1.0"),
        (
            {"cell": "GRU", "forget_bias": 1},
            'forget_bias=1: must be 0 for GRU cells, which have no forget gate; omit it, or pass cell="lstm"',
        ),
        ({"cell": "rnn", "forget_bias": -0.5}, "forget_bias=-0.5: must be 0 for RNN cells"),
        ({"num_layers": 0}, "num_layers=0: must be an integer of at least 1"),
        ({"window": -1}, "window=-1: must be an integer from 1 to 6"),
        ({"window": 0}, "window=0: must be an integer from 1 to 6"),
        ({"window": 7}, "window=7: must be an integer from 1 to 6"),
        ({"alphabet": "hiel"}, "not in the alphabet: 'o'"),
        ({"alphabet": "hieloo"}, "'o' .*twice"),
        ({"lr": math.nan}, "lr=nan: must be a finite number of at least 0; pass e.g. lr=0.1"),
        ({"lr": math.inf}, "lr=inf: must be a finite number"),
        ({"lr": -0.1}, "lr=-0.1: must be a finite number of at least 0"),
        ({"lr": "fast"}, "lr='fast': must be a finite number"),
        ({"lr": None}, "lr=None: must be a finite number"),
        ({"seed": -1}, "seed=-1: must be an integer from 0 to"),
        ({"seed": 0.5}, "seed=0.5: must be an integer"),
        ({"device": "tpu9"}, "device='tpu9': must be a device of this machine, 'cpu'.*; pass e.g. device='cpu'"),
        ({"device": 3.5}, "device=3.5: must be a device of this machine, 'cpu'"),
        (
            {"optimizer": "adamm"},
            "optimizer='adamm': must be one of 'adam', 'sgd', 'rmsprop', 'adamw'; did you mean 'adam",
        ),
        (
            {"optimizer": 5},
            r"optimizer=5: must be one of 'adam', 'sgd', 'rmsprop', 'adamw', a torch.optim.Optimizer, or a callable",
        ),
        ({"optimizer": lambda _: None}, r"optimizer=.* \(which returned None\): must be one of"),
        ({"optimizer": optim.LBFGS}, "optimizer=LBFGS: must not need a closure.*; use another one"),
        (
            {"criterion": lambda x, _: x},
            r"criterion=.*: returned torch.Size\(\[6, 5\]\) for logits \(6, 5\) .*must return a tensor with one number",
        ),
        ({"inputs": "embed"}, "inputs='embed': must be one of 'one-hot', 'index'"),
        ({"inputs": "index"}, 'inputs="index": must be "one-hot" without a model of your own; omit it'),
        ({"checkpoint_bytes": -1}, "checkpoint_bytes=-1: must be an integer of at least 0"),
        ({"model": "lstm"}, "model='lstm': must be a torch.nn.Module object; pass cell='lstm'"),
        ({"model": nn.LSTM}, r"model=.*LSTM.*: must be a torch.nn.Module object; call it, e.g. model=LSTM\(...\)"),
        ({"model": 3}, "model=3: must be a torch.nn.Module object"),
    ],
)
def test_an_invalid_option_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(TEXT, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hiden_size": 3}, "hiden_size: did you mean hidden_size?"),
        ({"colour": "red"}, "colour: must be one of .*cell.*window"),
        (
            {"weight_decay": 0.01},
            r"weight_decay: pass it to the optimizer, e.g. optimizer=lambda p: "
            r"torch.optim.Adam\(p, lr=0.1, weight_decay=0.01\)",
        ),
        ({"momentum": 0.9}, r"momentum: .*torch.optim.SGD\(p, lr=0.1, momentum=0.9\)"),
        ({"betas": (0.5, 0.9)}, r"betas: .*torch.optim.Adam\(p, lr=0.1, betas=\(0.5, 0.9\)\)"),
    ],
)
def test_an_unknown_option_is_refused_with_a_suggestion(options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Trainer(TEXT, **options)


def test_every_suggested_optimizer_has_the_option() -> None:
    values = {"betas": (0.5, 0.9), "amsgrad": True, "centered": True, "nesterov": False}
    names = ("weight_decay", "betas", "eps", "amsgrad", "momentum", "nesterov", "dampening", "alpha", "centered")
    for name in names:
        with pytest.raises(TypeError, match=f"^{name}: pass it to the optimizer") as caught:
            Trainer(TEXT, **{name: values.get(name, 0.5)})
        suggested = str(caught.value).split("optimizer=", 1)[1]
        Trainer(TEXT, optimizer=eval(suggested, {"torch": torch}))


def test_trainer_options_are_the_keyword_arguments_of_trainer() -> None:
    parameters = inspect.signature(Trainer).parameters.values()
    keywords = {
        parameter.name: parameter.annotation for parameter in parameters if parameter.kind.name == "KEYWORD_ONLY"
    }
    hints = {name: hint.__forward_arg__ for name, hint in TrainerOptions.__annotations__.items()}
    assert hints == keywords


class Shaped(nn.Module):
    """A network that applies `shape` to logits (B, T, V)."""

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.linear = nn.Linear(5, 5)
        self.shape = shape

    def forward(self, x: torch.Tensor) -> Any:
        return self.shape(self.linear(x))


def not_updated() -> dict[str, Any]:
    model = Embedding(5)
    return {"model": model, "inputs": "index", "optimizer": optim.SGD(model.rnn.parameters(), lr=0.1)}


def frozen() -> nn.Module:
    return nn.RNN(5, 5, batch_first=True).requires_grad_(False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": nn.LSTM(5, 5)}, r"model=LSTM: must have batch_first=True.*pass nn.LSTM\(..., batch_first=True\)"),
        (
            {"model": nn.LSTM(5, 7, batch_first=True)},
            r"model=LSTM: returned \(1, 6, 7\) for inputs \(1, 6, 5\); .* \(1, 6, 5\): .*nn.Linear\(7, 5\), or",
        ),
        (
            {"model": nn.LSTM(4, 5, batch_first=True)},
            r"model=LSTM: must read one-hot tokens .*failed on one-hot tokens \(1, 6, 5\): \w+Error",
        ),
        ({"model": Embedding(5)}, r"must read one-hot.*token indices \(B, T\) with inputs='index'"),
        ({"model": Shaped(lambda x: x.transpose(1, 2))}, r"returned \(1, 5, 6\).*swap the last two axes"),
        ({"model": Shaped(lambda x: x.transpose(0, 1))}, r"returned \(6, 1, 5\).*batch_first=True"),
        ({"model": Shaped(lambda x: x[:, -1])}, r"returned \(1, 5\).*every position of every window"),
        ({"model": Shaped(lambda x: {"logits": x})}, "model=Shaped: returned dict; must return logits"),
        ({"model": Shaped(lambda x: x.detach())}, "without a gradient; do not use detach"),
        (
            {"model": Shaped(lambda x: x.argmax(2))},
            "model=Shaped: returned torch.int64 values; must return logits.* scores before argmax",
        ),
        ({"model": nn.Identity()}, "model=Identity: must have parameters to train"),
        ({"model": frozen()}, "model=RNN: must have parameters to train"),
        (not_updated(), "must update all parameters of Embedding, but embed.weight would not.*model.parameters"),
        (
            {"optimizer": optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)},
            "must update all parameters of CharRNN, but rnn.weight_ih_l0",
        ),
        (
            {"model": nn.RNN(5, 5, batch_first=True), "cell": "gru"},
            "cell='gru': must not be given together with model; omit it",
        ),
        (
            {"model": nn.LSTM(5, 5, batch_first=True), "forget_bias": 1.0},
            "forget_bias=1.0: must not be given together with model; omit it",
        ),
        (
            {"optimizer": lambda p: optim.SGD(p, lr=0.5), "lr": 0.2},
            r"lr=0.2: the optimizer has its own learning rate, 0.5; pass lr to the optimizer",
        ),
    ],
)
def test_an_incompatible_module_or_optimizer_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(TEXT, **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: t.train(0), "n=0: must be an integer of at least 1"),
        (lambda t: t.train(-3), "n=-3: must be an integer of at least 1"),
        (lambda t: t.train(2.5), "n=2.5: must be an integer"),
        (lambda t: t.run(-1), "epochs=-1: must be an integer of at least 0"),
        (lambda t: t.rewind(6), "epoch=6: must be an integer from 0 to 5"),
        (lambda t: t.rewind(-1), "epoch=-1: must be an integer from 0 to 5"),
        (lambda t: t.branch(6), "epoch=6: must be an integer from 0 to 5"),
        (lambda t: t.branch(2, lr=math.nan), "lr=nan: must be a finite number"),
        (lambda t: t.branch(2, momentun=0.9), "momentun=0.9: Adam has no such option; pass one of lr, betas"),
        (lambda t: t.branch(2, params=[]), "params=.*: Adam has no such option"),
        (lambda t: setattr(t, "lr", -1), "lr=-1: must be a finite number"),
        (lambda t: t.reset(seed="x"), "seed='x': must be an integer"),
        (lambda t: t.generate("", 5), "prefix='': must have at least 1 token"),
        (lambda t: t.generate("hey", 5), "not in the alphabet: 'y'"),
        (lambda t: t.generate("h", -1), "length=-1: must be an integer of at least 0"),
        (lambda t: t.generate("h", 5, temperature=-1), "temperature=-1: must be a finite number of at least 0"),
        (lambda t: t.generate("h", 5, at=9), "at=9: must be an integer from 0 to 5"),
    ],
)
def test_an_invalid_call_changes_nothing(call: Any, message: str) -> None:
    trainer = Trainer(TEXT)
    trainer.train(5)
    with pytest.raises(ValueError, match=message):
        call(trainer)
    assert (trainer.epoch, trainer.lr) == (5, 0.1)
    straight = Trainer(TEXT)
    assert trainer.train(5) == straight.train(10)


def test_names_can_be_upper_case_and_numbers_can_be_numpys() -> None:
    numbers: dict[str, Any] = {"seed": np.int64(3), "window": np.int32(4), "lr": np.float32(0.5)}
    trainer = Trainer(TEXT, cell="LSTM", optimizer="Adam", **numbers)
    assert trainer.history.metadata["cell"] == "lstm"
    assert trainer.step().epoch == 0


def test_the_alphabet_can_be_an_alphabet_object() -> None:
    assert Trainer(TEXT, alphabet=Alphabet("hielo")).alphabet.tokens == ("h", "i", "e", "l", "o")
