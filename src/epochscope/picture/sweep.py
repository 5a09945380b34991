"""A sweep as one static SVG."""

from __future__ import annotations

from typing import Any

from epochscope.recording.sweep_summary import SweepSummary


def draw_sweep(summary: SweepSummary, *, width: int = 960, theme: str = "auto", lang: str = "en", **others: Any) -> str:
    """Return the SVG."""
    raise NotImplementedError
