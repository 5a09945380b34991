"""What students type first with a model, a criterion or a text of their own, and the sentence that they read."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from epochscope import EpochScope, Trainer

TEXT = "hihello"  # 5 tokens, 6 positions


class Net(nn.Module):
    """A recurrent network with `layer`, and what `finish` makes of its outputs."""

    def __init__(self, finish: Callable[[Any], Any] = lambda outputs: outputs, layer: nn.Module | None = None) -> None:
        super().__init__()
        self.layer = layer or nn.GRU(5, 5, batch_first=True)
        self.finish = finish

    def forward(self, x: torch.Tensor) -> Any:
        return self.finish(self.layer(x)[0])


class Steps(nn.Module):
    """A network that collects its predictions step by step, as in the tutorials."""

    def __init__(self, axis: int = 1) -> None:
        super().__init__()
        self.cell, self.axis = nn.GRUCell(5, 5), axis

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        hidden, outputs = torch.zeros(len(x), 5), []
        for t in range(x.shape[1]):
            hidden = self.cell(x[:, t], hidden)
            outputs.append(hidden if self.axis < 0 else hidden.unsqueeze(self.axis))
        return outputs


class Swapping(nn.Module):
    """Swaps batch and time around a layer that has the time first, as it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.GRU(5, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x.transpose(0, 1))[0].transpose(0, 1)


def encoder() -> nn.Module:
    return nn.Sequential(nn.TransformerEncoderLayer(5, 1, 8, dropout=0.0), nn.Linear(5, 5))


def packed(outputs: torch.Tensor) -> Any:
    return pack_padded_sequence(outputs, [outputs.shape[1]] * len(outputs), batch_first=True)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Steps(-1), r"a list of 6 tensors \(1, 5\), one per step; .* return torch\.stack\(outputs, dim=1\)"),
        (Steps(1), r"a list of 6 tensors \(1, 1, 5\), one per step; .* return torch\.cat\(outputs, dim=1\)"),
        (Net(packed), r"returned a PackedSequence; .*\.pad_packed_sequence\(packed, batch_first=True\)\[0\]"),
        (
            Net(lambda x: x.reshape(-1, 5)),
            r"returned \(6, 5\) .*keep its three axes, e\.g\. return logits\.view\(x\.shape",
        ),
        (Net(lambda x: x[:, -1]), r"returned \(1, 5\) .*return one prediction for every position"),
        (Net(lambda x: x.argmax(-1)), r"returned torch\.int64 values; .*return the scores before argmax"),
        (Net(lambda _: None), "returned NoneType; .*its forward has no return statement"),
        (Net(lambda x: {"logits": x}), r"returned dict; .*return its logits, e\.g\. outputs\['logits'\]"),
        (Net(lambda x: x.tolist()), "returned list; must return logits"),
        (
            Net(layer=nn.GRU(5, 5)),
            "model=Net: no prediction depends on an earlier token, because GRU has batch_first=False and takes each "
            r"position for a text of its own; make it with batch_first=True, or swap the axes with x\.transpose",
        ),
        (encoder(), "no prediction depends on an earlier token, because MultiheadAttention has batch_first=False"),
    ],
)
def test_a_model_with_a_wrong_output_says_what_to_return(model: nn.Module, message: str) -> None:
    """spro/char-rnn.pytorch#2, practical-pytorch#12, pytorch/tutorials#3956, minGPT#5, keras#10414."""
    with pytest.raises(ValueError, match=message):
        Trainer(TEXT, model=model)


@pytest.mark.parametrize("window", [None, 3])
def test_swapped_axes_are_found_with_windows_and_with_indices_too(window: int | None) -> None:
    embedded = nn.Sequential(nn.Embedding(5, 5), Net(layer=nn.GRU(5, 5)))
    choices: list[dict[str, Any]] = [{"model": Net(layer=nn.GRU(5, 5))}, {"model": embedded, "inputs": "index"}]
    for options in choices:
        with pytest.raises(ValueError, match="no prediction depends on an earlier token"):
            Trainer(TEXT, window=window, **options)


