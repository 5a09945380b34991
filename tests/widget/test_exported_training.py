"""How exported pages go on with a training: the elements that `js/page/` reads."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim

from epochscope import Comparison, EpochScope, History, Trainer, compare, monitor
from epochscope.recording.packed_weights import unpack_weights
from epochscope.recording.weights import Weights
from epochscope.widget import exported_weights
from tests.recording import made_up

from .test_html import Parsed

TEXT = "hihello"


@pytest.fixture
def scope() -> Iterator[EpochScope]:
    """Return a scope after 40 epochs."""
    made = EpochScope(TEXT, epochs=40)
    made.train()
    yield made
    made.close()


class Page:
    """The elements of an exported page that are about training."""

    def __init__(self, shown: Any, **options: Any) -> None:
        self._page = Parsed(shown.to_html(chart=False, **options) or "")

    def training(self, suffix: str = "") -> dict[str, Any]:
        return json.loads(b64decode(self._page.carried(f"training{suffix}")))

    def weights(self, name: str) -> Weights:
        return unpack_weights(b64decode(self._page.carried(name)), 2**24)

    def names(self) -> set[str]:
        found = [attributes.get("id", "") for attributes, _ in self._page.all("script")]
        return {name.removeprefix("epochscope-") for name in found if name}


def test_a_page_says_how_it_goes_on_without_the_states_of_the_optimizer(scope: EpochScope) -> None:
    page = Page(scope)
    assert page.training() == {"optimizer": {"kind": "adam"}, "refused": None, "steps": None, "moments": 0}
    assert page.names() == {"recording", "weights", "training", "code", "worker"}


def test_a_page_goes_on_with_the_states_of_the_optimizer(scope: EpochScope) -> None:
    page = Page(scope, train=True, weights=3)
    epochs = (0, 20, 39)
    assert page.training() == {
        "optimizer": {"kind": "adam"}, "refused": None, "steps": list(epochs), "moments": 2
    }  # fmt: skip
    assert page.names() == {"recording", "weights", "training", "moments-0", "moments-1", "code", "worker"}
    _, moments, _ = scope.trainer.weights.collect_states(epochs, {"kind": "adam"})
    for name, moment in zip(("moments-0", "moments-1"), moments, strict=True):
        assert page.weights(name).epochs == page.weights("weights").epochs == epochs
        assert [page.weights(name).at(each).tolist() for each in epochs] == [moment.at(e).tolist() for e in epochs]
    assert np.all(page.weights("moments-1").at(39) >= 0)


def test_from_weights_and_states_torch_trains_the_recorded_losses(scope: EpochScope) -> None:
    page = Page(scope, train=True, weights=(3))
    model = nn.LSTM(5, 5, batch_first=True)
    optimizer = optim.Adam(model.parameters(), 0.1)
    flats = [page.weights(name).at(20) for name in ("weights", "moments-0", "moments-1")]
    at = 0
    for parameter in model.parameters():
        own, mean, square = (torch.tensor(flat[at : at + parameter.numel()]).view_as(parameter) for flat in flats)
        at += parameter.numel()
        parameter.data.copy_(own)
        optimizer.state[parameter] = {"step": torch.tensor(20.0), "exp_avg": mean, "exp_avg_sq": square}
    inputs = nn.functional.one_hot(torch.tensor(scope.history.inputs), 5).float()[None]
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs)[0][0], torch.tensor(scope.history.targets))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses == pytest.approx(scope.history.losses[20:].tolist(), rel=1e-5)


def test_with_states_a_page_carries_fewer_epochs(scope: EpochScope, monkeypatch: pytest.MonkeyPatch) -> None:
    size = scope.trainer.weights.bytes_per_epoch
    monkeypatch.setattr(exported_weights, "AUTO_BYTES", 40 * size)
    assert Page(scope).weights("weights").epochs == tuple(range(40))
    assert Page(scope, train=True).weights("weights").epochs == (*range(0, 40, 4), 39)
    monkeypatch.setattr(exported_weights, "AUTO_BYTES", size)
    assert Page(scope, train=True).weights("weights").epochs == (39,)
    monkeypatch.setattr(exported_weights, "MAX_BYTES", 100 * size)
    with pytest.raises(ValueError, match=r"weights='all': those of 40 epochs take [0-9,]+ bytes, more than"):
        scope.to_html(train=True, weights="all")
    scope.to_html(weights="all")


def test_a_page_says_why_it_cannot_go_on() -> None:
    smoothed = trained(criterion=nn.CrossEntropyLoss(label_smoothing=0.1))
    refused = {"code": "criterion", "criterion": "CrossEntropyLoss()"}
    assert Page(smoothed).training()["refused"] == refused
    assert Page(EpochScope.from_history(smoothed.history)).training()["refused"] == refused


def test_a_page_without_weights_has_none(scope: EpochScope) -> None:
    for page in (Page(scope, weights=None), Page(EpochScope.from_history(scope.history))):
        assert page.names() == {"recording", "training", "code", "worker"}
    with pytest.raises(ValueError, match="network"):
        Page(trained(model=nn.Linear(5, 5))).weights("weights")


class Adam(optim.Adam):
    """Not torch's own."""


