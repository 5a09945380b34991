"""What reproduces the recording of a trainer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from epochscope.recording.recorded_spec import recorded_spec

from .page_optimizer import has_step_hooks, step_hooks_change
from .told_settings import SAVE, why_not

if TYPE_CHECKING:
    from epochscope.recording.run_spec import RunSpec

    from .recorded_training import RecordedTraining


class HasTraining(Protocol):
    """A trainer."""

    _training: RecordedTraining


def spec_of(trainer: HasTraining, epochs: int | None = None) -> RunSpec:
    """Return what reproduces the recording of a trainer.

    Parameters
    ----------
    trainer
        The trainer.
    epochs
        The number of epochs of the spec if none is recorded. Defaults to 300.

    Raises
    ------
    ValueError
        If no spec reproduces it, e.g. because it has a model of the user's; the message says why.
    """
    training = trainer._training  # noqa: SLF001 - not for users
    if not len(training.history):
        training.prepare()  # notes settings that were changed meanwhile
    state = training.state
    if (why := why_not(state, own=training.told.own)) is not None:
        raise ValueError(f"spec(): {why}")
    if step_hooks_change(state):
        raise ValueError(f"spec(): a hook of the optimizer changes gradients or weights, and no spec has hooks; {SAVE}")
    return recorded_spec(training.history, epochs, trust_hooks=has_step_hooks(state.optimizer))
