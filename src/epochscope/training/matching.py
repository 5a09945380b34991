"""Hidden sizes that give networks of different cells about the same number of parameters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from epochscope.recording.alphabet import Alphabet

from .model import CharRNN

#: The largest hidden size that is tried.
MAX_HIDDEN = 4096


def match_parameters(options: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the options of trainers with hidden sizes whose numbers of parameters are nearest to that of the first.

    Parameters
    ----------
    options
        The options of each trainer, with its text. The first keeps its hidden size.

    Raises
    ------
    ValueError
        If a network has no output layer, so that its hidden size is fixed, or is a module of the user's.
    """
    for i, each in enumerate(options):
        if each.get("model") is not None:
            raise ValueError(
                f'match="parameters": run {i} has a model of its own, whose size is fixed; leave out match'
            )
        if not each.get("readout"):
            raise ValueError(
                f'match="parameters": run {i} has no output layer, so its hidden size must be the number of tokens; '
                "pass readout=True"
            )
    wanted = count_parameters(options[0])
    return [dict(options[0]), *({**each, "hidden_size": _nearest(each, wanted)} for each in options[1:])]


def count_parameters(options: Mapping[str, Any]) -> int:
    """Return the number of parameters of the `CharRNN` that a trainer with these options makes."""
    names = ("cell", "hidden_size", "num_layers", "readout")
    network = {name: options[name] for name in names if name in options}
    tokens = len(Alphabet.from_text(options["text"], options.get("alphabet")))
    with torch.device("meta"):  # no memory, no random numbers
        return sum(parameter.numel() for parameter in CharRNN(tokens, **network).parameters())


def _nearest(options: Mapping[str, Any], wanted: int) -> int:
    def count(size: int) -> int:
        return count_parameters({**options, "hidden_size": size})

    above = bisect_left(range(1, MAX_HIDDEN), wanted, key=count) + 1
    return min((size for size in (above - 1, above) if size >= 1), key=lambda size: abs(count(size) - wanted))