def momentum(parameters: Any) -> optim.Optimizer:
    return optim.SGD(parameters, 0.1, momentum=0.9, nesterov=True)


def clip_norm(optimizer: optim.Optimizer, *_: object) -> None:
    nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], 1.0)


def clipped(**options: Any) -> EpochScope:
    trainer = Trainer(TEXT, **options)
    trainer.optimizer.register_step_pre_hook(clip_norm)
    trainer.train(2)
    return EpochScope.from_trainer(trainer)


#: How a training is made, and what its weights say besides the metadata.
TRAININGS: list[tuple[Callable[[], EpochScope], Any, Any]] = [
    (lambda: trained(), {"kind": "adam"}, None),
    (lambda: trained(optimizer="sgd"), {"kind": "sgd"}, None),
    (lambda: trained(optimizer=momentum), {"kind": "sgd", "momentum": 0.9, "nesterov": True}, None),
    (
        lambda: trained(optimizer=lambda p: optim.Adam(p, 0.1, betas=(0.8, 0.99), weight_decay=1)),
        {"kind": "adam", "betas": [0.8, 0.99], "weight_decay": 1.0},
        None,
    ),
    (lambda: trained(optimizer="rmsprop"), None, None),
    (lambda: trained(optimizer=lambda p: Adam(p, 0.1)), None, None),
    (lambda: clipped(optimizer=momentum), {"kind": "sgd", "momentum": 0.9, "nesterov": True}, {"code": "step_hooks"}),
    (
        lambda: trained(model=nn.LSTM(5, 5, 2, batch_first=True, dropout=0.5)),
        {"kind": "adam"},
        {"code": "dropout", "module": "LSTM"},
    ),
]


@pytest.mark.parametrize(("make", "optimizer", "refused"), TRAININGS)
def test_a_saved_recording_goes_on_as_its_training_would(
    make: Callable[[], EpochScope], optimizer: Any, refused: Any, tmp_path: Path
) -> None:
    scope = make()
    expected = {"optimizer": optimizer, "refused": refused, "steps": None, "moments": 0}
    assert Page(scope).training() == expected
    scope.save(tmp_path / "run.npz", weights="all")
    loaded = EpochScope.load(tmp_path / "run.npz")
    assert Page(loaded).training() == expected
    loaded.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "run.npz").read_bytes()
    loaded.save(tmp_path / "few.npz", weights=1)
    assert Page(EpochScope.load(tmp_path / "few.npz")).training() == expected
    assert loaded.history == scope.history


def test_weights_that_a_panel_has_asked_for_are_saved_with_how_they_were_trained(tmp_path: Path) -> None:
    scope = trained(optimizer=momentum)
    scope.trainer.weights.read(0, 1)
    scope.history.save(tmp_path / "history.npz")
    assert Page(EpochScope.load(tmp_path / "history.npz")).training()["optimizer"]["momentum"] == 0.9
    scope.trainer.optimizer.register_step_pre_hook(clip_norm)
    scope.save(tmp_path / "run.npz")
    assert Page(EpochScope.load(tmp_path / "run.npz")).training()["refused"] == {"code": "step_hooks"}
    branch = scope.history.fork(1)
    assert branch.weights is not None
    assert branch.weights.trained == scope.history.weights.trained  # type: ignore[union-attr]


