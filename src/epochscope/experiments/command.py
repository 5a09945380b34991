"""`python -m epochscope sweep`: a sweep from the command line, for machines without a notebook; it writes a file."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from epochscope.files import write_atomic
from epochscope.recording.archive import MAX_BYTES
from epochscope.recording.rate import Rate
from epochscope.recording.sweep_summary import SweepSummary, labels_of

from . import sweep_file
from .progress import wait_for
from .sweep_training import SweepTraining, new_sweep

#: Seconds between two times that the file is written while runs are trained, or 20 times as long as that takes.
SAVE_EVERY_S = 30.0
INTERRUPTED = 130  # exit status, as of shells

_DESCRIPTION = """\
Train all combinations of options, each with several seeds, and write the recordings to a file. An option with several
values varies. In a notebook, epochscope.Sweep.load("sweep.npz") shows the file; Ctrl-C keeps what is done."""


def main(arguments: Sequence[str]) -> int:
    """Run the command with the arguments after its name.

    Returns its exit status: 0, 1 after an error, 130 after an interrupt.
    """
    command = argparse.ArgumentParser(prog="python -m epochscope sweep", description=_DESCRIPTION, allow_abbrev=False)
    _add_arguments(command)
    given = command.parse_args(arguments)
    warnings.showwarning = _show_warning
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # schedulers of batch machines send it some time before
    try:
        training, path = _training(given)
        return _train(training, path, given)
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"{command.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1


def _add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", nargs="?", help="what is learned")
    command.add_argument("--text-file", type=Path, metavar="FILE", help="read the text from a file (UTF-8)")
    several: dict[str, Any] = {"nargs": "+", "default": argparse.SUPPRESS}
    command.add_argument("--cell", **several, metavar="CELL", help="rnn, lstm (default), gru")
    command.add_argument("--hidden-size", **several, type=int, metavar="N", help="size of the hidden state")
    command.add_argument("--num-layers", **several, type=int, metavar="N", help="layers (default: 1)")
    command.add_argument("--readout", **several, type=_yes, metavar="yes|no", help="an output layer (default: no)")
    command.add_argument("--forget-bias", **several, type=float, metavar="X", help="of an LSTM (default: 0)")
    command.add_argument("--window", **several, type=int, metavar="N", help="tokens per window (default: the text)")
    command.add_argument("--optimizer", **several, metavar="NAME", help="adam (default), sgd, rmsprop, adamw")
    command.add_argument("--lr", **several, type=float, metavar="X", help="learning rate (default: 0.1)")
    command.add_argument("--device", default=argparse.SUPPRESS, help="cpu (default), cuda, ...")
    command.add_argument(
        "--seeds", nargs="+", type=int, metavar="N", help="how many, or which if several are given (default: 10)"
    )
    command.add_argument("--epochs", type=int, metavar="N", help="of each run (default: 300)")
    command.add_argument("--jobs", type=int, metavar="N", help="runs at a time; -1: one for each core (default: 1)")
    command.add_argument("--backend", metavar="NAME", help="of joblib, e.g. threading (default: processes)")
    command.add_argument("--quiet", action="store_true", help="show no progress bar and no table")
    files = command.add_mutually_exclusive_group(required=True)
    files.add_argument("--output", type=Path, metavar="FILE", help="the file to write (.npz); it must not exist")
    files.add_argument("--resume", type=Path, metavar="FILE", help="train what is left of this file, and nothing else")


def _yes(value: str) -> bool:
    if value.lower() not in ("yes", "no", "true", "false"):
        raise argparse.ArgumentTypeError(f"{value!r}: must be yes or no")
    return value.lower() in ("yes", "true")


#: Arguments that are no options of `Trainer`.
_OWN = {"text", "text_file", "seeds", "epochs", "jobs", "backend", "quiet", "output", "resume"}


def _training(given: argparse.Namespace) -> tuple[SweepTraining, Path]:
    """Return the sweep, and the file to write."""
    options = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in vars(given).items()
        if name not in _OWN
    }
    if given.resume is not None:
        others = [*options, *(name for name in ("text", "text_file", "seeds", "epochs") if getattr(given, name))]
        if others:
            raise ValueError(f"{', '.join(map(_flag, others))}: the file given with --resume has its own; omit it")
        with given.resume.open("rb") as file:
            return SweepTraining(sweep_file.unpack(file.read(MAX_BYTES + 1)), n_jobs=given.jobs), given.resume
    if given.output.exists():
        raise ValueError(f"--output {given.output}: exists; go on with it by --resume {given.output}, or name another")
    if not given.output.parent.is_dir():
        raise ValueError(f"--output {given.output}: the folder {given.output.parent} does not exist; make it first")
    seeds = given.seeds or [10]
    training = new_sweep(
        _text(given),
        seeds=seeds[0] if len(seeds) == 1 else seeds,
        epochs=300 if given.epochs is None else given.epochs,
        n_jobs=given.jobs,
        options=options,
    )
    return training, given.output


def _text(given: argparse.Namespace) -> str:
    if (given.text is None) == (given.text_file is None):
        raise ValueError("give either a text or --text-file FILE")
    return given.text if given.text_file is None else given.text_file.read_text(encoding="utf-8")


def _flag(name: str) -> str:
    return name if name == "text" else f"--{name.replace('_', '-')}"


def _train(training: SweepTraining, path: Path, given: argparse.Namespace) -> int:
    from joblib import parallel_config

    with nullcontext() if given.backend is None else parallel_config(given.backend):
        training.start()
    saver = _Saver(training, path)
    try:
        uninterrupted = wait_for(
            training, progress=not given.quiet, meanwhile=saver.save_if_due, hint="--resume trains the others"
        )
    finally:
        saver.save_at_end()
    if not given.quiet:
        print("\n".join(_rates(training.runs.summary)))  # noqa: T201 - a command
    if training.runs.waiting:
        print(f"go on by: python -m epochscope sweep --resume {path}", file=sys.stderr)  # noqa: T201 - a command
        return 1 if uninterrupted else INTERRUPTED
    return 0


class _Saver:
    """Writes the file every now and then, so that little is lost if the machine stops."""

    def __init__(self, training: SweepTraining, path: Path) -> None:
        self._training, self._path = training, path
        self._due = time.monotonic() + SAVE_EVERY_S

    def save_if_due(self) -> None:
        start = time.monotonic()
        if start < self._due:
            return
        try:
            self._save(self._path)
        except (OSError, ValueError) as error:  # it may be mended before the end
            warnings.warn(str(error), stacklevel=2)
        self._due = time.monotonic() + max(SAVE_EVERY_S, 20 * (time.monotonic() - start))

    def save_at_end(self) -> None:
        """Write the file; if that fails, write it elsewhere.

        Raises OSError, which names the other file, if only that could be written.
        """
        try:
            self._save(self._path)
        except OSError as error:
            other = Path(tempfile.mkdtemp(prefix="epochscope-")) / self._path.name
            self._save(other)
            raise OSError(f"{error}; the sweep was written to {other} instead") from error

    def _save(self, path: Path) -> None:
        write_atomic(path, sweep_file.pack(self._training.runs))


def _rates(summary: SweepSummary) -> list[str]:
    """Return the rates as lines of a table."""
    rows = [("", "ever all correct", "at the end all correct")]
    for box in summary.boxes:
        name = ", ".join(labels_of(summary.axes, box.at)) or "all runs"
        failed = f"   {box.failed} diverged or failed" if box.failed else ""
        rows.append((name, _rate(box.ever), _rate(box.at_end) + failed))
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    return ["   ".join([row[0].ljust(widths[0]), row[1].ljust(widths[1]), row[2]]) for row in rows]


def _rate(rate: Rate) -> str:
    low, high = rate.interval
    return f"{rate.successes} of {rate.n} ({100 * low:.0f} to {100 * high:.0f} %)"


def _show_warning(message: Warning | str, *_others: object) -> None:
    print(f"warning: {message}", file=sys.stderr)  # noqa: T201 - a command
