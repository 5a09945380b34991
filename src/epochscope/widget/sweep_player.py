"""The widget of a sweep on the page: traits and messages, see `sweep_wire`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from .player import PackedWidget


class SweepPlayer(PackedWidget):
    """Shows a sweep.

    Parameters
    ----------
    pack, pack_curves, pack_recordings
        Return the figures, as they are now; then the losses of the same runs; and the recordings.
    options
        Initial values of the other traits.
    """

    sweep: traitlets.Dict[str, Any] = traitlets.Dict(help="the figures, see `sweep_wire.sweep_state`").tag(sync=True)
    curves: traitlets.Bytes = traitlets.Bytes(help="the losses, see `sweep_wire.pack_curves`").tag(sync=True)
    recordings: traitlets.List[bytes] = traitlets.List(help="see `sweep_wire.pack_run`, deflated").tag(sync=True)

    def __init__(
        self,
        pack: Callable[[], dict[str, Any]],
        pack_curves: Callable[[], bytes],
        pack_recordings: Callable[[], list[bytes]],
        **options: Any,
    ) -> None:
        super().__init__({"sweep": pack, "curves": pack_curves, "recordings": pack_recordings}, **options)

    def send_figures(self) -> None:
        """Send what changes with each result."""
        self.send_state(["sweep", "curves"])

    def send_everything(self) -> None:
        """Send everything."""
        self.send_state(["sweep", "curves", "recordings"])