def test_the_runs_of_a_saved_comparison_go_on_as_their_trainings_would(tmp_path: Path) -> None:
    both = compare(Trainer(TEXT), Trainer(TEXT, optimizer=momentum), labels=["a", "b"])
    both.train(2)
    both.save(tmp_path / "both.npz", weights="all")
    loaded = Comparison.load(tmp_path / "both.npz")
    assert [Page(loaded).training(f"-{i}") for i in (0, 1)] == [Page(both).training(f"-{i}") for i in (0, 1)]
    assert Page(loaded).training("-1")["optimizer"]["momentum"] == 0.9
    loaded.close()
    both.close()


def test_a_loop_of_the_users_has_no_states() -> None:
    model = nn.LSTM(5, 5, batch_first=True)
    logger = monitor(TEXT, model=model)
    logits = model(nn.functional.one_hot(torch.tensor(logger.history.inputs), 5).float())[0]
    loss = nn.functional.cross_entropy(logits, torch.tensor(logger.history.targets))
    logger.log(loss=loss, logits=logits, keep_weights=True)
    assert Page(logger.scope).training() == {"optimizer": None, "refused": None, "steps": None, "moments": 0}
    logger.history.metadata["optimizer"] = "SGD"
    assert Page(logger.scope).training()["optimizer"] == {"kind": "sgd"}
    with pytest.raises(ValueError, match="train=True: a recording, or a training loop of your own"):
        logger.scope.to_html(train=True)


def trained(**options: Any) -> EpochScope:
    made = EpochScope(TEXT, **options)
    made.train(2)
    return made


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (trained, {"weights": None}, r"train=True: needs weights, not weights=None; leave out weights"),
        (trained, {"weights": 0}, r"train=True: needs weights, not weights=0"),
        (trained, {"weights": "some"}, r"weights='some': must be"),
        (trained, {"train": 1}, r"train=1: must be True or False"),
        (lambda: EpochScope.from_history(made_up.history(3)), {}, r"a recording, .* export the page from the scope"),
        (lambda: trained(optimizer="rmsprop"), {}, r"not RMSprop; use another optimizer, or leave out train: the page"),
        (
            lambda: trained(criterion=nn.CrossEntropyLoss(label_smoothing=0.1)),
            {},
            r"train=True: a page cannot go on with this training: its criterion is .*; leave out train",
        ),
        (
            lambda: trained(model=nn.Linear(5, 5)),
            {},
            r"train=True: a page cannot go on with this training: no recurrent layer of torch found.*; leave out train",
        ),
    ],
)
def test_what_cannot_be_exported_is_refused(make: Any, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        make().to_html(tmp_path / "run.html", **{"train": True, **options})
    assert list(tmp_path.iterdir()) == []


def test_an_empty_recording_is_refused_as_ever() -> None:
    with pytest.raises(ValueError, match="the recording is empty"):
        EpochScope(TEXT).to_html(train=True)


def test_each_run_of_a_comparison_goes_on_by_itself() -> None:
    both = compare(Trainer(TEXT), Trainer(TEXT, optimizer=lambda p: optim.SGD(p, 0.1, momentum=0.9)), labels=["a", "b"])
    both.train(3)
    page = Page(both)
    assert (page.training("-0")["optimizer"], page.training("-1")["optimizer"]) == (
        {"kind": "adam"},
        {"kind": "sgd", "momentum": 0.9},
    )
    page = Page(both, train=True)
    assert {name for name in page.names() if name.startswith("moments")} == {
        "moments-0-0",
        "moments-1-0",
        "moments-0-1",
    }
    assert page.training("-1") == {
        "optimizer": {"kind": "sgd", "momentum": 0.9}, "refused": None, "steps": [0, 1, 2], "moments": 1
    }  # fmt: skip
    both.close()


def test_the_run_of_a_comparison_that_cannot_go_on_is_named() -> None:
    mixed = compare(Trainer(TEXT), Trainer(TEXT, optimizer="rmsprop"), labels=["first", "second"])
    mixed.train(2)
    with pytest.raises(ValueError, match="second: train=True: a page has"):
        mixed.to_html(train=True)
    assert Page(mixed).training("-1")["optimizer"] is None
    mixed.close()


def test_a_recording_of_a_page_is_exported_again(tmp_path: Path) -> None:
    history = made_up.history(3)
    history.metadata |= {"source": "page", "trained_in_page": 2, "optimizer": "Adam"}
    history.save(tmp_path / "run.npz")
    page = Page(EpochScope.from_history(History.load(tmp_path / "run.npz")))
    assert page.training()["optimizer"] == {"kind": "adam"}
