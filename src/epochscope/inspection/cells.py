"""One step of the recurrent cells, as torch's documentation defines them (`torch.nn.RNN`, `LSTM`, `GRU`).

Elman 1990, "Finding structure in time"; Hochreiter & Schmidhuber 1997, "Long short-term memory", with the forget gate
of Gers et al. 2000; Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", with torch's reset
gate, which acts after the product W_hn h.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from epochscope.recording.network import GATES

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from epochscope.recording.network import Layer

    Array = npt.NDArray[np.float64]


class LayerState(NamedTuple):
    """The state of one layer after a position, for B texts at once."""

    h: Array  # (B, H)
    c: Array | None  # (B, H), of an LSTM


class Step(NamedTuple):
    """What one layer computes at a position."""

    state: LayerState
    gates: dict[str, Array]  # (B, H) each; none of an RNN


def step(layer: Layer, x: Array, u: Array, before: LayerState) -> Step:
    """Return what a layer computes at a position.

    Parameters
    ----------
    layer
        The description of the layer, with G gates of size H.
    x
        W_ih x + b_ih, (B, G * H): from the input.
    u
        W_hh h + b_hh, (B, G * H): from the hidden state of the position before.
    before
        The state after the position before.
    """
    n = len(GATES[layer.cell])
    return _CELLS[layer.cell](layer, np.split(x, n, axis=1), np.split(u, n, axis=1), before)


def _rnn(layer: Layer, x: list[Array], u: list[Array], _before: LayerState) -> Step:
    h = x[0] + u[0]
    return Step(LayerState(np.tanh(h) if layer.nonlinearity == "tanh" else np.maximum(h, 0), None), {})


def _lstm(_layer: Layer, x: list[Array], u: list[Array], before: LayerState) -> Step:
    assert before.c is not None  # noqa: S101 - an LSTM has c
    i, f, o = (_sigmoid(x[k] + u[k]) for k in (0, 1, 3))
    g = np.tanh(x[2] + u[2])
    c = f * before.c + i * g
    return Step(LayerState(o * np.tanh(c), c), dict(zip(GATES["lstm"], (i, f, g, o), strict=True)))


def _gru(_layer: Layer, x: list[Array], u: list[Array], before: LayerState) -> Step:
    r, z = _sigmoid(x[0] + u[0]), _sigmoid(x[1] + u[1])
    n = np.tanh(x[2] + r * u[2])
    return Step(LayerState((1 - z) * n + z * before.h, None), dict(zip(GATES["gru"], (r, z, n), strict=True)))


def _sigmoid(x: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * x))  # without overflow


_CELLS: dict[str, Callable[[Layer, list[Array], list[Array], LayerState], Step]] = {
    "rnn": _rnn,
    "lstm": _lstm,
    "gru": _gru,
}
