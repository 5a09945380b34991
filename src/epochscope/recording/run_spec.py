"""`RunSpec`: what reproduces a run of a trainer, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .spec_settings import Setting


@dataclass(frozen=True)
class Change:
    """Settings of the optimizer that were changed between two epochs.

    Attributes
    ----------
    epoch
        The first epoch whose update used them; 0: from the beginning.
    settings
        The new values by name, ascending; those of all parameter groups.
    """

    epoch: int
    settings: tuple[tuple[str, Setting], ...]


@dataclass(frozen=True)
class RunSpec:
    """What reproduces the current branch of a run: its text, the options that made it, and what was changed meanwhile.

    A rewind repeats what it discards bit for bit, and a branch begins as the run that it leaves. So a spec has neither:
    the recording follows from the settings that the optimizer had at each epoch.

    Attributes
    ----------
    text
        The text, or its tokens.
    alphabet
        The tokens in the order of their indices; None: those of the text, sorted by code point.
    cell, hidden_size, num_layers, readout, forget_bias, window, lr, seed, device
        The options of `Trainer`. `hidden_size` is None if it is the number of tokens.
    optimizer
        "adam", "sgd", "rmsprop" or "adamw".
    epochs
        How many epochs are recorded.
    changes
        In the order of their epochs.
    check
        The fingerprint of the recorded losses, see `fingerprint`; empty: unknown.
    made
        What has computed them, e.g. "torch 2.13.0, AVX2"; None: unknown.
    """

    text: str | tuple[str, ...]
    alphabet: tuple[str, ...] | None = None
    cell: str = "lstm"
    hidden_size: int | None = None
    num_layers: int = 1
    readout: bool = False
    forget_bias: float = 0.0
    window: int | None = None
    optimizer: str = "adam"
    lr: float = 0.1
    seed: int = 0
    device: str = "cpu"
    epochs: int = 300
    changes: tuple[Change, ...] = ()
    check: tuple[str, ...] = ()
    made: str | None = None

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens in the order of their indices."""
        return tuple(sorted(set(self.text))) if self.alphabet is None else self.alphabet

    @property
    def options(self) -> dict[str, Any]:
        """The options of `Trainer` that differ from the defaults, apart from the text."""
        others = ("text", "epochs", "changes", "check", "made")
        defaults = {each.name: each.default for each in fields(self) if each.name not in others}
        return {name: value for name, default in defaults.items() if (value := getattr(self, name)) != default}

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object of the text and what differs from the classic lab; `spec_from_json` reads it."""
        options = self.options
        alphabet = options.pop("alphabet", None)
        found: dict[str, Any] = {"text": self.text if isinstance(self.text, str) else [*self.text]}
        if alphabet is not None:
            found["alphabet"] = "".join(alphabet) if all(len(token) == 1 for token in alphabet) else [*alphabet]
        found |= options
        if self.epochs != RunSpec.epochs:
            found["epochs"] = self.epochs
        for change in self.changes:
            for name, value in change.settings:
                found[f"{name}@{change.epoch}"] = [*value] if isinstance(value, tuple) else value
        if self.check:
            found["check"] = "-".join(self.check)
        return found if self.made is None else {**found, "made": self.made}
