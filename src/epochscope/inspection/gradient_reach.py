"""Gradient reach: how much of the gradient of a position's loss arrives at the states of the positions before.

Hochreiter 1991, "Untersuchungen zu dynamischen neuronalen Netzen"; Pascanu et al. 2013, "On the difficulty of training
recurrent neural networks", arXiv 1211.5063. What arrives is what learning can use; it does not say on what a prediction
depends, see `experiments.memory_reach`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .cells import LayerState

if TYPE_CHECKING:
    import numpy.typing as npt

    from .cells import Step
    from .numpy_network import NumpyNetwork, State

    Array = npt.NDArray[np.float64]
    Tokens = npt.NDArray[np.integer]

#: Positions of windows that are computed at once.
_BLOCK = 50_000


def gradient_reach(network: NumpyNetwork, tokens: Tokens, targets: Tokens, window: int | None = None) -> Array:
    """Return how much of the gradient of each position's loss arrives at the positions before.

    s_k is the state of all layers after position k: the hidden states h and, of LSTM layers, the cell states c. L_t is
    the cross entropy at position t. dL_t/ds_k is the product of the Jacobians ds_j/ds_(j-1) of the steps from t back to
    k + 1 with dL_t/ds_t.

    Parameters
    ----------
    network
        The network.
    tokens
        The text, token indices (P,).
    targets
        The targets (P,); -1: ignored.
    window
        T: each position t >= T is the last of the window t - T + 1 .. t, which is read from a state of zeros. None:
        T = P.

    Returns
    -------
    numpy.ndarray
        (P, P) [t, lag]: norm of dL_t/ds_(t-lag), relative to that of dL_t/ds_t. NaN where t - lag is before the window,
        where the target is ignored, where dL_t/ds_t is zero, and where values are not finite.
    """
    positions, length = len(tokens), window or len(tokens)
    norms = np.full((positions, positions), np.nan)
    counted = np.flatnonzero(targets >= 0)
    first, later = np.split(counted, [np.searchsorted(counted, length)])
    windows = np.lib.stride_tricks.sliding_window_view(tokens, length)  # (N, T)
    with np.errstate(all="ignore"):
        norms[first, :length] = _norms(network, windows[:1], targets[first], first)
        for block in np.array_split(later, len(later) * length // _BLOCK + 1):
            last = np.full(len(block), length - 1)
            norms[block, :length] = _norms(network, windows[block - length + 1], targets[block], last)
        reach = norms / norms[:, :1]
    reach[~np.isfinite(reach)] = np.nan
    return reach


def steps_back(reach: Array, share: float = 0.01) -> float:
    """Return how many steps back at least a share of the gradient arrives.

    It is the median over the later positions, of the largest lag whose reach is at least `share`: positions from 12 on
    or, of fewer than 24, the later half; those without a gradient are left out. The largest lag that exists is t, or
    T - 1 with windows of T tokens.

    Parameters
    ----------
    reach
        (P, P), what `gradient_reach` returned.
    share
        The share, relative to the gradient at the position itself. Defaults to 0.01, 1 %.

    Returns
    -------
    float
        Number of steps; it ends in .5 if the two middle positions differ. NaN if no later position has a gradient.

    Raises
    ------
    ValueError
        If `share` is not above 0 and at most 1.
    """
    if isinstance(share, (bool, str)) or not 0 < share <= 1:
        raise ValueError(f"share={share!r}: must be above 0 and at most 1; pass e.g. share=0.01")
    positions = len(reach)
    later = reach[min(12, (positions + 1) // 2, positions - 1) :]
    rows = later[~np.isnan(later[:, 0])] >= share
    furthest = rows.shape[1] - 1 - rows[:, ::-1].argmax(axis=1)
    return float(np.median(furthest)) if len(rows) else np.nan


def _norms(network: NumpyNetwork, texts: Tokens, targets: Tokens, last: Tokens) -> Array:
    """Return the norms of the gradients of losses (R,).

    Parameters
    ----------
    network
        The network.
    texts
        (B, T), with B = R: the text of each loss; or B = 1: the text of all.
    targets
        (R,).
    last
        The positions of the losses (R,). They differ if B = 1, and are the same otherwise.

    Returns
    -------
    numpy.ndarray
        (R, T) [loss, lag]; NaN beyond the beginning of the text.
    """
    states: list[State] = [network.start(len(texts))]
    steps: list[list[Step]] = []
    for tokens in texts.T:
        steps.append(network.step(states[-1], tokens))
        states.append([step.state for step in steps[-1]])
    norms = np.full((len(targets), len(steps)), np.nan)
    gradient = network.start(len(targets))
    for position in reversed(range(len(steps))):
        here = last == position
        if here.any():
            error = _error(network.logits(states[position + 1]), targets[here])
            gradient = _with_rows(gradient, here, network.logits_back(error))
        norms[last >= position, last[last >= position] - position] = _norm(gradient)[last >= position]
        gradient = network.step_back(states[position], steps[position], gradient)
    return norms


def _error(logits: Array, targets: Tokens) -> Array:
    """Return the gradient (B, V) of the cross entropy: the probabilities, minus 1 for the target."""
    error = np.exp(logits - logits.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    rows = np.arange(len(error))
    error[rows, targets] = 0
    error[rows, targets] = -error.sum(axis=1)  # exact also where the probability is almost 1
    return error


def _with_rows(state: State, rows: npt.NDArray[np.bool_], new: State) -> State:
    """Return a state (B,) with rows from another."""

    def replaced(old: Array, values: Array) -> Array:
        old = old.copy()
        old[rows] = values
        return old

    return [
        LayerState(replaced(h, new_h), None if c is None or new_c is None else replaced(c, new_c))
        for (h, c), (new_h, new_c) in zip(state, new, strict=True)
    ]


def _norm(state: State) -> Array:
    """Return the Euclidean norm (B,) over all layers."""
    values = np.concatenate([part for layer in state for part in layer if part is not None], axis=1)
    largest = np.abs(values).max(axis=1)
    # Squares of values below 1e-162 would be zero.
    return largest * np.linalg.norm(values / np.where(largest == 0, 1, largest)[:, None], axis=1)
