"""Who is notified of the changes of a run: the displays that show it."""

from __future__ import annotations

from typing import Protocol


class RunListener(Protocol):
    """Receives the changes of a run."""

    @property
    def seen(self) -> bool:
        """Whether a page shows the run."""
        ...

    def ready(self, now: float) -> bool:
        """Return whether to continue at time `now` in seconds; False while a browser is too far behind."""
        ...

    def on_epochs(self) -> None:
        """Handle new epochs."""
        ...

    def on_state(self) -> None:
        """Handle a new status or a changed recording."""
        ...


class Listeners:
    """The listeners of one run. A run may be shown by itself and in comparisons."""

    def __init__(self) -> None:
        self._listeners: list[RunListener] = []

    def add(self, listener: RunListener) -> None:
        """Notify a listener from now on."""
        self._listeners.append(listener)

    def remove(self, listener: RunListener) -> None:
        """Notify a listener no more."""
        self._listeners = [each for each in self._listeners if each is not listener]

    def clear(self) -> None:
        """Notify nobody."""
        self._listeners = []

    @property
    def seen(self) -> bool:
        """Whether a page of any listener shows the run."""
        return any(listener.seen for listener in self._listeners)

    def ready(self, now: float) -> bool:
        """Return whether all listeners are ready."""
        return all(listener.ready(now) for listener in self._listeners)

    def on_epochs(self) -> None:
        """Notify all of new epochs."""
        for listener in self._listeners:
            listener.on_epochs()

    def on_state(self) -> None:
        """Notify all of a new status or a changed recording."""
        for listener in self._listeners:
            listener.on_state()
