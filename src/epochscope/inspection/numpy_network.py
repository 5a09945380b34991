"""A described network with its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .cell_gradients import step_back
from .cells import LayerState, Step, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from epochscope.recording.network import Network

    Array = npt.NDArray[np.float64]

#: The state of a network after a position, one for each layer.
State: TypeAlias = "Sequence[LayerState]"


class NumpyNetwork:
    """A described network that reads B texts at once, token after token.

    Parameters
    ----------
    network
        The description.
    weights
        Its weights (W,), in the order of `Network.shapes`. They are converted to float64.

    Raises
    ------
    ValueError
        If the number of weights is not the one that the network describes.
    """

    def __init__(self, network: Network, weights: npt.ArrayLike) -> None:
        flat = np.asarray(weights, dtype=np.float64)
        if flat.shape != (network.n_weights,):
            raise ValueError(f"weights {flat.shape}: must be ({network.n_weights},), as the network describes")
        self.network: Network = network
        self._weights: dict[str, Array] = network.split(flat)  # pyright: ignore[reportAttributeAccessIssue]

    def start(self, texts: int = 1) -> State:
        """Return the state before the first token: zeros."""
        return [
            LayerState(np.zeros((texts, layer.hidden_size)), np.zeros((texts, layer.hidden_size)) if lstm else None)
            for layer in self.network.layers
            for lstm in (layer.cell == "lstm",)
        ]

    def step(self, state: State, tokens: npt.NDArray[np.integer]) -> list[Step]:
        """Return what each layer computes when tokens (B,) are read in a state."""
        steps: list[Step] = []
        for index, (layer, before) in enumerate(zip(self.network.layers, state, strict=True)):
            x = self._affine(f"{index}.", "ih", steps[-1].state.h) if steps else self._first(tokens)
            steps.append(step(layer, x, self._affine(f"{index}.", "hh", before.h), before))
        return steps

    def logits(self, state: State) -> Array:
        """Return the logits (B, V) from the state after a position."""
        h = state[-1].h
        if self.network.output is None:
            return h
        logits = h @ self._weights["output_weight"].T
        return logits + self._weights["output_bias"] if self.network.output.bias else logits

    def logits_back(self, gradient: Array) -> State:
        """Return the gradient with respect to the state after a position, from that of the logits (B, V)."""
        *lower, last = self.start(len(gradient))
        h = gradient if self.network.output is None else gradient @ self._weights["output_weight"]
        return [*lower, LayerState(h, last.c)]

    def step_back(self, before: State, steps: Sequence[Step], after: State) -> State:
        """Return the gradient with respect to the state before a position, from that of the state after it.

        Parameters
        ----------
        before
            The state before the position, of B texts or one.
        steps
            What the layers computed there.
        after
            The gradients of B values.
        """
        gradients: list[LayerState] = []
        from_above: Array | float = 0.0
        for index in reversed(range(len(steps))):
            prefix, (h, c) = f"{index}.", after[index]
            u = self._affine(prefix, "hh", before[index].h)
            after_layer = LayerState(h + from_above, c)
            back = step_back(self.network.layers[index], u, before[index], steps[index], after_layer)
            gradients.insert(0, LayerState(back.h + back.u @ self._weights[f"{prefix}weight_hh"], back.c))
            from_above = back.x @ self._weights[f"{prefix}weight_ih"] if index else 0.0
        return gradients

    def predictions(self, logits: Array) -> npt.NDArray[np.int64]:
        """Return the most probable tokens (B,): the argmax of the logits in the precision of the network.

        Logits that are equal there, such as those of saturated units, are equal here: the first of them counts.
        """
        with np.errstate(over="ignore"):
            return logits.astype(self.network.dtype).argmax(axis=-1)

    def _first(self, tokens: npt.NDArray[np.integer]) -> Array:
        """Return W_ih x + b_ih of the first layer."""
        if self.network.embedding is not None:
            return self._affine("0.", "ih", self._weights["embedding"][tokens])
        x = self._weights["0.weight_ih"].T[tokens]  # of one-hot vectors
        return x + self._weights["0.bias_ih"] if self.network.layers[0].bias else x

    def _affine(self, prefix: str, part: str, values: Array) -> Array:
        product = values @ self._weights[f"{prefix}weight_{part}"].T
        bias = self._weights.get(f"{prefix}bias_{part}")
        return product if bias is None else product + bias
