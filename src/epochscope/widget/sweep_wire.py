"""What a page receives of a sweep: its figures as JSON, the losses as floats, and recordings.

Read by `js/player/sweep-data.ts`.
"""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from epochscope.history import History
from epochscope.recording.sweep_axes import LossAxis, loss_axes
from epochscope.recording.sweep_summary import Box, RunSummary, SweepSummary

from .wire import pack_recording

#: The most values of a curve on a page, and of all curves together.
MAX_POINTS, MAX_ALL_POINTS = 300, 300_000
#: The fewest values to which many curves are thinned.
MIN_POINTS = 20


def sweep_state(
    summary: SweepSummary,
    *,
    state: str,
    message: str = "",
    can_resume: bool = False,
    seconds_left: float | None = None,
) -> dict[str, Any]:
    """Return the figures of a sweep as JSON.

    Parameters
    ----------
    summary
        The figures.
    state
        "running", "finished" or "stopped".
    message
        Why it stopped; "stopping" while it is about to. Defaults to "".
    can_resume
        Whether a kernel could train the other runs. Defaults to False.
    seconds_left
        About how long the others will take. Defaults to None, not known.
    """
    most = _most_points(summary)
    return {
        "text": summary.text,
        "epochs": summary.epochs,
        "positions": summary.positions,
        "seeds": list(summary.seeds),
        "axes": [{"name": axis.name, "values": list(axis.values)} for axis in summary.axes],
        "state": state,
        "message": message,
        "can_resume": can_resume,
        "seconds_left": seconds_left,
        "losses": {name: _axis(axis) for name, axis in loss_axes(summary)._asdict().items()},
        "runs": [_run(run, most) for run in summary.runs],
        "boxes": [_box(box, most) for box in summary.boxes],
    }


def pack_curves(summary: SweepSummary) -> bytes:
    """Return the losses of all runs, then the medians of all boxes, as little-endian float32.

    A curve of more points than a page can show is thinned: the lowest and the highest of each of equal parts, so that
    no spike is lost, the lowest first if the part rises.
    """
    most = _most_points(summary)
    curves = [*(run.losses for run in summary.runs), *(box.median for box in summary.boxes)]
    return b"".join(thinned(curve, most).astype("<f4").tobytes() for curve in curves)


def pack_run(history: History) -> bytes:
    """Return a recording as a player reads it, deflated."""
    return zlib.compress(pack_recording(history, references=history.references), 9)


def thinned(curve: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.float64]:
    """Return at most `most` values, an even number, of a curve, (E,)."""
    if len(curve) <= most:
        return curve
    starts = np.linspace(0, len(curve), most // 2 + 1).astype(int)
    low = np.fmin.reduceat(curve, starts[:-1])  # ignores NaN
    high = np.fmax.reduceat(curve, starts[:-1])
    rises = curve[starts[:-1]] <= curve[starts[1:] - 1]
    return np.where(rises, (low, high), (high, low)).T.ravel()


def _most_points(summary: SweepSummary) -> int:
    return min(MAX_POINTS, max(MIN_POINTS, MAX_ALL_POINTS // (len(summary.runs) or 1) // 2 * 2))


def _axis(axis: LossAxis) -> dict[str, Any]:
    return {"low": axis.low, "high": axis.high, "ticks": list(axis.ticks)}


def _run(run: RunSummary, most: int) -> dict[str, Any]:
    loss = run.final_loss
    return {
        "state": run.state,
        "epochs": run.epochs,
        "points": min(run.epochs, most),
        "first": run.first,
        "correct": run.n_correct,
        "loss": loss if math.isfinite(loss) else None,
        "message": run.message,
    }


def _box(box: Box, most: int) -> dict[str, Any]:
    return {
        "at": list(box.at),
        "start": box.start,
        "done": len(box.done),
        "failed": box.failed,
        "ever": [box.ever.successes, *box.ever.interval],
        "at_end": [box.at_end.successes, *box.at_end.interval],
        "points": min(max(run.epochs for run in box.runs), most),
    }
