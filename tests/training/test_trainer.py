"""`Trainer` with networks, optimizers, criteria and texts of all kinds."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim

from epochscope.recording.events import Event
from epochscope.training.batch import Batch
from epochscope.training.model import CharRNN
from epochscope.training.trainer import Trainer, TrainingDiverged

from .classic import SENTENCE
from .nets import Dropping, Embedding, Surprising, Table


def batch_of(trainer: Trainer) -> Batch:
    """What the trainer trains on."""
    return Batch(trainer.alphabet, trainer.alphabet.encode(trainer.text), trainer.history.metadata["window"])


def by_hand(model: nn.Module, optimizer: optim.Optimizer, trainer: Trainer, epochs: int) -> list[float]:
    """The losses of a plain loop on the trainer's batch."""
    x, y = batch_of(trainer).inputs, batch_of(trainer).targets
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
    logits = trainer.model(batch_of(trainer).inputs)[0][0]  # (P, V)
    first = trainer.step()
    assert first == (0, trainer.history.losses[0], trainer.history.text(0), first.n_correct, first.n_correct / 6)
    assert trainer.history.predictions[0].tolist() == logits.argmax(dim=1).tolist(), (
        "of the forward pass before the update"
    )
    assert any(not torch.equal(a, b) for a, b in zip(before, trainer.model.parameters(), strict=True))
    assert (trainer.epoch, len(trainer.history)) == (1, 1)


def test_logits_that_are_parameters_are_recorded_before_the_update() -> None:
    history = Trainer("hihello", model=Table(6, 5)).train(2)
    assert history.position_losses[0] == pytest.approx(math.log(5), abs=1e-3)
    assert history.position_losses[1].max() < history.position_losses[0].min()


def test_later_windows_are_recorded_by_their_last_position() -> None:
    trainer = Trainer("hihello", window=3)
    logits = trainer.model(batch_of(trainer).inputs)[0].detach()  # (4, 3, V)
    trainer.step()
    assert trainer.history.predictions[0].tolist() == [*logits[0].argmax(1), *logits[1:, -1].argmax(1)]


def test_step_run_and_train_continue_one_recording() -> None:
    trainer = Trainer("hihello", seed=4)
    assert trainer.step().epoch == 0
    assert trainer.run(0) == 0
    assert trainer.run(60) == 60
    assert len(trainer.train(200)) == 261
    assert trainer.history == Trainer("hihello", seed=4).train(261)


def test_run_ends_when_stop_returns_true() -> None:
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
def test_losses_equal_those_of_a_plain_torch_loop(cell: str, options: dict[str, Any], optimizer: str) -> None:
    trainer = Trainer("hihello", cell=cell, optimizer=optimizer, lr=0.05, seed=3, **options)
    net = {key: value for key, value in options.items() if key != "window"}
    torch.manual_seed(3)
    model = CharRNN(5, cell=cell, **net)
    made = {"adam": optim.Adam, "sgd": optim.SGD, "rmsprop": optim.RMSprop, "adamw": optim.AdamW}[optimizer]
    losses = by_hand(model, made(model.parameters(), lr=0.05), trainer, 20)
    assert trainer.train(20).losses.tolist() == losses


def test_dropout_draws_the_same_as_after_manual_seed() -> None:
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


def test_a_model_can_read_token_indices() -> None:
    model = Embedding(5)
    assert model.embed.num_embeddings == 5
    history = Trainer("hihello", model=model, inputs="index").train(60)
    assert history.losses[-1] < history.losses[0]
    assert history.metadata["model"] == "Embedding"


def test_an_optimizer_can_be_an_instance_a_class_or_a_callable() -> None:
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


def test_an_optimizer_keeps_its_own_learning_rate() -> None:
    model = nn.GRU(5, 5, batch_first=True)
    trainer = Trainer("hihello", model=model, optimizer=optim.SGD(model.parameters(), lr=0.5, momentum=0.9))
    assert trainer.train(2).lrs.tolist() == [0.5, 0.5]


class Signs(optim.Optimizer):
    """An optimizer without a learning rate."""

    def __init__(self, params: Any) -> None:
        super().__init__(params, {})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for parameter in self.param_groups[0]["params"]:
            parameter -= 0.01 * parameter.grad.sign()


def test_the_optimizers_own_zero_grad_is_called() -> None:
    class Accumulating(optim.SGD):
        def zero_grad(self, set_to_none: bool = True) -> None:
            """Keep the gradients, so that they add up."""

    def losses(optimizer: type[optim.SGD]) -> list[float]:
        return Trainer("hihello", optimizer=lambda p: optimizer(p, lr=0.1)).train(3).losses.tolist()

    accumulated, plain = losses(Accumulating), losses(optim.SGD)
    assert accumulated[:2] == plain[:2]
    assert accumulated[2] != plain[2]


def test_an_optimizer_can_have_no_learning_rate() -> None:
    trainer = Trainer("hihello", optimizer=lambda p: Signs(p))
    history = trainer.train(60)
    assert history.losses[-1] < history.losses[0]
    assert np.isnan(history.lrs).all()
    assert history.metadata["lr"] is None
    with pytest.raises(ValueError, match=r"lr=0.1: Signs has no such option"):
        trainer.lr = 0.1


def test_frozen_parameters_can_be_omitted_from_the_optimizer() -> None:
    model = Embedding(5)
    model.embed.requires_grad_(False)
    trainer = Trainer("hihello", model=model, inputs="index", optimizer=optim.SGD(model.rnn.parameters(), lr=0.1))
    before = model.embed.weight.clone()
    trainer.train(5)
    assert torch.equal(model.embed.weight, before)


