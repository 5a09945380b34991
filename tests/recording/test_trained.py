"""How weights were trained, in files. tests/widget/test_exported_training.py writes it from trainings."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

import pytest

from epochscope.recording.trained import REASONS, Trained
from epochscope.words import page_words


@pytest.mark.parametrize(
    "value",
    [
        {"optimizer": None, "refused": None},
        {"optimizer": {"kind": "adam", "betas": [0, 0.5], "eps": 1e-6, "weight_decay": 1}, "refused": None},
        {"optimizer": {"kind": "sgd", "momentum": 0.9, "nesterov": True}, "refused": {"code": "tied"}},
        {"optimizer": None, "refused": {"code": "criterion", "criterion": "NLLLoss()"}},
    ],
)
def test_what_is_written_is_read(value: Mapping[str, Any]) -> None:
    assert Trained.from_json(value).to_json() == value


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"optimizer": "adam"},
        {"optimizer": {}},
        {"optimizer": {"kind": ["adam"]}},
        {"optimizer": {"kind": "lion"}},
        {"optimizer": {"kind": "adam", "momentum": 0.9}},
        {"optimizer": {"kind": "adam", "betas": 0.9}},
        {"optimizer": {"kind": "adam", "betas": [0.9]}},
        {"optimizer": {"kind": "adam", "betas": [0.9, None]}},
        {"optimizer": {"kind": "adam", "eps": float("inf")}},
        {"optimizer": {"kind": "sgd", "momentum": True}},
        {"optimizer": {"kind": "sgd", "nesterov": 1}},
        {"refused": "tied"},
        {"refused": {"code": {}}},
        {"refused": {"code": "unheard of"}},
        {"refused": {"code": "criterion"}},
        {"refused": {"code": "tied", "more": ""}},
        {"refused": {"code": "dropout", "module": 3}},
    ],
)
def test_what_is_not_known_is_refused(value: Any) -> None:
    assert Trained.from_json(value) == Trained(None, {"code": "other"})


def test_each_reason_has_a_sentence_with_its_values() -> None:
    words = page_words("en")
    for code, names in REASONS.items():
        found = {field for _, field, _, _ in Formatter().parse(words[f"cannot_{code}"]) if field is not None}
        assert found == set(names), code
    assert {f"cannot_{code}" for code in REASONS} == {word for word in words if word.startswith("cannot_")}
