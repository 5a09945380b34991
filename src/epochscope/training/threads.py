"""How many threads an epoch is computed on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

#: Parameters times tokens of a forward pass up to which one thread is at least as fast as several. Where other kernels
#: share the machine, as a class's do, threads that wait for each other can make a small net thirty times slower.
SMALL = 10_000_000


@contextmanager
def threads_for(work: int) -> Iterator[None]:
    """One thread for small nets, torch's own number for others; it is left as it was found."""
    before = torch.get_num_threads()
    if work > SMALL or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
