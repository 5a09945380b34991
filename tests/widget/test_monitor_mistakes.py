"""What `monitor` says to values that beginners pass.

The mistakes are those of spro/char-rnn.pytorch#2, practical-pytorch#12, pytorch/tutorials PR#3956, minGPT#5 and
keras#10414.
"""

from __future__ import annotations

from collections import OrderedDict
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from epochscope import Monitor, monitor

B, T, V = 2, 4, 5
TOKENS = list("abcde")
X = torch.tensor([[0, 1, 2, 3], [4, 3, 2, 1]])
Y = torch.tensor([[1, 2, 3, 4], [3, 2, 1, 0]])
OUT = torch.randn(B, T, V, generator=torch.Generator().manual_seed(0))
STEPS = list(OUT.unbind(1))
PACKED = nn.utils.rnn.pack_padded_sequence(OUT, torch.tensor([4, 4]), batch_first=True)
NET = nn.LSTM(V, V, batch_first=True)
OPTIMIZER = torch.optim.SGD(NET.parameters(), 0.1)
SCHEDULER = torch.optim.lr_scheduler.ConstantLR(OPTIMIZER)
DATASET = TensorDataset(X, Y)
CRITERION = nn.CrossEntropyLoss()


def made(**options: Any) -> Monitor:
    return monitor(X, Y, alphabet=TOKENS, check_loss=False, **options)


