"""`ToldSettings`: what a recording says of its training, so that `recorded_spec` can tell what reproduces it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from epochscope.recording.spec_settings import MAX_CHANGES, SETTINGS, Setting
from epochscope.recording.threads import MAX_SINGLE_THREADED

from .metadata import describe
from .optimizers import OPTIMIZERS, Settings
from .page_optimizer import GRADIENT_HOOKS, has_step_hooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .train_state import Criterion, TrainState

SAVE = "save the recording with save(path) instead"
#: Where torch keeps functions that may change what a module computes.
_FORWARD_HOOKS = ("_forward_hooks", "_forward_pre_hooks")
#: Settings that say how torch computes an update; rounding may depend on them.
_HOW = ("foreach", "capturable", "differentiable", "fused")


def made_by(state: TrainState, positions: int) -> str:
    """Return what computes a training: the versions and capabilities that rounding depends on.

    Parameters
    ----------
    state
        The training state.
    positions
        The number of positions of an epoch, of all windows.
    """
    device = state.random.device
    parts = [f"torch {torch.__version__}"]
    if device.type == "cuda":
        parts.append(torch.cuda.get_device_name(device))
    elif device.type != "cpu":
        parts.append(device.type)
    parts.append(torch.backends.cpu.get_cpu_capability())
    work = sum(parameter.numel() for parameter in state.parameters) * positions
    threads = torch.get_num_threads()
    if work > MAX_SINGLE_THREADED:
        parts.append(f"{threads} thread{'' if threads == 1 else 's'}")
    return ", ".join(parts)


class ToldSettings:
    """Writes how a training was made to the metadata of its recording: the optimizer, and its settings besides lr.

    Parameters
    ----------
    state
        The training state.
    made
        What computes the training, see `made_by`.
    own
        Whether the network is the user's.
    """

    def __init__(self, state: TrainState, made: str, *, own: bool) -> None:
        self._made = made
        self.own: bool = own
        self._name = next((name for name, kind in OPTIMIZERS.items() if kind is type(state.optimizer)), None)
        self.check(state)
        self.restart()

    def check(self, state: TrainState) -> None:
        """Note whether anything but the settings prevents a spec; called when the first epoch is trained."""
        self._refused = why_not(state, own=self.own)
        self._has_hooks = has_step_hooks(state.optimizer)

    def restart(self) -> None:
        """Read all changes of settings again: those that were read may have been discarded."""
        self._seen = 0
        self._entry: dict[str, Any] = {}
        self._before: Mapping[str, Any] = {} if self._name is None else SETTINGS[self._name]
        self._refused_settings: str | None = None

    def copy(self) -> ToldSettings:
        """Return a copy that has read no changes."""
        copied = copy.copy(self)
        copied.restart()
        return copied

    def told(self, changes: Sequence[tuple[int, Settings]]) -> dict[str, Any]:
        """Return the entry in the metadata; `changes` are those of the checkpoints."""
        if self._refused is not None or self._name is None:
            return {"refused": self._refused}
        for epoch, groups in changes[self._seen :]:
            self._add(epoch, groups[0], self._name)
        self._seen = len(changes)
        if self._refused_settings is None and len(self._entry) > MAX_CHANGES:
            self._refused_settings = (
                f"the settings of the optimizer change more than {MAX_CHANGES:,} times: no spec has as many; {SAVE}"
            )
        if self._refused_settings is not None:
            return {"refused": self._refused_settings}
        kind = {} if self._name == "adam" else {"optimizer": self._name}
        hooks = {"hooks": True} if self._has_hooks else {}
        return {**kind, **self._entry, **hooks, "made": self._made}

    def _add(self, epoch: int, group: Mapping[str, Any], optimizer: str) -> None:
        """Read the settings that are used from an epoch on."""
        known = SETTINGS[optimizer]
        self._refused_settings = self._refused_settings or _settings_refused(group, optimizer)
        if self._refused_settings is not None:
            return
        if epoch == 0:
            self._entry["lr"] = float(group["lr"])
        for name, default in known.items():
            value, before = group[name], self._before[name]
            if value == before:
                continue
            if epoch == 0 and value == default:
                self._entry.pop(f"{name}@0", None)
            else:
                self._entry[f"{name}@{epoch}"] = [*map(float, value)] if name == "betas" else _plain(value, default)
        self._before = group


def why_not(state: TrainState, *, own: bool) -> str | None:
    """Return why no spec reproduces a training, apart from settings of its optimizer; None: one does."""
    return next(_reasons(state, own), None)


def _reasons(state: TrainState, own: bool) -> Iterator[str]:
    model, optimizer = state.model, state.optimizer
    if own:
        yield f"a spec has options, not a network of your own ({type(model).__name__}); {SAVE}"
    if "criterion" in describe(state) or not _is_plain(state.criterion):
        yield f"a spec has no criterion, and this run has its own; {SAVE}"
    if not any(kind is type(optimizer) for kind in OPTIMIZERS.values()):
        known = ", ".join(kind.__name__ for kind in OPTIMIZERS.values())
        yield f"a spec has an optimizer of torch, {known}, not {type(optimizer).__name__}; {SAVE}"
    if len(optimizer.param_groups) > 1:
        yield f"the optimizer has {len(optimizer.param_groups)} parameter groups, and a spec has one; {SAVE}"
    parameters = [*model.parameters()]
    if any(each.dtype != torch.float32 or not each.requires_grad for each in parameters):
        yield f"the network was changed after it was made: its weights are frozen, or not of type float32; {SAVE}"
    hooks = (*_FORWARD_HOOKS, *GRADIENT_HOOKS)
    if any(getattr(each, name, None) for each in (*parameters, *model.modules()) for name in hooks):
        yield f"the network has hooks, which no spec has: remove them before training, or {SAVE}"


def _is_plain(criterion: Criterion) -> bool:
    """Return whether a criterion that counts every position equally ignores none, and is torch's own."""
    return (
        isinstance(criterion, nn.CrossEntropyLoss)
        and type(criterion).forward is nn.CrossEntropyLoss.forward
        and criterion.ignore_index < 0
    )


def _settings_refused(group: Mapping[str, Any], optimizer: str) -> str | None:
    """Return why a spec cannot have these settings of a parameter group."""
    for name in _HOW:
        if group.get(name):
            return f"the optimizer has {name}={group[name]!r}, which no spec has; {SAVE}"
    if group.get("decoupled_weight_decay", False) != (optimizer == "adamw") and optimizer.startswith("adam"):
        return f"the optimizer has another decoupled_weight_decay than torch's {optimizer}; {SAVE}"
    for name in ("lr", *SETTINGS[optimizer]):
        if isinstance(group[name], torch.Tensor) or (name == "betas" and any(map(torch.is_tensor, group[name]))):
            return f"the optimizer has {name} as a tensor, and a spec has numbers; {SAVE}"
    return None


def _plain(value: Any, default: Setting) -> Any:
    return bool(value) if isinstance(default, bool) else float(value)
