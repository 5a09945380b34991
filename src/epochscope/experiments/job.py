"""One run of a sweep, as a worker trains it: it receives options and returns the bytes of a recording."""

from __future__ import annotations

import copy
import os
import signal
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from epochscope.training.trainer import Trainer

#: Seconds between two looks for the file that stops the runs.
SLICE_S = 0.1
#: The most characters of a message.
MAX_MESSAGE = 2_000
#: The process that has started this one; if it is killed, nobody stops its runs.
_PARENT = os.getppid()
#: Those that runs in this process have trained.
_models: weakref.WeakSet[Any] = weakref.WeakSet()


@dataclass(frozen=True)
class Job:
    """What a worker needs to know.

    Parameters
    ----------
    run
        The number of the run.
    text, epochs, seed, options
        What is trained; a `model` among the options is a function of the seed.
    stop
        The path of a file that stops the run when it exists.
    process
        The process that shows the sweep.
    """

    run: int
    text: str | tuple[str, ...]
    epochs: int
    seed: int
    options: Mapping[str, Any]
    stop: str
    process: int


@dataclass(frozen=True)
class Outcome:
    """What a worker returns.

    Parameters
    ----------
    run
        The number of the run.
    recording
        The bytes of the recording, see `History.to_bytes`; None if nothing was recorded, or the run was stopped.
    message
        What it raised; "" if it did not.
    stopped
        Whether it was stopped before its end.
    """

    run: int
    recording: bytes | None
    message: str = ""
    stopped: bool = False


def run_job(job: Job) -> Outcome:
    """Train a run. What the training raises is part of the outcome."""
    _prepare(job)
    trainer: Trainer | None = None
    try:
        trainer = make_trainer(job.text, job.seed, {**job.options, "checkpoint_bytes": 0})  # it is not rewound
        if not _draws(job.options):
            trainer.draw_nothing()
        while trainer.epoch < job.epochs and not trainer.diverged:
            if Path(job.stop).exists() or (job.process == _PARENT != os.getppid()):
                return Outcome(job.run, None, stopped=True)
            _train_slice(trainer, job.epochs)
        return Outcome(job.run, trainer.history.to_bytes())
    except (Exception, SystemExit) as error:  # noqa: BLE001 - of the user's model: it is shown in the run's row
        return Outcome(job.run, _recorded(trainer), _message(error))


def _recorded(trainer: Trainer | None) -> bytes | None:
    """Return what a run that failed has recorded; None if that is nothing, or cannot be written."""
    with suppress(Exception):
        if trainer is not None and len(trainer.history):
            return trainer.history.to_bytes()
    return None


def _message(error: BaseException) -> str:
    """Return what is raised as a text that can be shown and saved."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - of the user's class
        text = "its text cannot be made"
    message = f"{type(error).__name__}: {text}".encode("utf-8", "backslashreplace").decode()
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"


def make_trainer(text: str | tuple[str, ...], seed: int, options: Mapping[str, Any]) -> Trainer:
    """Return the trainer of a run; a `model` is called with the seed, after `torch.manual_seed(seed)`."""
    import torch

    from epochscope.training.torch_state import RandomState
    from epochscope.training.trainer import Trainer

    options = dict(options)
    if "criterion" in options:
        options["criterion"] = copy.deepcopy(options["criterion"])  # it may have state, and runs may share a process
    make_model = options.pop("model", None)
    if make_model is not None:
        random = RandomState(torch.device("cpu"))
        random.seed(seed)
        with random.installed():
            options["model"] = _new(make_model(seed))
    return Trainer(text, seed=seed, **options)


def _new(model: Any) -> Any:
    """Return a model. Raises ValueError if it is that of another run, which has trained it."""
    import torch

    if isinstance(model, torch.nn.Module):
        if model in _models:
            raise ValueError(
                f"model: the function returned the same {type(model).__name__} twice, and each run needs its own; "
                "make it inside the function"
            )
        _models.add(model)
    return model


def _train_slice(trainer: Trainer, epochs: int) -> None:
    deadline = time.monotonic() + SLICE_S
    trainer.run(epochs - trainer.epoch, lambda _loss: time.monotonic() >= deadline)
    time.sleep(0)  # lets other threads have torch's random state


def _draws(options: Mapping[str, Any]) -> bool:
    """Return whether a training may draw random numbers: code of the user may, ours draws initial weights only."""
    return "model" in options or "criterion" in options or not isinstance(options.get("optimizer", ""), str)


def _prepare(job: Job) -> None:
    """Use one thread of torch, and leave interrupts to the process that shows the sweep."""
    import torch

    torch.set_num_threads(1)
    if os.getpid() != job.process and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
