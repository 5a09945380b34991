"""How much memory and time an epoch on a large batch takes, measured on a part of it."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch import nn

from .batch import Batch
from .module_state import unchanged
from .size import COPIES, FLOAT_BYTES, check_estimate
from .torch_state import RandomState, one_thread_for_small_work

#: Positions up to which a batch is small, so that nothing is measured.
SMALL = 50_000
#: Positions of the part that is measured.
PART = 10_000
#: A backward pass takes about twice as long as its forward pass.
PASSES = 3


def check_size(model: nn.Module, batch: Batch, random: RandomState) -> Batch:
    """Return a part of a batch if the batch is large, after checking what an epoch on the whole batch takes.

    Raises ValueError if that would take too much memory; warns if it would take a gigabyte or more than two seconds.
    """
    windows, length, tokens = batch.logits_shape
    if windows * length <= SMALL:
        return batch
    part = batch.part(PART)
    kept, seconds = _measured(model, part.inputs, random)
    factor = windows * length / part.targets.numel()
    logits = windows * length * tokens * FLOAT_BYTES
    size = batch.inputs.nbytes + batch.targets.nbytes + COPIES * logits + kept * factor
    check_estimate(windows, length, batch.window, size, PASSES * seconds * factor)
    return part


def _measured(model: nn.Module, inputs: torch.Tensor, random: RandomState) -> tuple[int, float]:
    """Return the bytes that a forward pass keeps for its backward pass, and its seconds; zeros if it fails."""
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> Any:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    work = sum(parameter.numel() for parameter in model.parameters()) * inputs.shape[0] * inputs.shape[1]
    try:
        with random.installed(keep=False), unchanged(model), one_thread_for_small_work(work):
            model(inputs[:1, :8])  # the first call prepares kernels
            started = time.perf_counter()
            with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
                outputs = model(inputs)
            seconds = time.perf_counter() - started
            del outputs
    except Exception:  # noqa: BLE001 - the check of the model, which follows, says what is wrong
        return 0, 0.0
    return sum(kept.values()), seconds
