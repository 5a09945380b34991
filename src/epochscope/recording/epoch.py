"""`Epoch`: one recorded epoch as a whole."""

from __future__ import annotations

from typing import NamedTuple


class Epoch(NamedTuple):
    """One recorded epoch.

    Attributes
    ----------
    epoch
        Its number, from 0.
    loss
        Mean loss in nats per predicted token.
    text
        The predictions as text.
    n_correct
        Number of positions whose prediction equals the target.
    accuracy
        `n_correct` divided by the number of positions that have a target.
    """

    epoch: int
    loss: float
    text: str
    n_correct: int
    accuracy: float
