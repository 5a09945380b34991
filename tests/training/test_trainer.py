"""What a trainer does with nets, optimizers, criteria and texts of all kinds."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from epochscope.recording.events import Event
from epochscope.training.model import CharRNN
from epochscope.training.optimizers import step_of
from epochscope.training.trainer import Trainer, TrainingDiverged

from .classic import SENTENCE
from .nets import Dropping, Embedding, Surprising, Table


def by_hand(model: nn.Module, optimizer: optim.Optimizer, trainer: Trainer, epochs: int) -> list[float]:
    """The losses of a plain loop on the trainer's batch."""
    x, y = trainer._batch.inputs, trainer._batch.targets
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        outputs = model(x)
        logits = outputs[0] if isinstance(outputs, tuple) else outputs
        loss = nn.CrossEntropyLoss()(logits.reshape(-1, logits.shape[-1]), y.view(-1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_an_epoch_is_a_forward_pass_its_record_and_an_update() -> None:
    trainer = Trainer("hihello")
    before = [p.detach().clone() for p in trainer.model.parameters()]
    logits = trainer.model(trainer._batch.inputs)[0]
    first = trainer.step()
    assert first == (0, trainer.history.losses[0], trainer.history.text(0), first.n_correct, first.n_correct / 6)
    assert trainer.history.predictions[0].tolist() == logits.argmax(dim=1).tolist(), "made before the update"
    assert any(not torch.equal(a, b) for a, b in zip(before, trainer.model.parameters(), strict=True))
    assert (trainer.epoch, len(trainer.history)) == (1, 1)


def test_logits_that_are_the_weights_are_recorded_as_they_were_before_the_update() -> None:
    history = Trainer("hihello", model=Table(6, 5)).train(2)
    assert history.position_losses[0] == pytest.approx(math.log(5), abs=1e-3)
    assert history.position_losses[1].max() < history.position_losses[0].min()


def test_windows_are_recorded_by_the_last_place_of_each() -> None:
    trainer = Trainer("hihello", window=3)
    logits = trainer.model(trainer._batch.inputs).detach()  # (4, 3, V)
    trainer.step()
    assert trainer.history.predictions[0].tolist() == [*logits[0].argmax(1), *logits[1:, -1].argmax(1)]


def test_steps_runs_and_trains_make_one_recording() -> None:
    trainer = Trainer("hihello", seed=4)
    assert trainer.step().epoch == 0
    assert trainer.run(0) == 0
    assert trainer.run(60) == 60
    assert len(trainer.train(200)) == 261
    assert trainer.history == Trainer("hihello", seed=4).train(261)


def test_run_ends_where_it_is_told_to() -> None:
    trainer = Trainer("hihello")
    losses: list[float] = []

    def stop(loss: float) -> bool:
        losses.append(loss)
        return len(losses) == 7

    assert trainer.run(100, stop) == 7
    assert trainer.history.losses.tolist() == losses
    assert trainer.run(3) == 3


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "readout": True, "hidden_size": 9}, {"window": 3}])
@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop", "adamw"])
def test_our_nets_and_optimizers_are_torchs(cell: str, options: dict[str, Any], optimizer: str) -> None:
    trainer = Trainer("hihello", cell=cell, optimizer=optimizer, lr=0.05, seed=3, **options)
    net = {key: value for key, value in options.items() if key != "window"}
    torch.manual_seed(3)
    model = CharRNN(5, cell=cell, **net)
    made = {"adam": optim.Adam, "sgd": optim.SGD, "rmsprop": optim.RMSprop, "adamw": optim.AdamW}[optimizer]
    losses = by_hand(model, made(model.parameters(), lr=0.05), trainer, 20)
    assert trainer.train(20).losses.tolist() == losses


