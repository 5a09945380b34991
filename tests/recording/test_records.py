"""Condensing logits to records."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from epochscope.recording.records import condense

FLOATS = st.floats(-100, 100, width=32) | st.sampled_from([0.0, -0.0, 1.0])


@given(
    hnp.arrays(
        np.float32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=40).filter(lambda s: s[2] > 1), elements=FLOATS
    )
)
def test_the_most_probable_tokens_are_sorted_and_the_first_of_equals_wins_as_in_argmax(logits: np.ndarray) -> None:
    _, top, shares = condense(logits, np.zeros(logits.shape[1], int))
    assert (top[:, :, 0] == logits.argmax(axis=2)).all()
    assert (top == np.argsort(-logits, axis=2, kind="stable")[:, :, :5]).all()
    p = torch.softmax(torch.from_numpy(logits), 2).numpy()
    assert np.abs(shares / 255 - np.take_along_axis(p, top.astype(int), 2)).max() <= 0.501 / 255


@given(hnp.arrays(np.float32, (3, 4, 6), elements=FLOATS), hnp.arrays(np.int64, 4, elements=st.integers(0, 5)))
def test_position_losses_are_those_of_torch_within_a_4096th_of_a_nat(logits: np.ndarray, targets: np.ndarray) -> None:
    losses, _, _ = condense(logits, targets)
    expected = torch.nn.functional.cross_entropy(
        torch.from_numpy(logits).reshape(-1, 6), torch.from_numpy(np.tile(targets, 3)), reduction="none"
    )
    assert np.abs(losses.reshape(-1) / 2048 - expected.numpy().clip(0, 65535 / 2048)).max() < 1.01 / 4096


@pytest.mark.parametrize("tokens", [3, 40, 300])
def test_logits_that_are_not_finite_are_sorted_as_by_numpy(tokens: int) -> None:
    logits = np.zeros((1, 4, tokens), np.float32)
    logits[0, 0, 1] = np.nan
    logits[0, 1, 2] = np.inf
    logits[0, 2] = -np.inf
    logits[0, 3, 1:] = -np.inf
    losses, top, shares = condense(logits, np.array([0, 0, 0, 0]))
    assert top[0, :, 0].tolist() == logits[0].argmax(axis=1).tolist() == [1, 2, 0, 0]
    assert losses[0].tolist() == [65535, 65535, 65535, 0]
    assert shares[0, :, 0].tolist() == [0, 0, 0, 255]
    assert all(len(set(row)) == len(row) for row in top[0].tolist()), "a token appears twice"
