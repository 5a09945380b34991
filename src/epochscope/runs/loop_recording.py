"""The recording of a user's loop, which is made once the loop says what it counts."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from epochscope.files import check_new
from epochscope.history import History
from epochscope.recording.extras import Axis

from .loop_probes import ONE, LoopProbes

_COUNTS = {None: "epochs", "step": "steps", "token": "steps in tokens", "epoch": "steps in epochs"}
_CALLS = {
    None: "monitor.epochs(n)",
    "step": "monitor.steps(n)",
    "token": "monitor.steps(n, tokens=...)",
    "epoch": "monitor.steps(n, per_epoch=...)",
}


class LoopRecording:
    """Makes the recording of a loop, in memory or in a file.

    Parameters
    ----------
    probes
        The texts.
    window
        T, if the model reads a text in windows of T tokens; else None.
    path
        The file, or None.

    Raises
    ------
    FileExistsError
        If the file exists.
    FileNotFoundError
        If its folder does not exist.
    TypeError
        If it is not a path.
    """

    def __init__(self, probes: LoopProbes, window: int | None, path: str | PathLike[str] | None) -> None:
        self._probes, self._window = probes, window
        self._path = None if path is None else check_new(path)
        self._is_open = path is None
        #: The recording, empty and in memory until the loop begins.
        self.history: History = self._made(None, None)

    def prepare(self, axis: Axis | None, *, logged: bool) -> bool:
        """Be ready for records with this axis, if any; return whether the recording is another one now.

        `logged` says whether anything has been logged.

        Raises
        ------
        RuntimeError
            If what has been logged is not counted in this way.
        OSError
            If the file cannot be written.
        """
        known = self.history.axis
        if axis == known and self._is_open:
            return False
        if logged:
            raise RuntimeError(
                f"this monitor has recorded {_COUNTS[known]}: go on with {_CALLS[known]}, or make a new monitor for "
                f"{_CALLS[axis]}"
            )
        self.history = self._made(axis, self._path)
        self._is_open = True
        return True

    def complete(self) -> None:
        """Complete the file, if there is one; what is recorded later is added to it."""
        self.history.complete()

    def _made(self, axis: Axis | None, path: Path | None) -> History:
        probes = self._probes
        named = axis is not None or list(probes.by_name) != [ONE]
        options: dict[str, Any] = {
            "separator": probes.separator,
            "metadata": {"source": "monitor"} | ({} if self._window is None else {"window": self._window}),
            "axis": axis,
            "probes": probes.spans if named else (),
        }
        data = probes.first.alphabet, probes.inputs, probes.targets
        return History(*data, **options) if path is None else History.open(path, *data, **options)
