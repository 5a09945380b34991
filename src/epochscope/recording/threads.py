"""How many threads train: a fact that decides how sums are rounded, so that what repeats a run needs it too."""

from __future__ import annotations

#: Parameters times tokens of a forward pass up to which one thread is at least as fast as several. If other kernels use
#: the machine, as in a class, threads that wait for each other can make a small network thirty times slower.
MAX_SINGLE_THREADED = 10_000_000
