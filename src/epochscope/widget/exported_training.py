"""What an exported page needs to go on with a training: the optimizer, its states, or why it cannot."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from epochscope.recording.overview import is_long
from epochscope.recording.trained import OPTIONS, Trained, moments_of
from epochscope.recording.weights import Weights
from epochscope.runs.run import Run
from epochscope.runs.sliced_run import SlicedRun
from epochscope.words import page_words

from .exported_weights import Choice, epochs_with_states, exported_weights, is_none

#: What a page does without the states of the optimizer.
_ANEW = "the page then goes on with an optimizer that starts anew"


@dataclass(frozen=True)
class ExportedTraining(Trained):
    """How a page goes on with a recording whose weights it has.

    Attributes
    ----------
    steps
        The number of updates before each epoch whose weights are exported; None: without states of the optimizer.
    moments
        The states: each moment at these epochs.
    """

    steps: tuple[int, ...] | None = None
    moments: tuple[Weights, ...] = ()

    def to_base64(self) -> str:
        """Return everything but the moments as JSON, which `js/page/` reads."""
        steps = None if self.steps is None else list(self.steps)
        return b64encode(json.dumps({**self.to_json(), "steps": steps, "moments": len(self.moments)}).encode()).decode()


def exported(
    run: Run, choice: Choice | None, also: int | None, *, states: bool
) -> tuple[Weights | str | None, ExportedTraining]:
    """Return the weights of a page, and how it goes on with them.

    Parameters
    ----------
    run, choice, also
        Those of `exported_weights`; no weights if `choice` is None.
    states
        Whether the states of the optimizer are exported too.

    Raises
    ------
    ValueError
        As `exported_weights` does, and if the states of the optimizer are asked for and cannot be exported.
    """
    if states:
        return _with_states(run, choice, also)
    weights = None if choice is None else exported_weights(run, choice, also)
    return weights, of_recording(run.history.metadata, weights)


def _with_states(run: Run, choice: Choice | None, also: int | None) -> tuple[Weights, ExportedTraining]:
    if choice is None or is_none(choice):
        raise ValueError(f'train=True: needs weights, not weights={choice!r}; leave out weights, or pass weights="all"')
    if not isinstance(run, SlicedRun):
        raise ValueError(
            "train=True: a recording, or a training loop of your own, has no states of an optimizer; export the page "
            f"from the scope that trains the network, or leave out train: {_ANEW}"
        )
    if is_long(run.history):
        raise ValueError(
            f"train=True: of a recording of {len(run.history):,} epochs, which is long, a page has only some records, "
            "and cannot go on with it; leave out train"
        )
    try:
        known = run.trainer.weights.going_on()
        if known.refused is not None:
            raise ValueError(_sentence(known.refused))
    except ValueError as error:
        raise ValueError(f"train=True: a page cannot go on with this training: {error}; leave out train") from error
    if known.stateless is not None or known.optimizer is None:
        raise ValueError(f"train=True: {known.stateless}; use another optimizer, or leave out train: {_ANEW}")
    epochs = epochs_with_states(run.trainer, choice, len(moments_of(known.optimizer)), also)
    weights, moments, steps = run.trainer.weights.collect_states(epochs, known.optimizer, progress=choice != "auto")
    return weights, ExportedTraining(known.optimizer, steps=steps, moments=moments)


def of_recording(metadata: Mapping[str, Any], weights: Weights | str | None) -> ExportedTraining:
    """Return how a page goes on with a recording, with an optimizer that starts anew.

    Parameters
    ----------
    metadata
        That of the recording: if the weights say nothing, the page goes on with what it tells.
    weights
        Those of the page. Without weights it cannot go on at all, whatever is returned.
    """
    if isinstance(weights, Weights) and weights.trained is not None:
        return ExportedTraining(weights.trained.optimizer, weights.trained.refused)
    kind, criterion = str(metadata.get("optimizer")).lower(), metadata.get("criterion")
    refused = None if criterion is None else {"code": "criterion", "criterion": str(criterion)}
    return ExportedTraining({"kind": kind} if kind in OPTIONS else None, refused)


def _sentence(refused: Mapping[str, str]) -> str:
    """Return why a page cannot go on, in English."""
    return page_words("en")[f"cannot_{refused['code']}"].format_map(refused)
