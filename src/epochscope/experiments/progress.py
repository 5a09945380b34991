"""A progress bar of a sweep, for scripts and terminals."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .engine import POLL_S
from .sweep_training import HINT, SweepTraining


def wait_for(
    training: SweepTraining, *, progress: bool, meanwhile: Callable[[], None] = lambda: None, hint: str = HINT
) -> bool:
    """Wait until a sweep is trained, and return whether it was not interrupted.

    After an interrupt, or if the runs cannot be trained, what is done is kept, and a warning says so. After a second
    interrupt, runs that have begun are not waited for.

    Parameters
    ----------
    training
        The sweep.
    progress
        Whether to show a bar, if tqdm is installed.
    meanwhile
        Called every now and then. Defaults to nothing.
    hint
        What the warning says about the runs that are left. Defaults to what to call in Python.
    """
    runs = training.runs
    bar = _bar(training) if progress else None
    try:
        while not training.wait(POLL_S):
            meanwhile()
            if bar is not None and runs.done > bar.n:
                bar.update(runs.done - bar.n)
    except KeyboardInterrupt:
        training.stop()
        with suppress(KeyboardInterrupt):  # a second one: wait no longer
            training.wait()
        _warn("interrupted", training, hint)
        return False
    finally:
        if bar is not None:
            bar.update(runs.done - bar.n)
            bar.close()
    if training.message:
        _warn(training.message, training, hint)
    return True


def _warn(reason: str, training: SweepTraining, hint: str) -> None:
    warnings.warn(f"{reason}: {training.runs.kept}; {hint}", stacklevel=_level_of_caller())


def _level_of_caller() -> int:
    """Return how many calls, from the one of `warnings.warn` on, are those of this package."""
    frame, level = sys._getframe(1), 1  # noqa: SLF001 - as `warnings` does
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("epochscope."):
        frame, level = frame.f_back, level + 1
    return level


def _bar(training: SweepTraining) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=len(training.runs), initial=training.runs.done, unit="run")