LOGITS = {
    "an LSTM's outputs": (NET(torch.eye(V)[X]), r"log its first element, outputs\[0\]"),
    "a GRU's outputs": ((OUT, OUT[:1]), r"log its first element, outputs\[0\]"),
    "a list of steps": (STEPS, r"log torch.stack\(outputs, dim=1\)"),
    "a tuple of steps": (tuple(STEPS), r"log torch.stack\(outputs, dim=1\)"),
    "steps with an axis of time": ([step[:, None] for step in STEPS], r"log torch.cat\(outputs, dim=1\)"),
    "steps with the axis of time first": ([s[None] for s in STEPS], r"log torch.cat\(outputs\).transpose\(0, 1\)"),
    "a list of sequences": (list(OUT), r"log torch.stack\(outputs\)"),
    "a list of positions": (list(OUT.reshape(-1, V)), r"log torch.stack\(outputs\)"),
    "steps of different sizes": ([OUT, OUT[0]], "a list of 2: must be one tensor"),
    "steps of steps": ([[step] for step in STEPS], "a list of 4: must be one tensor"),
    "a packed sequence": (PACKED, r"pad_packed_sequence\(outputs, batch_first=True\)\[0\]"),
    "a batch of another size": (OUT[:1], r"the same 2 x 4 positions"),
    "a sequence of another length": (OUT[:, :3], r"with the inputs that monitor\(\) got"),
    "time first": (OUT.transpose(0, 1), r"log outputs.transpose\(0, 1\)"),
    "tokens on axis 1": (OUT.transpose(1, 2), r"log outputs.transpose\(1, 2\)"),
    "the last position": (OUT[:, -1], "one position per sequence"),
    "one-dimensional": (OUT.reshape(-1), r"log outputs.reshape\(2, 4, 5\)"),
    "indices": (OUT.argmax(-1), "before argmax"),
    "other alphabet": (torch.zeros(B, T, 7), "the alphabet has 5 tokens"),
    "none": (None, "does the model return its outputs"),
    "text": ("abc", "must be a tensor"),
    "a number": (1.5, "must be a tensor"),
    "a zero-dimensional tensor": (torch.tensor(1.5), "have shape"),
    "a module": (NET, "must be a tensor"),
    "a dict": ({"logits": OUT}, "must be a tensor"),
    "an output object": (SimpleNamespace(logits=OUT), "outputs.logits"),
    "an ordered dict": (OrderedDict(logits=OUT), "must be a tensor"),
    "integers": (OUT.long(), "must be floating-point"),
    "booleans": (OUT > 0, "must be floating-point"),
    "complex": (OUT.to(torch.complex64), "must be floating-point"),
    "sparse": (OUT.to_sparse(), r"logits.to_dense\(\)"),
    "meta": (OUT.to("meta"), "meta device"),
    "objects": (np.full((B, T, V), None), "type object"),
    "strings": (np.full((B, T, V), "a"), "type <U1"),
    "a ragged list": ([[1.0], [1.0, 2.0]], "must be a tensor"),
    "an empty list": ([], "have shape"),
    "an empty tensor": (torch.empty(0), "have shape"),
    "an object": (object(), "must be"),
    "a generator": ((step for step in STEPS), "must be"),
    "a set": ({1.0}, "must be a tensor"),
}
LOSS = {
    "text": ("1.0", "loss is '1.0'"),
    "a boolean": (True, "loss is True"),
    "a boolean tensor": (torch.tensor(True), "bool"),
    "complex": (1j, "loss is 1j"),
    "a complex tensor": (torch.tensor(1j), "complex"),
    "a criterion": (CRITERION, "loss is a CrossEntropyLoss.*loss = criterion"),
    "a criterion's class": (nn.CrossEntropyLoss, "the class CrossEntropyLoss.*loss = criterion"),
    "a function": (nn.functional.cross_entropy, "the function cross_entropy.*loss = criterion"),
    "a method": (OUT[0, 0, 0].item, "the function item.*must be one number"),
    "a tuple": ((1.0, 2.0), "loss is a tuple of 2"),
    "many": (torch.zeros(B, T), r"log loss.mean\(\)"),
    "none at all": (torch.zeros(0), r"shape \(0,\)"),
    "a list": ([1.0, 2.0], r"shape \(2,\)"),
    "a ragged list": ([[1.0], [1.0, 2.0]], "loss is a list"),
    "a list of text": (["1"], "loss is a list"),
    "an array of text": (np.array("1"), "loss is"),
    "a dict": ({"loss": 1.0}, "loss is a dict"),
    "an output object": (SimpleNamespace(loss=1.0), "loss is a SimpleNamespace"),
    "meta": (torch.tensor(1.0, device="meta"), "meta device"),
    "an object": (object(), "loss is an object"),
}
LR = {
    "text": ("0.1", "lr is '0.1'"),
    "a list": (SCHEDULER.get_last_lr(), r"scheduler.get_last_lr\(\)\[0\]"),
    "a scheduler": (SCHEDULER, r"scheduler.get_last_lr\(\)\[0\]"),
    "a method": (SCHEDULER.get_last_lr, "the function get_last_lr"),
    "an optimizer": (OPTIMIZER, r"param_groups\[0\]"),
    "parameter groups": (OPTIMIZER.param_groups, r"lr is \["),
    "a boolean": (False, "lr is False"),
    "many": (np.zeros(3), r"shape \(3,\)"),
    "an object": (object(), "lr is an object"),
}
DATA = {
    "one target per sequence": ({"targets": Y[:, -1]}, r"torch.full\(\(2, 4\), -100\)"),
    "a column of targets": ({"targets": Y[:, -1:]}, r"torch.full\(\(2, 4\), -100\)"),
    "a target too many": ({"targets": torch.cat([X[:, :1], Y], 1)}, r"targets\[:, 1:\]"),
    "an input too many": ({"inputs": torch.cat([X, X[:, :1]], 1)}, r"inputs\[:, :-1\]"),
    "time first": ({"targets": Y.T}, r"\.T"),
    "flat targets": ({"targets": Y.reshape(-1)}, r"targets.reshape\(2, 4\)"),
    "another number of sequences": ({"targets": Y[:1]}, "must be the same"),
    "no targets": ({"targets": None}, "targets is missing"),
    "no alphabet": ({"alphabet": None}, "alphabet is missing"),
    "floats": ({"inputs": X + 0.5}, "inputs are neither integers"),
    "nan": ({"inputs": X * np.nan}, "inputs are neither integers"),
    "inputs of another depth": ({"inputs": torch.zeros(B, T, 9)}, r"inputs have shape \(2, 4, 9\)"),
    "scalar": ({"inputs": 3}, r"inputs have shape \(\)"),
    "empty": ({"inputs": []}, r"inputs have shape \(0,\)"),
    "a loader": ({"inputs": DataLoader(DATASET)}, r"next\(iter\(loader\)\)"),
    "a loader alone": (
        {"inputs": DataLoader(DATASET), "targets": None},
        r"inputs is a DataLoader: pass the tensors of one batch",
    ),
    "a data set": ({"inputs": DATASET}, "TensorDataset: pass the tensors"),
    "text with targets": ({"inputs": "abcd"}, "inputs is a text"),
    "text with an alphabet as targets": ({"inputs": "abcd", "targets": TOKENS}, r"monitor\(text, alphabet=alphabet\)"),
    "text as targets": ({"targets": "abcd"}, "targets is 'abcd'"),
    "texts as targets": ({"targets": ["abcd", "abcd"]}, "targets"),
    "ragged": ({"inputs": [[0, 1, 2], [0, 1]]}, r"pad_sequence\(list_of_tensors, batch_first=True, padding_value=0\)"),
    "ragged tensors": ({"targets": [Y[0], Y[1, :2]]}, "padding_value=-100.*ignored"),
    "a packed sequence": ({"inputs": PACKED}, "pad_packed_sequence"),
    "sparse": ({"inputs": X.to_sparse()}, "to_dense"),
    "meta": ({"inputs": X.to("meta")}, "meta device"),
    "a model": ({"inputs": NET}, "inputs is an LSTM"),
    "a dict": ({"inputs": {"ids": X}}, "inputs is a dict"),
    "None in a list": ({"inputs": [None, 1]}, "inputs"),
    "objects": ({"inputs": np.array([[None] * T] * B)}, "type object"),
    "complex": ({"inputs": X * 1j}, "complex"),
    "an object": ({"inputs": object()}, "inputs is an object"),
    "padded inputs of -100": ({"inputs": torch.where(X == 0, -100, X)}, r"inputs.clamp\(min=0\)"),
    "padded inputs of V": ({"inputs": torch.where(X == 0, V, X)}, r"alphabet=\[\*tokens"),
    "padded targets of -1": ({"targets": torch.where(Y == 0, -1, Y)}, r"ignore_index=-1\)"),
    "padded targets of V": ({"targets": torch.where(Y == 0, V, Y)}, r"ignore_index=5\)"),
    "all ignored": ({"targets": torch.full((B, T), -100)}, "targets are all ignore_index=-100"),
    "a set": ({"alphabet": set(TOKENS)}, "alphabet is a set"),
    "a number of tokens": ({"alphabet": 5}, "alphabet is 5"),
    "indices as an alphabet": ({"alphabet": range(5)}, "alphabet: the token 0"),
    "tokens twice": ({"alphabet": "abcda"}, "alphabet: the token 'a' is in the alphabet twice"),
    "bytes": ({"alphabet": b"abcde"}, "alphabet is b'abcde'"),
    "a tokenizer": ({"alphabet": SimpleNamespace(get_vocab=dict)}, r"alphabet=x.get_vocab\(\)"),
    "a dict from 1": ({"alphabet": {t: i + 1 for i, t in enumerate(TOKENS)}}, "alphabet has the indices"),
    "a dict of counts": ({"alphabet": dict.fromkeys(TOKENS, 2.5)}, "must map each token"),
    "a dict of None": ({"alphabet": dict.fromkeys(TOKENS)}, "must map each token"),
    "an empty dict": ({"alphabet": {}}, "alphabet: an alphabet of 0"),
    "a class": ({"alphabet": list}, "alphabet is the class list"),
    "a scalar array": ({"alphabet": np.array("abcde")}, "alphabet is"),
    "a short text": ({"inputs": "a", "targets": None}, "inputs is 'a'"),
    "an ignore_index that is no number": ({"ignore_index": None}, "ignore_index=None"),
    "a check_loss that is no boolean": ({"check_loss": None}, "check_loss=None"),
}


