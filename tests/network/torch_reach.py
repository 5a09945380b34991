"""Gradient reach and memory reach of a described network by their definitions, with torch's cells and autograd."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np
import torch
from torch.nn import functional

from epochscope.recording.network import Network

from .torch_network import State, Stepper, TorchNetwork, cleared


def in_float64(network: Network, weights: np.ndarray) -> Stepper:
    """Return a stepper of a network that computes in float64 with weights of its own precision."""
    return Stepper(TorchNetwork(replace(network, dtype="float64")).load(weights.astype(network.dtype)))


def gradient_reach(
    stepper: Stepper, tokens: Sequence[int], targets: Sequence[int], window: int | None = None
) -> np.ndarray:
    """Return (P, P) [t, lag]: |dL_t/ds_{t-lag}| / |dL_t/ds_t|. The target -1 is ignored."""
    reach = np.full((len(tokens), len(tokens)), np.nan)
    for t, target in enumerate(targets):
        if target < 0:
            continue
        read, last = part(tokens, t, window)
        norms = [gradient_norm(stepper, read, k, last, target) for k in range(last, -1, -1)]
        if norms[0]:
            reach[t, : last + 1] = np.array(norms) / norms[0]
    return reach


def gradient_norm(stepper: Stepper, tokens: Sequence[int], position: int, last: int, target: int) -> float:
    """Return |dL_last/ds_position|: the state after a position, of all layers, is the variable."""
    states = stepper.start()
    for token in tokens[: position + 1]:
        states = stepper.step(states, token)
    variables = [tensor.requires_grad_() for state in states for tensor in state if tensor is not None]
    for token in tokens[position + 1 : last + 1]:
        states = stepper.step(states, token)
    loss = functional.cross_entropy(stepper.model.decode(states[-1].h), torch.tensor([target]))
    gradients = torch.autograd.grad(loss, variables, allow_unused=True)
    return float(torch.cat([gradient.flatten() for gradient in gradients if gradient is not None]).norm())


def steps_back(reach: np.ndarray, share: float = 0.01) -> float:
    """Return the median, over the later positions that have a gradient, of the last lag with at least a share."""
    first = min(12, (len(reach) + 1) // 2, len(reach) - 1)
    return median(max(np.flatnonzero(row >= share).tolist()) for row in reach[first:] if not np.isnan(row[0]))


def memory_reach(stepper: Stepper, tokens: Sequence[int], window: int | None = None) -> np.ndarray:
    """Return (P, P) [t, lag]: whether the prediction at t changes if the state after t - lag is set to zero."""
    changes = np.zeros((len(tokens), len(tokens)), dtype=bool)
    for t in range(len(tokens)):
        read, last = part(tokens, t, window)
        uncut = said(stepper, stepper.start(), read[: last + 1])
        for lag in range(1, last + 1):
            changes[t, lag] = said(stepper, cleared(stepper.start(), "all"), read[last + 1 - lag : last + 1]) != uncut
    return changes


def said(stepper: Stepper, states: Sequence[State], tokens: Sequence[int]) -> int:
    for token in tokens:
        states = stepper.step(states, token)
    return stepper.predict(states)


def part(tokens: Sequence[int], t: int, window: int | None) -> tuple[Sequence[int], int]:
    """Return the window that shows a position, and its index in there."""
    start = 0 if window is None else max(0, t - window + 1)
    return tokens[start : start + (window or len(tokens))], t - start
