"""Generation: the network reads a prefix and then its own predictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import torch
from torch import nn

from .model import CharRNN
from .module_state import unchanged
from .torch_state import RandomState
from .train_state import logits_of


def generate_tokens(
    model: nn.Module,
    encode: Callable[[torch.Tensor], torch.Tensor],
    prefix: list[int],
    length: int,
    temperature: float,
    generator: torch.Generator,
) -> list[int]:
    """Return the `length` token indices that follow a prefix. Call it within `reading`.

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
    read = _reader(model)
    new = prefix
    while len(generated) < length:
        logits = read(encode(torch.tensor([new])))[-1]  # (V,)
        if temperature == 0:
            token = int(logits.numpy().argmax())
        else:
            scaled = (logits.double() - logits.max()) / temperature
            token = int(torch.multinomial(scaled.softmax(0), 1, generator=generator))
        generated.append(token)
        new = [token]
    return generated


def free_run_tokens(
    model: nn.Module,
    encode: Callable[[torch.Tensor], torch.Tensor],
    given: list[int],
    length: int,
    corrections: Mapping[int, int],
) -> list[int]:
    """Return the token indices that a network says at `length` positions, the most probable ones.

    Call it within `reading`.

    Parameters
    ----------
    model, encode
        As in `generate_tokens`: after `given` the result is the same.
    given
        Token indices to read first, at most `length`.
    length
        Number of positions.
    corrections
        By position, the token that replaces the prediction there, in the result and as the next input.
    """
    said: list[int] = []
    read = _reader(model)
    new = given
    while len(said) < length:
        predictions = read(encode(torch.tensor([new]))).numpy().argmax(axis=1).tolist()
        said += [corrections.get(position, token) for position, token in enumerate(predictions, len(said))]
        new = said[-1:]
    return said


#: Reads new tokens, in the form that the network reads, and returns the logits (T, V) of their positions.
Reader: TypeAlias = Callable[[torch.Tensor], torch.Tensor]


def _reader(model: nn.Module) -> Reader:
    """Return a function that reads tokens after those that it has read. Call it within `reading`."""
    read = _with_state(model) if isinstance(model, (CharRNN, nn.RNNBase)) else _rereading(model)

    def read_on_cpu(x: torch.Tensor) -> torch.Tensor:
        logits = read(x)
        return (logits if logits.dtype == torch.float64 else logits.float()).cpu()

    return read_on_cpu


def _with_state(model: CharRNN | nn.RNNBase) -> Reader:
    state: Any = None

    def read(x: torch.Tensor) -> torch.Tensor:
        nonlocal state
        logits, state = model(x, state)
        return logits[0]

    return read


def _rereading(model: nn.Module) -> Reader:
    seen: list[torch.Tensor] = []

    def read(x: torch.Tensor) -> torch.Tensor:
        seen.append(x)
        return logits_of(model(torch.cat(seen, dim=1)))[0, -x.shape[1] :]

    return read


@contextmanager
def reading(model: nn.Module, random: RandomState) -> Iterator[None]:
    """Let a network read outside its training: without gradients and dropout, and without a trace.

    The mode, the buffers and the attributes of all modules, and torch's random state, are restored on exit; random
    numbers are those of `random`, which stays as it is.
    """
    modes = [(module, module.training) for module in model.modules()]
    with random.installed(keep=False), unchanged(model), torch.no_grad():
        model.eval()
        try:
            yield
        finally:
            for module, training in modes:
                module.training = training
