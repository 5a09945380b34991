"""Texts that a user gives and pages show."""

from __future__ import annotations

#: The most characters of a prompt or an explanation.
MAX_TEXT = 2_000


def check_text(name: str, text: object, limit: int = MAX_TEXT) -> str:
    """Return a text; halves of surrogate pairs, which cannot be sent, become "?".

    Raises ValueError unless it is a str of 1 to `limit` characters that are not all blank.
    """
    if not isinstance(text, str):
        raise ValueError(f"{name}={text!r}: must be a str; pass e.g. {name}='...'")
    if not text.strip():
        raise ValueError(f"{name}={text!r}: must not be empty; pass a text, or leave it out")
    if len(text) > limit:
        raise ValueError(f"{name}: {len(text):,} characters; must have at most {limit:,}, so pass a shorter text")
    return text.encode("utf-8", "replace").decode()
