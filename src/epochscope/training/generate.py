"""A net that is fed its own output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from .model import CharRNN
from .train_state import logits_of

Reader = Callable[[torch.Tensor], torch.Tensor]


def continue_text(
    model: nn.Module, read: Reader, prefix: list[int], n: int, temperature: float, generator: torch.Generator
) -> list[int]:
    """The n tokens that follow a prefix.

    Parameters
    ----------
    model
        The net. A `CharRNN` or a recurrent layer of torch is read token by token, its hidden state carried along; any
        other module is given all that was read so far at every token, which says the same and takes longer.
    read
        Makes of indices (1, T) what the net reads.
    prefix
        What is read first, indices.
    n
        How many tokens to go on.
    temperature
        0 takes the likeliest token; otherwise tokens are drawn with probabilities softmax(logits / temperature).
    generator
        Where the draws come from.
    """
    said: list[int] = []
    with torch.no_grad(), _evaluating(model):
        listen = _carrying(model) if isinstance(model, (CharRNN, nn.RNNBase)) else _rereading(model)
        new = prefix
        while len(said) < n:
            logits = listen(read(torch.tensor([new]))).cpu()
            if temperature == 0:
                choice = int(logits.numpy().argmax())
            else:
                scaled = (logits.double() - logits.max()) / temperature
                choice = int(torch.multinomial(scaled.softmax(0), 1, generator=generator))
            said.append(choice)
            new = [choice]
    return said


def _carrying(model: CharRNN | nn.RNNBase) -> Reader:
    advance: Any = model.advance if isinstance(model, CharRNN) else model
    state: Any = None

    def listen(x: torch.Tensor) -> torch.Tensor:
        nonlocal state
        logits, state = advance(x, state)
        return logits[0, -1]

    return listen


def _rereading(model: nn.Module) -> Reader:
    heard: list[torch.Tensor] = []

    def listen(x: torch.Tensor) -> torch.Tensor:
        heard.append(x)
        return logits_of(model(torch.cat(heard, dim=1)))[0, -1]

    return listen


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Without dropout, and afterwards as it was."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
