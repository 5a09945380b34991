"""`Plan`: changes of an optimizer's settings that a training makes by itself, at the epochs that a spec says."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .optimizers import set_options

if TYPE_CHECKING:
    from torch import optim

    from epochscope.recording.run_spec import Change


class Plan:
    """Changes of settings by epoch.

    A setting that has another value than the plan gave it before was changed by the user, and then stays as it is. So
    a change is made once where training reaches its epoch, again after a rewind to an earlier one, and in branches.

    Parameters
    ----------
    changes
        The changes, in the order of their epochs.
    optimizer
        The optimizer, as it was made; None without changes.
    """

    def __init__(self, changes: Sequence[Change] = (), optimizer: optim.Optimizer | None = None) -> None:
        now: dict[str, Any] = {} if optimizer is None else dict(optimizer.param_groups[0])
        self._changes: dict[int, dict[str, tuple[Any, Any]]] = {}  # value before and after, by epoch and name
        for change in changes:
            self._changes[change.epoch] = {name: (now[name], value) for name, value in change.settings}
            now |= dict(change.settings)
        self._epochs = [*self._changes]

    def due(self, epoch: int) -> float:
        """Return the first epoch from `epoch` on that has a change; infinity if there is none."""
        at = bisect_left(self._epochs, epoch)
        return self._epochs[at] if at < len(self._epochs) else math.inf

    def apply(self, epoch: int, optimizer: optim.Optimizer) -> None:
        """Give the optimizer the settings that are new before the update of `epoch`."""
        found = self._changes.get(epoch)
        if found is not None:
            group = optimizer.param_groups[0]
            set_options(optimizer, {name: after for name, (before, after) in found.items() if group[name] == before})


NO_PLAN = Plan()
