"""What a page must know of the training that made some weights, to go on with them alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The options of the optimizers that a page has, with torch's defaults, by kind.
OPTIONS: dict[str, dict[str, Any]] = {
    "adam": {"betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.0},
    "sgd": {"momentum": 0.0, "dampening": 0.0, "nesterov": False, "weight_decay": 0.0},
}

#: Why a page cannot go on, with the values of each reason: `words/page/` has a sentence `cannot_` for each.
REASONS: dict[str, tuple[str, ...]] = {
    "criterion": ("criterion",),
    "dropout": ("module",),
    "embedding": (),
    "computed": (),
    "tied": (),
    "frozen": (),
    "hooks": (),
    "step_hooks": (),
    "other": (),
}


def moments_of(optimizer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of what an optimizer remembers of each weight, as torch has them."""
    if optimizer["kind"] == "adam":
        return "exp_avg", "exp_avg_sq"
    return ("momentum_buffer",) if optimizer.get("momentum") else ()


@dataclass(frozen=True)
class Trained:
    """How a network was trained.

    Attributes
    ----------
    optimizer
        "kind", "adam" or "sgd", and those of its `OPTIONS` that differ from the defaults; None: another optimizer.
    refused
        Why a page cannot go on: "code", one of `REASONS`, and its values; None: it can.
    """

    optimizer: Mapping[str, Any] | None
    refused: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object, which `from_json` and `js/page/` read."""
        both = {"optimizer": self.optimizer, "refused": self.refused}
        return {name: None if value is None else dict(value) for name, value in both.items()}

    @classmethod
    def from_json(cls, value: object) -> Trained:
        """Read what `to_json` returned. What this version does not know, as a later one may write it, is refused."""
        if isinstance(value, dict):
            optimizer, refused = value.get("optimizer"), value.get("refused")
            if (optimizer is None or _is_optimizer(optimizer)) and (refused is None or _is_reason(refused)):
                return cls(optimizer, refused)
        return cls(None, {"code": "other"})


def _is_optimizer(value: object) -> bool:
    if not isinstance(value, dict) or value.get("kind") not in [*OPTIONS]:
        return False
    defaults = {"kind": "", **OPTIONS[value["kind"]]}
    return all(name in defaults and _is_like(each, defaults[name]) for name, each in value.items())


def _is_like(value: object, default: object) -> bool:
    if isinstance(default, list):
        return isinstance(value, list) and len(value) == len(default) and all(_is_like(each, 0.0) for each in value)
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, type(default))


def _is_reason(value: object) -> bool:
    if not isinstance(value, dict) or value.get("code") not in [*REASONS]:
        return False
    return set(value) == {"code", *REASONS[value["code"]]} and all(isinstance(each, str) for each in value.values())
