"""The check for overflowing and overlapping elements finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.pictures.fit import faults

if TYPE_CHECKING:
    from tests.browser.conftest import OpenDemo


@pytest.mark.parametrize(
    ("style", "fault"),
    [
        ("[data-part=score] { flex: none; width: 1200px; }", "overflows"),
        (".epochscope-footer { position: relative; top: 20px; }", "is cut off"),
        ("[data-part=target] { position: relative; top: -14px; }", "overlap"),
        ("[data-part=prediction] { font-size: 80px !important; }", "is wider than its cell"),
    ],
)
def test_a_fault_is_found(open_demo: OpenDemo, style: str, fault: str) -> None:
    demo = open_demo(recording="classic", epoch=12)
    box = demo.page.locator(".epochscope")
    assert faults(box) == []
    demo.page.add_style_tag(content=style)
    assert [found for found in faults(box) if fault in found] != []
