"""The gate by which a browser pauses a user's own training loop."""

from __future__ import annotations

import math


class Gate:
    """Lets epochs pass: all of them, none, or a number of steps. Any thread may set it."""

    def __init__(self) -> None:
        self._remaining = math.inf

    def open(self) -> None:
        """Let all epochs pass."""
        self._remaining = math.inf

    def close(self) -> None:
        """Let no epoch pass."""
        self._remaining = 0

    def allow(self, n: int) -> None:
        """Let `n` epochs pass."""
        self._remaining = n

    @property
    def is_open(self) -> bool:
        """Whether all epochs pass."""
        return self._remaining == math.inf

    @property
    def is_closed(self) -> bool:
        """Whether no epoch passes."""
        return self._remaining == 0

    def count(self) -> None:
        """Count an epoch that passes."""
        self._remaining = max(0, self._remaining - 1)