@pytest.mark.parametrize(
    "model",
    [Swapping(), nn.Linear(5, 5), Net(layer=nn.LSTM(5, 5, batch_first=True, dropout=0.0)), nn.Sequential(Swapping())],
)
@pytest.mark.parametrize("window", [None, 3])
def test_networks_that_are_right_or_read_one_token_are_accepted(model: nn.Module, window: int | None) -> None:
    Trainer(TEXT, model=model, window=window).step()


@pytest.mark.parametrize(
    ("criterion", "message"),
    [
        (
            nn.CrossEntropyLoss,
            r"criterion=CrossEntropyLoss: must be an object, not a class; call it: criterion=nn\.Cross",
        ),
        (
            "cross_entropy",
            r"criterion='cross_entropy': must be a function of logits .*criterion=nn\.CrossEntropyLoss\(\)",
        ),
        (
            nn.MSELoss(),
            r"criterion=MSELoss\(\): must take logits \(N, V\) and targets \(N,\), .* failed on logits \(6, 5\)",
        ),
        (
            nn.CrossEntropyLoss(reduction="none"),
            r"returned torch\.Size\(\[6\]\) .*with one number, e\.g\. the mean loss",
        ),
        (lambda *_: None, r"returned None for logits \(6, 5\)"),
        (
            lambda logits, targets: nn.functional.cross_entropy(logits, targets).item(),
            "returned 1.*must return a tensor",
        ),
        (lambda logits, targets: nn.functional.cross_entropy(logits.detach(), targets), "a loss without a gradient"),
        (lambda logits: logits.mean(), r"must take logits \(N, V\) and targets \(N,\).*TypeError"),
    ],
)
def test_a_criterion_that_is_none_says_what_to_pass(criterion: Any, message: str) -> None:
    """minGPT#5, pytorch/tutorials#3956."""
    with pytest.raises(ValueError, match=message):
        Trainer(TEXT, criterion=criterion)


def test_probabilities_in_place_of_logits_are_noticed() -> None:
    """lab-12_4: softmax before a criterion that applies softmax."""
    with pytest.warns(UserWarning, match=r"model=Net: returned probabilities, .* return the logits, without softmax"):
        Trainer(TEXT, model=Net(lambda x: x.softmax(-1)))
    Trainer(TEXT, model=Net(lambda x: x.log_softmax(-1)))
    Trainer(TEXT, model=Net(lambda x: x.log_softmax(-1)), criterion=nn.NLLLoss())


@pytest.mark.parametrize("make", [Trainer, EpochScope])
def test_a_file_in_place_of_a_text_says_how_to_read_it(make: Any, tmp_path: Path) -> None:
    """spro/char-rnn.pytorch#2."""
    path = tmp_path / "input.txt"
    path.write_text(TEXT)
    with path.open() as file, pytest.raises(ValueError, match=r"text=.*: must be a str .*, text=file\.read\(\)"):
        make(file)
    with pytest.raises(ValueError, match=r"text=.*input\.txt'\)\.read_text\(encoding='utf-8'\)"):
        make(path)
    for wrong, remedy in (
        (io.BytesIO(b"hihello"), r"file\.read\(\)"),
        (set(TEXT), "its order is not that of a text"),
        ({"h": 0}, "its order is not that of a text"),
        (torch.tensor([0, 1]), r"pass the text itself.*monitor\(inputs, targets"),
        (b"hihello", r"data\.decode\('utf-8'\)"),
    ):
        with pytest.raises(ValueError, match=rf"text=.*: must be a str or a sequence of str; .*{remedy}"):
            make(wrong)


def test_positions_that_the_criterion_ignores_are_not_counted() -> None:
    """lab-12_7, pytorch-seq2seq#64."""
    history = Trainer("abc__", alphabet="_abc", criterion=nn.CrossEntropyLoss(ignore_index=0)).train(30)
    assert history.counted.tolist() == [True, True, False, False]
    assert history[-1].accuracy == 1
    assert [event.kind for event in history.events if event.kind == "all_correct"] == ["all_correct"]
    with pytest.raises(ValueError, match="targets: all are ignored"):
        Trainer("a__", alphabet="_a", criterion=nn.CrossEntropyLoss(ignore_index=0))
