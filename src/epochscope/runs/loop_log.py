"""What a user's loop logs, in the forms that users have, on its way to the run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from os import PathLike
from typing import Any

from epochscope.recording.extras import MAX_SCALARS

from .arrays import kind_of
from .loop_data import LoopData
from .loop_probes import LoopProbes
from .loop_run import LoopRun
from .loop_values import copy_logits, loss_of, lr_of, scalars_of
from .loss_causes import compare
from .probe_pass import ProbePass

NAN = float("nan")


class LoopLog:
    """Logs epochs.

    Parameters
    ----------
    probes
        The texts.
    check_loss, path
        See `LoopRun`.
    model
        The module that the loop trains. Defaults to None.

    Raises
    ------
    ValueError
        If `model` is no `torch.nn.Module`, or there are several texts.
    FileExistsError
        If `path` exists.
    """

    def __init__(
        self,
        probes: LoopProbes,
        *,
        check_loss: bool = True,
        model: Any = None,
        path: str | PathLike[str] | None = None,
    ) -> None:
        if model is not None and probes.only is None:
            raise ValueError(
                f"model is given with {len(probes.all)} texts: a network can be looked into for one text alone; pass "
                "one text, or leave model out"
            )
        #: The run that records what is logged.
        self.run: LoopRun = LoopRun(probes, check_loss=check_loss, model=model, path=path)
        self.in_memory: bool = path is None
        self._probes = probes
        self._kind = self._shape = self._type = None  # of the last tensor that was checked
        self._pass = ProbePass(probes, model)
        self._scalars: set[str] = set()  # names

    def log(self, loss: Any, logits: Any, probe: Any, scalars: Any, lr: Any, keep_weights: Any) -> str | None:
        """Log an epoch; see `Monitor.log` and `LoopRun.log`.

        A loop may have a thousand epochs a second: a tensor like the last one is not checked as the first one was, and
        few functions are called, since after each epoch of training every call is a cache miss.
        """
        run = self.run
        if not run.due:
            return None
        try:
            if logits.__class__ is self._kind and logits.shape == self._shape and logits.dtype is self._type:
                copies = logits.detach().clone() if logits.is_cpu and probe is None else self._copies(logits, probe)
            else:
                copies = self._copies(logits, probe)
            try:
                number = loss.item()
            except Exception:  # noqa: BLE001 - no tensor of one number: found out below
                number = loss
            if number.__class__ is not float:
                number = self._cross_entropy(copies) if loss is None else loss_of(loss)
            if lr is not None:
                lr = lr_of(lr)
            if scalars is not None:
                scalars = self._known(scalars_of(scalars))
        except ValueError as error:
            if probe is not None:  # the model may have raised it
                raise
            raise error.with_traceback(None)  # noqa: B904 - the same error: a reader sees the cell and what is wrong
        return run.log(number, copies, NAN if lr is None else lr, scalars, bool(keep_weights), probe is None)

    def _copies(self, logits: Any, probe: Any) -> Any:
        """Return the logits as `LoopRun.log` takes them."""
        if probe is not None:
            if logits is not None:
                raise ValueError("logits and probe are both given: pass one of them")
            copies = self._pass.logits(probe)
            return copies[0] if self._probes.only is not None else copies
        if logits is None:
            raise ValueError(
                "logits are None: must be a tensor or an array, the outputs of the model before softmax and argmax; "
                "does the model return its outputs? Or pass the model itself, probe=model"
            )
        if self._probes.only is None:
            return self._copies_by_name(logits)
        copied = copy_logits(self._probes.first, logits)
        torch = sys.modules.get("torch")
        if torch is not None and logits.__class__ is torch.Tensor:
            self._kind, self._shape, self._type = torch.Tensor, logits.shape, logits.dtype
        return copied

    def _copies_by_name(self, logits: Any) -> list[Any]:
        names = list(self._probes.by_name)
        if not isinstance(logits, Mapping) or logits.keys() != set(names):
            given = list(logits) if isinstance(logits, Mapping) else kind_of(logits)
            raise ValueError(
                f"logits are {given}: must be a dict with the logits of each text, {names}, or pass probe=model"
            )
        return [_copy_of(name, data, logits[name]) for name, data in self._probes.by_name.items()]

    def _known(self, scalars: dict[str, float]) -> dict[str, float]:
        """Return the scalars. Raises ValueError if there are too many names."""
        names = self._scalars | scalars.keys()
        if len(names) > MAX_SCALARS:
            raise ValueError(
                f"scalars had {len(names)} different names so far: must be at most {MAX_SCALARS}; use the same names "
                "each time"
            )
        self._scalars = names
        return scalars

    def _cross_entropy(self, copies: Any) -> float:
        first = copies if self._probes.only is not None else copies[0]
        return compare(self._probes.first, first).mean


def _copy_of(name: str, data: LoopData, logits: Any) -> Any:
    try:
        return copy_logits(data, logits)
    except ValueError as error:
        raise ValueError(f"the logits of {name!r}: {error}") from None
