"""The widgets that a scope consists of, which can be closed and opened again.

ipywidgets keeps every open widget, and so everything that it shows, for as long as the kernel runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ipywidgets


class OpenWidgets:
    """A widget and all widgets that its traits refer to.

    Parameters
    ----------
    root
        The widget, open.
    """

    def __init__(self, root: ipywidgets.Widget) -> None:
        self._widgets = list(dict.fromkeys(_parts(root)))  # each after those that it refers to
        self._closed = False
        self._for_good = False

    def close(self, *, for_good: bool = False) -> None:
        """Close all, the root first. The objects keep their values."""
        self._for_good |= for_good
        for widget in reversed(self._widgets):
            ipywidgets.Widget.close(widget)  # not that of the root, which closes more
            if not self._for_good:
                for name in ("_repr_mimebundle_", "_ipython_display_"):  # hidden by None when a widget is closed
                    vars(widget).pop(name, None)
        self._closed = True

    def open(self) -> None:
        """Open all again, with the same models, unless they are open or were closed for good."""
        if not self._closed or self._for_good:
            return
        self._closed = False
        for widget in self._widgets:
            widget.open()


def _parts(value: Any) -> Iterator[ipywidgets.Widget]:
    if isinstance(value, ipywidgets.Widget):
        names: Any = value.keys
        for name in names:
            yield from _parts(getattr(value, name))
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _parts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _parts(each)
