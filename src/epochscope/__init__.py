"""epochscope: watch a small network learn a text, one epoch at a time.

    from epochscope import EpochScope
    EpochScope(" I think therefore I am.")

Importing this is cheap: what each name needs (torch, the widgets) is loaded when the name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .history import Epoch, History
    from .recording.alphabet import Alphabet
    from .recording.events import Event
    from .recording.references import Reference, references
    from .training.model import CharRNN
    from .training.trainer import Trainer, TrainingDiverged
    from .widget.monitor import monitor
    from .widget.scope import EpochScope

    __version__: str

__all__ = [
    "Alphabet",
    "CharRNN",
    "Epoch",
    "EpochScope",
    "Event",
    "History",
    "Reference",
    "Trainer",
    "TrainingDiverged",
    "__version__",
    "monitor",
    "references",
]

_HOME = {
    "Alphabet": "recording.alphabet",
    "CharRNN": "training.model",
    "Epoch": "history",
    "EpochScope": "widget.scope",
    "Event": "recording.events",
    "History": "history",
    "Reference": "recording.references",
    "Trainer": "training.trainer",
    "monitor": "widget.monitor",
    "TrainingDiverged": "training.trainer",
    "references": "recording.references",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            value: Any = version("epochscope")
        except PackageNotFoundError:
            value = "0+unknown"  # run from a source tree that is not installed
    elif name in _HOME:
        value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    else:
        raise AttributeError(f"epochscope has no {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
