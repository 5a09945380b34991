"""The widget in the page: traits and messages, no behaviour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from epochscope.runs.commands import MAX_EPOCHS

_STATIC = Path(__file__).parent / "static"


class Player(anywidget.AnyWidget):
    """Shows a recording; its messages, in and out, are those of `wire` and `commands`.

    Args:
        pack: gives the whole recording as bytes. It is asked only when the state is sent: a browser that opens, a
            reload, a run that ends with nobody watching.
        deliver: runs a function on the kernel's main thread; the state that a browser sets arrives on other threads.
    """

    _esm = _STATIC / "widget.js"
    _css = _STATIC / "widget.css"

    recording = traitlets.Bytes(b"", help="the whole recording, see `wire`").tag(sync=True)
    status = traitlets.Dict(help="state of the run, see `TrainingRun.status`").tag(sync=True)
    cursor = traitlets.Int(-1, help="epoch on show; -1: nothing recorded").tag(sync=True, echo_update=False)
    lang = traitlets.Unicode("", help="'en', 'ko', or '' for the browser's language").tag(sync=True)
    chart = traitlets.Dict(help="references to the parts of the chart that the browser moves").tag(sync=True)

    def __init__(
        self,
        pack: Callable[[], bytes],
        *,
        deliver: Callable[[Callable[[], None]], None] = lambda act: act(),
        **traits: Any,
    ) -> None:
        self._pack, self._deliver = pack, deliver
        super().__init__(**traits)

    def open(self) -> None:
        """Open the comm, and have its messages handled even while a cell runs, where ipykernel can do that."""
        super().open()
        route: Any = self.comm
        if hasattr(route, "_reply_subshell_for"):
            # ipykernel 7.4 sends a browser's answers to the shell that published last, which is the main one: a click
            # would wait for the running cell. This keeps to the shell that the browser asked for.
            route._reply_subshell_for = lambda _data, default: default  # noqa: SLF001 - no public way

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The traits' values, with the recording as it is now."""
        state = super().get_state(key, drop_defaults)
        if "recording" in state or _asks(key):
            state["recording"] = self._pack()
        return state

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over the cursor, the one trait that is a browser's to set, on the thread to which the traits belong."""
        cursor = sync_data.get("cursor") if isinstance(sync_data, Mapping) else None
        if isinstance(cursor, int) and not isinstance(cursor, bool) and -1 <= cursor <= MAX_EPOCHS:
            self._deliver(lambda: super(Player, self).set_state({"cursor": cursor}))


def _asks(key: object) -> bool:
    if key is None or isinstance(key, str):
        return key is None or key == "recording"
    return isinstance(key, Iterable) and "recording" in key
