"""The notebook around the code: the running event loop, and which cell created what."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that runs on this thread, or None outside a notebook."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class MainLoop:
    """The event loop of the thread that made this object, if one runs there as in a notebook."""

    def __init__(self) -> None:
        self._loop, self._thread = running_loop(), threading.get_ident()

    @property
    def is_here(self) -> bool:
        """Whether the current thread is the loop's."""
        return threading.get_ident() == self._thread

    def call(self, call: Callable[[], None]) -> None:
        """Call on the loop's thread, now if this is that thread. Without a loop, call now."""
        if self._loop is None or self._loop.is_closed() or self.is_here:
            call()
        else:
            self._loop.call_soon_threadsafe(call)

    def later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle | None:
        """Call after a time; return None without a loop. To be called on the loop's thread."""
        if self._loop is None or self._loop.is_closed():
            return None
        return self._loop.call_later(seconds, call)


def after_each_cell(call: Callable[[], None]) -> Callable[[], None]:
    """Call `call` at the end of every cell, while its messages still belong to it; return a function that stops that.

    `call` is a method; its object is not kept alive. Does nothing outside IPython.
    """
    shell = ipython_shell()
    if shell is None:
        return lambda: None
    method = weakref.WeakMethod(call)

    def ended(_result: object) -> None:
        alive = method()
        if alive is None:
            stop()
        else:
            alive()

    def stop() -> None:
        with suppress(ValueError):  # stopped before
            shell.events.unregister("post_run_cell", ended)

    shell.events.register("post_run_cell", ended)
    return stop


def in_latest_cell(method: Callable[P, R]) -> Callable[P, R]:
    """Run a method, and the timers that it starts, so that its messages belong to the cell that was started last.

    ipykernel reads the cell that a message belongs to from the context, which tasks inherit; in an empty context it
    uses the latest cell. nbclient, and so nbconvert and papermill, drops messages of cells that have ended: those of a
    task would be missing from the executed notebook.
    """

    @wraps(method)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return contextvars.Context().run(method, *args, **kwargs)

    return run


class CellRegistry(Generic[T]):
    """Remembers for each cell, and for each `ipywidgets.Output`, the objects that its latest run created."""

    def __init__(self) -> None:
        self._created: dict[str, tuple[str, weakref.WeakSet[Any]]] = {}
        self._cell_of: dict[str, str] = {}  # the cell that ran last in an Output

    def register(self, item: T) -> Iterable[T]:
        """Note that the running cell created `item`; return what an earlier run of the same cell created.

        A callback of a widget, e.g. of `ipywidgets.interact`, runs in no cell, but in an Output that shows its result.
        """
        cell, run = _running_cell()
        output = _capturing_output(run)
        earlier: set[T] = set()
        for place in (cell, output):
            if place is not None:
                earlier.update(self._register(item, place, run))
        if cell is not None and output is not None:
            self._cell_of[output] = cell
        elif output in self._cell_of:  # what a callback made is replaced too when the cell is run again
            self._created[self._cell_of[output]][1].add(item)
        return tuple(earlier)

    def _register(self, item: T, place: str, run: str) -> Iterable[T]:
        last, created = self._created.get(place, ("", weakref.WeakSet()))
        if last == run:
            created.add(item)
            return ()
        self._created[place] = (run, weakref.WeakSet([item]))
        return tuple(created)

    def unregister(self, item: T) -> None:
        """Forget `item`."""
        for _, created in self._created.values():
            created.discard(item)


def ipython_shell() -> Any:
    """Return IPython's shell, or None outside IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _running_cell() -> tuple[str | None, str]:
    """Return the ids of the running cell (None outside a notebook) and of this run of it."""
    kernel = getattr(ipython_shell(), "kernel", None)
    parent = kernel.get_parent() if kernel is not None else None
    if not isinstance(parent, dict):
        return None, ""
    cell = parent.get("metadata", {}).get("cellId")
    return (cell if isinstance(cell, str) else None), str(parent.get("header", {}).get("msg_id"))


def _capturing_output(message: str) -> str | None:
    """Return the id of the `ipywidgets.Output` that captures what the given message prints and displays."""
    module: Any = sys.modules.get("ipywidgets.widgets.widget")
    if module is None or not message:
        return None
    for widget in list(getattr(module, "_instances", {}).values()):
        if getattr(widget, "msg_id", "") == message:
            return widget.model_id
    return None
