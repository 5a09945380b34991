"""The charts draw what the fixture says; js/page/chart-feed.test.ts compares that of a page that trains with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.widget.chart_fixture import FILE, make_cases

CASES: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_chart_of_each_recording_is_that_of_the_fixture() -> None:
    made = json.loads(json.dumps(make_cases()))
    assert list(made) == list(CASES)
    for name, case in CASES.items():
        assert_near(made[name], case, name)


def assert_near(made: Any, expected: Any, where: str) -> None:
    """Assert that values in lists and dicts are the same, numbers to 7 digits."""
    if isinstance(expected, dict):
        assert list(made) == list(expected), where
        for name, each in expected.items():
            assert_near(made[name], each, f"{where}, {name}")
    elif isinstance(expected, list):
        assert len(made) == len(expected), where
        for one, other in zip(made, expected, strict=True):
            assert_near(one, other, where)
    elif isinstance(expected, float):
        assert made == pytest.approx(expected, rel=1e-7), where
    else:
        assert made == expected, where
