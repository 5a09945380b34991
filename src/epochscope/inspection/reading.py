"""A network reads a text: what it computes at every position, also if its memory is cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from .cells import LayerState, Step

if TYPE_CHECKING:
    import numpy.typing as npt

    from .numpy_network import NumpyNetwork, State

    Array = npt.NDArray[np.float64]

#: Part of a state: all of it, only hidden states, only cell states.
What: TypeAlias = Literal["all", "h", "c"]


@dataclass(frozen=True)
class LayerTrace:
    """What a layer of size H computed at P positions."""

    hidden: Array  # (P, H)
    cell: Array | None  # (P, H), of an LSTM
    gates: dict[str, Array]  # (P, H) each


@dataclass(frozen=True)
class Reading:
    """What a network computed at P positions."""

    logits: Array  # (P, V)
    predictions: npt.NDArray[np.int64]  # (P,)
    layers: tuple[LayerTrace, ...]

    def state(self, position: int) -> State:
        """Return the state after a position, from which its logits were computed."""
        row = slice(position, position + 1)
        return [LayerState(layer.hidden[row], None if layer.cell is None else layer.cell[row]) for layer in self.layers]


def read(
    network: NumpyNetwork,
    tokens: npt.NDArray[np.integer],
    window: int | None = None,
    *,
    cut_after: int | None = None,
    what: What = "all",
) -> Reading:
    """Return what a network computes at every position of a text.

    Parameters
    ----------
    network
        The network.
    tokens
        Token indices (P,).
    window
        T: each position p >= T is the last of the window p - T + 1 .. p, which is read from a state of zeros. None:
        T = P.
    cut_after
        The state after this position is set to zero before the next token of the same window is read. None: no cut.
    what
        What is set to zero: all of the state, or only h or c.
    """
    positions, length = len(tokens), window or len(tokens)
    starts = np.arange(positions - length + 1)  # of the windows, (N,)
    state = network.start(len(starts))
    rows: list[list[Step]] = []
    steps: list[Step] = []
    for offset in range(length):
        if cut_after is not None:
            state = clear(state, starts + offset == cut_after + 1, what)
        steps = network.step(state, tokens[starts + offset])
        state = [step.state for step in steps]
        rows.append([_rows(step, slice(0, 1)) for step in steps])
    rows.append([_rows(step, slice(1, None)) for step in steps])  # the last position of each later window
    layers = tuple(_trace(list(column)) for column in zip(*rows, strict=True))
    logits = network.logits([LayerState(layer.hidden, layer.cell) for layer in layers])
    return Reading(logits, network.predictions(logits), layers)


def clear(state: State, texts: npt.NDArray[np.bool_], what: What) -> State:
    """Return a state that is zero for the chosen texts (B,), or of which only h or c is."""
    keep = ~texts[:, None]

    def cleared(values: Array) -> Array:
        return np.where(keep, values, 0)

    return [
        LayerState(h if what == "c" else cleared(h), c if c is None or what == "h" else cleared(c)) for h, c in state
    ]


def _rows(step: Step, rows: slice) -> Step:
    """Return a copy of what a layer computed for some of the texts."""
    h, c = step.state
    state = LayerState(h[rows].copy(), None if c is None else c[rows].copy())
    return Step(state, {name: gate[rows].copy() for name, gate in step.gates.items()})


def _trace(steps: list[Step]) -> LayerTrace:
    def joined(arrays: list[Array]) -> Array:
        return np.concatenate(arrays)

    cells = [step.state.c for step in steps if step.state.c is not None]
    gates = {name: joined([step.gates[name] for step in steps]) for name in steps[0].gates}
    return LayerTrace(joined([step.state.h for step in steps]), joined(cells) if cells else None, gates)
