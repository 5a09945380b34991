"""The settings of the optimizers that a spec knows, with torch's defaults, and their ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

#: A setting of an optimizer, such as lr, momentum or betas.
Setting: TypeAlias = "bool | int | float | tuple[float, ...]"

_ADAM = {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False, "maximize": False}
#: By optimizer, its settings besides lr.
SETTINGS: dict[str, dict[str, Setting]] = {
    "adam": _ADAM,
    "sgd": {"momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False, "maximize": False},
    "rmsprop": {
        "momentum": 0.0,
        "alpha": 0.99,
        "eps": 1e-8,
        "centered": False,
        "weight_decay": 0.0,
        "maximize": False,
    },
    "adamw": {**_ADAM, "weight_decay": 0.01},
}
#: Torch makes the state of these at the first update only: they are on from the beginning, or never.
_FROM_THE_BEGINNING = {"adam": ("amsgrad",), "adamw": ("amsgrad",), "rmsprop": ("momentum", "centered"), "sgd": ()}
#: The most epochs at which settings change.
MAX_CHANGES = 10_000


def in_range(name: str, value: Setting) -> bool:
    """Return whether torch's optimizers allow a value of the right type."""
    if isinstance(value, bool):
        return True
    values = value if isinstance(value, tuple) else (value,)
    if name == "betas":
        return all(0 <= each < 1 for each in values)
    return all(math.isfinite(each) and (each >= 0 or name == "dampening") for each in values)


def allowed(name: str) -> str:
    """Return which values a setting may have, for messages."""
    if name == "betas":
        return "two numbers from 0 to 1, without 1"
    return "a finite number" if name == "dampening" else "a finite number of at least 0"


def check_settings(optimizer: str, settings: Mapping[int, Mapping[str, Any]], epochs: int) -> None:
    """Raise ValueError if settings, by epoch and name, cannot be changed there."""
    if len(settings) > MAX_CHANGES:
        raise ValueError(
            f"the settings of the optimizer change at {len(settings):,} epochs: a spec has at most {MAX_CHANGES:,}; "
            "save the recording instead, with scope.save(path)"
        )
    for epoch, values in settings.items():
        if epoch >= epochs:
            name = next(iter(values))
            raise ValueError(
                f"{name}@{epoch}: must be before the last epoch, {name}@0 to {name}@{epochs - 1} with epochs={epochs}; "
                "remove it, or pass more epochs"
            )
    for name in _FROM_THE_BEGINNING[optimizer]:
        if settings.get(0, {}).get(name):
            continue
        for epoch, values in settings.items():
            if values.get(name):
                raise ValueError(
                    f"{name}@{epoch}={values[name]!r}: torch's {optimizer} cannot begin with {name} later than at "
                    f"epoch 0; pass {name}@0 too, or remove it"
                )
