"""Experiments with a network that reads a text: free run, memory cut, memory reach, transplant.

Teacher forcing and its opposite, here called free run, are those of Williams & Zipser 1989, "A learning algorithm for
continually running fully recurrent neural networks". Arguments are not checked here, see `arguments`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from .cells import LayerState
from .reading import read

if TYPE_CHECKING:
    import numpy.typing as npt

    from .numpy_network import NumpyNetwork, State
    from .reading import What

    Tokens = npt.NDArray[np.int64]

NO_CORRECTIONS: Mapping[int, int] = MappingProxyType({})


def free_run(
    network: NumpyNetwork,
    tokens: npt.NDArray[np.integer],
    given: int = 1,
    corrections: Mapping[int, int] = NO_CORRECTIONS,
) -> Tokens:
    """Return what a network says at every position (P,) if it reads its own predictions.

    Parameters
    ----------
    network
        The network. Its state is carried on over all positions, also beyond the windows of its training.
    tokens
        The text, token indices (P,).
    given
        Number of tokens that are read from the text, from 1 to P.
    corrections
        By position, the token that replaces the prediction there, in the result and as the next input.
    """
    said = np.empty(len(tokens), dtype=np.int64)
    state = network.start()
    for position in range(len(tokens)):
        token = tokens[position] if position < given else said[position - 1]
        state = _after(network, state, np.array([token]))
        prediction = int(network.predictions(network.logits(state))[0])
        said[position] = corrections.get(position, prediction)
    return said


def cut_memory(
    network: NumpyNetwork,
    tokens: npt.NDArray[np.integer],
    after: int,
    what: What = "all",
    window: int | None = None,
) -> Tokens:
    """Return the predictions (P,) of a network whose state is set to zero after a position.

    With windows, the cut applies to each window that contains the position and the next one.
    """
    return read(network, tokens, window, cut_after=after, what=what).predictions


def memory_reach(
    network: NumpyNetwork, tokens: npt.NDArray[np.integer], window: int | None = None
) -> npt.NDArray[np.bool_]:
    """Return on which earlier tokens each prediction depends: `cut_memory` after every position.

    Unlike the gradient, a prediction may depend on tokens of long before if units are saturated.

    Returns
    -------
    numpy.ndarray
        (P, P) [t, lag]: whether the prediction at t changes if the state after position t - lag is set to zero, so that
        only the last `lag` tokens are known. False for lag 0, and beyond the beginning of the text or window.
    """
    positions = len(tokens)
    changes = np.zeros((positions, positions), dtype=bool)
    with np.errstate(all="ignore"):
        predictions = read(network, tokens, window).predictions
        state = network.start(positions - 1)  # of the texts that begin at 1 .. P - 1
        for lag in range(1, window or positions):
            state = [LayerState(h[: positions - lag], None if c is None else c[: positions - lag]) for h, c in state]
            state = _after(network, state, tokens[lag:])
            changes[lag:, lag] = network.predictions(network.logits(state)) != predictions[lag:]
    return changes


def transplant(
    network: NumpyNetwork,
    tokens: npt.NDArray[np.integer],
    source: int,
    to: int,
    what: What = "all",
    window: int | None = None,
) -> Tokens:
    """Return what a network says from position `to` on (P - to,) if its state there is that of position `source`.

    The prediction at `to` comes from the new hidden state; then the network reads its own predictions.
    """
    reading = read(network, tokens, window)
    state: State = [
        LayerState(old.h if what == "c" else new.h, old.c if what == "h" else new.c)
        for old, new in zip(reading.state(to), reading.state(source), strict=True)
    ]
    said = np.empty(len(tokens) - to, dtype=np.int64)
    for position in range(len(said)):
        if position:
            state = _after(network, state, said[position - 1 : position])
        said[position] = network.predictions(network.logits(state))[0]
    return said


def _after(network: NumpyNetwork, state: State, tokens: npt.NDArray[np.integer]) -> State:
    return [step.state for step in network.step(state, tokens)]
