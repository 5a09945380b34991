"""What reproduces a training: told exactly, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn, optim

from epochscope.history import History
from epochscope.recording.read_spec import spec_from_json
from epochscope.recording.recorded_spec import recorded_spec
from epochscope.recording.run_spec import Change, RunSpec
from epochscope.recording.verification import verify
from epochscope.training.from_spec import trainer_of
from epochscope.training.spec_of import spec_of
from epochscope.training.trainer import Trainer
from tests.thoroughness import count

from .classic import SENTENCE
from .nets import Dropping
from .test_properties import options

RATES = st.sampled_from([0.1, 0.02, 0.3, 0.0])
SETTINGS: dict[str, tuple[tuple[str, Any], ...]] = {
    "adam": (("betas", (0.8, 0.9)), ("eps", 1e-3), ("weight_decay", 0.1)),
    "adamw": (("betas", (0.8, 0.9)), ("weight_decay", 0.0)),
    "sgd": (("momentum", 0.9), ("momentum", 0.0), ("nesterov", True), ("dampening", 0.1)),
    "rmsprop": (("alpha", 0.5), ("eps", 1e-3)),
}


def change(trainer: Trainer, name: str, value: Any) -> None:
    trainer.optimizer.param_groups[0][name] = value


@given(data=st.data(), given_options=options())
@settings(max_examples=count(10, 500))
def test_a_run_from_a_spec_repeats_any_run_bit_for_bit(data: st.DataObject, given_options: dict[str, Any]) -> None:
    trainer = Trainer(**given_options)
    for _ in range(data.draw(st.integers(1, 4))):
        match data.draw(st.sampled_from(["lr", "setting", "rewind", "branch"])):
            case "lr":
                trainer.lr = data.draw(RATES)
            case "setting":
                change(trainer, *data.draw(st.sampled_from(SETTINGS[given_options["optimizer"]])))
            case "rewind":
                trainer.rewind(data.draw(st.integers(0, trainer.epoch)))
            case _:
                epoch = data.draw(st.integers(0, trainer.epoch))
                trainer = trainer.branch(epoch, lr=data.draw(st.none() | RATES))
        trainer.run(data.draw(st.integers(0, 5)))
    if not trainer.diverged:
        trainer.train(1)
    spec, history = spec_of(trainer), trainer.history
    assert recorded_spec(History.from_bytes(history.to_bytes())) == spec
    again = trainer_of(spec_from_json(spec.to_json()))
    while len(again.history) < spec.epochs:  # in parts: also when the training pauses
        again.run(data.draw(st.integers(1, spec.epochs)))
        if again.epoch > 1 and data.draw(st.booleans()):
            again.rewind(data.draw(st.integers(again.epoch // 2, again.epoch)))
        elif data.draw(st.booleans()):
            again = again.branch(again.epoch)
        again.run(spec.epochs - len(again.history))
    assert np.array_equal(again.history.losses, history.losses, equal_nan=True)
    assert again.history.lrs.tolist() == history.lrs.tolist()
    assert spec_of(again) == spec


def test_the_changes_of_a_spec_are_made_where_training_reaches_them() -> None:
    spec = RunSpec("hihello", epochs=12, changes=(Change(4, (("lr", 0.05),)), Change(8, (("lr", 0.01),))))
    trainer = trainer_of(spec)
    trainer.train(4)
    assert trainer.lr == 0.05  # that of the next update
    assert trainer.train(8).lrs.tolist() == [0.1] * 4 + [0.05] * 4 + [0.01] * 4
    trainer.rewind(2)
    assert trainer.lr == 0.1
    assert trainer.train(4).lrs.tolist() == [0.1] * 4 + [0.05] * 2
    assert trainer.branch(3).train(2).lrs.tolist() == [0.1] * 4 + [0.05]
    trainer.reset(seed=5)
    assert trainer.train(9).lrs.tolist() == [0.1] * 4 + [0.05] * 4 + [0.01]


def test_a_setting_that_the_user_has_changed_stays() -> None:
    spec = RunSpec("hihello", epochs=12, changes=(Change(4, (("lr", 0.05),)), Change(8, (("lr", 0.01),))))
    trainer = trainer_of(spec)
    trainer.train(3)
    trainer.lr = 0.3
    assert trainer.train(7).lrs.tolist() == [0.1] * 3 + [0.3] * 7
    assert trainer.branch(2, lr=0.2).train(8).lrs.tolist() == [0.1] * 2 + [0.2] * 8
    trainer.rewind(2)
    assert trainer.train(8).lrs.tolist() == [0.1] * 4 + [0.05] * 4 + [0.01] * 2


def test_settings_of_the_beginning_are_in_the_spec() -> None:
    def make(parameters: Any) -> optim.Optimizer:
        return optim.SGD(parameters, lr=0.2, momentum=0.9)

    trainer = Trainer("hihello", optimizer=make, seed=3)
    trainer.train(5)
    assert spec_of(trainer).changes == (Change(0, (("momentum", 0.9),)),)
    again = trainer_of(spec_of(trainer))
    assert again.optimizer.param_groups[0]["momentum"] == 0.9  # before anything is trained
    assert again.train(5).losses.tolist() == trainer.history.losses.tolist()
    again.reset()
    assert again.train(5).losses.tolist() == trainer.history.losses.tolist()


def test_a_schedule_in_a_hook_is_in_the_spec() -> None:
    trainer = Trainer("hihello", seed=3)
    schedule = optim.lr_scheduler.StepLR(trainer.optimizer, 2, 0.5)
    trainer.optimizer.register_step_post_hook(lambda *_: schedule.step())
    trainer.train(6)
    spec = spec_of(trainer)
    assert [change.epoch for change in spec.changes] == [2, 4]
    assert trainer_of(spec).train(6).losses.tolist() == trainer.history.losses.tolist()


def test_a_recording_alone_does_not_say_what_hooks_have_changed() -> None:
    trainer = Trainer("hihello")
    hook = trainer.optimizer.register_step_pre_hook(lambda *_: None)
    trainer.train(3)
    with pytest.raises(ValueError, match=r"hooks.*may have changed gradients"):
        recorded_spec(trainer.history)
    assert spec_of(trainer).epochs == 3
    hook.remove()
    with pytest.raises(ValueError, match="hooks"):
        spec_of(trainer)


def test_before_its_first_epoch_a_run_has_the_epochs_of_its_goal() -> None:
    trainer = Trainer("hihello")
    trainer.lr = 0.05
    assert spec_of(trainer, 40) == RunSpec("hihello", lr=0.05, epochs=40)
    assert trainer.spec() == {"text": "hihello", "lr": 0.05}


def test_a_setting_of_an_epoch_that_is_not_trained_yet_is_not_told() -> None:
    trainer = Trainer("hihello", optimizer="sgd")
    trainer.train(3)
    change(trainer, "momentum", 0.9)
    trainer.lr = 0.5
    assert spec_of(trainer).changes == recorded_spec(trainer.branch(3).history).changes == ()
    trainer.train(1)
    assert spec_of(trainer).changes == (Change(3, (("lr", 0.5), ("momentum", 0.9))),)
    trainer.rewind(3)
    assert spec_of(trainer).changes == ()
    trainer.rewind(2)
    trainer.train(4)
    assert spec_of(trainer).changes == ()


def test_a_run_that_diverges_is_repeated_with_its_learning_rates() -> None:
    trainer = Trainer("hihello", readout=True, optimizer="sgd")
    trainer.train(3)
    trainer.lr = 1e38
    trainer.train(1)
    while not trainer.diverged:
        trainer.lr = trainer.lr / 2
        trainer.train(1)
    again = trainer_of(spec_of(trainer))
    again.train(50)
    assert again.diverged
    assert again.history.lrs.tolist() == trainer.history.lrs.tolist()
    assert np.array_equal(again.history.losses, trainer.history.losses, equal_nan=True)
    assert verify(spec_of(trainer), again.history.losses, spec_of(again), over=True)


def _clip(trainer: Trainer) -> None:
    def clip(optimizer: optim.Optimizer, *_: Any) -> None:
        for each in optimizer.param_groups[0]["params"]:
            each.grad.clamp_(-1, 1)

    trainer.optimizer.register_step_pre_hook(clip)


def _two_groups(parameters: Any) -> optim.Optimizer:
    first, *others = parameters
    return optim.Adam([{"params": [first]}, {"params": others, "lr": 0.01}], lr=0.1)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"model": Dropping(5, 4)}, "network of your own"),
        ({"model": nn.LSTM(5, 5, batch_first=True)}, "network of your own"),
        ({"criterion": nn.CrossEntropyLoss(label_smoothing=0.1)}, "criterion"),
        ({"criterion": nn.CrossEntropyLoss(ignore_index=1)}, "criterion"),
        ({"criterion": nn.functional.cross_entropy}, "criterion"),
        ({"optimizer": optim.Adagrad}, "not Adagrad"),
        ({"optimizer": type("Adam", (optim.Adam,), {})}, "not Adam"),
        ({"optimizer": _two_groups}, "2 parameter groups"),
        ({"optimizer": lambda p: optim.Adam(p, lr=0.1, fused=True)}, "fused=True"),
        ({"optimizer": lambda p: optim.Adam(p, lr=torch.tensor(0.1))}, "lr as a tensor"),
    ],
)
def test_what_no_spec_has_is_refused(made: dict[str, Any], says: str) -> None:
    trainer = Trainer("hihello", **made)
    trainer.train(2)
    for look in (lambda: spec_of(trainer), lambda: recorded_spec(History.from_bytes(trainer.history.to_bytes()))):
        with pytest.raises(ValueError, match=says):
            look()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda trainer: trainer.model.rnn.register_forward_hook(lambda *_: None), "has hooks"),
        (lambda trainer: trainer.model.rnn.weight_hh_l0.register_hook(lambda grad: grad), "has hooks"),
        (lambda trainer: trainer.model.double(), "float32"),
        (_clip, "hooks"),
    ],
)
def test_what_the_user_has_changed_is_refused(change: Callable[[Trainer], None], says: str) -> None:
    trainer = Trainer("hihello")
    change(trainer)
    if says != "float32":
        trainer.train(2)
        with pytest.raises(ValueError, match=says):
            recorded_spec(trainer.history)
    with pytest.raises(ValueError, match=says.replace("hooks", "hook")):
        spec_of(trainer)


def test_a_file_of_an_earlier_version_is_refused() -> None:
    history = Trainer("hihello").train(2)
    del history.metadata["spec"]
    with pytest.raises(ValueError, match=r"earlier versions.*train it again"):
        recorded_spec(History.from_bytes(history.to_bytes()))


def test_what_a_page_has_trained_is_refused() -> None:
    history = Trainer("hihello").train(5)
    history.metadata["trained_in_page"] = 3
    with pytest.raises(ValueError, match="trained in a page"):
        recorded_spec(history)


@pytest.mark.parametrize("told", [5, [], {}, {"optimizer": "nadam"}, {"lr@x": 1}, {"made": "\0"}, {"hooks": "a"}])
def test_damaged_metadata_are_refused(told: Any) -> None:
    history = Trainer("hihello", optimizer="sgd").train(2)
    history.metadata |= {"spec": told, "cell": "lstm" if told else 3}
    with pytest.raises(ValueError, match=r"spec\(\)"):
        recorded_spec(history)


def test_the_spec_is_no_part_of_the_id_of_a_question() -> None:
    from epochscope.questions.identity import _NOT_OF_THE_RUN

    assert "spec" in _NOT_OF_THE_RUN


@pytest.fixture(scope="module")
def classic() -> Trainer:
    trainer = Trainer(SENTENCE, seed=9)
    trainer.train(120)
    return trainer


def test_a_run_is_verified_by_its_losses(classic: Trainer) -> None:
    spec, losses = spec_of(classic), classic.history.losses
    same = verify(spec, losses, spec)
    assert (bool(same), same.outcome, same.same_until, same.different_by) == (True, "same", 119, None)
    assert str(same) == "repeats it bit for bit: the losses of all 120 epochs are the same"
    longer = np.append(losses, 1.0)
    assert verify(spec, longer, spec)


def test_another_rounding_is_told_with_the_epochs_between_which_it_begins(classic: Trainer) -> None:
    spec, losses = spec_of(classic), classic.history.losses.copy()
    losses[50] = np.nextafter(losses[50], 2)
    result = verify(replace(spec, made="torch 2.13.0, AVX2"), losses, replace(spec, made="torch 2.13.0, AVX512"))
    assert (bool(result), result.same_until, result.different_by) == (False, 9, 99)
    assert str(result) == (
        "the same up to epoch 9, and different by epoch 99: another rounding (made with torch 2.13.0, AVX2; this is "
        "torch 2.13.0, AVX512)"
    )
    alike = verify(spec, losses, spec)
    assert "both were made with" in str(alike)
    losses[0] = 0
    assert (
        str(verify(spec, losses, replace(spec, seed=3))) == "different by epoch 1: this run has other settings (seed)"
    )


def test_too_few_epochs_are_told(classic: Trainer) -> None:
    spec, losses = spec_of(classic), classic.history.losses
    assert str(verify(spec, losses[:0], None)) == "0 of 120 epochs are trained: train the others, and verify again"
    result = verify(spec, losses[:50], spec)
    assert (result.outcome, result.same_until) == ("unfinished", 9)
    assert str(result).startswith("the same up to epoch 9 so far; 50 of 120 epochs")
    ended = verify(spec, np.append(losses[:50], np.nan), spec, over=True)
    assert (ended.outcome, ended.different_by) == ("different", 50)


def test_without_a_fingerprint_there_is_nothing_to_compare_with(classic: Trainer) -> None:
    losses = classic.history.losses
    assert verify(None, losses, None).outcome == verify(RunSpec(SENTENCE), losses, None).outcome == "unknown"
