"""Choose between few examples (`make test`) and many (`make test-all`, which sets EPOCHSCOPE_THOROUGH)."""

from __future__ import annotations

import os

THOROUGH = bool(os.environ.get("EPOCHSCOPE_THOROUGH"))
"""Whether this run is thorough: tests marked `thorough` run as well."""


def count(quick: int, thorough: int) -> int:
    """Return the number of examples to use in this run, e.g. `count(1_000, 10_000)`."""
    return thorough if THOROUGH else quick
