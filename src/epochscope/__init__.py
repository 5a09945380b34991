"""epochscope: watch a small network learn a text, one epoch at a time.

    from epochscope import EpochScope
    EpochScope(" I think therefore I am.")

Importing this is cheap: what each name needs (torch, the widgets) is loaded when the name is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .alphabet import Alphabet
    from .events import Event
    from .history import Epoch, History
    from .model import CharRNN
    from .monitor import monitor
    from .reference import Reference, references
    from .scope import EpochScope
    from .trainer import Trainer, TrainingStopped

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
    "TrainingStopped",
    "__version__",
    "monitor",
    "references",
]

_HOME = {
    "Alphabet": "alphabet",
    "CharRNN": "model",
    "Epoch": "history",
    "EpochScope": "scope",
    "Event": "events",
    "History": "history",
    "Reference": "reference",
    "Trainer": "trainer",
    "TrainingStopped": "trainer",
    "references": "reference",
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


class _Package(ModuleType):
    """`epochscope.monitor` is the function, also after the import system has set it to the module of that name."""

    @property
    def monitor(self) -> Any:
        return import_module(".monitor", __name__).monitor

    @monitor.setter
    def monitor(self, module: ModuleType) -> None:
        pass


sys.modules[__name__].__class__ = _Package
