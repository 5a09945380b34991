"""Make the trainer of a run that a spec describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .trainer import Trainer

if TYPE_CHECKING:
    from epochscope.recording.run_spec import RunSpec


def trainer_of(spec: RunSpec) -> Trainer:
    """Return a trainer with the options of a spec, which changes the settings of its optimizer as the spec says.

    Raises ValueError if this machine lacks the device.
    """
    trainer = Trainer(spec.text, **spec.options)
    trainer.follow(spec.changes)
    return trainer
