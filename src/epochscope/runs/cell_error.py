"""The error that left a loop early. The generator behind the loop is closed without it; the end of the cell has it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dis import opmap
from types import CodeType, FrameType
from typing import Any

from .notebook import ipython_shell

#: The code of each frame of the user's, innermost first, with the instruction where it is.
Place = Sequence[tuple[CodeType, int]]
#: They raise an exception that may come from an earlier instruction, e.g. at the end of `with` and `finally`.
_RERAISES = (opmap["RERAISE"], opmap["RAISE_VARARGS"])


def current_place() -> Place:
    """Return where this thread is."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - as `inspect` does
    place: list[tuple[CodeType, int]] = []
    while frame is not None and not frame.f_globals.get("__name__", "").startswith("IPython."):
        place.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return place


def was_raised_at(error: BaseException, place: Place) -> bool:
    """Return whether an exception left the innermost frame that both have in common where `place` says.

    It did not if the loop was left there by a `break` and the exception raised later, further down in that frame.
    """
    raised: dict[CodeType, list[int]] = {}
    trace = error.__traceback__
    while trace is not None:
        raised.setdefault(trace.tb_frame.f_code, []).append(trace.tb_lasti)
        trace = trace.tb_next
    for code, left in place:
        if code in raised:
            again = code.co_code[left] in _RERAISES
            return any(at == left or (again and at < left) for at in raised[code])
    return False


def if_cell_fails(place: Place, call: Callable[[Exception], None]) -> None:
    """Call `call` at the end of the running cell with the error that ended it, if it was raised at `place`.

    Does nothing outside IPython, nor for an interrupt by the user.
    """

    def ended(error: BaseException | None) -> None:
        if isinstance(error, Exception) and was_raised_at(error, place):
            call(error)

    when_cell_ends(ended)


def when_cell_ends(call: Callable[[BaseException | None], None]) -> None:
    """Call `call` at the end of the running cell, with its error or None. Does nothing outside IPython."""
    events = getattr(ipython_shell(), "events", None)
    if events is None:
        return

    def ended(result: Any) -> None:
        with suppress(ValueError):  # not registered any more
            events.unregister("post_run_cell", ended)
        call(getattr(result, "error_in_exec", None))

    events.register("post_run_cell", ended)
