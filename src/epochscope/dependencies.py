"""What to say when a library that epochscope needs is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_TORCH = (
    "training needs PyTorch, which is not installed: pip install torch; "
    "a recording is replayed without it: EpochScope.load(path)"
)
_OTHERS = {
    "ipywidgets": "the widget",
    "anywidget": "the widget",
    "msgspec": "the widget",
    "joblib": "a sweep",
    "lightning": "its callback",
    "transformers": "its callback",
    "accelerate": "the callback of Transformers",
    "numpy": "epochscope",
}


@contextmanager
def explain_missing() -> Iterator[None]:
    """Say what to install where an import fails for the lack of a library.

    Raises
    ------
    ModuleNotFoundError
        In place of the one of a library that is not installed. Those of other modules are left as they are.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = error.name or ""
        if name == "torch":
            raise ModuleNotFoundError(_TORCH, name=name) from None
        if name in _OTHERS:
            message = f"{_OTHERS[name]} needs {name}, which is not installed: pip install {name}"
            raise ModuleNotFoundError(message, name=name) from None
        raise