def test_dropout_draws_what_it_would_draw_after_manual_seed() -> None:
    torch.manual_seed(7)
    theirs, ours = Dropping(5), Dropping(5)
    ours.load_state_dict(theirs.state_dict())
    trainer = Trainer("hihello", model=ours, seed=7, lr=0.01)
    torch.manual_seed(7)
    losses = by_hand(theirs, optim.Adam(theirs.parameters(), 0.01), trainer, 30)
    torch.manual_seed(99)
    trainer.train(12)
    torch.rand(5)
    assert trainer.train(18).losses.tolist() == losses


def test_a_net_may_read_token_numbers() -> None:
    model = Embedding(5)
    assert model.embed.num_embeddings == 5
    history = Trainer("hihello", model=model, inputs="index").train(60)
    assert history.losses[-1] < history.losses[0]
    assert history.metadata["model"] == "Embedding"


def test_an_optimizer_may_be_an_instance_a_class_or_made_by_a_callable() -> None:
    runs = []
    for how in ("instance", "class", "callable"):
        torch.manual_seed(0)
        model = nn.GRU(5, 5, batch_first=True)
        optimizer: Any = {
            "instance": optim.Adagrad(model.parameters(), lr=0.1),
            "class": optim.Adagrad,
            "callable": lambda p: optim.Adagrad(p, lr=0.1),
        }[how]
        trainer = Trainer("hihello", model=model, optimizer=optimizer)
        assert (trainer.lr, trainer.history.metadata["optimizer"]) == (0.1, "Adagrad")
        runs.append(trainer.train(20))
    assert runs[0] == runs[1] == runs[2]


def test_an_optimizer_brings_its_own_learning_rate() -> None:
    model = nn.GRU(5, 5, batch_first=True)
    trainer = Trainer("hihello", model=model, optimizer=optim.SGD(model.parameters(), lr=0.5, momentum=0.9))
    assert trainer.train(2).lrs.tolist() == [0.5, 0.5]


class Signs(optim.Optimizer):
    """An optimizer that knows no learning rate."""

    def __init__(self, params: Any) -> None:
        super().__init__(params, {})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for parameter in self.param_groups[0]["params"]:
            parameter -= 0.01 * parameter.grad.sign()


def test_an_optimizer_forgets_gradients_in_its_own_way_if_it_has_one() -> None:
    class Remembering(optim.SGD):
        def zero_grad(self, set_to_none: bool = True) -> None:
            """Gradients add up."""

    def losses(optimizer: type[optim.SGD]) -> list[float]:
        return Trainer("hihello", optimizer=lambda p: optimizer(p, lr=0.1)).train(3).losses.tolist()

    remembered, forgotten = losses(Remembering), losses(optim.SGD)
    assert remembered[:2] == forgotten[:2]
    assert remembered[2] != forgotten[2]


def test_a_step_is_the_optimizers_own_without_torchs_note_of_it() -> None:
    optimizer = Trainer("hihello").optimizer
    step = step_of(optimizer)
    assert step != optimizer.step, "this torch is made otherwise: epochs cost a tenth more than they need"
    assert step.func is type(optimizer).step.__wrapped__  # type: ignore[attr-defined]
    calls: list[str] = []
    for hook in (optimizer.register_step_pre_hook, optimizer.register_step_post_hook):
        handle = hook(lambda *_: calls.append("hook"))
        assert step_of(optimizer) == optimizer.step
        handle.remove()
    assert step_of(optimizer) != optimizer.step
    optim.lr_scheduler.ExponentialLR(optimizer, 0.9)  # which counts the steps by a function in the place of `step`
    assert step_of(optimizer) == optimizer.step


@pytest.mark.parametrize("where", ["here", "everywhere"])
def test_hooks_on_steps_are_called_at_every_epoch(where: str) -> None:
    trainer = Trainer("hihello")
    trainer.train(2)
    calls: list[str] = []
    before: Any = trainer.optimizer.register_step_pre_hook if where == "here" else register_optimizer_step_pre_hook
    after: Any = trainer.optimizer.register_step_post_hook if where == "here" else register_optimizer_step_post_hook
    handles = [before(lambda *_: calls.append("before")), after(lambda *_: calls.append("after"))]
    try:
        trainer.train(2)
    finally:
        for handle in handles:
            handle.remove()
    trainer.train(2)
    assert calls == ["before", "after"] * 2


