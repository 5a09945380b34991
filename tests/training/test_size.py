"""What would take gigabytes or minutes is said, or refused, before it is computed."""

from __future__ import annotations

import re
import time
from itertools import cycle, islice
from typing import Any

import pytest
import torch
from torch import nn

from epochscope import EpochScope, Trainer, monitor
from epochscope.training import measuring, size
from epochscope.training.batch import Batch
from epochscope.training.torch_state import RandomState

from .nets import Embedding


def text(tokens: int, alphabet: int = 65) -> str:
    return "".join(islice(cycle(map(chr, range(33, 33 + alphabet))), tokens))


@pytest.mark.parametrize(
    ("tokens", "options", "message"),
    [
        (
            35_000,
            {"window": 50},
            r"text of 35,000 tokens, window=50: an epoch trains on all 34,950 windows at once, 1,747,500 positions, so "
            r"it would take about \d+\.\d GB of memory; must be at most 4\.0 GB: use the beginning of the text, e\.g\. "
            r"text\[:1\d000\], a smaller window, e\.g\. window=1\d, or train on mini-batches .* monitor\(\)",
        ),
        (2_000_000, {"window": 500}, r"text of 2,000,000 tokens, window=500: .* would take about \d{4}\.\d GB"),
        (8_000_000, {}, r"text of 8,000,000 tokens: an epoch trains on all 7,999,999 positions at once, so it would"),
    ],
)
def test_an_epoch_that_would_take_gigabytes_is_refused_before_it_is_computed(
    tokens: int, options: dict[str, Any], message: str
) -> None:
    """wiki_generator_live#1: a text of 35,000 characters with window=50 took 9.9 GB, and 22 s an epoch."""
    with pytest.raises(ValueError, match=message):
        Trainer(text(tokens), **options)


def test_what_the_message_suggests_is_accepted() -> None:
    with pytest.raises(ValueError, match="would take about") as refused:
        Trainer(text(35_000), window=50)
    suggested = re.search(r"text\[:(\d+)\], a smaller window, e\.g\. window=(\d+)", str(refused.value))
    assert suggested is not None
    for tokens, window in ((int(suggested[1]), 50), (35_000, int(suggested[2]))):
        with pytest.warns(
            UserWarning, match=r"takes about 3\.\d GB of memory and \d+ s on this machine; to make it smal"
        ):
            Trainer(text(tokens), window=window)


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure batches of more than 2,000 positions, on a machine that takes no time: none is slow by chance."""
    monkeypatch.setattr(time, "perf_counter", lambda: 0.0)
    monkeypatch.setattr(measuring, "SMALL", 2_000)
    monkeypatch.setattr(measuring, "PART", 1_000)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("window", [None, 20])
def test_the_estimate_from_a_part_is_that_of_the_whole(
    cell: str, window: int | None, small_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimates: list[float] = []
    monkeypatch.setattr(measuring, "check_estimate", lambda *values: estimates.append(values[3]))
    trainer = Trainer(text(6_000, 20), cell=cell, window=window)
    batch = trainer._batch
    monkeypatch.setattr(measuring, "PART", 10**9)
    measuring.check_size(trainer.model, batch, RandomState(torch.device("cpu")))
    part, whole = estimates
    assert part == pytest.approx(whole, rel=0.05)


def test_a_slow_epoch_is_said(small_limits: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Embedding):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            now[0] += x.numel() / 1_000  # a second per 1,000 positions
            return super().forward(x)

    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    with pytest.warns(UserWarning, match=r"takes about 0\.0 GB of memory and 30 s on this machine"):
        Trainer(text(10_000), model=Slow(65), inputs="index")


def test_a_large_batch_is_checked_like_a_small_one(small_limits: None) -> None:
    with pytest.raises(ValueError, match=r"model=GRU: returned \(50, 20, 9\) for inputs .*nn.Linear\(9, 65\)"):
        Trainer(text(3_000), window=20, model=nn.GRU(65, 9, batch_first=True))
    with pytest.raises(ValueError, match=r"it failed on one-hot tokens \(50, 20, 65\)"):
        Trainer(text(3_000), window=20, model=nn.GRU(64, 9, batch_first=True))


def test_the_first_epoch_of_a_large_batch_is_that_of_a_small_one(small_limits: None, monkeypatch: Any) -> None:
    measured = Trainer(text(3_000), window=20, model=Embedding(65), inputs="index", seed=3)
    model = Embedding(65)
    model.load_state_dict(measured.model.state_dict())
    monkeypatch.setattr(measuring, "SMALL", 10**9)
    plain = Trainer(text(3_000), window=20, model=model, inputs="index", seed=3)
    assert measured.train(2).losses.tolist() == plain.train(2).losses.tolist()


def test_a_part_of_a_batch_has_the_targets_of_its_windows() -> None:
    batch: Batch = Trainer(text(100), window=7)._batch
    part = batch.part(30)
    assert part.logits_shape == (4, 7, 65)
    assert torch.equal(part.inputs, batch.inputs[:4])
    assert torch.equal(part.targets, batch.targets[:28])
    whole: Batch = Trainer(text(100))._batch
    assert torch.equal(whole.part(30).targets, whole.targets[:30])


def test_a_recording_that_would_take_gigabytes_is_said() -> None:
    long = text(30_000)
    message = (
        r"100,000 epochs of 29,999 positions: their recording will take 36\.0 GB of memory, .*; train 2,777 epochs"
    )
    EpochScope("hihello")  # loads bqplot, which has a warning of its own
    with pytest.warns(UserWarning, match=message):
        EpochScope(long, epochs=100_000)
    with pytest.warns(UserWarning, match=message):
        monitor(long).epochs(100_000)
    trainer = Trainer(long)
    trainer.optimizer.register_step_pre_hook(interrupt)
    with pytest.warns(UserWarning, match=message), pytest.raises(KeyboardInterrupt):
        trainer.train(100_000)


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_usual_size_is_not_mentioned() -> None:
    assert size.MAX_BYTES > size.LARGE
    Trainer(text(2_000), window=20)  # a warning would be an error
    EpochScope(text(180), epochs=100_000)
