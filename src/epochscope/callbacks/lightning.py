"""`MonitorCallback` for PyTorch Lightning: watch a fixed text while a LightningModule is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from typing import Any

import torch

from epochscope.dependencies import explain_missing
from epochscope.recording.alphabet import Alphabet
from epochscope.runs.loop_texts import parse_probes
from epochscope.widget.monitor import Monitor, monitor

from .watch import Watch

with explain_missing():
    from lightning.pytorch import Callback, LightningModule, Trainer

#: Strategies that divide the model: a pass of one process alone would wait for the others forever.
_DIVIDED = {"FSDPStrategy", "DeepSpeedStrategy", "ModelParallelStrategy"}


class MonitorCallback(Callback):
    """Records what the network predicts for a text, or several, every so many optimizer steps, and shows it.

    Each record has the predictions before the step, the loss of its batch, the learning rate, and the latest value of
    each metric that was logged with `self.log`. The training is not changed, and it is held while the player is
    paused. In a training on several devices only the process of rank 0 records.

    Parameters
    ----------
    probe
        A text, a pair (inputs, targets), or a dict of these by name; see `epochscope.monitor`. Or a monitor.
    alphabet
        The tokens in the order of their indices, as in `epochscope.monitor`. Leave it out if `probe` is a monitor.
    every
        How many optimizer steps there are from one record to the next. Defaults to 50.
    tokens, per_epoch
        How many tokens a step trains on, or how many steps an epoch has, to count tokens or epochs instead of steps.
    network
        The name of the attribute of the LightningModule that returns the logits for the inputs, e.g. "model". Defaults
        to the LightningModule itself, i.e. its `forward`.
    path
        A new file that the recording is written to as it grows. Defaults to None.
    lang
        The language of the controls, "en" or "ko". Defaults to that of the browser.

    Raises
    ------
    ValueError
        If an argument is invalid.
    """

    def __init__(
        self,
        probe: Any,
        *,
        alphabet: Alphabet | Sequence[str] | Mapping[str, int] | Mapping[int, str] | None = None,
        every: int = 50,
        tokens: int | None = None,
        per_epoch: int | None = None,
        network: str | None = None,
        path: str | PathLike[str] | None = None,
        lang: str | None = None,
    ) -> None:
        given = probe if isinstance(probe, Monitor) else None
        self._probes = probe if isinstance(probe, Mapping) else {"probe": probe}
        if given is None:
            parse_probes(self._probes, None, alphabet)  # raises errors before the training begins
        self._options: dict[str, Any] = {"alphabet": alphabet, "path": path, "lang": lang}
        self._network = network
        self._watch = Watch(given, every, tokens, per_epoch)
        self._losses: list[torch.Tensor] = []  # of the batches since the last step

    @property
    def monitor(self) -> Monitor:
        """The monitor. Raises RuntimeError before the training has begun, unless it was given."""
        return self._watch.monitor

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin the recording, on the process of rank 0."""
        divided = _DIVIDED & {kind.__name__ for kind in type(trainer.strategy).__mro__}
        if divided:
            raise ValueError(
                f"the strategy {divided.pop()} divides the model among the devices: a pass of rank 0 alone would wait "
                "for the others; leave out the callback, or train with strategy='ddp'"
            )
        if self._network is not None and not hasattr(pl_module, self._network):
            raise ValueError(f"network={self._network!r}: {type(pl_module).__name__} has no such attribute")
        if trainer.is_global_zero:
            self._losses.clear()
            self._watch.begin(
                partial(monitor, self._probes, **self._options), trainer.estimated_stepping_batches, trainer.global_step
            )

    def on_before_backward(self, trainer: Trainer, pl_module: LightningModule, loss: torch.Tensor) -> None:
        """Keep the loss of a batch."""
        if trainer.is_global_zero:
            self._losses.append(loss.detach())

    def on_before_optimizer_step(
        self, trainer: Trainer, pl_module: LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        """Go on to the next step, and record it if it is due."""
        if self._watch.reach(trainer.global_step):
            plugin = trainer.precision_plugin
            loss = torch.stack(self._losses).sum().item() / _scale(plugin) if self._losses else None
            with plugin.forward_context():
                self.monitor.log(
                    loss=loss,
                    probe=pl_module if self._network is None else getattr(pl_module, self._network),
                    lr=optimizer.param_groups[0]["lr"],
                    scalars=self._watch.scalars(trainer.callback_metrics),
                )
        self._losses.clear()

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """End the recording."""
        self._watch.end()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """End the recording because of an error or an interrupt."""
        self._watch.end(exception)


def _scale(plugin: Any) -> float:
    """Return the factor of the losses, with which training in half precision avoids that gradients vanish."""
    scaler = getattr(plugin, "scaler", None)
    return 1.0 if scaler is None else scaler.get_scale()
