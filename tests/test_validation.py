"""Checks of arguments."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch

from epochscope.validation import check_choice, check_int, check_non_negative, check_options


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_integers_of_python_and_numpy_become_int(value: object) -> None:
    number = check_int("epochs", value, 0)
    assert number == 3
    assert type(number) is int


@pytest.mark.parametrize("value", [True, np.True_, torch.tensor(True), 3.0, "3", None, -1])
def test_what_is_no_integer_or_too_small_is_refused(value: object) -> None:
    message = f"epochs={value!r}: must be an integer of at least 0; pass e.g. epochs=0"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_int("epochs", value, 0)


def test_an_integer_outside_its_range_is_refused() -> None:
    assert check_int("width", 4096, 320, 4096) == 4096
    with pytest.raises(ValueError, match=r"^width=4097: must be an integer from 320 to 4096; pass e.g. width=320$"):
        check_int("width", 4097, 320, 4096)


@pytest.mark.parametrize("value", [0, 0.5, np.float32(0.5), np.int64(2)])
def test_non_negative_numbers_become_float(value: float) -> None:
    number = check_non_negative("lr", value)
    assert number == value
    assert type(number) is float


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, True, "0.1", None, [0.1]])
def test_what_is_no_finite_non_negative_number_is_refused(value: object) -> None:
    message = f"lr={value!r}: must be a finite number of at least 0; pass e.g. lr=0.1"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_non_negative("lr", value)


def test_a_choice_is_case_insensitive() -> None:
    assert check_choice("cell", "LSTM", ["rnn", "gru", "lstm"]) == "lstm"


@pytest.mark.parametrize(
    ("value", "hint"), [("lstn", "did you mean 'lstm'?"), ("x", "pass e.g. cell='rnn'"), (3, "pass e.g. cell='rnn'")]
)
def test_an_unknown_choice_is_refused_with_a_close_match_if_there_is_one(value: object, hint: str) -> None:
    message = f"cell={value!r}: must be one of 'rnn', 'gru', 'lstm'; {hint}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_choice("cell", value, ["rnn", "gru", "lstm"])


OPTIONS = ("cell", "hidden_size", "lr")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("hiden_size", "hiden_size: did you mean hidden_size?"),
        ("xyz", "xyz: must be one of cell, hidden_size, lr"),
        ("weight_decay", "weight_decay: give it to the optimizer"),
    ],
)
def test_an_unknown_option_is_refused_with_what_to_pass_instead(option: str, message: str) -> None:
    check_options(OPTIONS, OPTIONS)
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        check_options(["lr", option], OPTIONS, {"weight_decay": "give it to the optimizer"})
