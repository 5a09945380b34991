"""The error that left a loop early. The generator behind the loop is closed without it; the end of the cell has it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any

#: The code that runs in each frame, innermost first, with the instruction where it is.
Place = Sequence[tuple[CodeType, int]]


def current_place() -> Place:
    """Return where this thread is."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - as `inspect` does
    place: list[tuple[CodeType, int]] = []
    while frame is not None:
        place.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return place


def was_raised_at(error: BaseException, place: Place) -> bool:
    """Return whether an exception left the innermost frame that both have in common at the same instruction.

    It did not if the loop was left there by a `break` and the exception raised later, further down in that frame.
    """
    left: dict[CodeType, set[int]] = {}
    trace = error.__traceback__
    while trace is not None:
        left.setdefault(trace.tb_frame.f_code, set()).add(trace.tb_lasti)
        trace = trace.tb_next
    return next((instruction in left[code] for code, instruction in place if code in left), False)


def if_cell_fails(place: Place, call: Callable[[Exception], None]) -> None:
    """Call `call` at the end of the running cell with the error that ended it, if it was raised at `place`.

    Does nothing outside IPython, nor for an interrupt by the user.
    """
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    events = getattr(shell, "events", None)
    if events is None:
        return

    def ended(result: Any) -> None:
        with suppress(ValueError):  # not registered any more
            events.unregister("post_run_cell", ended)
        error = getattr(result, "error_in_exec", None)
        if isinstance(error, Exception) and was_raised_at(error, place):
            call(error)

    events.register("post_run_cell", ended)