def test_steps_are_in_the_profile_of_whoever_profiles() -> None:
    trainer = Trainer("hihello")
    with torch.autograd.profiler.profile() as profile:
        trainer.train(3)
    assert profile is not None
    counts = {event.key: event.count for event in profile.key_averages()}
    assert (counts["Optimizer.step#Adam.step"], counts["Optimizer.zero_grad#Adam.zero_grad"]) == (3, 3)


def test_an_optimizer_may_have_no_learning_rate() -> None:
    trainer = Trainer("hihello", optimizer=lambda p: Signs(p))
    history = trainer.train(60)
    assert history.losses[-1] < history.losses[0]
    assert np.isnan(history.lrs).all()
    assert history.metadata["lr"] is None
    with pytest.raises(ValueError, match=r"lr=0.1: Signs has no such option"):
        trainer.lr = 0.1


def test_frozen_weights_may_be_left_out_of_the_optimizer() -> None:
    model = Embedding(5)
    model.embed.requires_grad_(False)
    trainer = Trainer("hihello", model=model, inputs="index", optimizer=optim.SGD(model.rnn.parameters(), lr=0.1))
    before = model.embed.weight.clone()
    trainer.train(5)
    assert torch.equal(model.embed.weight, before)


def test_a_criterion_of_ones_own_is_what_is_learned_and_recorded() -> None:
    criterion = nn.CrossEntropyLoss(label_smoothing=0.2)
    trainer = Trainer("hihello", criterion=criterion)
    plain = Trainer("hihello").train(1)
    assert trainer.train(1).losses[0] != plain.losses[0]
    assert trainer.history.position_losses[0].tolist() == plain.position_losses[0].tolist(), "always the cross entropy"
    assert "label_smoothing" not in plain.metadata.get("criterion", "")
    assert "criterion" in trainer.history.metadata


def test_nets_in_double_precision_are_fed_and_recorded_in_it() -> None:
    torch.manual_seed(0)
    model = nn.RNN(5, 5, batch_first=True).double()
    trainer = Trainer("hihello", model=model)
    assert trainer._batch.inputs.dtype == torch.float64
    assert trainer.train(30).losses[-1] < 1
    close = torch.tensor([[[1.0, 1.0 + 1e-12, 0, 0, 0]]], dtype=torch.float64)
    logits = trainer._batch.gather([close, close.float()])
    assert logits.argmax(axis=2).tolist() == [[1], [0]], "float32 does not tell them apart"


def test_nets_in_half_precision_are_recorded_too() -> None:
    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 5)).bfloat16()
    assert Trainer("hihello", model=model).train(5).n_correct.shape == (5,)


def test_lazy_layers_are_made_by_the_look_that_is_taken() -> None:
    model = nn.Sequential(nn.LazyLinear(16), nn.ReLU(), nn.LazyLinear(5))
    assert Trainer("hihello", model=model).train(3).metadata["parameters"] == 6 * 16 + 17 * 5


def test_the_look_that_is_taken_at_a_module_leaves_no_trace() -> None:
    model = Dropping(5)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    Trainer("hihello", model=model)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_words_are_tokens_too() -> None:
    trainer = Trainer(["to", "be", "or", "not", "to", "be", "that", "is", "all"], readout=True, hidden_size=12)
    history = trainer.train(150)
    assert history.text(149) == "be or not to be that is all"
    assert trainer.generate(["to"], 3).split()[0] == "to"


