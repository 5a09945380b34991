"""`RunSpec`: what reproduces a run of a trainer, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

#: A setting of an optimizer, such as lr, momentum or betas.
Setting = bool | int | float | tuple[float, ...]


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

    A rewind repeats what it discards bit for bit, and a branch begins as the run that it leaves. So neither is told:
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
