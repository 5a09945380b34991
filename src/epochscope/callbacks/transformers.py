"""`MonitorCallback` for the `Trainer` of Transformers: watch a fixed text while a language model is trained."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from os import PathLike
from typing import Any

from epochscope.dependencies import explain_missing
from epochscope.runs.arrays import kind_of
from epochscope.widget.monitor import Monitor, monitor

from .batch_losses import BatchLosses
from .tokens import tokens_of
from .watch import Watch

with explain_missing():
    from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments  # isort: skip
    from accelerate.state import AcceleratorState

#: Kinds of training that divide the model: a pass of one process alone would wait for the others forever.
_DIVIDED = ("FSDP", "DEEPSPEED", "MEGATRON_LM", "TP")
#: What the trainer logs that is no metric of the model, or has a column of its own.
_LEFT_OUT = ("epoch", "step", "learning_rate", "num_input_tokens_seen", "total_flos")
_SPEEDS = ("_runtime", "_per_second")


class MonitorCallback(TrainerCallback):
    """Records what the model predicts for a text, or several, every so many optimizer steps, and shows it.

    Each record has the predictions before the step, the loss of its batches on this device, the learning rate, and the
    latest value of each metric that the trainer has logged; its "loss", the mean over the last steps, is called
    "train_loss". If the model returns no loss, as with label smoothing, the loss is that of the first text. The
    training is not changed, and it is held while the player is paused. In a training on several devices only the
    process of rank 0 records.

    Parameters
    ----------
    probe
        A text, or a dict of texts by name. They are tokenized, with the special tokens that the tokenizer adds. Or a
        monitor.
    tokenizer
        The tokenizer of the model. Defaults to the trainer's `processing_class`.
    every
        How many optimizer steps there are from one record to the next. Defaults to 50.
    tokens, per_epoch
        How many tokens a step trains on, or how many steps an epoch has, to count tokens or epochs instead of steps.
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
        probe: str | Mapping[str, str] | Monitor,
        *,
        tokenizer: Any = None,
        every: int = 50,
        tokens: int | None = None,
        per_epoch: int | None = None,
        path: str | PathLike[str] | None = None,
        lang: str | None = None,
    ) -> None:
        given = probe if isinstance(probe, Monitor) else None
        self._texts: Any = {"probe": probe} if isinstance(probe, str) else probe
        if given is None and not isinstance(self._texts, Mapping):
            raise ValueError(f"probe is {kind_of(probe)}: must be a text, a dict of texts by name, or a monitor")
        self._tokenizer = tokenizer
        self._options: dict[str, Any] = {"path": path, "lang": lang}
        self._watch = Watch(given, every, tokens, per_epoch)
        self._logged: dict[str, float] = {}
        self._losses = BatchLosses()

    @property
    def monitor(self) -> Monitor:
        """The monitor. Raises RuntimeError before the training has begun, unless it was given."""
        return self._watch.monitor

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        model: Any = None,
        processing_class: Any = None,
        **kwargs: Any,
    ) -> None:
        """Begin the recording, on the process of rank 0."""
        kind = AcceleratorState().distributed_type.name
        if kind in _DIVIDED:
            raise ValueError(
                f"{kind} divides the model among the devices: a pass of rank 0 alone would wait for the others; leave "
                "out the callback, or train without it"
            )
        if state.is_world_process_zero:
            self._logged.clear()
            self._watch.begin(partial(self._made, model, processing_class), state.max_steps, state.global_step)
            hook = model.register_forward_hook(self._losses, with_kwargs=True)
            self._watch.ending.callback(hook.remove)

    def on_step_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Go on to the next step."""
        self._losses.wanted = self._watch.reach(state.global_step)

    def on_pre_optimizer_step(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        model: Any = None,
        optimizer: Any = None,
        **kwargs: Any,
    ) -> None:
        """Record the step, if it is due."""
        if self._losses.wanted:
            loss = self._losses.take(args.world_size if args.average_tokens_across_devices else 1)
            self.monitor.log(loss=loss, probe=model, lr=optimizer.param_groups[0]["lr"], scalars=self._logged)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep what the trainer logs for the next record."""
        metrics = {"train_loss" if name == "loss" else name: value for name, value in (logs or {}).items()}
        speeds = [name for name in metrics if str(name).endswith(_SPEEDS)]
        self._logged |= self._watch.scalars(metrics, [*_LEFT_OUT, *speeds])

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """End the recording."""
        self._watch.end()

    def _made(self, model: Any, processing_class: Any) -> Monitor:
        tokenizer = self._tokenizer or getattr(processing_class, "tokenizer", processing_class)
        if tokenizer is None:
            raise ValueError(
                "tokenizer is missing, and the trainer has no processing_class: pass tokenizer=..., or a monitor"
            )
        probes = {name: _pair(name, tokenizer(text)["input_ids"]) for name, text in self._texts.items()}
        config = getattr(model, "config", None)  # a module that is none of the library's has no such config
        if config is not None and hasattr(config, "get_text_config"):
            config = config.get_text_config()
        size = getattr(config, "vocab_size", len(tokenizer))
        return monitor(probes, alphabet=tokens_of(tokenizer, size), **self._options)


def _pair(name: str, tokens: list[int]) -> tuple[list[int], list[int]]:
    """Return the inputs and the targets of a text."""
    if len(tokens) < 2:
        raise ValueError(
            f"the text {name!r} has {len(tokens)} token{'' if len(tokens) == 1 else 's'}: must have at least 2, so "
            "that there is one to predict"
        )
    return tokens[:-1], tokens[1:]