@pytest.mark.parametrize(("value", "says"), LOGITS.values(), ids=LOGITS)
def test_wrong_logits_are_refused_with_what_to_write(value: Any, says: str) -> None:
    watched = made()
    with pytest.raises(ValueError, match=says) as raised:
        watched.log(loss=1.0, logits=value)
    assert "logits" in str(raised.value)
    assert len(watched.history) == 0


@pytest.mark.parametrize(("value", "says"), LOSS.values(), ids=LOSS)
def test_a_wrong_loss_is_refused_with_what_to_write(value: Any, says: str) -> None:
    watched = made()
    with pytest.raises(ValueError, match=says) as raised:
        watched.log(loss=value, logits=OUT)
    assert "loss" in str(raised.value)
    assert len(watched.history) == 0


@pytest.mark.parametrize(("value", "says"), LR.values(), ids=LR)
def test_a_wrong_learning_rate_is_refused_with_what_to_write(value: Any, says: str) -> None:
    watched = made()
    with pytest.raises(ValueError, match=says):
        watched.log(loss=1.0, logits=OUT, lr=value)
    assert len(watched.history) == 0


@pytest.mark.parametrize(("given", "says"), DATA.values(), ids=DATA)
def test_wrong_data_are_refused_with_what_to_write(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        monitor(**({"inputs": X, "targets": Y, "alphabet": TOKENS} | given))


@pytest.mark.parametrize(
    "stack", [(STEPS, "stack", 1), ([s[:, None] for s in STEPS], "cat", 1), (list(OUT), "stack", 0)]
)
def test_what_the_messages_say_to_write_is_right(stack: tuple[list[torch.Tensor], str, int]) -> None:
    steps, function, dim = stack
    assert getattr(torch, function)(steps, dim=dim).equal(OUT)
    assert torch.cat([step[None] for step in STEPS]).transpose(0, 1).equal(OUT)
    assert nn.utils.rnn.pad_packed_sequence(PACKED, batch_first=True)[0].equal(OUT)


def test_logits_that_require_a_gradient_or_have_nan_are_recorded() -> None:
    watched = made()
    watched.log(loss=torch.tensor(1.0, requires_grad=True), logits=OUT.clone().requires_grad_())
    watched.log(loss=float("nan"), logits=OUT * np.nan, lr=SCHEDULER.get_last_lr()[0])
    watched.log(loss=1, logits=OUT.tolist(), lr=torch.tensor(0.5))
    assert len(watched.history) == 3


@pytest.mark.parametrize(
    "given",
    [
        {"alphabet": dict(enumerate(TOKENS))},
        {"alphabet": "abcde"},
        {"alphabet": np.array(TOKENS)},
        {"inputs": list(X), "targets": list(Y)},
        {"targets": torch.eye(V)[Y]},
        {"targets": Y.double()},
    ],
)
def test_these_forms_are_accepted(given: dict[str, Any]) -> None:
    watched = monitor(**({"inputs": X, "targets": Y, "alphabet": TOKENS} | given))
    assert watched.history.alphabet.tokens == tuple(TOKENS)
    assert watched.history.targets.tolist() == Y.reshape(-1).tolist()


def test_an_epoch_may_be_logged_only_once() -> None:
    watched = made()

    def loop() -> None:
        for _ in watched.epochs(3):
            watched.log(loss=1.0, logits=OUT)
            watched.log(loss=1.0, logits=OUT)

    with pytest.raises(RuntimeError, match=r"epoch 0 is logged already: call monitor.log\(\) once per epoch"):
        loop()
    assert len(watched.history) == 1
    watched.log(loss=1.0, logits=OUT)  # after the loop
    assert len(watched.history) == 2


@pytest.mark.parametrize("ignore_index", [-100, 0])
def test_ignored_targets_are_neither_correct_nor_wrong(ignore_index: int) -> None:
    """Padding of the kind of deeplearningzerotoall lab-12_7 and IBM/pytorch-seq2seq#64."""
    y = Y.clone()
    y[1, 2:] = ignore_index
    watched = monitor(X, y, alphabet=TOKENS, ignore_index=ignore_index)
    assert watched.history.targets.tolist() == [1, 2, 3, 4, 3, 2, -1, -1]
    loss = nn.functional.cross_entropy(OUT.reshape(-1, V), y.reshape(-1), ignore_index=ignore_index)
    watched.log(loss=loss, logits=OUT)
    right = torch.nn.functional.one_hot(Y, V).double() * 9
    watched.log(loss=nn.functional.cross_entropy(right.reshape(-1, V)[:6], Y.reshape(-1)[:6]), logits=right)
    assert watched.history[1].accuracy == 1


def test_windows_whose_first_targets_are_ignored_are_shown_once() -> None:
    text = torch.tensor([0, 1, 2, 3, 4, 0, 2])
    x, y = text[:-1].unfold(0, 4, 1), text[1:].unfold(0, 4, 1).clone()
    y[:, :-1] = -100
    watched = monitor(x, y, alphabet=TOKENS)
    assert watched.history.inputs.tolist() == text[:-1].tolist()
    assert watched.history.targets.tolist() == [-1, -1, -1, 4, 0, 2]
    y[1, 0] = 2  # counted, but not the last one of a window
    assert len(monitor(x, y, alphabet=TOKENS).history.targets) == 12


def test_a_loss_of_other_rows_is_warned_about_in_the_users_code() -> None:
    watched = monitor(X, Y, alphabet=TOKENS)

    def loop() -> None:
        for epoch in watched.epochs(9):
            loss = nn.functional.cross_entropy(OUT.reshape(-1, V), Y.reshape(-1))
            watched.log(loss=loss * 8 if epoch else loss, logits=OUT)

    with pytest.warns(UserWarning, match=r"epoch 1: the logged loss is .*sum over the 8 positions") as warned:
        loop()
    assert [warning.filename for warning in warned] == [__file__]
    assert len(watched.history) == 9


def test_loss_check_can_be_turned_off() -> None:
    made().log(loss=4.2, logits=OUT)


@pytest.mark.parametrize("act", ["train", "reset", "rewind", "branch", "switch_to"])
def test_what_the_loop_must_do_itself_says_so(act: str) -> None:
    scope = made().scope
    arguments = (0,) if act in ("rewind", "branch", "switch_to") else ()
    with pytest.raises(RuntimeError, match="the training loop is yours"):
        getattr(scope, act)(*arguments)


def test_a_step_without_a_loop_says_that_there_is_none() -> None:
    with pytest.raises(RuntimeError, match="no loop is running, and the training loop is yours"):
        made().scope.step()


@pytest.mark.parametrize("n", ["300", None, 2.0, X])
def test_a_wrong_number_of_epochs_is_refused(n: Any) -> None:
    with pytest.raises(ValueError, match="n="):
        made().epochs(n)
