"""The fixtures of the page's records, events and reference losses are what Python computes today."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .page_fixtures import FIXTURES, FOLDER

TOLERANCE = 1e-12


def assert_same(actual: Any, expected: Any) -> None:
    """Compare JSON values; numbers that are not whole may differ by `TOLERANCE`."""
    if isinstance(expected, dict):
        assert actual.keys() == expected.keys()
        for name, value in expected.items():
            assert_same(actual[name], value)
    elif isinstance(expected, list):
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            assert_same(one, other)
    elif isinstance(expected, float):
        assert actual == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE)
    else:
        assert actual == expected


@pytest.mark.parametrize("file", FIXTURES)
def test_python_computes_what_the_file_says(file: str) -> None:
    assert_same(FIXTURES[file](), json.loads((FOLDER / file).read_text()))


def test_the_recordings_have_every_kind_of_event() -> None:
    kinds = {event["kind"] for case in FIXTURES["events.json"]() for event in case["events"]}
    assert kinds == {"all_correct", "spike", "diverged", "lr", "branch"}
