"""How a page goes on with a training: with which optimizer, from which of its states, or why it cannot.

`js/training/` repeats torch's definitions of Adam and SGD, for networks that `network_of` recognizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn, optim

from epochscope.recording.trained import OPTIONS, Trained, moments_of
from epochscope.recording.weights import Weights

from .metadata import describe
from .network_parts import RecognizedNetwork
from .optimizers import Settings
from .train_state import TrainState

#: The options that the page has, with their defaults.
_OPTIONS: dict[type[optim.Optimizer], dict[str, Any]] = {optim.Adam: OPTIONS["adam"], optim.SGD: OPTIONS["sgd"]}
#: Options that change what torch computes, and that the page does not have.
_UNKNOWN = ("amsgrad", "maximize", "decoupled_weight_decay")

#: Where torch keeps functions that may change gradients, of tensors and modules.
GRADIENT_HOOKS = ("_backward_hooks", "_backward_pre_hooks", "_post_accumulate_grad_hooks")
#: Where an optimizer keeps functions that may change gradients or weights, or only a setting.
_STEP_HOOKS = ("_optimizer_step_pre_hooks", "_optimizer_step_post_hooks")

#: A gradient that clipping would change.
_LARGE = 1e3


class OtherOptimizer(ValueError):  # noqa: N818 - a state of affairs, as UnknownNetwork
    """A page does not have this optimizer. The message, a sentence for users, says why."""


def options_of(optimizer: optim.Optimizer) -> dict[str, Any]:
    """Return the kind of an optimizer, "adam" or "sgd", and those of its options that differ from torch's defaults.

    Raises OtherOptimizer if a page does not have it.
    """
    name = type(optimizer).__name__
    defaults = _OPTIONS.get(type(optimizer))
    if defaults is None:
        raise OtherOptimizer(f"a page has torch.optim.Adam and torch.optim.SGD, not {name}")
    if len(optimizer.param_groups) > 1:
        raise OtherOptimizer(f"the {name} has {len(optimizer.param_groups)} parameter groups: a page has one")
    group = optimizer.param_groups[0]
    for option in _UNKNOWN:
        if group.get(option):
            raise OtherOptimizer(f"the {name} has {option}={group[option]}, which a page does not have")
    given = {option: _plain(group[option]) for option in defaults}
    changed = {option: value for option, value in given.items() if value != defaults[option]}
    return {"kind": name.lower(), **changed}


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [float(each) for each in value]
    return value if isinstance(value, bool) else float(value)


@dataclass(frozen=True)
class GoingOn(Trained):
    """How a page goes on with a training.

    Attributes
    ----------
    stateless
        Why it cannot go on with the optimizer in its state, apart from `refused`; None if it can.
    """

    stateless: str | None = None


def going_on(state: TrainState, changes: Sequence[tuple[int, Settings]], recognized: RecognizedNetwork) -> GoingOn:
    """Return how a page goes on with a training; `changes` are those of its checkpoints."""
    refused = next(_refusals(state, recognized), None)
    try:
        return GoingOn(options_of(state.optimizer), refused, _changed(changes))
    except OtherOptimizer as error:
        return GoingOn(None, refused, str(error))


def _changed(changes: Sequence[tuple[int, Settings]]) -> str | None:
    """Return which option but the learning rate was changed; None: none."""
    (_, first), *later = changes
    for epoch, groups in later:
        for before, after in zip(first, groups, strict=True):
            for option in (*OPTIONS["adam"], *OPTIONS["sgd"], *_UNKNOWN):
                if option in after and after[option] != before.get(option):
                    return f"{option} was changed before epoch {epoch}: a page has the same options in all epochs"
    return None


def _refusals(state: TrainState, recognized: RecognizedNetwork) -> Iterator[dict[str, str]]:
    """Yield why a page cannot go on, by the codes of `REASONS`."""
    criterion = describe(state).get("criterion")
    if criterion is not None:
        yield {"code": "criterion", "criterion": str(criterion)}
    for module in state.model.modules():
        if _drops(module):
            yield {"code": "dropout", "module": type(module).__name__}
        if isinstance(module, nn.Embedding) and (module.padding_idx is not None or module.scale_grad_by_freq):
            yield {"code": "embedding"}
    parameters = recognized.parameters(state.model)
    if any(not isinstance(each, nn.Parameter) for each in parameters):
        yield {"code": "computed"}
    if len({id(each) for each in parameters}) < len(parameters):
        yield {"code": "tied"}
    if not all(each.requires_grad for each in parameters):
        yield {"code": "frozen"}
    if any(getattr(each, hooks, None) for each in (*parameters, *state.model.modules()) for hooks in GRADIENT_HOOKS):
        yield {"code": "hooks"}
    if step_hooks_change(state):
        yield {"code": "step_hooks"}


def _drops(module: nn.Module) -> bool:
    """Return whether a module sets values to zero by chance."""
    own = getattr(module, "dropout", 0)  # a number in torch's layers; a model may call a submodule that
    if isinstance(own, (int, float)) and own:
        return True
    return isinstance(module, nn.modules.dropout._DropoutNd) and bool(module.p)  # noqa: SLF001 - their base class


def has_step_hooks(optimizer: optim.Optimizer) -> bool:
    """Return whether an optimizer has hooks."""
    return any(getattr(optimizer, hooks, None) for hooks in _STEP_HOOKS)


def step_hooks_change(state: TrainState) -> bool:
    """Return whether a hook of the optimizer changes large gradients, or weights: tried with a copy.

    The copy has no hooks that refer to the original, see `copying`. If they do more than to change settings, repeating
    the epochs gives other losses, so that there are no weights to go on from.
    """
    if not has_step_hooks(state.optimizer):
        return False
    try:
        copied = state.copy()
    except ValueError:  # then there are no weights of earlier epochs either
        return False
    optimizer, values = copied.optimizer, [each.detach().clone() for each in copied.parameters]
    for each in copied.parameters:
        each.grad = torch.full_like(each, _LARGE)
    for hooks in _STEP_HOOKS:
        for hook in [*getattr(optimizer, hooks, {}).values()]:
            hook(optimizer, (), {})
    return not all(
        each.grad is not None and bool((each.grad == _LARGE).all()) and torch.equal(each, value)
        for each, value in zip(copied.parameters, values, strict=True)
    )


class OptimizerStates:
    """The states of an optimizer before the updates of some epochs, in the order of the weights of the description.

    Parameters
    ----------
    recognized
        The network.
    options
        The optimizer, as `options_of` returns it.
    count
        The number of epochs that will be noted.
    """

    def __init__(self, recognized: RecognizedNetwork, options: Mapping[str, Any], count: int) -> None:
        self._recognized = recognized
        self._names = moments_of(options)
        self._adam = options["kind"] == "adam"
        size = Weights(recognized.network).bytes_per_epoch
        #: Of each moment, its values (W,) by epoch.
        self.moments: tuple[Weights, ...] = tuple(Weights(recognized.network, count * size) for _ in self._names)
        #: By epoch, the number of updates before; 0 if there is no momentum yet.
        self.steps: list[int] = []

    def note(self, epoch: int, state: TrainState) -> None:
        """Add the state before the update of `epoch`; a parameter without a state has zeros."""
        known = [state.optimizer.state.get(each, {}) for each in self._recognized.parameters(state.model)]
        self.steps.append(self._steps(epoch, known))
        for name, moment in zip(self._names, self.moments, strict=True):

            def value(parameter: torch.Tensor, name: str = name) -> torch.Tensor:
                found = state.optimizer.state.get(parameter, {}).get(name)
                return torch.zeros_like(parameter) if found is None else found

            moment.add(epoch, self._recognized.weights(state.model, value))

    def _steps(self, epoch: int, known: list[dict[str, Any]]) -> int:
        if self._adam:
            return max((int(each["step"]) for each in known if "step" in each), default=0)
        if not self._names:
            return epoch
        started = any(each.get("momentum_buffer") is not None for each in known)
        return max(epoch, 1) if started else 0
