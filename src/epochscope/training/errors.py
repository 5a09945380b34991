"""Exceptions of training, importable without torch."""

from __future__ import annotations


class TrainingDiverged(RuntimeError):  # noqa: N818  # the usual word for it
    """Raised when training is to continue although the last loss is not finite."""

    @classmethod
    def at(cls, epoch: int) -> TrainingDiverged:
        """Make the exception for a loss that was not finite at `epoch`."""
        return cls(
            f"the loss of epoch {epoch} is not finite, so training cannot continue from here: "
            f"call rewind({max(epoch - 1, 0)}) or rewind to an earlier epoch, then lower lr; or call reset()"
        )
