"""`MonitorCallback` in real trainings of the `Trainer` of Transformers, offline."""

from __future__ import annotations

import copy
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import Trainer, TrainerCallback

from epochscope import History
from epochscope.callbacks.batch_losses import BatchLosses
from epochscope.callbacks.transformers import MonitorCallback
from epochscope.widget.monitor import monitor
from tests.callbacks.language_model import HELD_OUT, TEXT, language_model, tokenizer, trainer

PROBES = {"train": TEXT, "held out": HELD_OUT}
SIZE = len(tokenizer())


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_a_training_is_recorded_before_each_due_step_with_what_the_trainer_logs(tmp_path: Path) -> None:
    watch, model = MonitorCallback(PROBES, every=2), language_model(SIZE)
    ids = torch.tensor([tokenizer()(HELD_OUT)["input_ids"]])
    with torch.no_grad():
        untrained = model.eval()(ids[:, :-1]).logits[0].argmax(-1)
    options: dict[str, Any] = {"gradient_accumulation_steps": 2, "logging_steps": 2, "eval_strategy": "steps"}
    trainer(tmp_path, model, watch, eval_steps=3, learning_rate=0.06, **options).train()
    history = watch.monitor.history
    assert history.axis == "step"
    assert history.places.tolist() == [0, 2, 4, 5]
    assert history.lrs.tolist() == pytest.approx([0.06, 0.04, 0.02, 0.01])
    assert set(history.scalars) == {"train_loss", "grad_norm", "eval_loss"}
    assert np.isnan(history.scalars["eval_loss"]).tolist() == [True, True, False, False]
    assert np.isnan(history.scalars["train_loss"]).tolist() == [True, False, False, False]
    assert history.probe("held out").predictions[0].tolist() == untrained.tolist()
    assert watch.monitor.scope.status == "finished"


@pytest.mark.parametrize("batches", [1, 2])
def test_the_loss_is_that_which_the_trainer_logs_for_the_step(batches: int, tmp_path: Path) -> None:
    watch, model = MonitorCallback(TEXT, every=1), language_model(SIZE)
    fit = trainer(tmp_path, model, watch, logging_steps=1, gradient_accumulation_steps=batches)
    fit.train()
    logged = [entry["loss"] for entry in fit.state.log_history if "loss" in entry]
    assert watch.monitor.history.losses == pytest.approx(logged, rel=1e-5)
    assert watch.monitor.history.losses != pytest.approx(watch.monitor.history.probe("probe").losses, rel=1e-3)
    assert not model._forward_hooks


def test_a_model_that_returns_no_loss_is_recorded_with_that_of_the_first_text(tmp_path: Path) -> None:
    watch = MonitorCallback(TEXT, every=5)
    trainer(tmp_path, language_model(SIZE), watch, label_smoothing_factor=0.1).train()
    assert watch.monitor.history.losses == pytest.approx(watch.monitor.history.probe("probe").losses, abs=1e-3)


