"""The options of `Trainer`, as a type for functions that pass them on, and the check of their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Literal, ParamSpec, TypedDict

from epochscope.validation import check_options

if TYPE_CHECKING:
    import torch
    from torch import nn

    from epochscope.recording.alphabet import Alphabet

    from .optimizers import OptimizerLike
    from .train_state import Criterion

P = ParamSpec("P")


class TrainerOptions(TypedDict, total=False):
    """The keyword arguments of `Trainer`, for `**options: Unpack[TrainerOptions]`."""

    cell: str
    hidden_size: int | None
    num_layers: int
    readout: bool
    forget_bias: float
    window: int | None
    alphabet: Alphabet | Iterable[str] | None
    model: nn.Module | None
    optimizer: OptimizerLike
    criterion: Criterion | None
    inputs: Literal["one-hot", "index"]
    lr: float
    seed: int
    device: str | torch.device
    checkpoint_bytes: int


#: Options of optimizers that could be taken for options of `Trainer`, each with an optimizer that has it.
_OPTIMIZER_OPTIONS = {
    **dict.fromkeys(("weight_decay", "betas", "eps", "amsgrad"), "Adam"),
    **dict.fromkeys(("momentum", "nesterov", "dampening"), "SGD"),
    **dict.fromkeys(("alpha", "centered"), "RMSprop"),
}


def check_trainer_options(given: Mapping[str, object], others: Iterable[str] = ()) -> None:
    """Check the names of keyword arguments.

    Parameters
    ----------
    given
        The arguments by name.
    others
        Names that are allowed besides the options of `Trainer`. Defaults to none.

    Raises
    ------
    TypeError
        If a name does not exist. The message suggests a similar name, or how to pass it to the optimizer.
    """
    hints = {
        name: "pass it to the optimizer, "
        f"e.g. optimizer=lambda p: torch.optim.{_OPTIMIZER_OPTIONS[name]}(p, lr=0.1, {name}={value!r})"
        for name, value in given.items()
        if name in _OPTIMIZER_OPTIONS
    }
    check_options(given, [*TrainerOptions.__annotations__, *others], hints)


def checking_option_names(init: Callable[P, None]) -> Callable[P, None]:
    """Decorate `Trainer.__init__` so that the TypeError for an unknown option is that of `check_trainer_options`."""

    @wraps(init)
    def checked(*args: P.args, **options: P.kwargs) -> None:
        check_trainer_options(options, ["text"])
        init(*args, **options)

    return checked
