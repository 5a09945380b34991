"""The parts of bqplot that the chart is made of, the same for bqplot 0.12 and 0.13."""

from __future__ import annotations

import bqplot
import traitlets


class _Colored(traitlets.HasTraits):
    """Allows every colour of CSS, such as "var(--epochscope-ink)". Those of ipywidgets 7 allow no variables."""

    colors: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)


class Lines(_Colored, bqplot.Lines):  # pyright: ignore[reportGeneralTypeIssues]
    """Curves."""


class Scatter(_Colored, bqplot.Scatter):
    """Points."""


class Label(_Colored, bqplot.Label):  # pyright: ignore[reportGeneralTypeIssues]
    """Texts."""


class Figure(bqplot.Figure):  # pyright: ignore[reportGeneralTypeIssues]
    """A figure without a toolbar; bqplot 0.12 has none."""

    display_toolbar: traitlets.Bool[bool, bool | int] = traitlets.Bool(False).tag(sync=True)