def test_the_model_may_be_copied_while_it_is_trained(tmp_path: Path) -> None:
    class Copies(TrainerCallback):
        def on_step_begin(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
            copy.deepcopy(model)

    trainer(tmp_path, language_model(SIZE), MonitorCallback(TEXT), Copies(), max_steps=2).train()


def test_tokens_are_those_that_the_user_reads(tmp_path: Path) -> None:
    watch = MonitorCallback(PROBES)
    trainer(tmp_path, language_model(SIZE + 3), watch, max_steps=1).train()
    history = watch.monitor.history
    assert history.alphabet.decode(history.targets[:5]) == (" cat", " sat", " on", " the", " mat")
    assert history.separator == ""
    assert history.alphabet[SIZE] == f"<{SIZE}>"  # the model has more logits than there are tokens


def test_a_model_of_texts_and_images_has_the_tokens_of_its_part_for_texts() -> None:
    config = SimpleNamespace(get_text_config=lambda: SimpleNamespace(vocab_size=SIZE + 3))
    made = MonitorCallback(TEXT)._made(SimpleNamespace(config=config), tokenizer())
    assert len(made.history.alphabet) == SIZE + 3


@pytest.mark.parametrize(
    ("model", "size"), [(SimpleNamespace(config=SimpleNamespace(vocab_size=SIZE + 3)), SIZE + 3), (object(), SIZE)]
)
def test_a_module_that_is_none_of_the_library_has_its_own_number_of_tokens_or_the_tokenizers(
    model: object, size: int
) -> None:
    assert len(MonitorCallback(TEXT)._made(model, tokenizer()).history.alphabet) == size


def test_the_losses_of_the_batches_of_a_step_take_the_memory_of_one() -> None:
    losses = BatchLosses()
    losses.wanted = True
    for number in range(9):
        losses(language_model(SIZE), (), {}, {"loss": torch.tensor(float(number))})
    assert [type(value) for value in vars(losses).values()].count(torch.Tensor) == 1
    assert losses.take(1) == 4.0
    assert losses.take(1) is None


def weights(folder: Path, *callbacks: Any) -> list[torch.Tensor]:
    model = language_model(SIZE)
    trainer(folder, model, *callbacks, gradient_accumulation_steps=2).train()
    return [parameter.detach() for parameter in model.parameters()]


def test_a_training_has_the_same_weights_to_the_last_bit_with_and_without_the_callback(tmp_path: Path) -> None:
    watch, modes = MonitorCallback(TEXT, every=1), []

    class Notes(TrainerCallback):
        def on_substep_end(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
            modes.append(all(part.training for part in model.modules()))

    alone = weights(tmp_path)
    watched = weights(tmp_path, watch, Notes())
    assert len(watch.monitor.history) == len(modes) == 6
    assert all(modes)
    assert all(torch.equal(a, b) for a, b in zip(alone, watched, strict=True))


class Raises(TrainerCallback):
    """Ends a training with an error."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == 3:
            raise self._error


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("no memory"), "failed"), (KeyboardInterrupt(), "finished")]
)
def test_an_error_ends_the_recording_with_its_cell(
    error: BaseException, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell: dict[str, Any] = {}
    events = SimpleNamespace(register=cell.__setitem__, unregister=lambda name, call: None)
    monkeypatch.setattr("epochscope.runs.cell_error.ipython_shell", lambda: SimpleNamespace(events=events))
    watch, model = MonitorCallback(TEXT, every=1), language_model(SIZE)
    with pytest.raises(type(error)):
        trainer(tmp_path, model, watch, Raises(error)).train()
    assert watch.monitor.scope.status == "training"  # a trainer says nothing of an error
    cell["post_run_cell"](SimpleNamespace(error_in_exec=error))
    assert watch.monitor.scope.status == status
    assert not model._forward_hooks
    assert len(watch.monitor.history) == 3


def test_after_an_error_the_next_training_goes_on_with_the_recording(tmp_path: Path) -> None:
    path, out = tmp_path / "run.npz", tmp_path / "out"
    watch, model = MonitorCallback(TEXT, every=1, path=path), language_model(SIZE)
    with pytest.raises(RuntimeError, match="no memory"):
        trainer(out, model, watch, Raises(RuntimeError("no memory"))).train()
    trainer(out, model, watch, max_steps=2).train()
    assert watch.monitor.scope.status == "finished"
    assert History.load(path).places.tolist() == [0, 1, 2, 3, 4]


def test_a_training_from_a_checkpoint_has_the_places_of_its_steps(tmp_path: Path) -> None:
    trainer(tmp_path, language_model(SIZE), max_steps=4, save_strategy="steps", save_steps=4).train()
    watch = MonitorCallback(TEXT, every=3, per_epoch=4)
    trainer(tmp_path, language_model(SIZE), watch, max_steps=9).train(resume_from_checkpoint=True)
    assert watch.monitor.history.axis == "epoch"
    assert watch.monitor.history.places.tolist() == [1.5, 2.0]


def test_a_process_of_another_rank_records_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainer, "is_world_process_zero", lambda self: False)
    watch = MonitorCallback(TEXT, path=tmp_path / "run.npz")
    trainer(tmp_path / "out", language_model(SIZE), watch).train()
    assert not (tmp_path / "run.npz").exists()
    with pytest.raises(RuntimeError, match="no monitor yet"):
        _ = watch.monitor


@pytest.mark.parametrize("kind", ["FSDP", "DEEPSPEED"])
def test_a_training_that_divides_the_model_is_refused(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    state = SimpleNamespace(distributed_type=SimpleNamespace(name=kind))
    monkeypatch.setattr("epochscope.callbacks.transformers.AcceleratorState", lambda: state)
    with pytest.raises(ValueError, match=f"{kind} divides the model"):
        MonitorCallback(TEXT).on_train_begin(None, SimpleNamespace(), None)  # type: ignore[arg-type]


def test_a_given_monitor_is_used(tmp_path: Path) -> None:
    mine = monitor([1, 2, 3], [2, 3, 4], alphabet=[f"<{i}>" for i in range(SIZE)])
    trainer(tmp_path, language_model(SIZE), MonitorCallback(mine, every=5)).train()
    assert mine.history.places.tolist() == [0, 5]


def test_what_the_callback_cannot_use_is_refused(tmp_path: Path) -> None:
    short = trainer(tmp_path, language_model(SIZE), MonitorCallback({"one": "the"}))
    with pytest.raises(ValueError, match=r"the text 'one' has 1 token: must have at least 2"):
        short.train()
    bare = trainer(tmp_path, language_model(SIZE), MonitorCallback(TEXT))
    bare.callback_handler.processing_class = None
    with pytest.raises(ValueError, match="tokenizer is missing, and the trainer has no processing_class"):
        bare.train()
    with pytest.raises(ValueError, match="probe is 7: must be a text, a dict of texts by name, or a monitor"):
        MonitorCallback(7)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="every=0"):
        MonitorCallback(TEXT, every=0)


def test_a_vocabulary_of_fifty_thousand_tokens_costs_little(tmp_path: Path) -> None:
    watch = MonitorCallback(TEXT, every=1)
    trainer(tmp_path, language_model(50_257), watch, max_steps=2).train()
    history = watch.monitor.history
    assert len(history.alphabet) == 50_257
    history.save(tmp_path / "run.npz")
    assert (tmp_path / "run.npz").stat().st_size < 10**6
    began = time.process_time()
    watch.monitor.scope.player.recording  # noqa: B018
    assert time.process_time() - began < 5
