"""The check that a logged loss is the cross entropy of the logged logits.

The mistakes are those of deeplearningzerotoall/PyTorch lab-12_4.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import cross_entropy, log_softmax, nll_loss, softmax

from epochscope.runs import loop_check
from epochscope.runs.loop_arguments import parse_loop_data
from epochscope.runs.loop_check import LossCheck
from epochscope.runs.loop_data import LoopData
from epochscope.runs.loss_causes import compare

B, T, V = 4, 6, 5
TOKENS = list("abcde")


def batch(b: int = B, t: int = T, seed: int = 0) -> tuple[LoopData, torch.Tensor, torch.Tensor]:
    """Return data, its targets (b, t), and logits (b, t, V) of a net that has learned something."""
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.randint(V, (2, b, t), generator=generator)
    logits = torch.randn(b, t, V, generator=generator) + 3 * nn.functional.one_hot(y, V)
    return parse_loop_data(x, y, TOKENS), y, logits


def mismatch(data: LoopData, loss: float, logits: torch.Tensor) -> str | None:
    """Return the report of an epoch that is logged twice."""
    check = LossCheck(data)
    return check.report(0, loss, logits) or check.report(1, loss + 1, -logits)


def mean(logits: torch.Tensor, y: torch.Tensor, **options: Any) -> torch.Tensor:
    return cross_entropy(logits.reshape(-1, V), y.reshape(-1), **options)


DATA, Y, LOGITS = batch()
OTHER = torch.tensor([2, 0, 3, 1])
LOSS = mean(LOGITS, Y)
WRONG_C = torch.where((Y == 2)[..., None], -LOGITS, LOGITS)
WRONG_END = torch.cat([LOGITS[:, :-1], -LOGITS[:, -1:]], 1)
SQUARE = batch(6, 6)


@pytest.mark.parametrize(
    ("loss", "logits", "says"),
    [
        (mean(LOGITS, Y, reduction="sum"), LOGITS, r"the sum over the 24 positions.*log loss / 24"),
        (LOSS * T, LOGITS, "the sum over the 6 positions of a sequence"),
        (LOSS * B, LOGITS, "the sum over the 4 sequences"),
        (LOSS / T, LOGITS, "divided by 6 once more"),
        (LOSS / math.log(2), LOGITS, r"in bits: log loss \* math.log\(2\)"),
        (LOSS.exp(), LOGITS, "perplexity"),
        (LOSS, LOGITS[OTHER], "in another order.*shuffle=True"),
        (LOSS, LOGITS.transpose(0, 1).reshape(-1, V), r"time axis first.*transpose\(0, 1\)"),
        (LOSS, softmax(LOGITS, -1), "logits are probabilities"),
        (nll_loss(softmax(LOGITS, -1).reshape(-1, V), Y.reshape(-1)), softmax(LOGITS, -1), "nn.NLLLoss without"),
        (nll_loss(LOGITS.reshape(-1, V), Y.reshape(-1)), LOGITS, "nn.NLLLoss without"),
        (mean(LOGITS, Y, label_smoothing=0.1), LOGITS, "label_smoothing=0.1"),
        (mean(WRONG_C, Y, ignore_index=2), WRONG_C, r"leaves out the target 'c'.*ignore_index=2"),
        (mean(WRONG_END[:, -1], Y[:, -1]), WRONG_END, "the last position alone"),
        (mean(LOGITS, torch.from_numpy(DATA.inputs)), LOGITS, "with the inputs"),
        (LOSS * 1.17, LOGITS, "the same forward pass"),
    ],
)
def test_a_loss_that_is_not_that_of_the_logits_is_reported_with_its_cause(
    loss: torch.Tensor, logits: torch.Tensor, says: str
) -> None:
    message = mismatch(DATA, loss.item(), logits)
    assert message is not None
    assert re.search(says, message), message
    assert f"{loss.item():.4g}" in message
    assert f"{mean(logits.reshape(B, T, V), Y).item():.4g}" in message
    assert "check_loss=False" in message


def test_a_batch_and_time_axis_of_the_same_length_that_are_swapped_are_reported() -> None:
    data, y, logits = SQUARE
    message = mismatch(data, mean(logits, y).item(), logits.transpose(0, 1))
    assert message is not None
    assert "time axis first" in message


def test_other_sequences_than_those_of_the_monitor_are_reported() -> None:
    _, y, logits = batch(seed=1)
    message = mismatch(DATA, mean(logits, y).item(), logits)
    assert message is not None
    assert "other sequences" in message


@pytest.mark.parametrize("late", ["loss", "logits"])
def test_a_loss_of_another_epoch_than_the_logits_is_reported(late: str) -> None:
    steps = [LOGITS * scale for scale in (0.1, 0.2, 0.3)]
    check = LossCheck(DATA)
    reports = [
        check.report(epoch, *((mean(after, Y).item(), before) if late == "loss" else (mean(before, Y).item(), after)))
        for epoch, (before, after) in enumerate(pairwise(steps))
    ]
    assert reports[0] is None
    assert reports[1] is not None
    assert reports[1].startswith("epoch 0: ")
    assert f"The {late} {'is that' if late == 'loss' else 'are those'} of the next epoch" in reports[1]


def padded(ignore_index: int) -> tuple[LoopData, torch.Tensor]:
    y = Y.clone()
    y[:, 4:] = ignore_index
    y[0, 2:] = ignore_index
    return parse_loop_data(torch.from_numpy(DATA.inputs), y, TOKENS, ignore_index), y


@pytest.mark.parametrize("ignore_index", [-100, 0])
def test_ignored_positions_are_not_compared(ignore_index: int) -> None:
    data, y = padded(ignore_index)
    assert LossCheck(data).report(0, mean(LOGITS, y, ignore_index=ignore_index).item(), LOGITS) is None
    assert compare(data, LOGITS).mean == pytest.approx(mean(LOGITS, y, ignore_index=ignore_index).item())


def test_a_loss_that_counts_ignored_positions_is_reported() -> None:
    data, y = padded(0)
    message = mismatch(data, mean(LOGITS, y).item(), LOGITS)
    assert message is not None
    assert "nn.CrossEntropyLoss(ignore_index=0)" in message


def test_a_masked_loss_that_is_divided_by_all_positions_is_reported() -> None:
    data, y = padded(-100)
    message = mismatch(data, mean(LOGITS, y, reduction="sum").item() / (B * T), LOGITS)
    assert message is not None
    assert f"divided by all 24 positions: divide by the {(y >= 0).sum()} with a target" in message


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_diverged_loop_is_no_mistake(value: float) -> None:
    check = LossCheck(DATA)
    for _ in range(2):
        assert check.report(0, value, LOGITS) is None
        assert check.report(0, 1.0, torch.full_like(LOGITS, value)) is None


@given(
    st.sampled_from([torch.bfloat16, torch.float16, torch.float32, torch.float64]),
    st.sampled_from(["cross_entropy", "nll", "by hand", "rounded"]),
    st.sampled_from([2, 5, 300, 2000]),
    st.floats(0.01, 30),
    st.integers(1, 9),
    st.integers(0, 2**32),
)
def test_no_correct_loss_is_reported(kind: torch.dtype, how: str, v: int, scale: float, b: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = torch.from_numpy(rng.integers(v, size=(b, 3)))
    logits = torch.from_numpy(scale * rng.normal(size=(b, 3, v)))
    sure = torch.from_numpy(rng.random((b, 3)) < 0.7)
    logits[sure] += 20 * nn.functional.one_hot(y[sure], v)
    logits = logits.to(kind)
    rows, flat = logits.reshape(-1, v), y.reshape(-1)
    loss = {
        "cross_entropy": lambda: cross_entropy(rows, flat),
        "nll": lambda: nll_loss(log_softmax(rows, -1), flat),
        "by hand": lambda: (rows.logsumexp(-1) - rows.gather(1, flat[:, None])[:, 0]).mean(),
        "rounded": lambda: torch.tensor(round(cross_entropy(rows.float(), flat).item(), 2)),
    }[how]()
    data = parse_loop_data(torch.zeros_like(y), y, [f"<{i}>" for i in range(v)])
    logged = log_softmax(logits, -1) if how == "nll" else logits
    check = LossCheck(data)  # what the first epoch does not explain is reported with the second one
    assert [check.report(epoch, loss.item(), logged) for epoch in (0, 1)] == [None, None]


def test_a_mistake_that_begins_later_is_found_and_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr(loop_check.time, "perf_counter", lambda: next(clock) / 1000)
    check = LossCheck(DATA)
    reports = [check.report(epoch, LOSS.item(), LOGITS) for epoch in range(1000)]
    assert reports == [None] * 1000
    reports = list[str | None]()
    for epoch in range(1000, 3000):
        check.look()
        reports.append(check.report(epoch, LOSS.item(), LOGITS[OTHER]))
    found = [report for report in reports if report is not None]
    assert len(found) == 1
    assert found[0].startswith(f"epoch {1000 + reports.index(found[0])}: ")
    check.restart()
    assert check.report(0, LOSS.item(), LOGITS[OTHER])


def test_the_first_epochs_are_always_checked_and_later_ones_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, checked = [0.0], list[int]()

    def compare(*_: object) -> Any:
        clock[0] += 0.001
        checked.append(epoch)
        return SimpleNamespace(mean=0.0, exact=True)

    monkeypatch.setattr(loop_check.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(loop_check, "compare", compare)
    check = LossCheck(DATA)
    for epoch in range(10_000):
        check.look()
        check.report(epoch, 0.0, None)
        clock[0] += 0.001
    assert checked[:3] == [0, 1, 2]
    assert 10 < len(checked) < 50
    assert len(checked) * 0.001 / clock[0] < 0.005
