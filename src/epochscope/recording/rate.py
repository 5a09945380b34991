"""A rate and how sure it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: The 97.5 % quantile of the normal distribution, for intervals of 95 %.
Z = 1.959963984540054


@dataclass(frozen=True)
class Rate:
    """How many of `n` runs succeed, and between which rates that would be no surprise.

    Parameters
    ----------
    successes
        The number of runs that succeed.
    n
        The number of runs.
    """

    successes: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson score interval of the rate; (0.0, 1.0) without runs.

        Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
        """
        if not self.n:
            return 0.0, 1.0
        p, z2n = self.successes / self.n, Z * Z / self.n
        middle = (p + z2n / 2) / (1 + z2n)
        half = Z / (1 + z2n) * math.sqrt(p * (1 - p) / self.n + z2n / self.n / 4)
        low = middle - half if self.successes else 0.0  # exactly: the formula rounds
        return low, middle + half if self.successes < self.n else 1.0