@pytest.mark.parametrize("text", ["👩‍🚀 ok", "한글을 배워요", "a\u0301b\n\t<script>\"'&", "שלום abc", "\u0301x"])
def test_every_code_point_is_a_token(text: str) -> None:
    history = Trainer(text, readout=True, hidden_size=16, lr=0.05).train(150)
    assert history.text(149) == text[1:]
    json.dumps(history.metadata)


def test_about_says_what_the_run_was_made_with() -> None:
    assert Trainer(SENTENCE, seed=9).history.metadata == {
        "model": "LSTM",
        "cell": "lstm",
        "readout": False,
        "hidden_size": 14,
        "num_layers": 1,
        "parameters": 1680,
        "optimizer": "Adam",
        "lr": 0.1,
        "seed": 9,
        "window": None,
        "device": "cpu",
        "source": "trainer",
    }


@pytest.mark.filterwarnings("ignore:LSTM with projections")  # it is slower, says torch
def test_an_unbounded_layer_is_not_said_to_saturate() -> None:
    relu = nn.RNN(5, 5, batch_first=True, nonlinearity="relu")
    projected = nn.LSTM(5, 9, batch_first=True, proj_size=5)
    assert all("readout" not in Trainer("hihello", model=model).history.metadata for model in (relu, projected))
    assert Trainer("hihello", model=nn.GRU(5, 5, batch_first=True)).history.metadata["readout"] is False


def test_a_learning_rate_set_mid_run_is_an_event() -> None:
    trainer = Trainer("hihello")
    trainer.train(3)
    trainer.lr = 0.02
    assert trainer.lr == 0.02
    assert all(event.kind != "lr" for event in trainer.history.events), "not before it was used"
    assert Event(3, "lr", 0.02) in trainer.train(2).events
    assert trainer.history.lrs.tolist() == [0.1] * 3 + [0.02] * 2


def test_a_loss_that_is_not_finite_stops_training_and_can_be_left_behind() -> None:
    trainer = Trainer("hihello", model=Surprising(5, {1 + 42: lambda: math.nan}), seed=1)
    assert trainer.run(100) == 42
    assert trainer.diverged
    assert (trainer.epoch, len(trainer.history)) == (41, 42)
    assert Event(41, "diverged") in trainer.history.events
    assert all(torch.isfinite(p).all() for p in trainer.model.parameters()), "no update was made of it"
    with pytest.raises(TrainingDiverged, match=r"loss of epoch 41 is not finite.*rewind\(40\).*lower lr.*reset"):
        trainer.step()
    with pytest.raises(ValueError, match="epoch=42: it is a whole number from 0 to 41"):
        trainer.rewind(42)
    good = trainer.history.losses[:41]
    trainer.rewind(40)
    assert not trainer.diverged
    trainer.lr = 0.01
    assert trainer.train(10).losses[:41].tolist() == good.tolist()
    assert np.isfinite(trainer.history.losses).all()


def test_a_run_that_blows_up_by_itself_ends_as_failed_and_is_whole() -> None:
    model = nn.Sequential(nn.Linear(5, 50), nn.ReLU(), nn.Linear(50, 5))
    trainer = Trainer("hihello", model=model, optimizer="sgd", lr=1e30)
    history = trainer.train(50)
    assert trainer.diverged
    assert len(history) < 50
    assert not math.isfinite(history.losses[-1])
    history.text(-1)
    trainer.branch(0, lr=0.1).train(5)
    trainer.reset()
    assert not trainer.diverged


def test_progress_shows_a_bar_and_trains_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    history = Trainer("hihello").train(80, progress=True)
    assert "80/80" in capfd.readouterr().err
    assert history == Trainer("hihello").train(80)


def test_progress_without_tqdm_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match="pip install tqdm"):
        Trainer("hihello").train(3, progress=True)


def test_its_repr_is_worth_reading() -> None:
    trainer = Trainer("hihello")
    trainer.train(2)
    assert repr(trainer).startswith("<Trainer: CharRNN after 2 updates, lr 0.1; <History: 2 epochs")
