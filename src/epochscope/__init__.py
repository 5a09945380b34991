"""epochscope: watch a small network learn a text, one epoch at a time.

    from epochscope import EpochScope
    EpochScope(" I think therefore I am.")

The names below are the public API. Importing the package is fast: the module of a name, and what it needs (torch, the
widgets), is imported when the name is first used. Without torch, recordings are replayed and training raises an
ImportError that says what to install; `from epochscope import *` then leaves out `CharRNN` and `Trainer`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .history import Epoch, History
    from .recording.alphabet import Alphabet
    from .recording.events import Event
    from .recording.references import Reference
    from .runs.branches import Branch
    from .training.errors import TrainingDiverged
    from .training.model import CharRNN
    from .training.trainer import Trainer
    from .widget.compare import compare
    from .widget.comparison import Comparison
    from .widget.monitor import Monitor, monitor
    from .widget.playground import playground
    from .widget.question import Question
    from .widget.scope import EpochScope
    from .widget.sweep import sweep
    from .widget.sweep_view import Sweep

    __version__: str

__all__ = [
    "Alphabet",
    "Branch",
    "CharRNN",
    "Comparison",
    "Epoch",
    "EpochScope",
    "Event",
    "History",
    "Monitor",
    "Question",
    "Reference",
    "Sweep",
    "Trainer",
    "TrainingDiverged",
    "__version__",
    "compare",
    "monitor",
    "playground",
    "sweep",
]

_MODULES = {
    "Alphabet": "recording.alphabet",
    "Branch": "runs.branches",
    "CharRNN": "training.model",
    "Comparison": "widget.comparison",
    "Epoch": "history",
    "EpochScope": "widget.scope",
    "Event": "recording.events",
    "History": "history",
    "Monitor": "widget.monitor",
    "Question": "widget.question",
    "Reference": "recording.references",
    "Sweep": "widget.sweep_view",
    "Trainer": "training.trainer",
    "TrainingDiverged": "training.errors",
    "compare": "widget.compare",
    "monitor": "widget.monitor",
    "playground": "widget.playground",
    "sweep": "widget.sweep",
}

_NEEDS = {
    "CharRNN": ("torch",),
    "Comparison": ("ipywidgets", "anywidget", "msgspec"),
    "EpochScope": ("ipywidgets", "anywidget", "msgspec"),
    "Monitor": ("ipywidgets", "anywidget", "msgspec"),
    "Question": ("ipywidgets", "anywidget", "msgspec"),
    "Sweep": ("ipywidgets", "anywidget", "msgspec", "joblib"),
    "Trainer": ("torch",),
    "compare": ("ipywidgets", "anywidget", "msgspec"),
    "monitor": ("ipywidgets", "anywidget", "msgspec"),
    "sweep": ("ipywidgets", "anywidget", "msgspec", "joblib"),
}


def _is_installed(library: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(library) is not None
    except (ImportError, ValueError):  # an import hook refuses it, or a stand-in has no spec
        return False


# `from epochscope import *` imports every name of `__all__`, so those that cannot be imported are not among them.
globals()["__all__"] = [name for name in __all__ if all(map(_is_installed, _NEEDS.get(name, ())))]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            value: Any = version("epochscope")
        except PackageNotFoundError:
            value = "0+unknown"  # run from a source tree that is not installed
    elif name in _MODULES:
        from .dependencies import explain_missing

        with explain_missing():
            value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    else:
        raise AttributeError(f"epochscope has no {name!r}; it has {', '.join(sorted({*_MODULES, '__version__'}))}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, "__version__"})
