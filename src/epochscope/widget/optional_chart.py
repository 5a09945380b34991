"""The loss chart where the installed bqplot can draw it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from traitlets import TraitError

from epochscope.recording.references import Reference

if TYPE_CHECKING:
    from epochscope.history import History

    from .comparison_chart import ComparisonChart
    from .loss_chart import LossChart

T = TypeVar("T")


def make_chart(references: Sequence[Reference], goal: int, lang: str, *, has_lines: bool = False) -> LossChart | None:
    """Return a loss chart, or None without bqplot or with one of another version; the player shows the loss too.

    Warns in the second case. For the parameters see `LossChart`.
    """

    def make() -> LossChart:
        from .loss_chart import LossChart

        return LossChart(references, goal, lang, has_lines=has_lines)

    return _made(make)


def may_have_lines(history: History) -> bool:
    """Return whether a recording has probes or scalars, which are drawn besides its losses."""
    return bool(history.probes or history.scalar_names)


def make_comparison_chart(labels: Sequence[str], goal: int, lang: str) -> ComparisonChart | None:
    """Return the loss chart of a comparison, or None as `make_chart` does. For the parameters see `ComparisonChart`."""

    def make() -> ComparisonChart:
        from .comparison_chart import ComparisonChart

        return ComparisonChart(labels, goal, lang)

    return _made(make)


def _made(make: Callable[[], T]) -> T | None:
    try:
        return make()
    except ImportError:
        return None
    except (AttributeError, TypeError, TraitError) as error:
        warnings.warn(
            f"shown without the loss chart, which the installed bqplot cannot draw ({type(error).__name__}: {error}); "
            'pip install "epochscope" installs a version that can',
            stacklevel=3,
        )
        return None
