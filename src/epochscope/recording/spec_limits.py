"""How large a run that a spec describes may be: checked before anything is made, since a spec may come from anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .alphabet import Alphabet
from .records import bytes_per_epoch
from .size import gigabytes

if TYPE_CHECKING:
    from .run_spec import RunSpec

#: The most different tokens: a one-hot matrix of these takes 64 MiB.
MAX_TOKENS = 4_096
#: The most weights of the network.
MAX_WEIGHTS = 10_000_000
#: The most layers: each takes time to make, however small it is.
MAX_LAYERS = 100
#: The most numbers in the one-hot inputs of an epoch.
MAX_INPUTS = 50_000_000
MAX_EPOCHS = 1_000_000
#: The most bytes of the recording.
MAX_BYTES = 4 * 10**9
#: Gates of a cell.
_GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def check_size(spec: RunSpec) -> None:
    """Raise ValueError if the fields of a spec do not fit together, or if it would take too much memory."""
    tokens, positions = len(spec.tokens), len(spec.text) - 1
    if tokens > MAX_TOKENS:
        raise ValueError(f"text: {tokens:,} different tokens: at most {MAX_TOKENS:,} in a spec; use a shorter text")
    Alphabet.from_text(spec.text, spec.alphabet)
    _check_network(spec, tokens)
    if spec.window is not None and spec.window > positions:
        raise ValueError(
            f"window={spec.window}: must be from 1 to {positions}, the number of positions of the text; pass "
            f"e.g. window={positions}"
        )
    length = spec.window or positions
    inputs = (positions - length + 1) * length * tokens
    if inputs > MAX_INPUTS:
        name = "text" if spec.window is None else f"window={spec.window}"
        raise ValueError(
            f"{name}: an epoch would read {inputs:,} numbers: at most {MAX_INPUTS:,} in a spec; use a shorter text"
            f"{'' if spec.window is None else ' or a smaller window'}"
        )
    size = spec.epochs * bytes_per_epoch(positions, tokens)
    if size > MAX_BYTES:
        raise ValueError(
            f"epochs={spec.epochs}: the recording would take {gigabytes(size)}: at most {gigabytes(MAX_BYTES)} in a "
            "spec; pass fewer epochs, or a shorter text"
        )


def _check_network(spec: RunSpec, tokens: int) -> None:
    hidden = tokens if spec.hidden_size is None else spec.hidden_size
    if hidden != tokens and not spec.readout:
        raise ValueError(
            f"hidden_size={hidden}: must be {tokens}, the number of tokens, without an output layer; omit hidden_size, "
            "or pass readout=True"
        )
    if spec.forget_bias and spec.cell != "lstm":
        raise ValueError(
            f"forget_bias={spec.forget_bias!r}: must be 0 for {spec.cell.upper()} cells, which have no forget gate; "
            "omit it, or pass cell='lstm'"
        )
    inner = (spec.num_layers - 1) * (2 * hidden + 2)
    weights = _GATES[spec.cell] * hidden * (tokens + hidden + 2 + inner) + spec.readout * (hidden + 1) * tokens
    if weights > MAX_WEIGHTS:
        name = "text" if spec.hidden_size is None else f"hidden_size={spec.hidden_size}"
        raise ValueError(
            f"{name}, num_layers={spec.num_layers}: a network of {weights:,} weights: at most {MAX_WEIGHTS:,} in a "
            "spec; make it smaller"
        )
