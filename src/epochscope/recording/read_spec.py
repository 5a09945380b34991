"""Read a spec that may come from anybody: as JSON object, as text, or behind the # of an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import spec_values
from .fingerprint import parts
from .run_spec import Change, RunSpec
from .spec_limits import check_size
from .spec_names import changes_of, check_names
from .spec_settings import SETTINGS, check_settings
from .spec_text import json_of

#: The options that have a value of their own in JSON, with what checks each.
_OPTIONS: dict[str, Any] = {
    "cell": spec_values.cell,
    "hidden_size": spec_values.hidden_size,
    "num_layers": spec_values.num_layers,
    "readout": spec_values.flag,
    "forget_bias": spec_values.finite,
    "window": spec_values.window,
    "optimizer": spec_values.optimizer,
    "lr": spec_values.non_negative,
    "seed": spec_values.seed,
    "device": spec_values.device,
    "epochs": spec_values.epochs,
    "check": spec_values.check,
    "made": spec_values.made,
}
#: All names in JSON but the changes, which are e.g. "lr@80".
NAMES: tuple[str, ...] = ("text", "alphabet", *_OPTIONS)


def read_spec(given: Mapping[str, Any] | str) -> RunSpec:
    """Read a spec in any form; errors are those of `spec_from_json`."""
    if isinstance(given, str):
        return spec_from_json(json_of(given))
    if not isinstance(given, Mapping):
        raise TypeError(f"spec={spec_values.shown(given)}: must be a dict or a str, as spec() and spec_url() return")
    return spec_from_json(given)


def spec_from_json(given: Mapping[str, Any]) -> RunSpec:
    """Read what `to_json` returns, from a source that is not trusted.

    Raises
    ------
    ValueError
        If a value is invalid, out of range, or too large to be trained; the message names the field.
    TypeError
        If a field does not exist.
    """
    changed = check_names(given, NAMES)
    if "text" not in given:
        raise ValueError("text: is missing; add what is learned, e.g. text='hihello'")
    text = spec_values.text(given["text"])
    alphabet = spec_values.alphabet(given.get("alphabet"), text)
    options = {name: read(name, given[name]) for name, read in _OPTIONS.items() if name in given}
    kind = options.get("optimizer", RunSpec.optimizer)
    settings = changes_of(changed, given, kind, SETTINGS)
    changes = tuple(Change(epoch, tuple(sorted(values.items()))) for epoch, values in sorted(settings.items()))
    spec = RunSpec(text, alphabet, changes=changes, **options)
    check_settings(kind, settings, spec.epochs)
    groups = len(parts(spec.epochs))
    if spec.check and len(spec.check) != groups:
        raise ValueError(
            f"check={'-'.join(spec.check)}: must have {groups} groups with epochs={spec.epochs}, as spec() writes "
            "it; omit it to compare with nothing"
        )
    check_size(spec)
    if spec.hidden_size == len(spec.tokens):
        return RunSpec(text, alphabet, changes=changes, **{**options, "hidden_size": None})
    return spec
