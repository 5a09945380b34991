"""Generation: the network reads a prefix and then its own predictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from .model import CharRNN
from .train_state import logits_of


def generate_tokens(
    model: nn.Module,
    encode: Callable[[torch.Tensor], torch.Tensor],
    prefix: list[int],
    length: int,
    temperature: float,
    generator: torch.Generator,
) -> list[int]:
    """Return the `length` token indices that follow a prefix.

    Parameters
    ----------
    model
        The network. A `CharRNN` or a recurrent layer of torch reads one token at a time and keeps its hidden state; any
        other module reads all tokens so far for every new one, which gives the same result and takes longer.
    encode
        Converts token indices (1, T) to the network's input, see `Batch.encode`.
    prefix
        Token indices to read first.
    length
        Number of tokens to generate.
    temperature
        0 for the most probable token; otherwise tokens are drawn with probabilities softmax(logits / temperature).
    generator
        The generator of the random draws.
    """
    generated: list[int] = []
    with torch.no_grad(), _evaluating(model):
        next_logits = _with_state(model) if isinstance(model, (CharRNN, nn.RNNBase)) else _rereading(model)
        new = prefix
        while len(generated) < length:
            logits = next_logits(encode(torch.tensor([new]))).cpu()  # (V,)
            if temperature == 0:
                token = int(logits.numpy().argmax())
            else:
                scaled = (logits.double() - logits.max()) / temperature
                token = int(torch.multinomial(scaled.softmax(0), 1, generator=generator))
            generated.append(token)
            new = [token]
    return generated


def _with_state(model: CharRNN | nn.RNNBase) -> Callable[[torch.Tensor], torch.Tensor]:
    state: Any = None

    def next_logits(x: torch.Tensor) -> torch.Tensor:
        nonlocal state
        logits, state = model(x, state)
        return logits[0, -1]

    return next_logits


def _rereading(model: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
    read: list[torch.Tensor] = []

    def next_logits(x: torch.Tensor) -> torch.Tensor:
        read.append(x)
        return logits_of(model(torch.cat(read, dim=1)))[0, -1]

    return next_logits


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Put all modules into eval mode; restore the mode of each on exit."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
