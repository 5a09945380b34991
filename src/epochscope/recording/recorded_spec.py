"""The spec of a recording: its metadata say how it was made, and its records which learning rates it had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .fingerprint import fingerprint
from .read_spec import spec_from_json
from .records import IGNORED

if TYPE_CHECKING:
    from .recording import Recording
    from .run_spec import RunSpec

#: The key in the metadata. Its value has what the others do not say: the optimizer, its settings besides lr, by name
#: and epoch, e.g. "momentum@120", `made`, and `hooks` if the optimizer had some; or `refused`, why there is no spec.
KEY = "spec"
_OPTIONS = ("cell", "hidden_size", "num_layers", "readout", "forget_bias", "window", "seed", "device")


def recorded_spec(recording: Recording, goal: int | None = None, *, trust_hooks: bool = False) -> RunSpec:
    """Return what reproduces a recording.

    Parameters
    ----------
    recording
        The recording.
    goal
        The number of epochs of the spec if none is recorded. Defaults to 300.
    trust_hooks
        Whether hooks of the optimizer are known to change settings only. Defaults to False.

    Raises
    ------
    ValueError
        If it cannot be reproduced from a spec, or is not known how it was made; the message says why.
    """
    metadata, told = recording.metadata, recording.metadata.get(KEY)
    _check_source(recording)
    if not isinstance(told, dict):
        raise ValueError(
            "spec(): this recording does not say how it was made, like those of earlier versions of epochscope, which "
            "did not save all options of the optimizer; train it again, and save it with this version"
        )
    if told.get("refused"):
        raise ValueError(f"spec(): {told['refused']}")
    if told.get("hooks") and not trust_hooks:
        raise ValueError(
            "spec(): the optimizer had hooks, which no spec has, and they may have changed gradients or weights; call "
            "spec() of the scope or trainer that has them, or save the recording with save(path)"
        )
    fields: dict[str, Any] = {name: metadata[name] for name in _OPTIONS if name in metadata}
    try:
        fields |= _told(told, len(recording)) | _recorded(recording)
        if not len(recording) and goal is not None:
            fields["epochs"] = goal
        return spec_from_json(fields)
    except (ValueError, TypeError) as error:
        raise ValueError(f"spec(): this run has no spec: {error}") from error


def _told(told: Mapping[str, Any], epochs: int) -> dict[str, Any]:
    """Return what the metadata say of the first epochs, of all if there are none."""
    found = {}
    for name, value in told.items():
        epoch = int(name.partition("@")[2] or 0)
        if name != "hooks" and not (0 < epochs <= epoch) and (epochs or name != "made"):
            found[name] = value
    return found


def _recorded(recording: Recording) -> dict[str, Any]:
    fields: dict[str, Any] = {"text": _text(recording), "alphabet": recording.alphabet.tokens}
    lrs, count = recording.lrs, len(recording)
    if count:
        fields |= {"lr": float(lrs[0]), "epochs": count, "check": "-".join(fingerprint(recording.losses))}
    changed = np.flatnonzero(lrs[1:] != lrs[:-1]) + 1
    return fields | {f"lr@{epoch}": float(lrs[epoch]) for epoch in changed.tolist()}


def _check_source(recording: Recording) -> None:
    metadata = recording.metadata
    if metadata.get("source") == "monitor" or recording.axis is not None or recording.probes:
        raise ValueError(
            "spec(): a training loop of your own is not known here, so no spec reproduces it; save its recording with "
            "save(path), or share the script itself"
        )
    first = metadata.get("trained_in_page")
    if metadata.get("source") == "page" or (isinstance(first, int) and first < len(recording)):
        raise ValueError(
            "spec(): this recording was trained in a page, whose random numbers and rounding are not those of torch; "
            "share the page, or the recording"
        )
    if (recording.targets == IGNORED).any():
        raise ValueError("spec(): positions are ignored, by a criterion of its own; save the recording with save(path)")


def _text(recording: Recording) -> str | tuple[str, ...]:
    tokens = recording.alphabet.decode([*recording.inputs, recording.targets[-1]])
    return tokens if recording.separator else "".join(tokens)
