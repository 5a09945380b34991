"""The weights of a model in a training loop of the user's."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from epochscope import monitor
from epochscope.widget.monitor import Monitor

TEXT = " I think therefore I am."
TOKENS = sorted(set(TEXT))
V = len(TOKENS)


class OneHot(nn.Module):
    """An LSTM over one-hot vectors whose hidden state is the logits."""

    def __init__(self, dropout: float = 0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.lstm = nn.LSTM(V, V, batch_first=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dropout(self.lstm(x)[0])


class Embedded(nn.Module):
    """A GRU over embedded indices."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embedding = nn.Embedding(V, 4)
        self.gru = nn.GRU(4, 6, batch_first=True)
        self.output = nn.Linear(6, V)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.gru(self.embedding(x))[0])


def batch(sequences: int = 1, length: int = 23, stride: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the inputs and targets (B, T) of parts of the text."""
    indices = torch.tensor([TOKENS.index(token) for token in TEXT])
    starts = [stride * i for i in range(sequences)]
    windows = [indices[start : start + length + 1] for start in starts]
    return torch.stack([each[:-1] for each in windows]), torch.stack([each[1:] for each in windows])


def flat(model: nn.Module) -> list[float]:
    return np.concatenate([parameter.detach().numpy().ravel() for parameter in model.parameters()]).tolist()


def train(
    watched: Monitor, model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, *, late: bool = False, **log: Any
) -> list[list[float]]:
    """Train 6 epochs as in a notebook; return the weights before each."""
    optimizer, before = torch.optim.Adam(model.parameters(), lr=0.1), []
    for _ in range(6):
        before.append(flat(model))
        logits = model(functional.one_hot(inputs, V).float() if isinstance(model, OneHot) else inputs)
        loss = functional.cross_entropy(logits.reshape(-1, V), targets.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        if late:
            optimizer.step()
        watched.log(loss=loss, logits=logits, **log)
        if not late:
            optimizer.step()
    return before


def want(watched: Monitor) -> list[dict[str, Any]]:
    """Ask as a page with an open panel does; return the answers."""
    answers: list[dict[str, Any]] = []
    watched.scope.player.send = lambda content, _buffers: answers.append(content)  # type: ignore[method-assign]
    ask(watched)
    return [answer for answer in answers if answer["kind"] == "weights"]


def ask(watched: Monitor) -> None:
    message = {"kind": "want", "view": "a", "revision": 0, "epoch": 0, "first": 0, "last": 31}
    watched.scope._display._receive(None, message, None)


@pytest.mark.parametrize("make", [OneHot, Embedded])
def test_the_weights_that_made_each_epoch_are_kept(make: Any) -> None:
    model, (inputs, targets) = make(), batch()
    watched = monitor(inputs, targets, alphabet=TOKENS, model=model)
    before = train(watched, model, inputs, targets, keep_weights=True)
    weights = watched.history.weights
    assert weights is not None
    assert [weights.at(epoch).tolist() for epoch in range(6)] == before
    assert watched.scope.free_run(5, given=23) == watched.history.text(5)


def test_the_loop_is_not_changed() -> None:
    inputs, targets = batch()
    plain, kept = OneHot(0.2), OneHot(0.2)
    states = []
    for model, options in ((plain, {}), (kept, {"keep_weights": True})):
        torch.manual_seed(1)
        watched = monitor(inputs, targets, alphabet=TOKENS, model=model)
        states.append((train(watched, model, inputs, targets, **options), torch.rand(1).item(), model.training))
    assert states[0] == states[1]


def test_weights_are_read_only_while_a_page_wants_them() -> None:
    model, (inputs, targets) = OneHot(), batch()
    watched = monitor(inputs, targets, alphabet=TOKENS, model=model)
    train(watched, model, inputs, targets)
    assert watched.history.weights is None
    (answer,) = want(watched)
    assert (answer["complete"], answer["refused"]) == ([], None)
    train(watched, model, inputs, targets)
    assert watched.history.weights is not None
    assert watched.history.weights.epochs == tuple(range(6, 12))


def test_a_page_is_answered_while_a_loop_occupies_the_kernel() -> None:
    async def cell() -> None:
        model, (inputs, targets) = OneHot(), batch()
        watched = monitor(inputs, targets, alphabet=TOKENS, model=model)
        answers: list[dict[str, Any]] = []
        watched.scope.player.send = lambda content, _buffers: answers.append(content)  # type: ignore[method-assign]
        asking = threading.Thread(target=ask, args=(watched,))  # as messages arrive in ipykernel 7
        asking.start()
        asking.join()
        deadline = time.monotonic() + 20
        for _ in watched.epochs(100_000):  # without a turn for the event loop
            logits = model(functional.one_hot(inputs, V).float())
            watched.log(loss=functional.cross_entropy(logits[0], targets[0]), logits=logits)
            if time.monotonic() > deadline or any(answer["kind"] == "weights" for answer in answers):
                break
        (answer,) = [answer for answer in answers if answer["kind"] == "weights"]
        assert answer["refused"] is None
        assert answer["complete"]

    asyncio.run(cell())


def test_to_log_after_the_step_is_refused() -> None:
    model, (inputs, targets) = OneHot(), batch()
    watched = monitor(inputs, targets, alphabet=TOKENS, model=model)
    train(watched, model, inputs, targets, late=True, keep_weights=True)
    assert watched.history.weights is None
    (answer,) = want(watched)
    assert "the logged logits are not those of the model's weights: call monitor.log(...) before" in answer["refused"]


def test_with_dropout_the_logits_are_not_compared() -> None:
    model, (inputs, targets) = OneHot(0.5), batch()
    watched = monitor(inputs, targets, alphabet=TOKENS, model=model)
    before = train(watched, model, inputs, targets, keep_weights=True)
    assert watched.history.weights is not None
    assert watched.history.weights.at(3).tolist() == before[3]


def test_sliding_windows_are_read_as_windows() -> None:
    model, (inputs, targets) = OneHot(), batch(14, 10)
    watched = monitor(inputs, targets, alphabet=TOKENS, model=model)
    train(watched, model, inputs, targets, keep_weights=True)
    assert watched.history.metadata["window"] == 10
    assert watched.scope.cut_memory(22, epoch=5) == watched.history.text(5)


def test_several_sequences_are_refused() -> None:
    model, (inputs, targets) = OneHot(), batch(2, 8, stride=9)
    watched = monitor(inputs, targets, alphabet=TOKENS, model=model)
    train(watched, model, inputs, targets, keep_weights=True)
    (answer,) = want(watched)
    assert "a batch of 2 sequences, but only the network of one text can be looked into" in answer["refused"]
    assert watched.history.weights is None


def test_without_a_model_the_page_learns_what_to_write() -> None:
    model, (inputs, targets) = OneHot(), batch()
    watched = monitor(inputs, targets, alphabet=TOKENS)
    train(watched, model, inputs, targets, keep_weights=True)
    (answer,) = want(watched)
    assert "pass its network to monitor(..., model=net)" in answer["refused"]


@pytest.mark.parametrize("model", ["net", 3, nn.LSTM, [nn.LSTM(2, 2)]])
def test_what_is_no_module_is_refused(model: Any) -> None:
    with pytest.raises(ValueError, match=r"model is .*: must be the torch.nn.Module that the loop trains"):
        monitor(TEXT, model=model)
