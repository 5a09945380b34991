"""Texts and the recording that the tests of the views share."""

from __future__ import annotations

import pytest

from epochscope.history import History
from tests.browser.scenes import kept

HANGUL = "나는 생각한다, 고로 존재한다."
ODD = "<script>alert('x')</script>\t\"&amp;\"\nعربي שלום e\u0301 \u0301한글👩\u200d🔬\u3000\u00a0."


@pytest.fixture(scope="session")
def classic() -> History:
    """Return the committed recording of the classic lab: 300 epochs, the same on every machine."""
    return History.load(kept("classic"))