def test_a_custom_criterion_is_minimized_and_recorded() -> None:
    criterion = nn.CrossEntropyLoss(label_smoothing=0.2)
    trainer = Trainer("hihello", criterion=criterion)
    plain = Trainer("hihello").train(1)
    assert trainer.train(1).losses[0] != plain.losses[0]
    assert trainer.history.position_losses[0].tolist() == plain.position_losses[0].tolist(), (
        "these are always the cross entropy"
    )
    assert "label_smoothing" not in plain.metadata.get("criterion", "")
    assert "criterion" in trainer.history.metadata


def test_a_network_in_double_precision_reads_and_records_float64() -> None:
    torch.manual_seed(0)
    model = nn.RNN(5, 5, batch_first=True).double()  # it raises an error for other input
    trainer = Trainer("hihello", model=model)
    assert trainer.train(30).losses[-1] < 1
    close = torch.tensor([[[1.0, 1.0 + 1e-12, 0, 0, 0]]], dtype=torch.float64)
    logits = Batch.stack_shown([close, close.float()])
    assert logits.argmax(axis=2).tolist() == [[1], [0]], "float32 cannot represent the difference"


def test_a_network_in_half_precision_is_recorded() -> None:
    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 5)).bfloat16()
    assert Trainer("hihello", model=model).train(5).n_correct.shape == (5,)


def test_lazy_layers_are_initialized_before_training() -> None:
    model = nn.Sequential(nn.LazyLinear(16), nn.ReLU(), nn.LazyLinear(5))
    assert Trainer("hihello", model=model).train(3).metadata["parameters"] == 6 * 16 + 17 * 5


def test_checking_a_module_does_not_change_it() -> None:
    model = Dropping(5)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    Trainer("hihello", model=model)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_words_can_be_tokens() -> None:
    trainer = Trainer(["to", "be", "or", "not", "to", "be", "that", "is", "all"], readout=True, hidden_size=12)
    history = trainer.train(150)
    assert history.text(149) == "be or not to be that is all"
    assert trainer.generate(["to"], 3).split()[0] == "to"


@pytest.mark.parametrize("text", ["👩‍🚀 ok", "한글을 배워요", "a\u0301b\n\t<script>\"'&", "שלום abc", "\u0301x"])
def test_every_code_point_is_a_token(text: str) -> None:
    history = Trainer(text, readout=True, hidden_size=16, lr=0.05).train(150)
    assert history.text(149) == text[1:]
    json.dumps(history.metadata)


def test_metadata_describe_the_training() -> None:
    metadata = Trainer(SENTENCE, seed=9).history.metadata
    assert list(metadata.pop("spec")) == ["lr", "made"]
    assert metadata == {
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
def test_a_layer_with_unbounded_outputs_has_no_readout_entry_in_the_metadata() -> None:
    relu = nn.RNN(5, 5, batch_first=True, nonlinearity="relu")
    projected = nn.LSTM(5, 9, batch_first=True, proj_size=5)
    assert all("readout" not in Trainer("hihello", model=model).history.metadata for model in (relu, projected))
    assert Trainer("hihello", model=nn.GRU(5, 5, batch_first=True)).history.metadata["readout"] is False


def test_a_learning_rate_set_mid_run_is_an_event() -> None:
    trainer = Trainer("hihello")
    trainer.train(3)
    trainer.lr = 0.02
    assert trainer.lr == 0.02
    assert all(event.kind != "lr" for event in trainer.history.events), "only once an epoch used it"
    assert Event(3, "lr", 0.02) in trainer.train(2).events
    assert trainer.history.lrs.tolist() == [0.1] * 3 + [0.02] * 2


def test_a_loss_that_is_not_finite_stops_training_until_a_rewind() -> None:
    trainer = Trainer("hihello", model=Surprising(5, {1 + 42: lambda: math.nan}), seed=1)
    assert trainer.run(100) == 42
    assert trainer.diverged
    assert (trainer.epoch, len(trainer.history)) == (41, 42)
    assert Event(41, "diverged") in trainer.history.events
    assert all(torch.isfinite(p).all() for p in trainer.model.parameters()), "the update was skipped"
    with pytest.raises(TrainingDiverged, match=r"loss of epoch 41 is not finite.*rewind\(40\).*lower lr.*reset"):
        trainer.step()
    with pytest.raises(ValueError, match="epoch=42: must be an integer from 0 to 41"):
        trainer.rewind(42)
    good = trainer.history.losses[:41]
    trainer.rewind(40)
    assert not trainer.diverged
    trainer.lr = 0.01
    assert trainer.train(10).losses[:41].tolist() == good.tolist()
    assert np.isfinite(trainer.history.losses).all()


def test_a_diverged_training_can_be_branched_and_reset() -> None:
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


def test_progress_shows_a_bar_and_trains_the_same_losses(capfd: pytest.CaptureFixture[str]) -> None:
    history = Trainer("hihello").train(80, progress=True)
    assert "80/80" in capfd.readouterr().err
    assert history == Trainer("hihello").train(80)


def test_progress_without_tqdm_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match="pip install tqdm"):
        Trainer("hihello").train(3, progress=True)


def test_the_repr_shows_model_updates_and_learning_rate() -> None:
    trainer = Trainer("hihello")
    trainer.train(2)
    assert repr(trainer).startswith("<Trainer: CharRNN after 2 updates, lr 0.1; <History: 2 epochs")
