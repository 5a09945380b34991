"""One step back through the recurrent cells: products of a gradient with the Jacobian of `cells.step`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from epochscope.recording.network import GATES

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from epochscope.recording.network import Layer

    from .cells import LayerState, Step

    Array = npt.NDArray[np.float64]


class StepGradient(NamedTuple):
    """Gradients with respect to what a step read; those by way of W_hh are not in `h`."""

    x: Array  # (B, G * H), W_ih x + b_ih
    u: Array  # (B, G * H), W_hh h + b_hh
    h: Array | float  # (B, H)
    c: Array | None  # (B, H), of an LSTM


def step_back(layer: Layer, u: Array, before: LayerState, step: Step, after: LayerState) -> StepGradient:
    """Return the gradients with respect to what a step read.

    Parameters
    ----------
    layer
        The description of the layer, with G gates of size H.
    u
        W_hh h + b_hh, (B, G * H) or (1, G * H): from the hidden state of the position before.
    before
        The state after the position before, of B texts or one.
    step
        What the layer computed.
    after
        The gradients with respect to the state that it computed.
    """
    return _CELLS[layer.cell](layer, u, before, step, after)


def _rnn(layer: Layer, _u: Array, _before: LayerState, step: Step, after: LayerState) -> StepGradient:
    h = step.state.h
    x = after.h * ((1 - h**2) if layer.nonlinearity == "tanh" else (h > 0))
    return StepGradient(x, x, 0.0, None)


def _lstm(_layer: Layer, _u: Array, before: LayerState, step: Step, after: LayerState) -> StepGradient:
    assert before.c is not None and step.state.c is not None and after.c is not None  # noqa: S101, PT018 - an LSTM
    i, f, g, o = (step.gates[name] for name in GATES["lstm"])
    tanh_c = np.tanh(step.state.c)
    c = after.c + after.h * o * (1 - tanh_c**2)
    gates = (c * g * i * (1 - i), c * before.c * f * (1 - f), c * i * (1 - g**2), after.h * tanh_c * o * (1 - o))
    x = np.concatenate(gates, axis=1)
    return StepGradient(x, x, 0.0, c * f)


def _gru(_layer: Layer, u: Array, before: LayerState, step: Step, after: LayerState) -> StepGradient:
    r, z, n = (step.gates[name] for name in GATES["gru"])
    n_sum = after.h * (1 - z) * (1 - n**2)
    r_sum = n_sum * np.split(u, 3, axis=1)[2] * r * (1 - r)
    z_sum = after.h * (before.h - n) * z * (1 - z)
    x, from_h = (np.concatenate((r_sum, z_sum, last), axis=1) for last in (n_sum, n_sum * r))
    return StepGradient(x, from_h, after.h * z, None)


_CELLS: dict[str, Callable[[Layer, Array, LayerState, Step, LayerState], StepGradient]] = {
    "rnn": _rnn,
    "lstm": _lstm,
    "gru": _gru,
}
