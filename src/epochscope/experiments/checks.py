"""Checks of a sweep before anything is trained, and the order in which its runs are trained."""

from __future__ import annotations

import copy
import inspect
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from epochscope.training.checks import NETWORK_DEFAULTS, check_network_options, check_text
from epochscope.training.options import check_trainer_options
from epochscope.training.trainer import Trainer

from .grid import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from epochscope.history import History

#: Options of `Trainer` that a sweep has in another form or not at all.
_OTHERS = {
    "seed": "seed={value!r}: a sweep has several; pass seeds={value!r}",
    "checkpoint_bytes": "checkpoint_bytes={value!r}: the runs of a sweep are not rewound; omit it",
}
#: How many epochs are measured.
MEASURED = 4
#: Options that make no sense without the model that a worker makes.
_WITH_MODEL = ("model", "inputs", "criterion")


def check_given(text: Any, options: Mapping[str, Any]) -> None:
    """Raise TypeError if an option does not exist, with what to do instead, and ValueError if the text is none."""
    check_text(text)
    for name, sentence in _OTHERS.items():
        if name in options:
            raise TypeError(sentence.format(value=options[name]))
    check_trainer_options(options)


def try_out(grid: Grid) -> tuple[History, list[float]]:
    """Make the network of each combination and train it for some epochs.

    Returns
    -------
    history
        The recording of the first one, whose text, positions and alphabet are those of all.
    seconds
        How long an epoch of each combination takes; infinite if it has a model of the user's, which is made by the
        workers only, since an error of it is a result.

    Raises
    ------
    ValueError
        If an option is invalid; the message names the combination if there are several.
    """
    histories, seconds = [], []
    for combination in grid.combinations:
        options = {**grid.fixed, **combination}
        try:
            trainer = Trainer(grid.text, seed=grid.seeds[0], checkpoint_bytes=0, **_known(options))
        except (ValueError, TypeError) as error:
            if len(grid.combinations) == 1:
                raise
            named = ", ".join(f"{name}={value!r}" for name, value in combination.items())
            raise type(error)(f"{named}: {error}") from error
        histories.append(trainer.history)
        seconds.append(math.inf if options.get("model") is not None else _measured(trainer))
    return histories[0], seconds


def in_order(grid: Grid, runs: Sequence[int], seconds: Sequence[float]) -> list[int]:
    """Return runs in the order in which they are trained.

    Those that take about four times as long come first, so that none is left alone at the end; of the others, the
    first seed of each combination, then the second, so that all boxes fill at the same time.
    """

    def key(run: int) -> tuple[float, int, float]:
        box, seed = divmod(run, len(grid.seeds))
        return -_magnitude(seconds[box]), seed, -seconds[box]

    return sorted(runs, key=key)


def _magnitude(seconds: float) -> float:
    return round(math.log2(seconds) / 2) if 0 < seconds < math.inf else seconds


def _known(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that can be tried here, on the CPU: those of a model of the user's are not."""
    known = {name: value for name, value in options.items() if name != "device"}
    if "device" in options:
        _check_device(options["device"])
    if "criterion" in options:
        known["criterion"] = copy.deepcopy(options["criterion"])  # it may have state
    model = options.get("model")
    if model is None:
        return known
    _check_function(model)
    network = {name: options.get(name, value) for name, value in NETWORK_DEFAULTS.items()}
    check_network_options(model, network, index=False)
    if not isinstance(known.get("optimizer", ""), str):
        known.pop("optimizer")
    return {name: value for name, value in known.items() if name not in (*_WITH_MODEL, *NETWORK_DEFAULTS)}


def _check_function(model: object) -> None:
    """Raise ValueError unless a model is given as what makes it."""
    takes_seed = not isinstance(model, type) or next(iter(inspect.signature(model).parameters), "") == "seed"
    if not callable(model) or isinstance(model, torch.nn.Module) or not takes_seed:
        raise ValueError(
            f"model={model!r}: must be a function of the seed that makes a model, since each run needs its own; "
            "pass e.g. model=make_model after def make_model(seed): return MyModel()"
        )


def _check_device(device: Any) -> None:
    """Raise ValueError for what is no device anywhere; a worker may have one that this machine lacks."""
    try:
        torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"device={device!r}: must be a device of torch; pass e.g. device='cpu'") from error


def _measured(trainer: Trainer) -> float:
    """Return the seconds of the fastest of some epochs; the first ones of a process are slow."""
    fastest = math.inf
    for _ in range(MEASURED):
        if trainer.diverged:
            return -math.inf
        start = time.perf_counter()
        trainer.step()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest
