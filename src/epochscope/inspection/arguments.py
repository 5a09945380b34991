"""Checks of the arguments of inspections; every message names the value, what is allowed and what to pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from epochscope.validation import check_choice, check_int

if TYPE_CHECKING:
    from epochscope.recording.alphabet import Alphabet
    from epochscope.recording.network import Network

    from .reading import What


def check_part(what: Any, network: Network) -> What:
    """Return "all", "h" or "c". Raises ValueError if it is none of these, or a part that the cells do not have."""
    part: Any = check_choice("what", what, ("all", "h", "c"))
    cells = list(dict.fromkeys(layer.cell.upper() for layer in network.layers))
    if part != "all" and "LSTM" not in cells:
        raise ValueError(
            f"what={what!r}: {' and '.join(cells)} layers have no cell state c beside h, only LSTM layers do; "
            'pass what="all"'
        )
    return part


def check_layer(layer: Any, network: Network) -> int:
    """Return the index of a layer, from 0 on. Raises ValueError if there is no such layer."""
    layers = len(network.layers)
    return check_int("layer", layer, -layers, layers - 1) % layers


def check_corrections(corrections: Any, alphabet: Alphabet, positions: int) -> dict[int, int]:
    """Return token indices by position.

    Raises ValueError unless `corrections` is None or maps positions, from 0 on, to tokens of the alphabet.
    """
    if corrections is None:
        return {}
    if not isinstance(corrections, Mapping):
        raise ValueError(
            f"corrections={corrections!r}: must map positions to tokens; pass e.g. "
            f"corrections={{3: {alphabet.tokens[0]!r}}}"
        )
    checked: dict[int, int] = {}
    for position, token in corrections.items():
        try:
            index = check_int("position", position, 0, positions - 1)
        except ValueError as error:
            raise ValueError(f"corrections={corrections!r}: {error}") from None
        if token not in alphabet:
            raise ValueError(f"corrections={corrections!r}: {token!r} must be a token of the alphabet ({alphabet!r})")
        checked[index] = int(alphabet.encode([token])[0])
    return checked
