"""The loss chart where the installed bqplot can draw it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from traitlets import TraitError

from epochscope.recording.references import Reference

if TYPE_CHECKING:
    from .loss_chart import LossChart


def make_chart(references: Sequence[Reference], goal: int, lang: str) -> LossChart | None:
    """Return a loss chart, or None without bqplot or with one of another version; the player shows the loss too.

    Warns in the second case. For the parameters see `LossChart`.
    """
    try:
        from .loss_chart import LossChart

        return LossChart(references, goal, lang)
    except ImportError:
        return None
    except (AttributeError, TypeError, TraitError) as error:
        warnings.warn(
            f"shown without the loss chart, which the installed bqplot cannot draw ({type(error).__name__}: {error}); "
            'pip install "epochscope" installs a version that can',
            stacklevel=2,
        )
        return None
