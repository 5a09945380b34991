"""What `playground` refuses, as the page does: js/training/page-limits.test.ts tests the page with the same cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epochscope import playground
from epochscope.widget import page_limits

FIXTURE = json.loads((Path(__file__).parents[1] / "fixtures" / "page_limits.json").read_text(encoding="utf-8"))

#: How an error begins that is about each of what may be refused, and what it says is allowed.
ERRORS = {
    "text": r"text='.*': must have at least 2 (different characters|tokens), .*; pass e\.g\. text='hihello'",
    "hidden": r"hidden_size=\d+: must be (an integer of at least 1|at most 1,000)",
    "seed": r"seed=-?\d+: must be an integer from 0 to 4294967295; pass e\.g\.",
    "weights": r"hidden_size=\d+: makes [\d,]+ weights; must make at most 200,000, .*; pass a smaller one",
    "positions": r"text='ab.*…': has 4,002 characters; must have at most 4,001, .*; pass a shorter one",
    "products": r"hidden_size=200: makes 163,602 weights, with 612 .* must make at most 100,000,000, .*; pass",
}


def test_the_limits_are_those_of_the_page() -> None:
    assert {name: getattr(page_limits, f"MAX_{name.upper()}") for name in FIXTURE["limits"]} == FIXTURE["limits"]


@pytest.mark.parametrize("case", FIXTURE["cases"], ids=lambda case: str(case["refused"]))
def test_a_page_is_made_only_for_what_it_trains(case: dict[str, Any]) -> None:
    unit, characters, refused = case["unit"], case["characters"], case["refused"]
    options = {name: case[name] for name in ("cell", "hidden_size", "readout", "seed")}
    text = (unit * characters)[:characters]
    if refused is None:
        assert playground(text=text, **options)
        return
    with pytest.raises(ValueError, match=ERRORS[refused]):
        playground(text=text, **options)


@pytest.mark.parametrize("text", ["\ud83d\ude00" * 2, "\ud800\udbff"])
def test_halves_of_characters_are_read_as_the_page_reads_them(text: str) -> None:
    with pytest.raises(ValueError, match="must have at least 2 different characters"):
        playground(text=text)
