"""Which notebook cell made what: when a cell is run again, what its last run made is to rest."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class CellRegistry(Generic[T]):
    """Remembers, by cell, what the latest run of that cell made."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, weakref.WeakSet[Any]]] = {}

    def enter(self, thing: T) -> Iterable[T]:
        """Note that the running cell made `thing`; returns what an earlier run of the same cell made."""
        cell, run = _running_cell()
        if cell is None:
            return ()
        last, made = self._made.get(cell, ("", weakref.WeakSet()))
        if last == run:
            made.add(thing)
            return ()
        self._made[cell] = (run, weakref.WeakSet([thing]))
        return tuple(made)

    def leave(self, thing: T) -> None:
        """`thing` is closed."""
        for _, made in self._made.values():
            made.discard(thing)


def _running_cell() -> tuple[str | None, str]:
    """The identity of the running cell, as the front end gives it, and of this run of it; None outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    parent = kernel.get_parent() if kernel is not None else None
    if not isinstance(parent, dict):
        return None, ""
    cell = parent.get("metadata", {}).get("cellId")
    return (cell if isinstance(cell, str) else None), str(parent.get("header", {}).get("msg_id"))
