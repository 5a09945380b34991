"""The direction in which a text is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

# Hebrew, Arabic, Syriac and the other scripts that Unicode allocates to these blocks; the same as in JavaScript.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


def direction(tokens: Iterable[str]) -> Literal["ltr", "rtl"]:
    """Return "rtl" if more tokens begin with a right-to-left character than with any other letter, else "ltr"."""
    balance = 0
    for token in tokens:
        if _RIGHT_TO_LEFT.match(token):
            balance += 1
        elif unicodedata.category(token[0])[0] == "L":
            balance -= 1
    return "rtl" if balance > 0 else "ltr"
